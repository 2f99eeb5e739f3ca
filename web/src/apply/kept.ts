// SPDX-License-Identifier: Apache-2.0
/**
 * How far somebody is, in this browser: a reload goes on from here. What was typed is forgotten as soon as an
 * authority has attested it, and all of it once the code is issued, or after a week in which nothing was done. A key
 * by which something was signed outlives that week: the chain may have what it signed.
 */
import type { Action, CertificateKind, Hash, RecordId, Statement } from '@dianyun/sdk';

import type { KeptKey } from '../parts/keyring.js';
import { read, remove, write } from '../parts/store.js';
import { NO_WISH, type Typed, type What, type Wish } from './papers.js';

/** Where somebody is before anything is sent. */
export type Stage = 'phone' | 'who' | 'papers' | 'review' | 'sent';

/** What proves a phone, and until when, ms by the node's clock. */
export interface KeptTicket {
  readonly ticket: string;
  readonly until: number;
}

/** A one-time code that is on its way to a phone; which phone is not kept. */
export interface KeptRequest {
  readonly request: string;
  /** When another one may be asked for, and until when this one is good, ms by the node's clock. */
  readonly again: number;
  readonly until: number;
}

/** What was signed and perhaps sent: sent again, it is done once. */
export interface Pending {
  readonly what: What;
  readonly draft: string;
  readonly ticket: string;
  readonly statements: readonly Statement[];
  /** The roots of its certificates: by them it is found on chain. */
  readonly roots: readonly Hash[];
}

/** What was prepared, and waits for the word of whose vehicle it names. */
export interface Waiting {
  readonly draft: string;
  readonly ticket: string;
  readonly action: Action;
  readonly roots: readonly Hash[];
}

/** An application that is on the chain. */
export interface Sent {
  readonly what: What;
  readonly id: RecordId;
}

/** What is kept. */
export interface Kept {
  readonly stage: Stage;
  readonly request: KeptRequest | null;
  readonly ticket: KeptTicket | null;
  readonly wish: Wish;
  readonly typed: Typed;
  /** Which certificate is being typed. */
  readonly paper: number;
  /** The key that the code is to be held by. */
  readonly key: KeptKey | null;
  readonly pending: Pending | null;
  readonly waiting: Waiting | null;
  readonly sent: readonly Sent[];
  /** The record of the driver's own vehicle, once it has one. */
  readonly vehicle: RecordId | null;
  /** The code, once it is issued. */
  readonly code: string | null;
  /** When this was written, by this device's clock. */
  readonly at: number;
}

const PLACE = 'application';
const FORGOTTEN_MS = 7 * 86_400_000;

/** What is kept before anything was done. */
export const NOTHING: Kept = {
  stage: 'phone',
  request: null,
  ticket: null,
  wish: NO_WISH,
  typed: {},
  paper: 0,
  key: null,
  pending: null,
  waiting: null,
  sent: [],
  vehicle: null,
  code: null,
  at: 0,
};

/** How far somebody is; what was typed too long ago is not there any more. */
export async function keptHere(): Promise<Kept> {
  const kept = await read<Kept>('applying', PLACE);
  if (kept === undefined) return NOTHING;
  const isOld = Date.now() - kept.at > FORGOTTEN_MS;
  if (!isOld) return kept;
  if (kept.sent.length === 0 && kept.pending === null) {
    await forgetApplying();
    return NOTHING;
  }
  return keep({ ...kept, typed: {} });
}

/** Keeps how far somebody is. */
export async function keep(kept: Kept): Promise<Kept> {
  const now = { ...kept, at: Date.now() };
  await write('applying', PLACE, now);
  return now;
}

/** Forgets all of it, the key too: where a code was issued, it is among the holders. */
export async function forgetApplying(): Promise<void> {
  await remove('applying', PLACE);
}

/** What was typed without some certificates. */
export function without(typed: Typed, kinds: readonly CertificateKind[]): Typed {
  const rest = Object.entries(typed).filter(([kind]) => !kinds.includes(kind as CertificateKind));
  return Object.fromEntries(rest) as Typed;
}
