// SPDX-License-Identifier: Apache-2.0
/** Has the node prepare what is asked, compares it, signs it with the holder's key, and has it sent. */
import {
  type Action,
  formatTime,
  giveStatement,
  type Hash,
  later,
  type RecordId,
  type Signer,
  type Statement,
} from '@dianyun/sdk';

import { now } from '../parts/clock.js';
import { holderOf, type KeptKey, makeKey, signerOf } from '../parts/keyring.js';
import { codeOf, publicNode } from '../parts/node.js';
import { checkApplication, checkCorrection, checkNewKey } from './check.js';
import { keep, type Kept, type Pending } from './kept.js';
import { ApplyingNode, type Asked, type Correction, type Paper } from './node.js';
import { isHeavy, kindsFor, papersFor, wantedOf, type What } from './papers.js';

/** A statement is good so long, ms. */
const GOOD_MS = 5 * 60_000;
/** The node answers once the chain has executed it. */
const SENDING_MS = 45_000;

/** The phone has to be proved once more. */
export class TicketNeeded extends Error {}

/** What the ticket says; it is not used in its last moments. */
export function ticketOf({ ticket }: Kept): string {
  if (ticket === null || now() > ticket.until - 10_000) throw new TicketNeeded('the ticket is over');
  return ticket.ticket;
}

function node(): ApplyingNode {
  return new ApplyingNode(publicNode(SENDING_MS));
}

async function word(signer: Signer, chain: Hash, action: Action): Promise<readonly Statement[]> {
  return [await giveStatement(signer, chain, action, { validUntil: later(formatTime(now()), GOOD_MS) })];
}

/** The key by which the code is to be held: the enterprise's own, else one that is made for it here. */
async function keyFor(kept: Kept): Promise<KeptKey> {
  const { who, organisation } = kept.wish;
  if (who === 'driver') return kept.key ?? (await makeKey());
  const holder = await holderOf({ kind: 'organisation', id: organisation ?? '' });
  if (holder === undefined) throw new Error('the key of the enterprise is not here any more');
  return holder.key;
}

/** Signs and sends an application; how far it is afterwards. */
export async function apply(before: Kept, chain: Hash, what: What, vehicle: RecordId | null): Promise<Kept> {
  const ticket = ticketOf(before);
  const key = await keyFor(before);
  // Kept before anything is sent: without the key nobody could hold the code.
  const { typed } = before;
  const wish = { ...before.wish, isHeavy: isHeavy(before.wish, typed) };
  const kept = await keep({ ...before, wish, key });
  const asked: Asked = {
    ticket,
    for: wantedOf(what, wish, typed, key.key, vehicle),
    holder_key: key.key,
    custody: 'device',
    prefecture: wish.prefecture,
    certificates: papersFor(kindsFor(what, wish, typed), typed),
    contact: {
      ...(wish.email === '' ? {} : { email: wish.email }),
      ...(wish.emergency === '' ? {} : { emergency: wish.emergency }),
    },
  };
  const draft = await node().prepare(asked);
  checkApplication(draft, asked);
  const statements = await word(await signerOf(key), chain, draft.action);
  const pending: Pending = { what, draft: draft.draft, ticket, statements };
  return finish(await keep({ ...kept, pending }));
}

/** Sends what was signed, perhaps once more; what cannot be sent any more is signed anew. */
export async function finish(kept: Kept): Promise<Kept> {
  const { pending } = kept;
  if (pending === null) return kept;
  try {
    const { application } = await node().submit(pending.draft, pending.ticket, pending.statements);
    if (application === null || application === undefined) throw new Error('the node names no application');
    const sent = [...kept.sent, { what: pending.what, id: application }];
    return await keep({ ...kept, pending: null, sent, stage: 'sent' });
  } catch (error) {
    // Whoever refused it will not do it; whoever was not reached may have done it.
    if (codeOf(error) !== null) await keep({ ...kept, pending: null });
    throw error;
  }
}

/** Signs and sends a certificate in the place of a refused one. */
export async function correct(
  kept: Kept,
  chain: Hash,
  application: RecordId,
  place: number,
  certificate: Paper,
): Promise<void> {
  const asked: Correction = { ticket: ticketOf(kept), application, place, certificate };
  if (kept.key === null) throw new Error('the key is not here any more');
  const draft = await node().correct(asked);
  checkCorrection(draft, asked);
  await node().submit(draft.draft, asked.ticket, await word(await signerOf(kept.key), chain, draft.action));
}

/** Asks for a new key in the place of a lost one; the person whose key it is to be. */
export async function renewKey(
  ticket: string,
  key: KeptKey,
  chain: Hash,
  values: Readonly<Record<string, string>>,
): Promise<RecordId> {
  const asked = { ticket, holder_key: key.key, custody: 'device' as const, values };
  const draft = await node().renewKey(asked);
  const person = checkNewKey(draft, asked);
  await node().submit(draft.draft, ticket, await word(await signerOf(key), chain, draft.action));
  return person;
}
