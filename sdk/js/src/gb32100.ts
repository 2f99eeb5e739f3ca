// SPDX-License-Identifier: Apache-2.0
/**
 * Check symbols by GB 32100-2015 (MOD 31-3): of ids of codes and of unified social credit codes.
 */
import { FormatError } from './errors.js';

/** The 31 symbols: neither I, O, S, V nor Z. */
export const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';

const BASE = ALPHABET.length;
const FIRST_PAIRS = ['11', '12', '13', '19', '51', '52', '53', '59', '91', '92', '93', 'Y1'];
const ORGANISATION_WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2];

function symbols(text: string): number[] {
  return Array.from(text, (symbol) => {
    const place = ALPHABET.indexOf(symbol);
    if (place < 0) throw new FormatError(`${JSON.stringify(symbol)} is no symbol of GB 32100`);
    return place;
  });
}

/** The check symbol behind some symbols. */
export function checkSymbol(text: string): string {
  let weight = 1;
  let sum = 0;
  for (const place of symbols(text)) {
    sum += place * weight;
    weight = (weight * 3) % BASE;
  }
  return ALPHABET.charAt((BASE - (sum % BASE)) % BASE);
}

/** The check symbol of the eight symbols of an organisation code (GB 11714) within a credit code. */
export function organisationCheckSymbol(eight: string): string {
  const value = (symbol: string): number => Number.parseInt(symbol, 36);
  const sum = ORGANISATION_WEIGHTS.reduce((total, weight, i) => total + weight * value(eight.charAt(i)), 0);
  const check = 11 - (sum % 11);
  if (check === 10) return 'X';
  return check === 11 ? '0' : String(check);
}

/** A unified social credit code; refused with what is wrong about it. */
export function checkCreditCode(text: unknown): string {
  if (typeof text !== 'string' || text.length !== 18) throw new FormatError('a credit code has 18 symbols');
  symbols(text);
  if (!FIRST_PAIRS.includes(text.slice(0, 2))) throw new FormatError('a credit code does not begin so');
  if (!/^\d{6}$/.test(text.slice(2, 8))) throw new FormatError('the region of a credit code has six digits');
  if (text.charAt(16) !== organisationCheckSymbol(text.slice(8, 16))) {
    throw new FormatError('a wrong inner check symbol of a credit code');
  }
  if (text.charAt(17) !== checkSymbol(text.slice(0, 17))) {
    throw new FormatError('a wrong check symbol of a credit code');
  }
  return text;
}
