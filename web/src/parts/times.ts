// SPDX-License-Identifier: Apache-2.0
/** Instants and spans in words, in Beijing time whatever the device's zone is. */
import { say } from './language.js';

const BEIJING_MS = 8 * 3_600_000;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const two = (number: number): string => String(number).padStart(2, '0');

interface Parts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly clock: string;
  readonly seconds: string;
}

function partsOf(ms: number): Parts {
  const date = new Date(ms + BEIJING_MS);
  const clock = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth(),
    day: date.getUTCDate(),
    clock,
    seconds: `${clock}:${two(date.getUTCSeconds())}`,
  };
}

/** A day and a time of day to the minute; the year where it is not that of `now`. */
export function instant(ms: number, now: number): string {
  const { year, month, day, clock } = partsOf(ms);
  const isThisYear = year === partsOf(now).year;
  const zh = `${isThisYear ? '' : `${year}年`}${month + 1}月${day}日 ${clock}`;
  const en = `${day} ${MONTHS[month] ?? ''}${isThisYear ? '' : ` ${year}`}, ${clock}`;
  return say({ zh, en });
}

/** A time of day to the second. */
export function timeOfDay(ms: number): string {
  return partsOf(ms).seconds;
}

/** What is left, as a clock shows it: days, then hours, minutes and seconds. */
export function countdown(ms: number): string {
  const whole = Math.max(0, Math.ceil(ms / 1_000));
  const days = Math.floor(whole / 86_400);
  const [hours, minutes, seconds] = [Math.floor(whole / 3_600) % 24, Math.floor(whole / 60) % 60, whole % 60];
  const clock = `${two(hours)}:${two(minutes)}:${two(seconds)}`;
  return days === 0 ? clock : say({ zh: `${days}天 ${clock}`, en: `${days} d ${clock}` });
}

/** What is left, in words, to the larger unit. */
export function left(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  const [days, hours] = [Math.floor(minutes / 1_440), Math.floor(minutes / 60)];
  if (days > 0) return say({ zh: `还有 ${days} 天`, en: days === 1 ? '1 day left' : `${days} days left` });
  if (hours > 0) return say({ zh: `还有 ${hours} 小时`, en: hours === 1 ? '1 hour left' : `${hours} hours left` });
  if (minutes > 0)
    return say({ zh: `还有 ${minutes} 分钟`, en: minutes === 1 ? '1 minute left' : `${minutes} minutes left` });
  return say({ zh: '不到 1 分钟', en: 'less than a minute left' });
}
