// SPDX-License-Identifier: Apache-2.0
/**
 * Standing, colour and operator of a code at an instant, from proofs under one trusted header and nothing else.
 * What cannot be known from them is unknown (`null`), never blue.
 */
import { toHex } from '../bytes.js';
import { headerHash } from '../header.js';
import { type Hash, parseId } from '../ids.js';
import type { Certificate, Code, Colour, Dossier, Header, Organisation } from '../layouts/index.js';
import type { RecordKey } from '../state.js';
import { parseTime, type Time } from '../time.js';
import type { Proven } from './verify.js';

/** What a code that is there stands as. */
export type Standing = 'issued' | 'suspended' | 'cancelled';
/** What an operator's certificate makes of it. */
export type OperatorState = 'valid' | 'invalid' | 'none';

/** Standing and colour; only an issued code has a colour. */
export interface Shade {
  readonly standing: Standing;
  readonly colour: Colour | null;
}

/** What is shown for a code, and until when if no block changes it; null: until one does. */
export interface Displayed extends Shade {
  /** Blue with an invalid operator is shown as yellow. */
  readonly displayed: Colour | null;
  readonly operator: OperatorState;
  readonly until: Time | null;
}

/** Standing and colour of a code at an instant; null: unknown. */
export function shadeOf(code: Code, headerTime: Time, at: Time): Shade | null {
  const now = parseTime(at);
  const isPast = now < parseTime(headerTime);
  const isOver = code.next_change_at !== null && now >= parseTime(code.next_change_at);
  if (isPast || isOver) return null;
  const standing = standingOf(code);
  return { standing, colour: standing === 'issued' ? colourOf(code, now) : null };
}

function standingOf(code: Code): Standing {
  if (code.cancelled_at !== null) return 'cancelled';
  return code.suspensions.length > 0 ? 'suspended' : 'issued';
}

function colourOf(code: Code, now: number): Colour {
  const sums = [code.own, code.of_vehicle, code.of_trailer].filter((sum) => sum !== null);
  const isDue = (by: Time | null): boolean => by !== null && parseTime(by) <= now;
  if (sums.some((sum) => isDue(sum.earliest_settle_by))) return 'red';
  return sums.some((sum) => sum.open > 0) ? 'yellow' : 'blue';
}

/** The record of a code's operator, which a second proof is needed of; null: it has none. */
export function operatorKey(code: Code): RecordKey | null {
  const { operator } = code;
  if (operator === null) return null;
  return 'organisation' in operator
    ? { kind: 'organisation', id: toHex(parseId('org', operator.organisation)) }
    : { kind: 'person', id: toHex(parseId('per', operator.person)) };
}

/**
 * What is shown for a code at an instant; null: unknown.
 * @param code what a proof of the code has shown.
 * @param operator what a proof of its operator has shown; null where it has none.
 */
export function display(code: Proven, operator: Proven | null, trusted: Header, at: Time): Displayed | null {
  const anchor = headerHash(trusted);
  if (!isPresent(code, anchor) || code.kind !== 'code') return null;
  const shade = shadeOf(code.value, trusted.time_ms, at);
  if (shade === null) return null;
  const state = operatorOf(code.value, operator, trusted, at);
  if (state === null) return null;
  const isHidden = shade.colour === 'blue' && state.operator === 'invalid';
  const instants = [...state.instants, ...present(code.value.next_change_at)];
  return {
    ...shade,
    displayed: isHidden ? 'yellow' : shade.colour,
    operator: state.operator,
    until: earliest(instants),
  };
}

type PresentRecord = Extract<Proven, { readonly what: 'record' }>;

/** True if a record was proven to be there as of the header with this hash. */
function isPresent(proven: Proven, anchor: Hash): proven is PresentRecord {
  return proven.what === 'record' && proven.until === null && proven.anchor.hash === anchor;
}

interface OperatorSeen {
  readonly operator: OperatorState;
  /** When it may change by itself. */
  readonly instants: readonly Time[];
}

function operatorOf(code: Code, proven: Proven | null, trusted: Header, at: Time): OperatorSeen | null {
  const key = operatorKey(code);
  if (key === null) return { operator: 'none', instants: [] };
  if (proven === null || !isPresent(proven, headerHash(trusted))) return null;
  if (proven.kind !== key.kind || proven.version.id !== key.id) return null;
  if (proven.kind !== 'organisation' && proven.kind !== 'person') return null;
  const certificate = permitIn(proven.value.dossier);
  const headerTime = parseTime(trusted.time_ms);
  const instants = certificate === undefined ? [] : changesOf(certificate, headerTime);
  if (instants.some((instant) => parseTime(instant) <= parseTime(at))) return null;
  const hasEnded = proven.kind === 'organisation' && isEnded(proven.value);
  const isValid = certificate !== undefined && isInForce(certificate, headerTime) && !hasEnded;
  return { operator: isValid ? 'valid' : 'invalid', instants };
}

function permitIn(dossier: Dossier): Certificate | undefined {
  return dossier.certificates.find((certificate) => certificate.kind === 'business_permit');
}

function isInForce({ state, terms }: Certificate, headerTime: number): boolean {
  return state === 'valid' && parseTime(terms.valid_from) <= headerTime;
}

function isEnded(organisation: Organisation): boolean {
  return organisation.ended_at !== null;
}

/** The instants at which a certificate may change without a block that says so. */
function changesOf({ next, state, terms }: Certificate, headerTime: number): Time[] {
  return [
    ...present(next?.valid_from ?? null),
    ...present(state === 'valid' ? terms.valid_until : null),
    ...present(parseTime(terms.valid_from) > headerTime ? terms.valid_from : null),
  ];
}

function present(time: Time | null): Time[] {
  return time === null ? [] : [time];
}

/** All texts of instants have one form, so their order is that of the instants. */
function earliest(instants: readonly Time[]): Time | null {
  return [...instants].sort().at(0) ?? null;
}
