// SPDX-License-Identifier: Apache-2.0
/** Bytes as text for addresses: base64 with the symbols of RFC 4648 section 5, without padding. */

/** The text of bytes. */
export function toAddress(bytes: Uint8Array): string {
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** The bytes of a text; throws if it is none of these. */
export function fromAddress(text: string): Uint8Array {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (symbol) => symbol.charCodeAt(0));
}
