// SPDX-License-Identifier: Apache-2.0
/** Parameters of the chain, with the values that they had. */
import { list, struct, type Value, words } from '../codec.js';
import * as p from '../primitives.js';

/** A value and the instant from which it holds. */
export const ParameterValue = struct('ParameterValue', { from: p.time, value: p.u64Wide });
export type ParameterValue = Value<typeof ParameterValue>;

/** A parameter's name. Durations are in milliseconds. */
export const ParameterName = words(
  'ParameterName',
  [
    'notice_ms', 'answer_ms', 'corrections', 'application_ms', 'vehicles_per_driver', 'drivers_per_vehicle',
    'settle_violation_ms', 'settle_breach_ms', 'settle_study_ms', 'settle_certificate_ms', 'settle_other_ms',
    'certificate_notice_ms', 'offer_ms', 'load_grace_ms', 'sign_ms', 'agree_ms', 'settlement_ms', 'dispute_ms',
    'difference_ppm', 'barring_points', 'over_limit_matters', 'over_limit_months', 'step_ahead_ms',
    'waybill_access_ms', 'capacity_ms',
  ],
);
export type ParameterName = Value<typeof ParameterName>;

/** A parameter with its values in the order of time. */
export const Parameter = struct('Parameter', { name: ParameterName, values: list(ParameterValue) });
export type Parameter = Value<typeof Parameter>;

/** All parameters; one record with an id of zeros. */
export const Parameters = struct('Parameters', { all: list(Parameter), prefectures: list(p.u16) });
export type Parameters = Value<typeof Parameters>;
