// SPDX-License-Identifier: Apache-2.0
/** Actions about interfaces and their grants. */
import { struct, type Value } from '../codec.js';
import * as p from '../primitives.js';
import { GrantTerms, InterfaceKind } from './interfaces.js';

/** Sent by an organisation that does nothing by office. A new application replaces one that is open. */
export const InterfaceApply = struct('InterfaceApply', {
  interface: InterfaceKind,
  terms: GrantTerms,
  purpose: p.hash,
});
export type InterfaceApply = Value<typeof InterfaceApply>;

/** Sent by the organisation that applied. */
export const InterfaceWithdraw = struct('InterfaceWithdraw', { interface: InterfaceKind });
export type InterfaceWithdraw = Value<typeof InterfaceWithdraw>;

/** Sent by a regulator: what was asked for, or less. `request` is the number of the application that it answers. */
export const InterfaceGrant = struct('InterfaceGrant', {
  organisation: p.org,
  interface: InterfaceKind,
  request: p.u64,
  terms: GrantTerms,
});
export type InterfaceGrant = Value<typeof InterfaceGrant>;

/** Sent by a regulator. */
export const InterfaceRefuse = struct('InterfaceRefuse', {
  organisation: p.org,
  interface: InterfaceKind,
  request: p.u64,
  reason: p.word,
});
export type InterfaceRefuse = Value<typeof InterfaceRefuse>;

/** Sent by a regulator: the grant ends at once. */
export const InterfaceRevoke = struct('InterfaceRevoke', {
  organisation: p.org,
  interface: InterfaceKind,
  reason: p.word,
});
export type InterfaceRevoke = Value<typeof InterfaceRevoke>;

/** Sent by the organisation that has the grant. */
export const InterfaceRelease = struct('InterfaceRelease', { interface: InterfaceKind });
export type InterfaceRelease = Value<typeof InterfaceRelease>;
