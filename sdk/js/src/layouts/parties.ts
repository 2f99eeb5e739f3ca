// SPDX-License-Identifier: Apache-2.0
/** Organisations, persons, their keys, and names that are there once. */
import { fields, list, option, struct, type Value, variants, words } from '../codec.js';
import * as p from '../primitives.js';
import { Dossier, Scope } from './certificates.js';
import { RecordKind } from './words.js';

/** The kinds of organisations. */
export const OrganisationKind = words(
  'OrganisationKind',
  [
    'regulator', 'authority', 'enterprise', 'platform', 'insurer', 'bank', 'service_provider',
  ],
);
export type OrganisationKind = Value<typeof OrganisationKind>;

/** How an organisation is named. */
export const Identity = variants('Identity', {
  open: fields({ credit_code: p.credit, name: p.name }),
  personal: fields({ tag: p.hash }),
});
export type Identity = Value<typeof Identity>;

/** An organisation. */
export const Organisation = struct('Organisation', {
  id: p.org,
  kind: OrganisationKind,
  identity: Identity,
  prefecture: p.u16,
  scopes: list(Scope),
  keys: list(p.key),
  admitted_at: p.time,
  ended_at: option(p.time),
  dossier: Dossier,
  code: option(p.code),
  application: option(p.app),
  next_change_at: option(p.time),
});
export type Organisation = Value<typeof Organisation>;

/** Whose key it is. */
export const Owner = variants('Owner', { organisation: p.org, person: p.per });
export type Owner = Value<typeof Owner>;

/** The roles of an organisation's key. */
export const Roles = struct('Roles', { admin: p.bool, operate: p.bool, attest: p.bool });
export type Roles = Value<typeof Roles>;

/** Who has a holder's key in hand; every record and answer says so. */
export const Custody = variants('Custody', { device: null, platform: p.org });
export type Custody = Value<typeof Custody>;

/** What the key is for. */
export const Use = variants('Use', { organisation: Roles, person: Custody });
export type Use = Value<typeof Use>;

/** A key, whose it is and what for. */
export const RegisteredKey = struct('RegisteredKey', {
  key: p.key,
  owner: Owner,
  uses: Use,
  since: p.time,
  ended_at: option(p.time),
});
export type RegisteredKey = Value<typeof RegisteredKey>;

/** What kind of name is there once. */
export const NameKind = words('NameKind', ['identity', 'vin', 'plate', 'credit_code', 'waybill_number']);
export type NameKind = Value<typeof NameKind>;

/** A name that is there once, and whose it is. */
export const UniqueName = struct('UniqueName', {
  kind: NameKind,
  digest: p.hash,
  target_kind: RecordKind,
  target_id: p.id,
  moved_from: option(p.veh),
});
export type UniqueName = Value<typeof UniqueName>;

/** A person. Nothing in it names anybody: the tag is keyed. */
export const Person = struct('Person', {
  id: p.per,
  tag: p.hash,
  keys: list(p.key),
  dossier: Dossier,
  code: option(p.code),
  application: option(p.app),
  next_change_at: option(p.time),
});
export type Person = Value<typeof Person>;

/** Who operates a vehicle: an enterprise, or a person as a one-man business. */
export const Operator = variants('Operator', { organisation: p.org, person: p.per });
export type Operator = Value<typeof Operator>;
