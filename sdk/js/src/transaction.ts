// SPDX-License-Identifier: Apache-2.0
/** Transactions: made, signed, named by their id, and checked as a validator checks them before it looks at rules. */
import { concat, toHex } from './bytes.js';
import { decode, encode, parse, variantOf } from './codec.js';
import { FormatError } from './errors.js';
import { TAGS, tagBytes, tagged } from './hash.js';
import type { Hash } from './ids.js';
import { type Signer, verify } from './keys.js';
import { type Action, Transaction } from './layouts/index.js';
import { hostRandom, type Random, randomBytes } from './random.js';
import { releaseHolds, statementHolds, statementsOf } from './statement.js';
import { formatTime, type Time } from './time.js';

/** The version of transactions that this package knows. */
export const TRANSACTION_VERSION = 1;
/** The most bytes of a transaction. */
export const TRANSACTION_BYTES = 16_384;
/** The bytes of a signature with its scheme: the last of a transaction. */
const SIGNATURE_BYTES = 68;
const NONCE_BYTES = 16;
/** How long a transaction is good unless it says otherwise. The chain takes at most ten minutes. */
export const TRANSACTION_MS = 2 * 60_000;

const UNSIGNED = `ed25519:${'0'.repeat(128)}`;

/** What a sender may choose. */
export interface TransactionChoices {
  /** Until when it may be executed; two minutes from now unless given. */
  readonly validUntil?: Time;
  readonly random?: Random;
}

/** Makes and signs a transaction. Send the same one again as often as needed: it is executed once. */
export async function signTransaction(
  signer: Signer,
  chain: Hash,
  action: Action,
  choices: TransactionChoices = {},
): Promise<Transaction> {
  const nonce = toHex(await randomBytes(choices.random ?? hostRandom, NONCE_BYTES));
  const unsigned = parse(Transaction, {
    version: TRANSACTION_VERSION,
    chain,
    sender: signer.key,
    nonce,
    valid_until: choices.validUntil ?? formatTime(Date.now() + TRANSACTION_MS),
    action,
    signature: UNSIGNED,
  });
  const transaction = { ...unsigned, signature: await signer.sign(transactionMessage(unsigned)) };
  if (transactionBytes(transaction).length > TRANSACTION_BYTES) {
    throw new FormatError(`a transaction of more than ${TRANSACTION_BYTES} bytes`);
  }
  return transaction;
}

/** The canonical bytes of a transaction, signature included. */
export function transactionBytes(transaction: Transaction): Uint8Array {
  return encode(Transaction, transaction);
}

/** The transaction of canonical bytes. */
export function readTransaction(bytes: Uint8Array): Transaction {
  return decode(Transaction, bytes, TRANSACTION_BYTES);
}

/** The id of a transaction: over all of it but the signature. */
export function transactionId(transaction: Transaction): Hash {
  return toHex(idBytes(transactionBytes(transaction)));
}

function idBytes(bytes: Uint8Array): Uint8Array {
  return tagged(TAGS.transaction, bytes.subarray(0, bytes.length - SIGNATURE_BYTES));
}

/** The 48 bytes that the sender signs. */
export function transactionMessage(transaction: Transaction): Uint8Array {
  return concat(tagBytes(TAGS.transactionSigned), idBytes(transactionBytes(transaction)));
}

/** What is wrong with a transaction whatever the state: version, chain or a signature. `null`: nothing. */
export function transactionFault(transaction: Transaction, chain: Hash): string | null {
  if (transaction.version !== TRANSACTION_VERSION) return `version ${transaction.version} is not 1`;
  if (transaction.chain !== chain) return 'the transaction is for another chain';
  const { sender, signature, action } = transaction;
  if (!verify(sender, transactionMessage(transaction), signature)) return 'the signature is wrong';
  const given = statementsOf(action).every((statement) => statementHolds(chain, action, statement));
  if (!given || !releaseHolds(chain, action)) return 'the signature of a statement is wrong';
  const reason = reasonOf(action);
  return reason === null || REASON_CODE.test(reason) ? null : 'a reason is no code';
}

/** A lower-case letter, then lower-case letters, digits and underscores: at most 40 of them and at most 4 digits. */
const REASON_CODE = /^(?!(?:[^0-9]*[0-9]){5})[a-z][a-z0-9_]{0,39}$/;

/** The reason code that an action gives, be it in an answer or a verdict; null if it gives none. */
function reasonOf(action: Action): string | null {
  const [word, inner] = variantOf(action);
  // What the signing of a waybill calls its reason is a digest.
  if (word === 'waybill_sign') return null;
  const own = inner as Partial<Reasoned> & { readonly answer?: object; readonly verdict?: object | string };
  const within = own.answer ?? own.verdict;
  const no = typeof within === 'object' ? (Object.values(within)[0] as Partial<Reasoned>) : own;
  return no.reason ?? null;
}

interface Reasoned {
  readonly reason: string;
}
