// SPDX-License-Identifier: Apache-2.0
/**
 * Instants: milliseconds since 1970-01-01T00:00Z without leap seconds, and their one text form in Beijing time.
 * Beijing time is UTC+8 without summer time, so no time zone of the host is ever asked.
 */
import { FormatError } from './errors.js';

/** An instant as a text, such as `2026-11-24T12:00:00.000+08:00`. */
export type Time = string;

/** Instants may not be later: 9999-12-31T23:59:59.999+08:00. */
export const LAST_TIME_MS = 253_402_271_999_999;

const BEIJING_MS = 8 * 3_600_000;
const TEXT = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})\.(\d{3})\+08:00$/;

/** The text of an instant. */
export function formatTime(ms: number): Time {
  if (!Number.isSafeInteger(ms) || ms < 0 || ms > LAST_TIME_MS) {
    throw new FormatError('a time is 0 to 253402271999999 ms');
  }
  return new Date(ms + BEIJING_MS).toISOString().replace('Z', '+08:00');
}

/** The milliseconds of a text; refused unless it is the one text of its instant. */
export function parseTime(text: unknown): number {
  const parts = typeof text === 'string' ? TEXT.exec(text) : null;
  if (parts === null) throw new FormatError('not a time such as 2026-11-24T12:00:00.000+08:00');
  const number = (place: number): number => Number(parts[place]);
  const clock = ((number(4) * 60 + number(5)) * 60 + number(6)) * 1_000 + number(7);
  const ms = Date.UTC(number(1), number(2) - 1, number(3)) + clock - BEIJING_MS;
  // A 30th of February or an hour 24 comes back as another text.
  if (!Number.isSafeInteger(ms) || ms < 0 || ms > LAST_TIME_MS || formatTime(ms) !== text) {
    throw new FormatError('no such instant');
  }
  return ms;
}

/** An instant so many milliseconds later. */
export function later(time: Time, ms: number): Time {
  return formatTime(parseTime(time) + ms);
}
