// SPDX-License-Identifier: Apache-2.0
/** Figures and codes as people type them. */
import { parseCodeId } from '@dianyun/sdk';

/** A positive whole number; null: it is none. */
export function whole(text: string): number | null {
  const number = Number(text.trim());
  return text.trim() !== '' && Number.isInteger(number) && number > 0 && number <= 4_000_000_000 ? number : null;
}

/** An amount with three places, as the ministry's data has it; null: it is none. */
export function threePlaces(text: string): string | null {
  const parts = /^(\d{1,12})(?:\.(\d{1,3}))?$/.exec(text.trim().replace(/[,，\s]/g, ''));
  if (parts === null) return null;
  const before = (parts[1] ?? '').replace(/^0+(?=\d)/, '');
  return `${before}.${(parts[2] ?? '').padEnd(3, '0')}`;
}

/** How far two weights are apart, in millionths of the one that was stated; without that one there is no difference. */
export function differencePpm(stated: number, found: number): number {
  if (!(stated > 0)) throw new RangeError('no weight was stated');
  return Math.round((Math.abs(found - stated) * 1_000_000) / stated);
}

/** The id of a code in a text; null: it is none. */
export function codeIn(text: string): string | null {
  const id = text.replace(/\s/g, '').toUpperCase();
  try {
    parseCodeId(id);
    return id;
  } catch {
    return null;
  }
}
