// SPDX-License-Identifier: Apache-2.0
/**
 * The time by the node's clock. A phone's own may be minutes off, and what is shown is good for two: every answer's
 * `Date` says how far. Kept for when there is no network.
 */
const KEPT = 'dianyun.clock';
/** `Date` has whole seconds: on average half of one has passed. */
const HALF_SECOND_MS = 500;
/** An answer that took longer says too little. */
const LONGEST_MS = 10_000;

let offsetMs = kept();

function kept(): number {
  try {
    const found = Number(localStorage.getItem(KEPT) ?? '0');
    return Number.isSafeInteger(found) ? found : 0;
  } catch {
    return 0;
  }
}

/** Milliseconds since 1970 by the node's clock. */
export function now(): number {
  return Date.now() + offsetMs;
}

/** How far the node's clock is ahead of this device's. */
export function offset(): number {
  return offsetMs;
}

/** Learns from an answer that was asked for and came at these instants of this device's clock. */
export function learn(date: string | null, asked: number, came: number): void {
  const told = date === null ? Number.NaN : Date.parse(date);
  const tookMs = came - asked;
  if (Number.isNaN(told) || tookMs < 0 || tookMs > LONGEST_MS) return;
  const found = Math.round(told + HALF_SECOND_MS - (asked + came) / 2);
  // Within what `Date` and the way can be off, what is believed already may be as true.
  if (Math.abs(found - offsetMs) <= HALF_SECOND_MS + tookMs / 2) return;
  offsetMs = found;
  try {
    localStorage.setItem(KEPT, String(found));
  } catch {
    // It holds until the page is closed.
  }
}
