// SPDX-License-Identifier: Apache-2.0
/** Consents, accesses and erasures. No value is ever in them, only which fields. */
import { fields, list, option, struct, type Value, variants, words } from '../codec.js';
import * as p from '../primitives.js';
import { CertificateKind } from './certificates.js';
import { Holder } from './codes.js';
import { Custody } from './parties.js';

/** What a holder lets somebody see fields for. */
export const Purpose = words(
  'Purpose',
  [
    'capacity_check', 'engagement', 'carriage', 'settlement', 'insurance_quote', 'insurance_claim', 'credit',
    'safety_education', 'legal_aid', 'service',
  ],
);
export type Purpose = Value<typeof Purpose>;

/** What is agreed to. */
export const ConsentTerms = struct('ConsentTerms', {
  code: p.code,
  to: p.org,
  purpose: Purpose,
  fields: p.fieldSet,
  until: p.time,
  uses: p.u32,
});
export type ConsentTerms = Value<typeof ConsentTerms>;

/** Where a consent stands. */
export const ConsentState = words('ConsentState', ['in_force', 'revoked', 'used_up', 'ended']);
export type ConsentState = Value<typeof ConsentState>;

/** A consent. `custody` says who has the key in hand that signed it, where it is a person's. */
export const Consent = struct('Consent', {
  id: p.con,
  holder: Holder,
  terms: ConsentTerms,
  given_at: p.time,
  custody: option(Custody),
  sponsor: option(p.org),
  used: p.u32,
  state: ConsentState,
  ended_at: option(p.time),
  revoked_custody: option(Custody),
});
export type Consent = Value<typeof Consent>;

/** What an access rests on. */
export const Basis = variants('Basis', {
  consent: fields({ consent: p.con, purpose: Purpose }),
  waybill: p.way,
  office: fields({ case: p.hash }),
});
export type Basis = Value<typeof Basis>;

/** Whose data an access or an erasure is about. */
export const DataSubject = variants('DataSubject', { code: p.code, vehicle: p.veh, application: p.app });
export type DataSubject = Value<typeof DataSubject>;

/** An access: who asked for which fields of whom, on which basis. `kinds` of certificates: of an attester's office. */
export const Access = struct('Access', {
  id: p.acc,
  by: p.org,
  about: DataSubject,
  holder: option(Holder),
  vehicles: list(p.veh),
  kinds: option(list(CertificateKind)),
  basis: Basis,
  custody: option(Custody),
  fields: p.fieldSet,
  request: p.hash,
  at: p.time,
});
export type Access = Value<typeof Access>;

/** Kept for the law alone until an instant, or destroyed. */
export const ErasureKind = variants('ErasureKind', { restricted: fields({ until: p.time }), erased: null });
export type ErasureKind = Value<typeof ErasureKind>;

/** What became of the data that came with an application. */
export const Erasure = struct('Erasure', {
  id: p.era,
  application: p.app,
  subject: DataSubject,
  by: p.org,
  kind: ErasureKind,
  digest: p.hash,
  first_at: p.time,
  at: p.time,
});
export type Erasure = Value<typeof Erasure>;
