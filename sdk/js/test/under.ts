// SPDX-License-Identifier: Apache-2.0
/** What is tested and is not part of the package's face. */
export * from '../src/bytes.js';
export * from '../src/codec.js';
export * from '../src/json.js';
export * as primitives from '../src/primitives.js';
