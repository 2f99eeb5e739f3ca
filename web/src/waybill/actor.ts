// SPDX-License-Identifier: Apache-2.0
/** Whoever acts on these pages: a driver or an organisation whose key is in this browser. It asks and signs. */
import {
  type Action,
  type Client,
  type Identity,
  NotYetError,
  type Ordered,
  readRecord,
  RefusedError,
  type Signer,
  type Waybill,
} from '@dianyun/sdk';

import { takeHanded } from '../parts/handover.js';
import { type Holder, holderOf, holders, signerOf, type Subject } from '../parts/keyring.js';
import { say, type Words } from '../parts/language.js';
import { HolderFetch, isUnreached, type Place, publicNode } from '../parts/node.js';
import { type Sender, sendOnce, UNDER_WAY } from '../parts/sent.js';
import { OFFER_FIELDS, REFUSALS } from '../words/refusals.js';

const UNREACHED: Words = { zh: '没有网络，请稍后再试。', en: 'There is no network: try again later.' };
const FAILED: Words = { zh: '没有办成，请再试一次。', en: 'It was not done: try again.' };

/** Somebody who acts. */
export interface Actor {
  readonly subject: Subject;
  readonly signer: Signer;
  readonly place: Place;
  readonly client: Client;
}

/** Somebody who acts, with a key that is kept. */
export async function actorOf({ subject, key }: Holder, place: Place): Promise<Actor> {
  const signer = await signerOf(key);
  return { subject, signer, place, client: new HolderFetch(signer, place).client() };
}

/**
 * Who acts on a page: by a link that hands a key over, by the address, or who acted last; null: no such key is here.
 * An address that handed a key over no longer holds it.
 */
export async function chosenActor(kind: Subject['kind'], path: string): Promise<Holder | null> {
  await takeHanded([kind], ({ id }) => `${path}?${kind}=${encodeURIComponent(id)}`);
  const id = new URLSearchParams(location.search).get(kind);
  if (id !== null) return (await holderOf({ kind, id })) ?? null;
  return (await holders()).find(({ subject }) => subject.kind === kind) ?? null;
}

/** An actor as a sender of transactions. */
export function senderOf({ client, signer, place }: Actor): Sender {
  return { client, signer, chain: place.chain };
}

/**
 * Signs an action and waits until it is executed. The same again while it is under way is the same one, as long as what
 * it is about stands as it did: once that has gone on, the same words are another thing that is wanted.
 */
export function send(actor: Actor, action: Action, standing: string): Promise<Ordered> {
  return sendOnce(senderOf(actor), JSON.stringify([standing, action]), { action: () => action });
}

/** A waybill as this actor may see it; null: it is none of theirs, or there is none. */
export async function waybillOf({ client }: Actor, id: string): Promise<Waybill | null> {
  const { record } = await client.get('/v1/waybills/{id}', { path: { id } });
  const found = record === null || record === undefined ? null : readRecord({ waybill: record });
  return found?.kind === 'waybill' ? found.value : null;
}

const identities = new Map<string, Promise<Identity | null>>();

/** Who an organisation is, asked for once; null: nobody answers. */
export function identityOf(id: string): Promise<Identity | null> {
  const asked = identities.get(id) ?? askIdentity(id);
  identities.set(id, asked);
  return asked;
}

async function askIdentity(id: string): Promise<Identity | null> {
  try {
    const { record } = await publicNode().get('/v1/organisations/{id}', { path: { id } });
    const found = readRecord({ organisation: record });
    return found.kind === 'organisation' ? found.value.identity : null;
  } catch {
    identities.delete(id);
    return null;
  }
}

/** The name of an organisation; its id where it has none in the clear. */
export async function nameOf(id: string): Promise<string> {
  const identity = await identityOf(id);
  return identity !== null && 'open' in identity ? identity.open.name : id;
}


function refusal({ code, about }: RefusedError['reasons'][number]): string {
  const words = REFUSALS[code];
  const field = about === null ? undefined : OFFER_FIELDS[about];
  const text = words === undefined ? code : say(words);
  return field === undefined ? text : say({ zh: `${say(field)}：${text}`, en: `${say(field)}: ${text}` });
}

/** Why something was not done, a line for each reason. */
export function reasonsOf(error: unknown): readonly string[] {
  if (error instanceof RefusedError) return [...new Set(error.reasons.map(refusal))];
  if (error instanceof NotYetError) return [say(UNDER_WAY)];
  return [say(isUnreached(error) ? UNREACHED : FAILED)];
}
