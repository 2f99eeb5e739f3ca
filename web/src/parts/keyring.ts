// SPDX-License-Identifier: Apache-2.0
/**
 * The keys of whoever shows something in this browser. A key is made or taken over here, kept where no script reads
 * it, and signs here; none ever goes to a server. Where WebCrypto has no Ed25519, the seed is kept sealed under an AES
 * key that cannot be read either, and is opened for each signature.
 */
import { fromHex, HostError, LocalSigner, type PublicKey, type Signer, WebCryptoSigner } from '@dianyun/sdk';

import { read, readAll, remove, write } from './store.js';

/**
 * Whose key it is: what is shown, a driver's or an enterprise's code or an organisation's badge; or an organisation as
 * its administrator, whose key is another one and shows nothing.
 */
export interface Subject {
  readonly kind: 'code' | 'organisation' | 'admin';
  readonly id: string;
}

/** A key as it is kept. */
export type KeptKey =
  | { readonly in: 'webcrypto'; readonly key: PublicKey; readonly pair: CryptoKeyPair }
  | {
      readonly in: 'sealed';
      readonly key: PublicKey;
      readonly under: CryptoKey;
      readonly nonce: Uint8Array<ArrayBuffer>;
      readonly sealed: ArrayBuffer;
    };

/** Whoever shows something here, as kept. */
export interface Holder {
  readonly subject: Subject;
  readonly key: KeptKey;
  /** When it was shown last, by this device's clock. */
  readonly used: number;
}

const SEAL = 'AES-GCM';
const NONCE_BYTES = 12;

async function seal(seed: Uint8Array): Promise<KeptKey> {
  const under = await crypto.subtle.generateKey({ name: SEAL, length: 256 }, false, ['encrypt', 'decrypt']);
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const sealed = await crypto.subtle.encrypt({ name: SEAL, iv: nonce }, under, new Uint8Array(seed));
  return { in: 'sealed', key: new LocalSigner(seed).key, under, nonce, sealed };
}

/** Takes over a key from its seed, and wipes what was handed over. */
export async function takeOver(seed: Uint8Array): Promise<KeptKey> {
  try {
    const { key, keyPair } = await WebCryptoSigner.importSeed(seed);
    return { in: 'webcrypto', key, pair: keyPair };
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return await seal(seed);
  } finally {
    seed.fill(0);
  }
}

/** Makes a new key. */
export async function makeKey(): Promise<KeptKey> {
  try {
    const { key, keyPair } = await WebCryptoSigner.generate();
    return { in: 'webcrypto', key, pair: keyPair };
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return await takeOver(crypto.getRandomValues(new Uint8Array(32)));
  }
}

/** What signs with a key that is kept. */
export async function signerOf(kept: KeptKey): Promise<Signer> {
  if (kept.in === 'webcrypto') return WebCryptoSigner.of(kept.pair);
  const { key, under, nonce, sealed } = kept;
  return {
    key,
    sign: async (message) => {
      const seed = new Uint8Array(await crypto.subtle.decrypt({ name: SEAL, iv: nonce }, under, sealed));
      try {
        return await new LocalSigner(seed).sign(message);
      } finally {
        seed.fill(0);
      }
    },
  };
}

const placeOf = ({ kind, id }: Subject): string => `${kind} ${id}`;

/** Keeps a holder with its key, as the one that is shown last. */
export async function keepHolder(subject: Subject, key: KeptKey): Promise<Holder> {
  const holder: Holder = { subject, key, used: Date.now() };
  await write('holders', placeOf(subject), holder);
  return holder;
}

async function kept(isWanted: (subject: Subject) => boolean): Promise<readonly Holder[]> {
  const all = await readAll<Holder>('holders');
  return all.filter(({ subject }) => isWanted(subject)).sort((a, b) => b.used - a.used);
}

/** All who show something here, the one that was shown last first. */
export async function holders(): Promise<readonly Holder[]> {
  return kept(({ kind }) => kind !== 'admin');
}

/** All organisations with a key here, whether it administers them or works for them; the last used first. */
export async function offices(): Promise<readonly Holder[]> {
  return kept(({ kind }) => kind !== 'code');
}

/** The holder of something, if its key is here. */
export async function holderOf(subject: Subject): Promise<Holder | undefined> {
  return read<Holder>('holders', placeOf(subject));
}

/** Forgets a holder and its key. */
export async function forget(subject: Subject): Promise<void> {
  await remove('holders', placeOf(subject));
  await remove('settings', `shown ${placeOf(subject)}`);
}

/** What a link of the demo hands over after its `#`, which browsers never send. */
export interface HandedOver {
  readonly subject: Subject;
  readonly seed: Uint8Array;
}

/** Reads `#code=…&key=…`, `#organisation=…&key=…` or `#admin=…&key=…`; null: none, or no key. */
export function handedOver(fragment: string): HandedOver | null {
  const parts = new URLSearchParams(fragment.replace(/^#/, ''));
  const key = parts.get('key');
  if (key === null || !/^[0-9a-f]{64}$/.test(key)) return null;
  for (const kind of ['code', 'organisation', 'admin'] as const) {
    const id = parts.get(kind);
    if (id !== null) return { subject: { kind, id }, seed: fromHex(key) };
  }
  return null;
}
