// SPDX-License-Identifier: Apache-2.0
/** `@dianyun/sdk`: build, sign, submit, read and verify, written from docs/proofs.md and docs/openapi.json. */
export * from './api/client.js';
export { EventParser, type EventChoices, type EventData, type NodeEvent } from './api/events.js';
export type { Fetch, HttpAnswer, HttpOptions, HttpRequest } from './api/http.js';
export * from './api/problem.js';
export { fromHex, toHex } from './bytes.js';
export { type Codec, decode, encode, parse, type Value } from './codec.js';
export * from './errors.js';
export * from './fields.js';
export * from './gb32100.js';
export { leafHash, nodeHash, sha256, TAGS, type Tag, tagged } from './hash.js';
export * from './header.js';
export * from './ids.js';
export { parseJson } from './json.js';
export { LocalSigner, publicKey, type Signer, verify } from './keys.js';
export * from './layouts/index.js';
export * from './made.js';
export * from './merkle.js';
export type { PublicKey, Signature } from './primitives.js';
export * from './proof/file.js';
export * from './proof/standing.js';
export * from './proof/verify.js';
export { hostRandom, type Random } from './random.js';
export * from './state.js';
export * from './statement.js';
export * from './time.js';
export * from './transaction.js';
export { WebCryptoSigner } from './webcrypto.js';
