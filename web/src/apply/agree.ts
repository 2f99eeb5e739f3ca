// SPDX-License-Identifier: Apache-2.0
/**
 * The word of whose vehicle a driver's application names: asked for by a link, given on the enterprise's page, and
 * brought back as a text. Both hold what the chain will have, and nothing of the certificates. Knows no element.
 */
import { Action, decode, encode, Statement } from '@dianyun/sdk';

import { fromAddress, toAddress } from '../parts/base64.js';

/** Somebody's word that is for something else, or none at all. */
export class OtherWordError extends Error {}

const NAME = 'agree';
/** The longest text that is read. */
const LONGEST = 8_000;

/** The link by which the word is asked for. */
export function agreeLink(origin: string, action: Action): string {
  return `${origin}/apply#${NAME}=${toAddress(encode(Action, action))}`;
}

/** An application for a driver's code, whose word is asked for. */
export type DriverApply = Extract<Action, { readonly code_apply: unknown }>;

/** What a link asks to agree to; null: it asks for nothing, or for something else. */
export function askedBy(fragment: string): DriverApply | null {
  const text = new URLSearchParams(fragment.replace(/^#/, '')).get(NAME);
  if (text === null || text.length > LONGEST) return null;
  try {
    const action = decode(Action, fromAddress(text));
    const isDriver = typeof action === 'object' && 'code_apply' in action && 'driver' in action.code_apply.wanted;
    return isDriver ? action : null;
  } catch {
    return null;
  }
}

/** A word as the text that is sent back. */
export function wordText(statement: Statement): string {
  return toAddress(encode(Statement, statement));
}

/** The word of a text. */
export function readWord(text: string): Statement {
  try {
    return decode(Statement, fromAddress(text.trim().slice(0, LONGEST)));
  } catch {
    throw new OtherWordError('the text is no word');
  }
}
