// SPDX-License-Identifier: Apache-2.0
/**
 * A signer whose key the page cannot read: WebCrypto makes it and signs with it, and IndexedDB keeps its handle
 * (`keyPair` can be stored there as it is). Where a host has no Ed25519, `generate` says so.
 */
import { concat, fromHex } from './bytes.js';
import { HostError } from './errors.js';
import { LocalSigner, publicKey, type Signer, signature } from './keys.js';
import { keyBytes, type PublicKey, type Signature } from './primitives.js';

const ALGORITHM = 'Ed25519';
/** What stands before the seed in a private key of RFC 8410. */
const PRIVATE_KEY_HEAD = fromHex('302e020100300506032b657004220420');

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

  /**
   * Takes over a key from its seed, the 32 bytes of RFC 8032. The page can read the key no more once the seed is
   * forgotten, which is the caller's to do.
   */
  static async importSeed(seed: Uint8Array): Promise<WebCryptoSigner> {
    const key = new LocalSigner(seed).key;
    try {
      const document = new Uint8Array(concat(PRIVATE_KEY_HEAD, seed));
      const raw = new Uint8Array(keyBytes(key));
      const privateKey = await subtle().importKey('pkcs8', document, { name: ALGORITHM }, false, ['sign']);
      const pub = await subtle().importKey('raw', raw, { name: ALGORITHM }, true, ['verify']);
      return new WebCryptoSigner(key, { privateKey, publicKey: pub });
    } catch (error) {
      if (error instanceof HostError) throw error;
      throw new HostError(`this host takes no ${ALGORITHM} keys; use LocalSigner`);
    }
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
