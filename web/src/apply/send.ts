// SPDX-License-Identifier: Apache-2.0
/** Has the node prepare what is asked, compares it, signs it with the holder's key, and has it sent. */
import {
  type Action,
  ApiError,
  formatTime,
  giveStatement,
  type Hash,
  later,
  readRecord,
  type RecordId,
  type Schemas,
  type Signer,
  type Statement,
  statementHolds,
} from '@dianyun/sdk';

import { now } from '../parts/clock.js';
import { holderOf, type KeptKey, makeKey, signerOf } from '../parts/keyring.js';
import { codeOf, HolderFetch, type Place, publicNode } from '../parts/node.js';
import { OtherWordError } from './agree.js';
import { checkApplication, checkCorrection, checkNewKey } from './check.js';
import { keep, type Kept, type Pending } from './kept.js';
import { ApplyingNode, type Asked, type Correction, type NewKey, type Paper, rootsOf } from './node.js';
import { isHeavy, kindsFor, papersFor, prefectureFor, wantedOf, type What } from './papers.js';

/** A statement is good so long, ms. */
const GOOD_MS = 5 * 60_000;
/** The node answers once the chain has executed it. */
const SENDING_MS = 45_000;

/** How often what no block has yet is sent again. */
const SENT_AGAIN = 5;

class TicketOver extends Error {}

/** True if the phone has to be proved once more. */
export function isTicketNeeded(error: unknown): boolean {
  return error instanceof TicketOver || codeOf(error) === 'ticket_needed';
}

/** What the ticket says; it is not used in its last moments. */
export function ticketOf({ ticket }: Kept): string {
  if (ticket === null || now() > ticket.until - 10_000) throw new TicketOver('the phone was proved too long ago');
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
export async function apply(before: Kept, place: Place, what: What): Promise<Kept> {
  const ticket = ticketOf(before);
  const key = await keyFor(before);
  // Kept before anything is sent: without the key nobody could hold the code.
  const { typed } = before;
  const wish = { ...before.wish, isHeavy: isHeavy(before.wish, typed) };
  const kept = await keep({ ...before, wish, key });
  const asked: Asked = {
    ticket,
    for: wantedOf(what, wish, typed, key.key, kept.vehicle),
    holder_key: key.key,
    custody: 'device',
    prefecture: prefectureFor(what, wish, typed),
    certificates: papersFor(kindsFor(what, wish, typed), typed),
    contact: {
      ...(wish.email === '' ? {} : { email: wish.email }),
      ...(wish.emergency === '' ? {} : { emergency: wish.emergency }),
    },
  };
  const draft = await node().prepare(asked);
  checkApplication(draft, asked);
  // An enterprise that sends its own application has said so by that.
  const isOwn = draft.sponsor === wish.organisation && wish.who === 'enterprise';
  const statements = isOwn ? [] : await word(await signerOf(key), place.chain, draft.action);
  const prepared = { draft: draft.draft, ticket, roots: rootsOf(draft) };
  // Where it names an enterprise's vehicle, that enterprise may have to give its word too.
  const waiting = wish.vehicle === 'given' ? { ...prepared, action: draft.action } : null;
  return finish(await keep({ ...kept, waiting, pending: { ...prepared, what, statements } }), place);
}

/** Sends what waited for the word of whose vehicle it names. */
export async function applyAgreed(kept: Kept, place: Place, theirs: Statement): Promise<Kept> {
  const { waiting, key } = kept;
  if (waiting === null || key === null) throw new Error('nothing waits for a word');
  if (!statementHolds(place.chain, waiting.action, theirs)) throw new OtherWordError('a word for something else');
  const { action, ...prepared } = waiting;
  const statements = [...(await word(await signerOf(key), place.chain, action)), theirs];
  return finish(await keep({ ...kept, pending: { ...prepared, what: 'code', statements } }), place);
}

/** True if the chain misses the word of whose vehicle is named. */
export function isWordMissing(error: unknown): boolean {
  if (!(error instanceof ApiError) || error.code !== 'application_refused') return false;
  return /\bstatement_(?:missing|expired|used)\b/.test(error.problem.detail);
}

/** Sends what was signed, perhaps once more: it is done once. */
export async function finish(kept: Kept, place: Place): Promise<Kept> {
  const { pending } = kept;
  if (pending === null) return kept;
  try {
    const { application } = await submitted(pending);
    if (application === null || application === undefined) throw new Error('the node names no application');
    return await done(kept, pending, application);
  } catch (error) {
    const code = codeOf(error);
    const found = code === 'not_found' ? await foundOnChain(kept, pending, place) : null;
    if (found !== null) return await done(kept, pending, found);
    // Whoever refused it will not do it; whoever was not reached, or is busy, may do it yet.
    const isRefused = error instanceof ApiError && !error.isPassing;
    if (isRefused) await keep({ ...kept, pending: null, waiting: isWordMissing(error) ? kept.waiting : null });
    throw error;
  }
}

async function done(kept: Kept, { what }: Pending, id: RecordId): Promise<Kept> {
  return keep({ ...kept, pending: null, waiting: null, sent: [...kept.sent, { what, id }], stage: 'sent' });
}

async function submitted({ draft, ticket, statements }: Pending): Promise<Schemas['DraftDone']> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await node().submit(draft, ticket, statements);
    } catch (error) {
      if (codeOf(error) !== 'application_waits' || attempt >= SENT_AGAIN) throw error;
      const pause = error instanceof ApiError ? (error.retryAfterMs ?? 1_000) : 1_000;
      await new Promise((wake) => setTimeout(wake, pause));
    }
  }
}

/** A node that has forgotten a draft may have sent it before: the chain then has the very roots. */
async function foundOnChain({ key }: Kept, { roots }: Pending, place: Place): Promise<RecordId | null> {
  if (key === null) return null;
  try {
    const client = new HolderFetch(await signerOf(key), place).client();
    for await (const { value } of client.list('/v1/applications')) {
      const record = readRecord(value);
      if (record.kind !== 'application') continue;
      const { id, claims } = record.value;
      if (claims.length === roots.length && claims.every(({ root }, at) => root === roots[at])) return id;
    }
  } catch {
    // A key that has not applied is nobody there.
  }
  return null;
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
  who: Pick<NewKey, 'identity_number' | 'name'>,
): Promise<RecordId> {
  const asked: NewKey = { ticket, holder_key: key.key, custody: 'device', ...who };
  const draft = await node().renewKey(asked);
  const person = checkNewKey(draft, asked);
  await node().submit(draft.draft, ticket, await word(await signerOf(key), chain, draft.action));
  return person;
}
