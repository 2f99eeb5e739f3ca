// SPDX-License-Identifier: Apache-2.0
/**
 * What a node prepared is compared with what was read over, before the holder's key gives its word: the certificates'
 * roots are made anew from the values that were typed. A node that put anything else there gets no signature.
 */
import { fieldsRoot, type RecordId, TABLES } from '@dianyun/sdk';

import type { Asked, Correction, Draft, DraftClaim, NewKey, Paper } from './node.js';

/** What a node prepared is not what was asked for. */
export class OtherDraftError extends Error {}

/** Throws unless it holds. */
function must(holds: boolean, what: string): void {
  if (!holds) throw new OtherDraftError(`${what} is not what was asked for`);
}

/** Compares whatever the order of members. */
function same(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const names = Object.keys(a);
  const at = (of: object, name: string): unknown => (of as Record<string, unknown>)[name];
  return names.length === Object.keys(b).length && names.every((name) => same(at(a, name), at(b, name)));
}

function opens({ kind, root, fields }: DraftClaim, paper: Paper): boolean {
  const isTyped = fields.every(({ name, value }) => value === (paper.values[name] ?? ''));
  const isAll = Object.keys(paper.values).every((name) => (TABLES[kind] as readonly string[]).includes(name));
  return isTyped && isAll && fieldsRoot(kind, fields) === root;
}

function checkClaims(
  action: readonly { readonly kind: string; readonly root: string; readonly attester: string }[],
  claims: readonly DraftClaim[],
  papers: readonly Paper[],
): void {
  must(action.length === papers.length && claims.length === papers.length, 'the number of certificates');
  for (const [place, paper] of papers.entries()) {
    const [claim, opened] = [action[place], claims[place]];
    if (claim === undefined || opened === undefined) continue;
    must(claim.kind === paper.kind && opened.kind === paper.kind, 'a kind of certificate');
    must(claim.root === opened.root && claim.attester === opened.attester, 'a claim');
    must(opens(opened, paper), 'a root');
  }
}

/** An application, as it was asked for. */
export function checkApplication({ action, claims }: Draft, asked: Asked): void {
  if ('vehicle' in asked.for) {
    const found = typeof action === 'object' && 'vehicle_apply' in action ? action.vehicle_apply : null;
    if (found === null) throw new OtherDraftError('the action is not what was asked for');
    must(same(found.owner, asked.for.vehicle), 'the owner');
    must(found.prefecture === asked.prefecture && found.statements.length === 0, 'the application');
    return checkClaims(found.claims, claims, asked.certificates);
  }
  const found = typeof action === 'object' && 'code_apply' in action ? action.code_apply : null;
  if (found === null) throw new OtherDraftError('the action is not what was asked for');
  must(same(found.wanted, asked.for.code), 'what is wanted');
  must(found.holder_key === asked.holder_key && same(found.custody, asked.custody), 'the key');
  must(found.prefecture === asked.prefecture && found.statements.length === 0, 'the application');
  checkClaims(found.claims, claims, asked.certificates);
}

/** A correction, as it was asked for. */
export function checkCorrection({ action, claims }: Draft, asked: Correction): void {
  const found = typeof action === 'object' && 'claim_correct' in action ? action.claim_correct : null;
  if (found === null) throw new OtherDraftError('the action is not what was asked for');
  must(found.application === asked.application && found.replaces === asked.place, 'the claim');
  must(found.statements.length === 0, 'the correction');
  checkClaims([found.claim], claims, [asked.certificate]);
}

/** A new key, as it was asked for; the person whose key it is to be. */
export function checkNewKey({ action }: Draft, asked: NewKey): RecordId {
  const found = typeof action === 'object' && 'person_key_register' in action ? action.person_key_register : null;
  if (found === null) throw new OtherDraftError('the action is not what was asked for');
  must(found.key === asked.holder_key && same(found.custody, asked.custody), 'the key');
  must(found.statements.length === 0, 'the new key');
  return found.person;
}

