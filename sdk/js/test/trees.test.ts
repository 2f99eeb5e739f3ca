// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bucketLeaf, fromHex, inclusionHolds, leafHash, lookUp, pathOf, rootOf, TAGS, toHex } from '../src/index.js';
import { Chance, refuses, vectors } from './support.js';

interface Trees {
  readonly leaves: readonly string[];
  readonly roots: readonly { readonly count: number; readonly root: string }[];
  readonly inclusions: readonly {
    readonly count: number;
    readonly holds: boolean;
    readonly index: number;
    readonly leaf_hash: string;
    readonly path: readonly string[];
    readonly root: string;
  }[];
  readonly histories: readonly {
    readonly header_hashes: readonly string[];
    readonly paths: readonly (readonly string[])[];
    readonly root: string;
  }[];
  readonly states: readonly {
    readonly buckets: readonly { readonly bytes: string; readonly index: number; readonly path: readonly string[] }[];
    readonly depth: number;
    readonly heads: readonly (readonly [string, string])[];
    readonly root: string;
  }[];
}

const TREES = vectors<Trees>('trees');

test('roots are those of Certificate Transparency', () => {
  const leaves = TREES.leaves.map((leaf) => leafHash(null, fromHex(leaf)));
  for (const { count, root } of TREES.roots) assert.equal(toHex(rootOf(leaves.slice(0, count))), root);
});

test('inclusions hold or not as their vectors say', () => {
  for (const { count, holds, index, leaf_hash, path, root } of TREES.inclusions) {
    const leaf = fromHex(leaf_hash);
    const claim = { leaf, index, count, path: path.map((one) => fromHex(one)), root: fromHex(root) };
    assert.equal(inclusionHolds(claim), holds, `${index} of ${count}`);
  }
});

test('histories have their paths', () => {
  for (const { header_hashes, paths, root } of TREES.histories) {
    const leaves = header_hashes.map((hash) => leafHash(TAGS.historyLeaf, fromHex(hash)));
    assert.equal(toHex(rootOf(leaves)), root);
    paths.forEach((path, index) => assert.deepEqual(pathOf(leaves, index).map(toHex), path));
  }
});

test('state trees answer from their buckets', () => {
  for (const { buckets, depth, heads, root } of TREES.states) {
    const shown = buckets.map(({ bytes, index, path }) => ({
      bytes: fromHex(bytes),
      index,
      path: path.map((one) => fromHex(one)),
    }));
    for (const { bytes, index, path } of shown) {
      const claim = { leaf: bucketLeaf(bytes), index, count: 2 ** depth, path, root: fromHex(root) };
      assert.ok(inclusionHolds(claim));
    }
    for (const [key, hash] of heads) {
      const found = shown.find(({ bytes }) => toHex(bytes).includes(key));
      assert.ok(found !== undefined);
      assert.equal(lookUp(fromHex(key), found, depth, root), hash);
      const last = fromHex(key);
      last[31] = (last[31] ?? 0) ^ 1;
      assert.equal(lookUp(last, found, depth, root), null);
      const other = fromHex(key);
      other[0] = (other[0] ?? 0) ^ 0x80;
      assert.ok(refuses(() => lookUp(other, found, depth, root)));
    }
  }
});

test('every path of every tree holds at its own place alone', () => {
  const chance = new Chance(11);
  for (let count = 1; count <= 33; count += 1) {
    const leaves = Array.from({ length: count }, () => chance.bytes(32));
    const root = rootOf(leaves);
    leaves.forEach((leaf, index) => {
      const path = pathOf(leaves, index);
      for (let at = 0; at < count; at += 1) {
        assert.equal(inclusionHolds({ leaf, index: at, count, path, root }), at === index, `${at} of ${count}`);
      }
      const stretched = [...path, chance.bytes(32)];
      assert.ok(!inclusionHolds({ leaf, index, count, path: stretched, root }));
      assert.ok(count === 1 || !inclusionHolds({ leaf, index, count, path: path.slice(1), root }));
      assert.ok(!inclusionHolds({ leaf, index, count: index, path, root }));
    });
  }
});

test('there is no path of a leaf that is not there', () => {
  const leaves = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte));
  for (const index of [-1, 0.5, 3, 4, Number.NaN]) assert.throws(() => pathOf(leaves, index), /no such leaf/);
});

test('places that are no whole numbers are never held', () => {
  const leaf = fromHex('00'.repeat(32));
  for (const index of [-1, 0.5, Number.NaN, 2 ** 53, 1]) {
    assert.ok(!inclusionHolds({ leaf, index, count: 1, path: [], root: leaf }));
  }
  assert.ok(inclusionHolds({ leaf, index: 0, count: 1, path: [], root: leaf }));
});
