// SPDX-License-Identifier: Apache-2.0
/** In whose name the page of interfaces is used: an organisation, what it is, and what its key here may sign. */
import { type Client, type Organisation, readRecord, registeredKeyId, type Roles, verifyProof } from '@dianyun/sdk';

import { genesisOf } from '../parts/chain.js';
import { takeHanded } from '../parts/handover.js';
import { type Holder, holderOf, offices } from '../parts/keyring.js';
import type { Actor } from '../waybill/actor.js';

const PATH = '/interfaces';

/**
 * The organisation of a link that hands a key over, of the address, or the one used last; null: no such key is here.
 * Where an organisation has both keys here, it is the one that administers it.
 */
export async function chosenOffice(): Promise<Holder | null> {
  await takeHanded(['admin', 'organisation'], ({ kind, id }) => `${PATH}?${kind}=${encodeURIComponent(id)}`);
  const asked = new URLSearchParams(location.search);
  for (const kind of ['admin', 'organisation'] as const) {
    const id = asked.get(kind);
    if (id !== null) return (await holderOf({ kind, id })) ?? null;
  }
  const last = (await offices())[0];
  if (last === undefined) return null;
  return (await holderOf({ kind: 'admin', id: last.subject.id })) ?? last;
}

/** An organisation's record. */
export async function organisationOf(client: Client, id: string): Promise<Organisation> {
  const { record } = await client.get('/v1/organisations/{id}', { path: { id } });
  const found = readRecord({ organisation: record });
  if (found.kind !== 'organisation') throw new Error('the node answers with another record');
  return found.value;
}

/** What the actor's key may sign for its organisation, as the chain proves it; null: it is no key of it in force. */
export async function rolesOf({ client, place, signer, subject }: Actor): Promise<Roles | null> {
  const file = await client.recordProof('registered_key', registeredKeyId(signer.key));
  const [header, genesis] = [await client.header(file.anchor.height), await genesisOf(place.chain)];
  const found = verifyProof(file, header, genesis.depth);
  if (found.what !== 'record' || found.kind !== 'registered_key') return null;
  const { key, owner, uses, ended_at } = found.value;
  const isOurs = key === signer.key && 'organisation' in owner && owner.organisation === subject.id;
  return isOurs && ended_at === null && 'organisation' in uses ? uses.organisation : null;
}
