// SPDX-License-Identifier: Apache-2.0
/** Vehicles, applications, codes and matters. */
import { fields, list, option, struct, type Value, variants, words } from '../codec.js';
import * as p from '../primitives.js';
import { CertificateKind, Dossier, Subject, Summary, Terms } from './certificates.js';
import { Custody, Operator } from './parties.js';

/** Whose vehicle it is. */
export const VehicleOwner = variants('VehicleOwner', { organisation: p.org, holder: p.key });
export type VehicleOwner = Value<typeof VehicleOwner>;

/** An over-limit matter as the vehicle keeps it. */
export const OverLimit = struct('OverLimit', { matter: p.mat, occurred_at: p.time });
export type OverLimit = Value<typeof OverLimit>;

/** A vehicle or trailer. */
export const Vehicle = struct('Vehicle', {
  id: p.veh,
  vin_tag: p.hash,
  plate_tag: option(p.hash),
  owner: VehicleOwner,
  dossier: Dossier,
  drivers: list(p.code),
  current_for: list(p.code),
  coupled: option(p.veh),
  over_limit: list(OverLimit),
  released_at: option(p.time),
  under_way: list(p.way),
  carried_until: option(p.time),
  application: option(p.app),
  named_by: list(p.app),
  next_change_at: option(p.time),
});
export type Vehicle = Value<typeof Vehicle>;

/** The operator that an application names. */
export const WantedOperator = variants('WantedOperator', { organisation: p.org, applicant: null });
export type WantedOperator = Value<typeof WantedOperator>;

/** Who a code is for. */
export const CodeFor = variants('CodeFor', {
  driver: fields({ vehicles: list(p.veh), operator: option(WantedOperator) }),
  enterprise: p.org,
});
export type CodeFor = Value<typeof CodeFor>;

/** What an application is for. */
export const Wanted = variants('Wanted', { code: CodeFor, vehicle: VehicleOwner });
export type Wanted = Value<typeof Wanted>;

/** What became of a claim. */
export const ClaimState = variants('ClaimState', {
  waiting: null,
  attested: Terms,
  refused: fields({ at: p.time, reason: p.word }),
  ended: null,
});
export type ClaimState = Value<typeof ClaimState>;

/** One certificate that an application claims. */
export const Claim = struct('Claim', {
  kind: CertificateKind,
  root: p.hash,
  attester: p.org,
  answer_by: p.time,
  state: ClaimState,
});
export type Claim = Value<typeof Claim>;

/** Where an application stands. */
export const ApplicationState = words('ApplicationState', ['verifying', 'issued', 'lapsed', 'withdrawn']);
export type ApplicationState = Value<typeof ApplicationState>;

/** An application. */
export const Application = struct('Application', {
  id: p.app,
  made_by: p.hash,
  wanted: Wanted,
  sponsor: p.org,
  holder_key: p.key,
  custody: Custody,
  prefecture: p.u16,
  claims: list(Claim),
  corrections: p.u32,
  asked_at: p.time,
  state: ApplicationState,
  ended_at: option(p.time),
  person: option(p.per),
  vehicle: option(p.veh),
  code: option(p.code),
  lapses_at: option(p.time),
});
export type Application = Value<typeof Application>;

/** Who holds a code. */
export const Holder = variants('Holder', { person: p.per, organisation: p.org });
export type Holder = Value<typeof Holder>;

/** A code's colour. */
export const Colour = words('Colour', ['blue', 'yellow', 'red']);
export type Colour = Value<typeof Colour>;

/** A suspension: lifted by who laid it, or a regulator. */
export const Suspension = struct('Suspension', { by: p.org, reason: p.word, at: p.time });
export type Suspension = Value<typeof Suspension>;

/** A code. */
export const Code = struct('Code', {
  id: p.code,
  holder: Holder,
  application: p.app,
  issued_at: p.time,
  cancelled_at: option(p.time),
  suspensions: list(Suspension),
  prefecture: p.u16,
  vehicles: list(p.veh),
  current: option(p.veh),
  trailer: option(p.veh),
  operator: option(Operator),
  own: Summary,
  of_vehicle: option(Summary),
  of_trailer: option(Summary),
  colour: option(Colour),
  waybills: list(p.way),
  carried_until: option(p.time),
  disputes: p.u32,
  next_change_at: option(p.time),
});
export type Code = Value<typeof Code>;

/** The kinds of matters. */
export const MatterKind = words(
  'MatterKind',
  [
    'violation', 'breach', 'study_shortfall', 'ended_certificate', 'suspended_certificate', 'revoked_certificate',
    'other',
  ],
);
export type MatterKind = Value<typeof MatterKind>;

/** Where a matter stands. */
export const MatterState = words('MatterState', ['open', 'settled', 'void']);
export type MatterState = Value<typeof MatterState>;

/** Who settles or voids it, besides a regulator. */
export const MatterSource = struct('MatterSource', {
  organisation: p.org,
  automatic: p.bool,
  certificate: option(p.cer),
});
export type MatterSource = Value<typeof MatterSource>;

/** A matter. */
export const Matter = struct('Matter', {
  id: p.mat,
  kind: MatterKind,
  subject: Subject,
  source: MatterSource,
  reference: p.hash,
  points: p.u8,
  over_limit: p.bool,
  occurred_at: p.time,
  opened_at: p.time,
  settle_by: p.time,
  extension: option(p.word),
  state: MatterState,
  ended_at: option(p.time),
  end_reason: option(p.word),
});
export type Matter = Value<typeof Matter>;
