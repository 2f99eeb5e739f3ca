// SPDX-License-Identifier: Apache-2.0
/** What each side can do with a waybill as it stands now, by the rules of its states; the first is what comes next. */
import {
  type Action,
  formatTime,
  type Hash,
  parseTime,
  type RecordId,
  type Waybill,
  type WaybillState,
} from '@dianyun/sdk';

import type { Subject } from '../parts/keyring.js';

/** Something that a side signs. */
export type StepName =
  | 'accept'
  | 'decline'
  | 'load'
  | 'depart'
  | 'arrive'
  | 'cancel'
  | 'abort'
  | 'abort_agree'
  | 'swap_agree'
  | 'settle_agree'
  | 'dispute'
  | 'dispute_end'
  | 'withdraw'
  | 'sign'
  | 'settle';

/** Who somebody is to a waybill. */
export type Part = 'driver' | 'maker' | 'consignee';

const CARRIED: readonly WaybillState[] = ['accepted', 'loaded', 'in_transit', 'arrived', 'signed', 'settled'];
const ABORTABLE: readonly WaybillState[] = ['loaded', 'in_transit', 'arrived'];

/** Who a subject is to a waybill; null: nobody. A public offer is for every driver. */
export function partOf({ kind, id }: Subject, { maker, carrier, offer }: Waybill): Part | null {
  if (kind === 'organisation') {
    if (id === maker) return 'maker';
    return id === offer.consignee ? 'consignee' : null;
  }
  if (carrier !== null) return carrier.code === id ? 'driver' : null;
  return 'public' in offer.kind || offer.kind.exclusive.code === id ? 'driver' : null;
}

function offeredSteps({ offer }: Waybill, part: Part, now: number): StepName[] {
  if (part === 'maker') return ['withdraw'];
  if (part !== 'driver' || now >= parseTime(offer.offer_ends)) return [];
  return 'public' in offer.kind ? ['accept'] : ['accept', 'decline'];
}

const NEXT: Readonly<Partial<Record<WaybillState, StepName>>> = {
  accepted: 'load',
  loaded: 'depart',
  in_transit: 'arrive',
};

/** Who signs for what arrived: a consignee that is an organisation of the chain, else the maker. */
function signs({ offer, maker }: Waybill, part: Part): boolean {
  return part === 'maker' ? offer.consignee === null || offer.consignee === maker : part === 'consignee';
}

function proposals({ swap, abort }: Waybill, part: 'driver' | 'maker'): StepName[] {
  const steps: StepName[] = [];
  if (swap !== null && swap.by !== part && !swap.agreed) steps.push('swap_agree');
  if (abort !== null && abort.by !== part) steps.push('abort_agree');
  return steps;
}

function disputes({ dispute }: Waybill, part: 'driver' | 'maker'): StepName[] {
  if (dispute === null) return ['dispute'];
  return (part === 'maker' ? dispute.maker_ends : dispute.driver_ends) ? [] : ['dispute_end'];
}

/** What somebody can do with a waybill at an instant, ms. */
export function stepsOf(waybill: Waybill, part: Part | null, now: number): readonly StepName[] {
  const { state, settlement, dispute, abort } = waybill;
  if (part === null) return [];
  if (state === 'offered') return offeredSteps(waybill, part, now);
  const steps: StepName[] = [];
  if (state === 'arrived' && signs(waybill, part)) steps.push('sign');
  if (part === 'consignee' || !CARRIED.includes(state)) return steps;
  const next = NEXT[state];
  if (part === 'driver' && next !== undefined) steps.push(next);
  if (state === 'signed' && dispute === null) {
    if (part === 'maker' && settlement === null) steps.push('settle');
    if (part === 'driver' && settlement !== null) steps.push('settle_agree');
  }
  steps.push(...proposals(waybill, part));
  if (state === 'accepted') steps.push('cancel');
  if (ABORTABLE.includes(state) && abort === null) steps.push('abort');
  steps.push(...disputes(waybill, part));
  return steps;
}

/** Steps that somebody reports with time and evidence. */
export const REPORTED: readonly StepName[] = ['load', 'depart', 'arrive'];

/** What a step says beyond which waybill. */
export interface StepInput {
  readonly reason?: string;
  readonly evidence?: Hash;
  readonly signed?: { readonly weight_kg: number; readonly distance_km: number; readonly difference_ppm: number };
  readonly why?: Hash | null;
  readonly settlement?: { readonly amount: Hash; readonly payment: Hash };
}

/** When the last step happened, ms: the next one did not happen before. */
function lastStep({ departed, loaded }: Waybill): number {
  const last = departed ?? loaded;
  return last === null ? 0 : parseTime(last.at);
}

function given<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new TypeError(`a step needs its ${what}`);
  return value;
}

/** The action of a step, at an instant by the node's clock. */
export function actionOf(step: StepName, of: Waybill, input: StepInput, now: number): Action {
  const waybill: RecordId = of.id;
  const reasoned = () => ({ waybill, reason: given(input.reason, 'reason') });
  const reported = () => ({
    waybill,
    at: formatTime(Math.max(now, lastStep(of))),
    evidence: given(input.evidence, 'evidence'),
  });
  switch (step) {
    case 'accept':
      return { waybill_accept: { waybill } };
    case 'decline':
      return { waybill_decline: reasoned() };
    case 'withdraw':
      return { waybill_withdraw: reasoned() };
    case 'cancel':
      return { waybill_cancel: reasoned() };
    case 'load':
      return { waybill_load: reported() };
    case 'depart':
      return { waybill_depart: reported() };
    case 'arrive':
      return { waybill_arrive: reported() };
    case 'abort':
      return { waybill_abort: reasoned() };
    case 'abort_agree':
      return { waybill_abort_agree: { waybill } };
    case 'swap_agree':
      return { waybill_swap_agree: { waybill, vehicle: given(of.swap?.vehicle, 'vehicle') } };
    case 'sign':
      return { waybill_sign: { waybill, ...given(input.signed, 'figures'), reason: input.why ?? null } };
    case 'settle':
      return { waybill_settle: { waybill, ...given(input.settlement, 'payment') } };
    case 'settle_agree':
      return { waybill_settle_agree: { waybill } };
    case 'dispute':
      return { waybill_dispute: reasoned() };
    case 'dispute_end':
      return { waybill_dispute_end: { waybill } };
  }
}
