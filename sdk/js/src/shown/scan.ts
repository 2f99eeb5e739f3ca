// SPDX-License-Identifier: Apache-2.0
/**
 * Scanning: the verdict on a shown code, from it and a list of witnesses alone. What is past its time or unverifiable
 * is unknown, never a colour; a picture of a screen is recognised as old.
 */
import { DianyunError } from '../errors.js';
import type { Hash } from '../ids.js';
import { verify } from '../keys.js';
import type { Colour } from '../layouts/index.js';
import type { PublicKey } from '../primitives.js';
import { formatTime, parseTime, type Time } from '../time.js';
import { chainTag, displayedColour, type Shown, type Witness, type WitnessList } from './facts.js';
import { parseShown } from './packed.js';
import { shownMessage, witnessMessage } from './show.js';

/** How far the clocks of who shows and who scans may be apart, in milliseconds. */
export const SHOWN_APART_MS = 2 * 60_000;

/** Why something shown is unknown; of several reasons the first of this list is told. */
export type Doubt =
  | 'malformed'
  | 'foreign_chain'
  | 'unknown_witness'
  | 'bad_signature'
  | 'expired'
  | 'shown_too_long_ago'
  | 'shown_in_future';

/** What a scanner tells. */
export type Verdict =
  | {
      readonly verdict: 'verified';
      readonly shown: Shown;
      /** The colour to show; `null` for what has none. */
      readonly displayed: Colour | null;
      /** The witnesses of the list that signed. */
      readonly witnesses: readonly number[];
    }
  | { readonly verdict: 'unknown'; readonly reason: Doubt };

/** What a scanner may choose. */
export interface ScanChoices {
  /** The scanner's clock; the host's unless given. */
  readonly now?: Time;
  /** How many witnesses of the list must have signed; one unless given. */
  readonly threshold?: number;
}

/** The list of a chain's witnesses from what a node answers: `chain` of /v1/status, and /v1/validators. */
export function witnessesOf(
  chain: Hash,
  validators: {
    readonly nodes: readonly {
      readonly number: number;
      readonly name: string;
      readonly role: string;
      readonly key: PublicKey;
    }[];
  },
): WitnessList {
  const counted = validators.nodes.filter(({ role }) => role === 'validator');
  return { chain, witnesses: counted.map(({ number, name, key }) => ({ number, name, key })) };
}

/** The verdict on a scanned text. */
export function verifyShown(text: string, list: WitnessList, choices: ScanChoices = {}): Verdict {
  const shown = read(text);
  if (shown === null) return unknown('malformed');
  const { facts } = shown.witnessed;
  if (facts.chain_tag !== chainTag(list.chain)) return unknown('foreign_chain');
  const listed = listedOf(shown, list);
  if (listed.length < Math.max(1, choices.threshold ?? 1)) return unknown('unknown_witness');
  const message = witnessMessage(list.chain, facts);
  const areSigned = listed.every(({ key, witness }) => holds(key, message, witness.signature));
  if (!areSigned) return unknown('bad_signature');
  const whole = shownMessage(list.chain, shown.witnessed, shown.shown_at);
  if (!holds(facts.key, whole, shown.signature)) return unknown('bad_signature');
  const late = lateness(shown, parseTime(choices.now ?? formatTime(Date.now())));
  if (late !== null) return unknown(late);
  const witnesses = listed.map(({ witness }) => witness.number);
  return { verdict: 'verified', shown, displayed: displayedColour(facts.shows), witnesses };
}

function unknown(reason: Doubt): Verdict {
  return { verdict: 'unknown', reason };
}

function read(text: string): Shown | null {
  try {
    return parseShown(text);
  } catch (error) {
    if (error instanceof DianyunError) return null;
    throw error;
  }
}

interface Listed {
  readonly witness: Witness;
  readonly key: PublicKey;
}

/** The witnesses that are on the list, with their keys. */
function listedOf({ witnessed }: Shown, list: WitnessList): Listed[] {
  return witnessed.witnesses.flatMap((witness) => {
    const found = list.witnesses.find(({ number }) => number === witness.number);
    return found === undefined ? [] : [{ witness, key: found.key }];
  });
}

/** A key that is no point signs nothing. */
function holds(key: PublicKey, message: Uint8Array, signed: string): boolean {
  try {
    return verify(key, message, signed);
  } catch {
    return false;
  }
}

function lateness({ witnessed, shown_at }: Shown, now: number): Doubt | null {
  const ago = now - parseTime(shown_at);
  if (now >= parseTime(witnessed.facts.valid_until)) return 'expired';
  if (ago > SHOWN_APART_MS) return 'shown_too_long_ago';
  return -ago > SHOWN_APART_MS ? 'shown_in_future' : null;
}
