// SPDX-License-Identifier: Apache-2.0
/**
 * A signer whose key the page cannot read: WebCrypto makes it and signs with it, and IndexedDB keeps its handle
 * (`keyPair` can be stored there as it is). Where a host has no Ed25519, `generate` says so.
 */
import { HostError } from './errors.js';
import { publicKey, type Signer, signature } from './keys.js';
import type { PublicKey, Signature } from './primitives.js';

const ALGORITHM = 'Ed25519';

function subtle(): SubtleCrypto {
  const found = (globalThis as { crypto?: Crypto }).crypto?.subtle;
  if (found === undefined) throw new HostError('this host has no WebCrypto; pages need https or localhost for it');
  return found;
}

/** Signs with a key pair of WebCrypto. */
export class WebCryptoSigner implements Signer {
  private constructor(
    readonly key: PublicKey,
    readonly keyPair: CryptoKeyPair,
  ) {}

  /** A new key pair whose private key never leaves the host. */
  static async generate(): Promise<WebCryptoSigner> {
    let pair: CryptoKey | CryptoKeyPair;
    try {
      pair = await subtle().generateKey({ name: ALGORITHM }, false, ['sign', 'verify']);
    } catch (error) {
      if (error instanceof HostError) throw error;
      throw new HostError(`this host makes no ${ALGORITHM} keys; use LocalSigner`);
    }
    return WebCryptoSigner.of(pair as CryptoKeyPair);
  }

  /** A signer of a key pair that was kept. */
  static async of(pair: CryptoKeyPair): Promise<WebCryptoSigner> {
    const raw = await subtle().exportKey('raw', pair.publicKey);
    return new WebCryptoSigner(publicKey(new Uint8Array(raw)), pair);
  }

  async sign(message: Uint8Array): Promise<Signature> {
    const copy = new Uint8Array(message);
    const bytes = await subtle().sign({ name: ALGORITHM }, this.keyPair.privateKey, copy);
    return signature(new Uint8Array(bytes));
  }
}
