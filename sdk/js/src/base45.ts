// SPDX-License-Identifier: Apache-2.0
/** Base45 (RFC 9285): three symbols of a QR code's alphanumeric mode for two bytes. One value has one text. */
import { FormatError } from './errors.js';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';
const BASE = ALPHABET.length;

/** The symbols of some bytes. */
export function toBase45(bytes: Uint8Array): string {
  let text = '';
  for (let place = 0; place < bytes.length; place += 2) {
    const [first = 0, second] = [bytes[place], bytes[place + 1]];
    text += second === undefined ? symbolsOf(first, 2) : symbolsOf(first * 256 + second, 3);
  }
  return text;
}

/** The lowest digit comes first. */
function symbolsOf(number: number, count: number): string {
  let [text, rest] = ['', number];
  for (let i = 0; i < count; i += 1) {
    text += ALPHABET.charAt(rest % BASE);
    rest = Math.floor(rest / BASE);
  }
  return text;
}

/** The bytes of some symbols; refused unless they are those that the bytes have. */
export function fromBase45(text: string): Uint8Array {
  if (text.length % 3 === 1) throw new FormatError('no number of bytes has so many symbols');
  const bytes: number[] = [];
  for (let place = 0; place < text.length; place += 3) {
    const symbols = text.slice(place, place + 3);
    const number = numberOf(symbols);
    if (number >= (symbols.length === 3 ? 65_536 : 256)) throw new FormatError('symbols of no bytes');
    if (symbols.length === 3) bytes.push(number >> 8);
    bytes.push(number & 255);
  }
  return Uint8Array.from(bytes);
}

function numberOf(symbols: string): number {
  let number = 0;
  for (let i = symbols.length - 1; i >= 0; i -= 1) {
    const place = ALPHABET.indexOf(symbols.charAt(i));
    if (place < 0) throw new FormatError('not a symbol of base45');
    number = number * BASE + place;
  }
  return number;
}
