// SPDX-License-Identifier: Apache-2.0
/**
 * The link of a waybill: its code is this link as a picture. Which waybill, and on wish what opens it, stand behind the
 * `#`: browsers send neither to a node. Whose node is in the link does not matter: each shows it at its own.
 */
import { fromHex, parseId, type RecordId, TABLES, toHex } from '@dianyun/sdk';

import { fromAddress, toAddress } from '../parts/base64.js';
import type { Details, Values } from './details.js';

const PATH = '/waybill';
const NAMES: readonly string[] = TABLES.waybill;
/** The longest part that is read. */
const LONGEST = 8_000;
const SEED_BYTES = 32;

/** What a link says. */
export interface Linked {
  readonly id: RecordId;
  /** What opens it; null: the link only leads there, or is broken. */
  readonly details: Details | null;
  /** True if there is something that should open it and cannot be read. */
  readonly isBroken: boolean;
}

/**
 * The seed, then a line for each value: its place in the table as one symbol of base 36, and the value, which never
 * holds a line's end. Behind an empty line stand amount and reference of the payment, if there is one.
 */
function packed({ seed, values, payment }: Details): string {
  const lines = Object.entries(values)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${NAMES.indexOf(name).toString(36)}${value}`);
  const paid = payment === undefined ? [] : ['', payment.amount, payment.reference];
  const text = new TextEncoder().encode([...lines, ...paid].join('\n'));
  return toAddress(Uint8Array.from([...fromHex(seed), ...text]));
}

function valuesOf(lines: readonly string[]): Values | null {
  const values: Record<string, string> = {};
  for (const line of lines) {
    const name = NAMES[Number.parseInt(line.charAt(0), 36)];
    if (name === undefined || values[name] !== undefined) return null;
    values[name] = line.slice(1);
  }
  return values;
}

function unpacked(text: string): Details | null {
  try {
    const bytes = fromAddress(text);
    if (bytes.length <= SEED_BYTES) return null;
    const lines = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(SEED_BYTES)).split('\n');
    const end = lines.includes('') ? lines.indexOf('') : lines.length;
    const [values, [amount, reference]] = [valuesOf(lines.slice(0, end)), lines.slice(end + 1)];
    if (values === null) return null;
    const paid = amount === undefined || reference === undefined ? {} : { payment: { amount, reference } };
    return { seed: toHex(bytes.subarray(0, SEED_BYTES)), values, ...paid };
  } catch {
    return null;
  }
}

/** The link of a waybill at a node. */
export function waybillLink(origin: string, id: RecordId, details: Details | null): string {
  return `${origin}${PATH}#id=${id}${details === null ? '' : `&open=${packed(details)}`}`;
}

/** What stands behind the `#` of a waybill's page; null: no waybill. */
export function readFragment(fragment: string): Linked | null {
  if (fragment.length > LONGEST) return null;
  const parts = new URLSearchParams(fragment.replace(/^#/, ''));
  const [id, open] = [parts.get('id') ?? '', parts.get('open')];
  try {
    parseId('way', id);
  } catch {
    return null;
  }
  const details = open === null ? null : unpacked(open);
  return { id, details, isBroken: open !== null && details === null };
}

/** What a scanned text says if it is the link of a waybill, of whichever node; else null. */
export function readWaybillLink(text: string): Linked | null {
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch {
    return null;
  }
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:';
  return isWeb && url.pathname === PATH ? readFragment(url.hash) : null;
}

/** Where a scanned text leads on this node if it is the link of a waybill; else null. */
export function waybillHere(text: string): string | null {
  return readWaybillLink(text) === null ? null : `${PATH}${new URL(text.trim()).hash}`;
}
