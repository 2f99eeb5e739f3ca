// SPDX-License-Identifier: Apache-2.0
/**
 * Statements: the word of a second party inside somebody else's transaction, such as a holder's in a platform's
 * application. A statement is over the action without any statements, so parties may sign in any order.
 */
import { concat, littleEndian, toHex } from './bytes.js';
import { encode, variantOf } from './codec.js';
import { FormatError } from './errors.js';
import { TAGS, tagBytes, tagged } from './hash.js';
import { type Hash, parseHash } from './ids.js';
import { type Signer, verify } from './keys.js';
import { Action, CapacityTerms, type ConsentUse, Release, type Statement } from './layouts/index.js';
import * as p from './primitives.js';
import { hostRandom, type Random, randomBytes } from './random.js';
import { formatTime, parseTime, type Time } from './time.js';

const NONCE_BYTES = 16;
/** How long a statement is good unless it says otherwise: five minutes. */
export const STATEMENT_MS = 5 * 60_000;

/** The statements in an action; none where it takes none. */
export function statementsOf(action: Action): readonly Statement[] {
  const [, inner] = variantOf(action);
  return (inner as { readonly statements?: readonly Statement[] }).statements ?? [];
}

/** The same action with these statements and no others. */
export function withStatements(action: Action, statements: readonly Statement[]): Action {
  const [word, inner] = variantOf(action);
  if (!Object.hasOwn(inner as object, 'statements')) throw new FormatError(`${word} takes no statements`);
  return { [word]: { ...(inner as object), statements } } as unknown as Action;
}

/** What is hashed of a verification code in a statement: the terms alone, before it is known who will use it. */
export function capacityDigest(terms: CapacityTerms): Hash {
  return toHex(tagged(TAGS.capacity, encode(CapacityTerms, terms)));
}

/** What is hashed of the word of a driver's node on who entered the digits. */
export function releaseDigest(release: Release): Hash {
  return toHex(tagged(TAGS.release, encode(Release, release)));
}

/** What the node's word in a `consent_use` has to be about: the first holder's statement, the asker, the request. */
export function releaseOf(chain: Hash, action: ConsentUse): Release {
  const [word] = action.statements;
  const id = word === undefined ? '0'.repeat(64) : statementId(chain, { consent_use: action }, word);
  return { word: id, by: action.by, request: action.request };
}

/** What is hashed of an action in a statement: it, its list of statements empty; of a `consent_use` its terms. */
export function actionDigest(action: Action): Hash {
  if (typeof action === 'object' && 'consent_use' in action) return capacityDigest(action.consent_use.terms);
  const bare = Object.hasOwn(variantOf(action)[1] as object, 'statements') ? withStatements(action, []) : action;
  return toHex(tagged(TAGS.action, encode(Action, bare)));
}

/** The 104 bytes that the party signs. */
export function statementMessage(
  chain: Hash,
  action: Action,
  statement: Pick<Statement, 'nonce' | 'valid_until'>,
): Uint8Array {
  return messageAbout(chain, actionDigest(action), statement);
}

function messageAbout(
  chain: Hash,
  digest: Hash,
  statement: Pick<Statement, 'nonce' | 'valid_until'>,
): Uint8Array {
  return concat(
    tagBytes(TAGS.statement),
    parseHash(chain),
    parseHash(digest),
    encode(p.nonce, statement.nonce),
    littleEndian(parseTime(statement.valid_until), 8),
  );
}

/** The id of a statement, which is good once. */
export function statementId(chain: Hash, action: Action, statement: Statement): Hash {
  // The tag is the message's own first 16 bytes once more: the message is hashed as it is signed.
  const message = statementMessage(chain, action, statement);
  return toHex(tagged(TAGS.statement, message, encode(p.key, statement.signer)));
}

/** What a party may choose when it gives its word. */
export interface StatementChoices {
  /** Until when it is good; five minutes from now unless given. */
  readonly validUntil?: Time;
  readonly random?: Random;
}

/** A party's word for an action on a chain. */
export async function giveStatement(
  signer: Signer,
  chain: Hash,
  action: Action,
  choices: StatementChoices = {},
): Promise<Statement> {
  return give(signer, chain, actionDigest(action), choices);
}

/** A driver's word on a verification code, for whoever is shown its digits: it goes into a `consent_use`. */
export async function giveCapacity(
  signer: Signer,
  chain: Hash,
  terms: CapacityTerms,
  choices: StatementChoices = {},
): Promise<Statement> {
  return give(signer, chain, capacityDigest(terms), choices);
}

/** The word of a driver's node, by a key of the organisation that sponsored the code's application. */
export async function giveRelease(
  signer: Signer,
  chain: Hash,
  release: Release,
  choices: StatementChoices = {},
): Promise<Statement> {
  return give(signer, chain, releaseDigest(release), choices);
}

async function give(signer: Signer, chain: Hash, digest: Hash, choices: StatementChoices): Promise<Statement> {
  const nonce = toHex(await randomBytes(choices.random ?? hostRandom, NONCE_BYTES));
  const valid_until = choices.validUntil ?? formatTime(Date.now() + STATEMENT_MS);
  const message = messageAbout(chain, digest, { nonce, valid_until });
  return { signer: signer.key, nonce, valid_until, signature: await signer.sign(message) };
}

/** True if the statement's signature holds for the action on the chain. */
export function statementHolds(chain: Hash, action: Action, statement: Statement): boolean {
  return verify(statement.signer, statementMessage(chain, action, statement), statement.signature);
}

/** True if the node's word in a `consent_use` holds on the chain; true of every other action. */
export function releaseHolds(chain: Hash, action: Action): boolean {
  if (typeof action !== 'object' || !('consent_use' in action)) return true;
  const { release } = action.consent_use;
  const message = messageAbout(chain, releaseDigest(releaseOf(chain, action.consent_use)), release);
  return verify(release.signer, message, release.signature);
}
