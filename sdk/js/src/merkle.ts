// SPDX-License-Identifier: Apache-2.0
/**
 * Merkle trees of RFC 6962 over leaf hashes: the root, a path, and whether a path holds (RFC 9162 section 2.1.3.2).
 * Index and count always come from what is trusted, never from who shows the path.
 */
import { equal } from './bytes.js';
import { FormatError } from './errors.js';
import { nodeHash, sha256 } from './hash.js';

/** The root over leaf hashes; of none it is SHA-256 of nothing. */
export function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  const [first] = leaves;
  if (first === undefined) return sha256();
  if (leaves.length === 1) return first;
  const left = largestPowerBelow(leaves.length);
  return nodeHash(rootOf(leaves.slice(0, left)), rootOf(leaves.slice(left)));
}

/** The path of a leaf, lowest sibling first. */
export function pathOf(leaves: readonly Uint8Array[], index: number): Uint8Array[] {
  if (!Number.isSafeInteger(index) || index < 0 || index >= leaves.length) throw new FormatError('no such leaf');
  if (leaves.length === 1) return [];
  const left = largestPowerBelow(leaves.length);
  return index < left
    ? [...pathOf(leaves.slice(0, left), index), rootOf(leaves.slice(left))]
    : [...pathOf(leaves.slice(left), index - left), rootOf(leaves.slice(0, left))];
}

/** The largest power of two below a count of two or more. */
function largestPowerBelow(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

/** Where a leaf is claimed to be. */
export interface Inclusion {
  readonly leaf: Uint8Array;
  readonly index: number;
  /** The number of leaves of the tree. */
  readonly count: number;
  readonly path: readonly Uint8Array[];
  readonly root: Uint8Array;
}

/** True if the path leads from the leaf at this index of so many to the root. */
export function inclusionHolds({ leaf, index, count, path, root }: Inclusion): boolean {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(count)) return false;
  if (index < 0 || index >= count) return false;
  // Heights need more than 32 bits, so halves are divisions and not shifts.
  const half = (value: number): number => Math.floor(value / 2);
  let [at, last, hash] = [index, count - 1, leaf];
  for (const sibling of path) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      hash = nodeHash(sibling, hash);
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && equal(hash, root);
}
