// SPDX-License-Identifier: Apache-2.0
/**
 * Keys: Ed25519 (RFC 8032) signs, ZIP-215 verifies. Whoever signs is a `Signer`, so that a key may stay where it
 * cannot be read: in the browser's key store (`webcrypto.ts`), in a device, on a server.
 */
import { toHex } from './bytes.js';
import { ed25519 } from './ed25519.js';
import { FormatError } from './errors.js';
import { keyBytes, type PublicKey, type Signature, signatureBytes } from './primitives.js';
import { hostRandom, type Random, randomBytes } from './random.js';

const SEED_BYTES = 32;

/** Something that signs with one key. */
export interface Signer {
  /** The public key. */
  readonly key: PublicKey;
  /** Signs a message: Ed25519 without prehash or context. */
  sign(message: Uint8Array): Promise<Signature>;
}

/** The text of a public key's 32 bytes. */
export function publicKey(bytes: Uint8Array): PublicKey {
  if (bytes.length !== 32) throw new FormatError('a public key has 32 bytes');
  return `ed25519:${toHex(bytes)}`;
}

/** The text of a signature's 64 bytes. */
export function signature(bytes: Uint8Array): Signature {
  if (bytes.length !== 64) throw new FormatError('a signature has 64 bytes');
  return `ed25519:${toHex(bytes)}`;
}

/**
 * A signer whose seed is in memory, where the page or the program can read it. In browsers prefer `WebCryptoSigner`.
 */
export class LocalSigner implements Signer {
  readonly key: PublicKey;
  private readonly seed: Uint8Array;

  /** @param seed the 32 bytes of RFC 8032 that a key pair follows from. */
  constructor(seed: Uint8Array) {
    if (seed.length !== SEED_BYTES) throw new FormatError('a seed has 32 bytes');
    this.seed = Uint8Array.from(seed);
    this.key = publicKey(ed25519.getPublicKey(this.seed));
  }

  /** A new key pair. */
  static async generate(random: Random = hostRandom): Promise<LocalSigner> {
    return new LocalSigner(await randomBytes(random, SEED_BYTES));
  }

  /** The seed, to be kept sealed: whoever has it signs as this key. */
  exportSeed(): Uint8Array {
    return Uint8Array.from(this.seed);
  }

  async sign(message: Uint8Array): Promise<Signature> {
    return signature(ed25519.sign(message, this.seed));
  }
}

/** True if a signature of a key holds for a message, by ZIP-215. A text that is no key is refused by an error. */
export function verify(key: PublicKey, message: Uint8Array, signed: Signature): boolean {
  return ed25519.verify(signatureBytes(signed), message, keyBytes(key), { zip215: true });
}
