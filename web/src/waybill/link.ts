// SPDX-License-Identifier: Apache-2.0
/**
 * The link of a waybill: its code is this link as a picture. Which waybill, and on wish what opens it, stand behind the
 * `#`: browsers send neither to a node. Whose node is in the link does not matter: each shows it at its own.
 */
import { fromHex, parseId, type RecordId, TABLES, toHex } from '@dianyun/sdk';

import type { Details, Payment, Values } from './details.js';

const PATH = '/waybill';
const NAMES: readonly string[] = TABLES.waybill;
/** The longest part that is read. */
const LONGEST = 8_000;

/** What a link says. */
export interface Linked {
  readonly id: RecordId;
  /** What opens it; null: the link only leads there, or what it holds is none. */
  readonly details: Details | null;
}

function toText(bytes: Uint8Array): string {
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function fromText(text: string): Uint8Array {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (symbol) => symbol.charCodeAt(0));
}

/** Fields by their places in the table, which are shorter than their names. */
function packed({ seed, values, payment }: Details): string {
  const places = Object.entries(values)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => [NAMES.indexOf(name), value]);
  const paid = payment === undefined ? [] : [[payment.amount, payment.reference]];
  const json = new TextEncoder().encode(JSON.stringify([places, ...paid]));
  return toText(Uint8Array.from([...fromHex(seed), ...json]));
}

const isPair = (one: unknown): one is readonly [unknown, unknown] => Array.isArray(one) && one.length === 2;

function valuesOf(places: unknown): Values | null {
  if (!Array.isArray(places) || places.length > NAMES.length) return null;
  const values: Record<string, string> = {};
  for (const pair of places as readonly unknown[]) {
    if (!isPair(pair) || typeof pair[1] !== 'string') return null;
    const name = NAMES[Number(pair[0])];
    if (name === undefined) return null;
    values[name] = pair[1];
  }
  return values;
}

function paymentOf(paid: unknown): Payment | null {
  if (!isPair(paid) || typeof paid[0] !== 'string' || typeof paid[1] !== 'string') return null;
  return { amount: paid[0], reference: paid[1] };
}

function unpacked(text: string): Details | null {
  try {
    const bytes = fromText(text);
    const json: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(32)));
    if (bytes.length <= 32 || !Array.isArray(json)) return null;
    const [values, payment] = [valuesOf(json[0]), paymentOf(json[1])];
    if (values === null) return null;
    return { seed: toHex(bytes.subarray(0, 32)), values, ...(payment === null ? {} : { payment }) };
  } catch {
    return null;
  }
}

/** The part of a link behind its `#`. */
export function waybillFragment(id: RecordId, details: Details | null): string {
  return `#id=${id}${details === null ? '' : `&open=${packed(details)}`}`;
}

/** The link of a waybill at a node. */
export function waybillLink(origin: string, id: RecordId, details: Details | null): string {
  return `${origin}${PATH}${waybillFragment(id, details)}`;
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
  return { id, details: open === null ? null : unpacked(open) };
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
