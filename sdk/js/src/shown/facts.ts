// SPDX-License-Identifier: Apache-2.0
/** What a shown code says, in the JSON that nodes speak; its bytes are in `packed.ts`. docs/showing.md has both. */
import type { CodeId, Hash, RecordId } from '../ids.js';
import type { Colour, OrganisationKind } from '../layouts/index.js';
import type { PublicKey, Signature } from '../primitives.js';
import type { OperatorState } from '../proof/standing.js';
import type { Time } from '../time.js';

/** How a code stands: its colour if it is issued, else its standing. The order is that of the format. */
export const CODE_STATES = ['blue', 'yellow', 'red', 'suspended', 'cancelled'] as const;
/** One of the states of a code. */
export type CodeState = (typeof CODE_STATES)[number];

/** Who has the key in hand that shows: an organisation its own, the holder alone, or a platform for the holder. */
export const KEY_CUSTODIES = ['organisation', 'device', 'platform'] as const;
/** One of the custodies of a key. */
export type KeyCustody = (typeof KEY_CUSTODIES)[number];

/** States of an operator in the order of the format. */
export const OPERATOR_STATES = ['none', 'valid', 'invalid'] as const satisfies readonly OperatorState[];

/** Kinds of organisations in the order of the format. */
export const BADGE_KINDS = [
  'regulator',
  'authority',
  'enterprise',
  'platform',
  'insurer',
  'bank',
  'service_provider',
] as const satisfies readonly OrganisationKind[];

/** A code as it is shown. */
export interface ShownCode {
  readonly id: CodeId;
  readonly state: CodeState;
  readonly operator: OperatorState;
  readonly custody: KeyCustody;
}

/** An organisation as its officers and staff show it. */
export interface ShownOrganisation {
  readonly id: RecordId;
  readonly kind: OrganisationKind;
}

/** What is shown: a code, or the badge of an organisation. */
export type ShownWhat = { readonly code: ShownCode } | { readonly organisation: ShownOrganisation };

/** What witnesses sign. */
export interface Facts {
  /** The first 8 digits of the chain id. */
  readonly chain_tag: string;
  readonly shows: ShownWhat;
  /** Height of the block that was read. */
  readonly height: number;
  /** That block's time. */
  readonly as_of: Time;
  /** From this instant on it is unknown. */
  readonly valid_until: Time;
  /** The holder's key, whose signature shows them. */
  readonly key: PublicKey;
}

/** A validator's word for facts. */
export interface Witness {
  /** Its number in genesis. */
  readonly number: number;
  readonly signature: Signature;
}

/** Facts with the word of 1 to 4 witnesses, in ascending order of their numbers. */
export interface Witnessed {
  readonly facts: Facts;
  readonly witnesses: readonly Witness[];
}

/** Witnessed facts as their holder shows them at one moment. */
export interface Shown {
  readonly witnessed: Witnessed;
  readonly shown_at: Time;
  readonly signature: Signature;
}

/** A validator whose word counts. */
export interface ListedWitness {
  readonly number: number;
  readonly name: string;
  readonly key: PublicKey;
}

/** All that a scanner needs without a network: the chain, and whose word counts. */
export interface WitnessList {
  readonly chain: Hash;
  readonly witnesses: readonly ListedWitness[];
}

/** The first 8 digits of a chain id: which chain a shown code is of. Signatures cover the whole id. */
export function chainTag(chain: Hash): string {
  return chain.slice(0, 8);
}

/** The colour to show: blue with an invalid operator is shown as yellow; `null` for what has no colour. */
export function displayedColour(shows: ShownWhat): Colour | null {
  if (!('code' in shows)) return null;
  const { state, operator } = shows.code;
  if (state === 'suspended' || state === 'cancelled') return null;
  return state === 'blue' && operator === 'invalid' ? 'yellow' : state;
}
