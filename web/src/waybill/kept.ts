// SPDX-License-Identifier: Apache-2.0
/** What this browser keeps of waybills beside the chain: what opens them, and what shows that a step was done. */
import { type Hash, hostRandom, sha256, toHex } from '@dianyun/sdk';

import { read, write } from '../parts/store.js';
import type { Details } from './details.js';
import type { StepName } from './steps.js';

/** What opens a waybill, if it is here. */
export async function detailsOf(id: string): Promise<Details | null> {
  return (await read<Details>('waybills', id)) ?? null;
}

/** Keeps what opens a waybill; a payment that is kept stays where none is given. What is kept now. */
export async function keepDetails(id: string, details: Details): Promise<Details> {
  const payment = details.payment ?? (await detailsOf(id))?.payment;
  const kept = payment === undefined ? details : { ...details, payment };
  await write('waybills', id, kept);
  return kept;
}

/** What shows that a step was done: a photograph, or the note that it was. */
export interface Evidence {
  readonly digest: Hash;
  readonly photograph: Blob | null;
  readonly note: string | null;
}

/** Makes evidence of a step, and keeps it here; its digest goes on the chain. */
export async function evidenceOf(id: string, step: StepName, photograph: File | null, at: number): Promise<Hash> {
  const salt = toHex(await hostRandom(32));
  const note = photograph === null ? JSON.stringify({ waybill: id, step, at, salt }) : null;
  const bytes = photograph === null ? new TextEncoder().encode(note ?? '') : await photograph.arrayBuffer();
  const digest = toHex(sha256(new Uint8Array(bytes)));
  await write('waybills', `evidence ${digest}`, { digest, photograph, note } satisfies Evidence);
  return digest;
}

/** The evidence of a digest, if it is here. */
export async function evidenceHere(digest: Hash): Promise<Evidence | null> {
  return (await read<Evidence>('waybills', `evidence ${digest}`)) ?? null;
}
