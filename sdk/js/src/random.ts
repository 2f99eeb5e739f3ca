// SPDX-License-Identifier: Apache-2.0
/**
 * Where random bytes come from. The host's own source is asked for only when it is used, so that the package
 * loads where there is none; there, pass one (a mini-program's answers later, hence the promise).
 */
import { HostError } from './errors.js';

/** Gives so many random bytes, fit for keys. */
export type Random = (length: number) => Uint8Array | Promise<Uint8Array>;

/** The random source of browsers and Node. */
export const hostRandom: Random = (length) => {
  const source = (globalThis as { crypto?: Crypto }).crypto;
  if (typeof source?.getRandomValues !== 'function') {
    throw new HostError('this host has no crypto.getRandomValues: pass a random source');
  }
  return source.getRandomValues(new Uint8Array(length));
};

/** Random bytes from a source that is not trusted to give as many as it was asked for. */
export async function randomBytes(random: Random, length: number): Promise<Uint8Array> {
  const bytes = await random(length);
  if (bytes.length !== length) throw new HostError(`the random source gave ${bytes.length} bytes, not ${length}`);
  return bytes;
}
