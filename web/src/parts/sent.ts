// SPDX-License-Identifier: Apache-2.0
/**
 * What was signed and sent is kept until it is known what became of it: an answer may be late, or lost. Whoever wants
 * the same again meanwhile, after a reload too, sends the very same bytes, which are executed once.
 */
import {
  type Action,
  ApiError,
  type Client,
  formatTime,
  type Hash,
  later,
  NotYetError,
  type Ordered,
  parseTime,
  RefusedError,
  type Signer,
  signTransaction,
  type Transaction,
  transactionId,
} from '@dianyun/sdk';

import { now } from './clock.js';
import type { Words } from './language.js';
import { read, remove, write } from './store.js';

/** A transaction is good so long, ms. */
const GOOD_MS = 120_000;
/** So long after its end the chain shows whether it was done, ms. */
const LATE_MS = 180_000;
/** One attempt and no more. */
const ONCE = { patienceMs: 0 };
/** Before the attempts that follow it, ms. */
const PAUSE_MS = 300;

/** What is said of a `NotYetError`. */
export const UNDER_WAY: Words = {
  zh: '正在办理：已签名送出，还没有回音。再点一次送出的是同一份签名，不会办两次。',
  en: 'It is under way: no answer says yet that it is done. A second tap sends the very same again.',
};

/** Who sends, on which chain. */
export interface Sender {
  readonly client: Client;
  readonly signer: Signer;
  readonly chain: Hash;
}

/** What is signed where nothing is under way. */
export interface Wanted {
  action(): Action;
  /** Keeps what belongs to it, before it is sent. */
  keep?(transaction: Transaction): Promise<void>;
  /** Is told where something is under way: that is sent as it is, and nothing new is signed. */
  again?(): void;
}

const placeOf = (name: string): string => `sent ${name}`;

/** What was sent under a name, if nobody knows yet what became of it. */
export async function sentBefore({ signer, chain }: Sender, name: string): Promise<Transaction | null> {
  const found = await read<Transaction>('settings', placeOf(name));
  if (found === undefined || found.chain !== chain || found.sender !== signer.key) return null;
  return now() > parseTime(found.valid_until) + LATE_MS ? null : found;
}

/** Forgets what was sent under a name: the chain shows that it was done. */
export async function forgetSent(name: string): Promise<void> {
  await remove('settings', placeOf(name));
}

/** Signs under a name, which stands for one thing that is to be done once, and waits until it is executed. */
export async function sendOnce(sender: Sender, name: string, wanted: Wanted): Promise<Ordered> {
  const before = await sentBefore(sender, name);
  if (before !== null) wanted.again?.();
  const transaction = before ?? (await signed(sender, name, wanted));
  if (before === null) {
    try {
      // Nothing went before it that nobody answered: whoever says no to it has the last word.
      return await awaited(name, transaction, isAnswer, sender.client.execute(transaction, ONCE));
    } catch (error) {
      if (!(error instanceof NotYetError)) throw error;
    }
    await new Promise((done) => setTimeout(done, PAUSE_MS));
  }
  return awaited(name, transaction, isOver, executed(sender.client, transaction));
}

/** What comes of it; it is forgotten if it was executed, or if what was answered is final. */
async function awaited(
  name: string,
  transaction: Transaction,
  isFinal: (error: unknown) => boolean,
  sent: Promise<Ordered>,
): Promise<Ordered> {
  try {
    const ordered = await sent;
    await forgetSent(name);
    return ordered;
  } catch (error) {
    if (isFinal(error)) await forgetSent(name);
    throw isAnswer(error) ? error : new NotYetError(transactionId(transaction), error);
  }
}

async function signed({ signer, chain }: Sender, name: string, wanted: Wanted): Promise<Transaction> {
  const validUntil = later(formatTime(now()), GOOD_MS);
  const transaction = await signTransaction(signer, chain, wanted.action(), { validUntil });
  await wanted.keep?.(transaction);
  await write('settings', placeOf(name), transaction);
  return transaction;
}

async function executed(client: Client, transaction: Transaction): Promise<Ordered> {
  try {
    return await client.execute(transaction);
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 'transaction_expired')) throw error;
    return lateOutcome(client, transaction, error);
  }
}

/** What became of a transaction whose time is over: it was executed before, or it never will be. */
async function lateOutcome(client: Client, transaction: Transaction, expired: unknown): Promise<Ordered> {
  const id = transactionId(transaction);
  // The header first: a block of that height or below has the transaction, or none will.
  const { time_ms } = await client.header('latest');
  const ordered = await client.ordered(id);
  if (ordered === null) {
    throw parseTime(time_ms) > parseTime(transaction.valid_until) ? expired : new NotYetError(id, expired);
  }
  const { outcome } = ordered.receipt;
  if ('refused' in outcome) throw new RefusedError(id, outcome.refused.reasons);
  return ordered;
}

/** True if it was not executed and never will be: these bytes are wrong, out of time, or refused by the chain. */
function isOver(error: unknown): boolean {
  return error instanceof RefusedError || (error instanceof ApiError && error.status === 400);
}

/** True if a node or the chain said no; else it may have been taken all the same. */
function isAnswer(error: unknown): boolean {
  return error instanceof RefusedError || (error instanceof ApiError && !error.isPassing && error.status < 500);
}
