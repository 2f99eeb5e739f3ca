// SPDX-License-Identifier: Apache-2.0
/**
 * Short-lived tokens that a registered key signs for one node: JSON Web Tokens (RFC 7519) with EdDSA (RFC 8037), sent
 * as `Authorization: Bearer`. Whose the key is, the chain says, never the token.
 */
import { ascii, toHex } from './bytes.js';
import { FormatError } from './errors.js';
import type { Hash } from './ids.js';
import type { Signer } from './keys.js';
import { keyBytes, signatureBytes } from './primitives.js';

/** No token is good for longer, in seconds. */
export const TOKEN_LIFE_S = 600;

const SYMBOLS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Base64 for addresses, without padding (RFC 4648 section 5). */
function base64Url(bytes: Uint8Array): string {
  let text = '';
  for (let place = 0; place < bytes.length; place += 3) {
    const [first = 0, second = 0, third = 0] = bytes.subarray(place, place + 3);
    const bits = (first << 16) | (second << 8) | third;
    const symbols = [18, 12, 6, 0].map((shift) => SYMBOLS.charAt((bits >> shift) & 63));
    text += symbols.slice(0, Math.min(4, bytes.length - place + 1)).join('');
  }
  return text;
}

/** What the `aud` of a token says: `chain` and `name` of the node's /v1/status. A node takes no other. */
export function tokenAudience(chain: Hash, node: string): string {
  return `dianyun:${chain}:${node}`;
}

/**
 * A token by a key for an audience.
 * @param nowMs by the node's clock: it takes 30 s either way.
 * @param lifeS how long it is good, in seconds: 1 to `TOKEN_LIFE_S`.
 */
export async function signToken(signer: Signer, audience: string, nowMs: number, lifeS = 300): Promise<string> {
  if (!Number.isInteger(lifeS) || lifeS < 1 || lifeS > TOKEN_LIFE_S) {
    throw new FormatError(`a token is good for 1 to ${TOKEN_LIFE_S} seconds`);
  }
  const part = (value: unknown): string => base64Url(ascii(JSON.stringify(value)));
  const iat = Math.floor(nowMs / 1_000);
  const header = { typ: 'JWT', alg: 'EdDSA', kid: toHex(keyBytes(signer.key)) };
  const signed = `${part(header)}.${part({ aud: audience, iat, exp: iat + lifeS })}`;
  return `${signed}.${base64Url(signatureBytes(await signer.sign(ascii(signed))))}`;
}
