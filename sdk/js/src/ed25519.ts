// SPDX-License-Identifier: Apache-2.0
/**
 * Ed25519 over noble's curve arithmetic, with the constants of RFC 8032 section 5.1. noble's own instance would do,
 * but its module also loads schemes that nobody here uses, and one of them needs a `TextEncoder` at load time.
 */
import { eddsa, edwards } from '@noble/curves/abstract/edwards.js';
import { sha512 } from '@noble/hashes/sha2.js';

const P = 2n ** 255n - 19n;

const POINTS = edwards({
  p: P,
  n: 2n ** 252n + 27742317777372353535851937790883648493n,
  h: 8n,
  a: P - 1n,
  d: 0x52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3n,
  Gx: 0x216936d3cd6e53fec0a4e231fdd6dc5c692cc7609525a7b2c9562d608f25d51an,
  Gy: 0x6666666666666666666666666666666666666666666666666666666666666658n,
});

/** RFC 8032 section 5.1.5, step 2. */
function clamp(bytes: Uint8Array): Uint8Array {
  const [first = 0, last = 0] = [bytes[0], bytes[31]];
  bytes[0] = first & 0xf8;
  bytes[31] = (last & 0x7f) | 0x40;
  return bytes;
}

/** Signs by RFC 8032 and verifies by ZIP-215: cofactored, and with points as docs/proofs.md reads them. */
export const ed25519 = eddsa(POINTS, sha512, { adjustScalarBytes: clamp, zip215: true });
