// SPDX-License-Identifier: Apache-2.0
/** Certificates, what class bits they carry, and the dossiers that hold them with open matters. */
import { fields, list, option, struct, type Value, variants, words } from '../codec.js';
import * as p from '../primitives.js';

/** The kinds of certificates. */
export const CertificateKind = words(
  'CertificateKind',
  [
    'identity', 'driving_licence', 'qualification', 'vehicle_licence', 'transport_permit', 'business_permit',
    'policy', 'bank_account',
  ],
);
export type CertificateKind = Value<typeof CertificateKind>;

/** What an organisation may attest, and where. */
export const Scope = struct('Scope', { kind: CertificateKind, prefectures: list(p.u16) });
export type Scope = Value<typeof Scope>;

/** An open matter as its subject's record lists it. */
export const OpenMatter = struct('OpenMatter', { id: p.mat, settle_by: p.time, points: p.u8 });
export type OpenMatter = Value<typeof OpenMatter>;

/** Energy of a vehicle, by the ministry's letters. */
export const Energy = words('Energy', ['petrol', 'diesel', 'electric', 'hybrid', 'gas', 'other']);
export type Energy = Value<typeof Energy>;

/** What the chain needs to know of a vehicle. */
export const VehicleClass = struct('VehicleClass', {
  vehicle_type: p.word,
  total_mass_kg: p.u32,
  rated_load_kg: p.u32,
  axles: p.u8,
  trailer: p.bool,
  energy: Energy,
  hazardous: p.bool,
  prefecture: p.u16,
});
export type VehicleClass = Value<typeof VehicleClass>;

/** The kinds of policies. */
export const PolicyKind = words(
  'PolicyKind',
  [
    'compulsory', 'third_party', 'carrier_liability', 'cargo', 'occupants', 'damage',
  ],
);
export type PolicyKind = Value<typeof PolicyKind>;

/** The class bits that the chain needs in the clear, by kind of certificate. */
export const Class = variants('Class', {
  none: null,
  licence: fields({ classes: p.u16 }),
  qualification: fields({ ordinary: p.bool, hazardous: p.bool }),
  vehicle: VehicleClass,
  permit: fields({ hazardous: p.bool }),
  policy: fields({ kind: PolicyKind }),
});
export type Class = Value<typeof Class>;

/** What an attester says of a certificate. */
export const Terms = struct('Terms', {
  root: p.hash,
  application: option(p.app),
  attester: p.org,
  attested_at: p.time,
  valid_from: p.time,
  valid_until: option(p.time),
  class: Class,
});
export type Terms = Value<typeof Terms>;

/** Where a certificate stands. */
export const CertificateState = words('CertificateState', ['valid', 'suspended', 'revoked', 'ended']);
export type CertificateState = Value<typeof CertificateState>;

/** A certificate or policy. */
export const Certificate = struct('Certificate', {
  id: p.cer,
  kind: CertificateKind,
  terms: Terms,
  state: CertificateState,
  stopped_at: option(p.time),
  notice: p.bool,
  next: option(Terms),
});
export type Certificate = Value<typeof Certificate>;

/** The certificates and open matters of a subject. */
export const Dossier = struct('Dossier', { certificates: list(Certificate), matters: list(OpenMatter) });
export type Dossier = Value<typeof Dossier>;

/** What the colour needs to know of one subject's dossier. */
export const Summary = struct('Summary', {
  open: p.u32,
  earliest_settle_by: option(p.time),
  most_points: p.u8,
  earliest_certificate_change: option(p.time),
  digest: p.hash,
});
export type Summary = Value<typeof Summary>;

/** What a certificate or matter is about. */
export const Subject = variants('Subject', { person: p.per, vehicle: p.veh, organisation: p.org });
export type Subject = Value<typeof Subject>;
