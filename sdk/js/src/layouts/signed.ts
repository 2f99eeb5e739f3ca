// SPDX-License-Identifier: Apache-2.0
/** What a second party signs, and what a key may do: parts of actions and of genesis. */
import { struct, type Value } from '../codec.js';
import * as p from '../primitives.js';
import { Roles } from './parties.js';

/** A second party's word inside somebody else's transaction; good once. */
export const Statement = struct('Statement', {
  signer: p.key,
  nonce: p.nonce,
  valid_until: p.time,
  signature: p.signature,
});
export type Statement = Value<typeof Statement>;

/** A key with its roles. */
export const KeyGrant = struct('KeyGrant', { key: p.key, roles: Roles });
export type KeyGrant = Value<typeof KeyGrant>;
