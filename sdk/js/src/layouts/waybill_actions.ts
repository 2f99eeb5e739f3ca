// SPDX-License-Identifier: Apache-2.0
/** The actions of waybills, from offer to settlement or dispute. */
import { option, struct, type Value } from '../codec.js';
import * as p from '../primitives.js';
import { Offer } from './waybills.js';

/** Sent by an enterprise or platform. */
export const WaybillOffer = struct('WaybillOffer', { offer: Offer });
export type WaybillOffer = Value<typeof WaybillOffer>;

/** Sent by the driver. */
export const WaybillAccept = struct('WaybillAccept', { waybill: p.way });
export type WaybillAccept = Value<typeof WaybillAccept>;

/** Sent by the driver it is offered to. */
export const WaybillDecline = struct('WaybillDecline', { waybill: p.way, reason: p.word });
export type WaybillDecline = Value<typeof WaybillDecline>;

/** Sent by the maker. */
export const WaybillWithdraw = struct('WaybillWithdraw', { waybill: p.way, reason: p.word });
export type WaybillWithdraw = Value<typeof WaybillWithdraw>;

/** Sent by either side. */
export const WaybillCancel = struct('WaybillCancel', { waybill: p.way, reason: p.word });
export type WaybillCancel = Value<typeof WaybillCancel>;

/** Sent by the driver. */
export const WaybillLoad = struct('WaybillLoad', { waybill: p.way, at: p.time, evidence: p.hash });
export type WaybillLoad = Value<typeof WaybillLoad>;

/** Sent by the driver. */
export const WaybillDepart = struct('WaybillDepart', { waybill: p.way, at: p.time, evidence: p.hash });
export type WaybillDepart = Value<typeof WaybillDepart>;

/** Sent by the driver. */
export const WaybillArrive = struct('WaybillArrive', { waybill: p.way, at: p.time, evidence: p.hash });
export type WaybillArrive = Value<typeof WaybillArrive>;

/** Sent by the consignee if it is a registered organisation, else by the maker. */
export const WaybillSign = struct('WaybillSign', {
  waybill: p.way,
  weight_kg: p.u32,
  distance_km: p.u32,
  difference_ppm: p.u32,
  reason: option(p.hash),
});
export type WaybillSign = Value<typeof WaybillSign>;

/** Sent by either side after loading. */
export const WaybillAbort = struct('WaybillAbort', { waybill: p.way, reason: p.word });
export type WaybillAbort = Value<typeof WaybillAbort>;

/** Sent by the other side. */
export const WaybillAbortAgree = struct('WaybillAbortAgree', { waybill: p.way });
export type WaybillAbortAgree = Value<typeof WaybillAbortAgree>;

/** Sent by the maker. */
export const WaybillSettle = struct('WaybillSettle', { waybill: p.way, amount: p.hash, payment: p.hash });
export type WaybillSettle = Value<typeof WaybillSettle>;

/** Sent by the driver. */
export const WaybillSettleAgree = struct('WaybillSettleAgree', { waybill: p.way });
export type WaybillSettleAgree = Value<typeof WaybillSettleAgree>;

/** Sent by either side. */
export const WaybillDispute = struct('WaybillDispute', { waybill: p.way, reason: p.word });
export type WaybillDispute = Value<typeof WaybillDispute>;

/** Sent by either side, or a regulator. */
export const WaybillDisputeEnd = struct('WaybillDisputeEnd', { waybill: p.way });
export type WaybillDisputeEnd = Value<typeof WaybillDisputeEnd>;

/** Sent by either side under way: another vehicle is to take over. */
export const WaybillSwap = struct('WaybillSwap', { waybill: p.way, vehicle: p.veh, reason: p.word });
export type WaybillSwap = Value<typeof WaybillSwap>;

/** Sent by the other side. */
export const WaybillSwapAgree = struct('WaybillSwapAgree', { waybill: p.way, vehicle: p.veh });
export type WaybillSwapAgree = Value<typeof WaybillSwapAgree>;
