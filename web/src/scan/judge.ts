// SPDX-License-Identifier: Apache-2.0
/**
 * What becomes of a scanned text: by signatures here, which needs no network, and by what the chain says since,
 * where there is one. The worse of both counts, and nothing is blue that either does not vouch for.
 */
import { type Doubt, formatTime, parseTime, type Shown, verifyShown, type WitnessList } from '@dianyun/sdk';

import { type Look, lookOf } from '../parts/looks.js';

/** Why something is unknown. */
export type Reason = Doubt | 'no_list' | 'key_ended' | 'not_confirmed';

/** What the chain says now, as a node answers. */
export type Now =
  | {
      readonly code: {
        readonly standing: string;
        readonly displayed: 'blue' | 'yellow' | 'red' | null;
        readonly valid_until: string | null;
      };
    }
  | { readonly organisation: { readonly admitted: boolean } };

/** What a node answers to a text. */
export interface Answer {
  readonly height: number;
  readonly time: string;
  readonly verdict: 'verified' | 'unknown';
  readonly reason: string | null;
  readonly now: Now | null;
  readonly changed: readonly string[];
}

/** What the chain says since: it was asked, nobody answered, or it is still being asked. */
export type Since = 'asking' | 'offline' | Answer;

/** What was found. */
export type Finding =
  | { readonly holds: false; readonly reason: Reason; readonly at: number }
  | { readonly holds: true; readonly shown: Shown; readonly at: number; readonly since: Since };

/** Judges a text by signatures alone, at an instant by the node's clock. */
export function judge(text: string, list: WitnessList | null, at: number): Finding {
  if (list === null) return { holds: false, reason: 'no_list', at };
  const verdict = verifyShown(text.trim(), list, { now: formatTime(at) });
  if (verdict.verdict === 'unknown') return { holds: false, reason: verdict.reason, at };
  return { holds: true, shown: verdict.shown, at, since: 'asking' };
}

/** Takes in what the chain says since. */
export function withAnswer(finding: Finding, since: Since): Finding {
  return finding.holds ? { ...finding, since } : finding;
}

/** Until when a finding holds, ms. */
export function endOf(finding: Finding & { readonly holds: true }): number {
  const ends = [parseTime(finding.shown.witnessed.facts.valid_until)];
  const { since } = finding;
  const present = typeof since === 'object' ? since.now : null;
  const until = present !== null && 'code' in present ? present.code.valid_until : null;
  if (until !== null) ends.push(parseTime(until));
  return Math.min(...ends);
}

const STANDINGS: Readonly<Record<string, Look>> = { suspended: 'suspended', cancelled: 'cancelled' };

/** The look of what the chain says now. */
function presentLook(present: Now): Look {
  if ('organisation' in present) return present.organisation.admitted ? 'badge' : 'unknown';
  return present.code.displayed ?? STANDINGS[present.code.standing] ?? 'unknown';
}

/** How a finding looks at an instant. */
export function findingLook(finding: Finding, at: number): Look {
  if (!finding.holds || at >= endOf(finding)) return 'unknown';
  const { since, shown } = finding;
  if (typeof since !== 'object') return lookOf(shown.witnessed.facts, at);
  // Whose key it was no longer shows anything, whatever colour the code has.
  if (since.verdict !== 'verified' || since.now === null || since.changed.includes('key')) return 'unknown';
  return presentLook(since.now);
}

/** Why a finding is unknown at an instant; null: it is not. */
export function reasonNow(finding: Finding, at: number): Reason | null {
  if (!finding.holds) return finding.reason;
  if (at >= endOf(finding)) return 'expired';
  if (typeof finding.since === 'object' && finding.since.changed.includes('key')) return 'key_ended';
  return findingLook(finding, at) === 'unknown' ? 'not_confirmed' : null;
}

/** True if the chain says something else now than what was shown. */
export function hasChanged(finding: Finding): boolean {
  return finding.holds && typeof finding.since === 'object' && finding.since.changed.length > 0;
}
