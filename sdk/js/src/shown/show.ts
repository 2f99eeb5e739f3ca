// SPDX-License-Identifier: Apache-2.0
/**
 * Showing: facts with a validator's word, signed by the holder for the moment. The word of a node is asked for now
 * and then (`GET /v1/codes/{id}/witness`); the holder's signature is made anew every minute, without a network.
 */
import { concat, fromHex } from '../bytes.js';
import { FormatError } from '../errors.js';
import { TAGS, tagBytes } from '../hash.js';
import { type Hash, parseHash } from '../ids.js';
import type { Signer } from '../keys.js';
import { formatTime, parseTime, type Time } from '../time.js';
import { chainTag, type Facts, type Witness, type Witnessed } from './facts.js';
import { packFacts, packShowing, packWitnessed, shownText, unpackWitnessed } from './packed.js';

/** How often a shown code is made anew, in milliseconds. */
export const SHOWN_RENEWED_MS = 60_000;

/** What a witness signs. */
export function witnessMessage(chain: Hash, facts: Facts): Uint8Array {
  return concat(tagBytes(TAGS.witness), parseHash(chain), packFacts(facts));
}

/** What the holder signs. */
export function shownMessage(chain: Hash, witnessed: Witnessed, shownAt: Time): Uint8Array {
  return concat(tagBytes(TAGS.shown), parseHash(chain), packShowing(witnessed, shownAt));
}

/** What a node answered to a wish for its word; refused if what it packed is not what it says. */
export function readWitnessed(answer: {
  readonly facts: Facts;
  readonly witness: Witness;
  readonly packed: string;
}): Witnessed {
  const witnessed = unpackWitnessed(fromHex(answer.packed));
  const said = packWitnessed({ facts: answer.facts, witnesses: [answer.witness] });
  if (packWitnessed(witnessed).join() !== said.join()) throw new FormatError('the node packed something else');
  return witnessed;
}

/** The witnesses of the same facts together, such as of several nodes that were asked for one height. */
export function joinWitnessed(one: Witnessed, other: Witnessed): Witnessed {
  if (packFacts(one.facts).join() !== packFacts(other.facts).join()) {
    throw new FormatError('the witnesses speak of different facts');
  }
  const known = new Set(one.witnesses.map(({ number }) => number));
  const added = other.witnesses.filter(({ number }) => !known.has(number));
  const witnesses = [...one.witnesses, ...added].sort((a, b) => a.number - b.number);
  const joined = { facts: one.facts, witnesses };
  packWitnessed(joined);
  return joined;
}

/**
 * The text that shows witnessed facts now.
 * @param signer of the key that the facts name.
 * @param now the host's clock unless given; one behind the chain's is overtaken by it.
 */
export async function show(
  signer: Signer,
  chain: Hash,
  witnessed: Witnessed,
  now: Time = formatTime(Date.now()),
): Promise<string> {
  const { facts } = witnessed;
  if (facts.chain_tag !== chainTag(chain)) throw new FormatError('the facts are of another chain');
  if (facts.key !== signer.key) throw new FormatError('the facts name another key');
  const shown_at = formatTime(Math.max(parseTime(now), parseTime(facts.as_of)));
  const signature = await signer.sign(shownMessage(chain, witnessed, shown_at));
  return shownText({ witnessed, shown_at, signature });
}
