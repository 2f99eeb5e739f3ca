// SPDX-License-Identifier: Apache-2.0
/** Waybills and what happens to them. */
import { fields, list, option, struct, type Value, variants, words } from '../codec.js';
import * as p from '../primitives.js';
import { Custody } from './parties.js';

/** Limits on who may accept a public waybill. */
export const PublicLimits = struct('PublicLimits', { prefectures: list(p.u16), vehicle_type: option(p.word) });
export type PublicLimits = Value<typeof PublicLimits>;

/** To whom it is offered. */
export const WaybillKind = variants('WaybillKind', { exclusive: fields({ code: p.code }), public: PublicLimits });
export type WaybillKind = Value<typeof WaybillKind>;

/** What is offered. */
export const Offer = struct('Offer', {
  number: p.word,
  segment: p.word,
  kind: WaybillKind,
  offer_ends: p.time,
  load_by: p.time,
  deliver_by: p.time,
  goods: p.u16,
  hazardous: p.bool,
  weight_from_kg: p.u32,
  weight_to_kg: p.u32,
  part_load: p.bool,
  from: p.u16,
  to: p.u16,
  consignee: option(p.org),
  fields_root: p.hash,
  price: p.hash,
});
export type Offer = Value<typeof Offer>;

/** Where a waybill stands. */
export const WaybillState = words(
  'WaybillState',
  [
    'offered', 'accepted', 'loaded', 'in_transit', 'arrived', 'signed', 'settled', 'declined', 'withdrawn',
    'lapsed', 'cancelled', 'aborted',
  ],
);
export type WaybillState = Value<typeof WaybillState>;

/** The two sides of a waybill. */
export const Side = words('Side', ['maker', 'driver']);
export type Side = Value<typeof Side>;

/** Who carries it. */
export const Carrier = struct('Carrier', {
  code: p.code,
  person: p.per,
  vehicle: p.veh,
  trailer: option(p.veh),
  accepted_at: p.time,
});
export type Carrier = Value<typeof Carrier>;

/** A step with its actual time and evidence. */
export const Step = struct('Step', { at: p.time, recorded_at: p.time, evidence: p.hash });
export type Step = Value<typeof Step>;

/** What the consignee or maker signed for. */
export const Signing = struct('Signing', {
  at: p.time,
  weight_kg: p.u32,
  distance_km: p.u32,
  difference_ppm: p.u32,
  reason: option(p.hash),
  by_silence: p.bool,
});
export type Signing = Value<typeof Signing>;

/** A proposed or agreed settlement. */
export const Settlement = struct('Settlement', {
  proposed_at: p.time,
  amount: p.hash,
  payment: p.hash,
  stands_at: p.time,
});
export type Settlement = Value<typeof Settlement>;

/** A proposed abort. */
export const Abort = struct('Abort', { by: Side, reason: p.word, until: p.time });
export type Abort = Value<typeof Abort>;

/** A proposed swap of the vehicle. */
export const Swap = struct('Swap', {
  by: Side,
  vehicle: p.veh,
  custody: option(Custody),
  reason: p.word,
  until: p.time,
  agreed: p.bool,
});
export type Swap = Value<typeof Swap>;

/** A swap of the vehicle that took place. */
export const Swapped = struct('Swapped', {
  at: p.time,
  from: p.veh,
  from_trailer: option(p.veh),
  to: p.veh,
  to_trailer: option(p.veh),
  by: Side,
  custody: option(Custody),
  reason: p.word,
});
export type Swapped = Value<typeof Swapped>;

/** A dispute beside the state. */
export const Dispute = struct('Dispute', {
  by: Side,
  reason: p.word,
  opened_at: p.time,
  maker_ends: p.bool,
  driver_ends: p.bool,
});
export type Dispute = Value<typeof Dispute>;

/** A waybill. */
export const Waybill = struct('Waybill', {
  id: p.way,
  maker: p.org,
  offered_at: p.time,
  offer: Offer,
  state: WaybillState,
  carrier: option(Carrier),
  loaded: option(Step),
  departed: option(Step),
  arrived: option(Step),
  signed: option(Signing),
  settlement: option(Settlement),
  abort: option(Abort),
  swap: option(Swap),
  swaps: list(Swapped),
  dispute: option(Dispute),
  flagged: p.bool,
  ended_at: option(p.time),
  end_reason: option(p.word),
  ended_by: option(Side),
  next_change_at: option(p.time),
});
export type Waybill = Value<typeof Waybill>;
