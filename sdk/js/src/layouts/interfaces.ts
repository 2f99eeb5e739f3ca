// SPDX-License-Identifier: Apache-2.0
/** Interfaces: what an organisation asked for and what it was granted. */
import { option, struct, type Value, words } from '../codec.js';
import * as p from '../primitives.js';

/** What an organisation applies for. */
export const InterfaceKind = words('InterfaceKind', ['code_application', 'verification_and_exchange']);
export type InterfaceKind = Value<typeof InterfaceKind>;

/** What a grant allows: `codes` and `vehicles` of the one interface, the rest of the other. */
export const InterfaceScopes = struct('InterfaceScopes', {
  codes: p.bool,
  vehicles: p.bool,
  verify: p.bool,
  exchange: p.bool,
  waybills: p.bool,
  modules: p.bool,
});
export type InterfaceScopes = Value<typeof InterfaceScopes>;

/** What is asked for or granted. */
export const GrantTerms = struct('GrantTerms', { scopes: InterfaceScopes, calls_a_minute: p.u32, until: p.time });
export type GrantTerms = Value<typeof GrantTerms>;

/** An application that is open. */
export const GrantRequest = struct('GrantRequest', { terms: GrantTerms, purpose: p.hash, asked_at: p.time });
export type GrantRequest = Value<typeof GrantRequest>;

/** A grant in force; `by` is `null` where genesis gave it. */
export const Grant = struct('Grant', { terms: GrantTerms, from: p.time, by: option(p.org) });
export type Grant = Value<typeof Grant>;

/** The last no: a refusal or a revocation. */
export const GrantDenial = struct('GrantDenial', { revoked: p.bool, at: p.time, by: p.org, reason: p.word });
export type GrantDenial = Value<typeof GrantDenial>;

/** An organisation and an interface. */
export const Interface = struct('Interface', {
  organisation: p.org,
  interface: InterfaceKind,
  requests: p.u64,
  request: option(GrantRequest),
  grant: option(Grant),
  denied: option(GrantDenial),
});
export type Interface = Value<typeof Interface>;
