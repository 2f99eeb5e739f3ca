// SPDX-License-Identifier: Apache-2.0
/** Headers: their hash, and whether an older one is in the history of a trusted one. */
import { encode, parse } from './codec.js';
import { toHex } from './bytes.js';
import { leafHash, TAGS, tagged } from './hash.js';
import { type Hash, parseHash } from './ids.js';
import { Genesis, Header } from './layouts/index.js';
import { inclusionHolds } from './merkle.js';

/** A header as a node answers it, refused in any other form. */
export function readHeader(json: unknown): Header {
  return parse(Header, json);
}

/** The hash of a header. */
export function headerHash(header: Header): Hash {
  return toHex(tagged(TAGS.header, encode(Header, header)));
}

/** The leaf of a header in the history of later ones. */
export function historyLeaf(header: Header): Uint8Array {
  return leafHash(TAGS.historyLeaf, parseHash(headerHash(header)));
}

/** True if `earlier` is the header at its own height in the history of `trusted`. */
export function historyHolds(earlier: Header, path: readonly Uint8Array[], trusted: Header): boolean {
  return inclusionHolds({
    leaf: historyLeaf(earlier),
    index: earlier.height,
    count: trusted.height,
    path,
    root: parseHash(trusted.history_root),
  });
}

/** A genesis as a node keeps it in `genesis.json`, refused in any other form. */
export function readGenesis(json: unknown): Genesis {
  return parse(Genesis, json);
}

/** The chain id: the hash of genesis. */
export function chainId(genesis: Genesis): Hash {
  return toHex(tagged(TAGS.genesis, encode(Genesis, genesis)));
}
