// SPDX-License-Identifier: Apache-2.0
/** Lists of words that many types use: kinds of records, events and the codes of refusals. */
import { type Value, words } from '../codec.js';

/** Kinds of records take one byte and begin with 1. */
const KIND_NUMBERS = { width: 1, jumps: { parameters: 1 } } as const;

/** The kind of a record. Numbers are part of the format and never used again. */
export const RecordKind = words(
  'RecordKind',
  [
    'parameters', 'organisation', 'registered_key', 'unique_name', 'person', 'vehicle', 'application', 'code',
    'matter', 'waybill', 'interface', 'consent', 'access', 'erasure', 'affiliation',
  ],
  KIND_NUMBERS,
);
export type RecordKind = Value<typeof RecordKind>;

/** What happened to a record. */
export const Event = words(
  'Event',
  [
    'genesis', 'parameter_set', 'organisation_admitted', 'organisation_changed', 'organisation_ended',
    'key_registered', 'key_ended', 'name_given', 'name_moved', 'person_registered', 'person_changed',
    'vehicle_registered', 'vehicle_changed', 'plate_moved', 'application_made', 'claim_attested', 'claim_refused',
    'claim_corrected', 'application_issued', 'application_lapsed', 'application_withdrawn', 'code_issued',
    'code_changed', 'code_blue', 'code_yellow', 'code_red', 'code_suspended', 'code_resumed', 'code_cancelled',
    'certificate_attested', 'certificate_notice', 'certificate_renewed', 'certificate_ended',
    'certificate_suspended', 'certificate_resumed', 'certificate_revoked', 'matter_opened', 'matter_extended',
    'matter_settled', 'matter_voided', 'waybill_offered', 'waybill_accepted', 'waybill_declined',
    'waybill_withdrawn', 'waybill_lapsed', 'waybill_cancelled', 'waybill_loaded', 'waybill_departed',
    'waybill_arrived', 'waybill_signed', 'waybill_abort_changed', 'waybill_aborted', 'waybill_settlement_proposed',
    'waybill_settled', 'waybill_disputed', 'waybill_dispute_changed', 'waybill_flagged', 'interface_requested',
    'interface_withdrawn', 'interface_granted', 'interface_refused', 'interface_revoked', 'interface_released',
    'interface_ended', 'waybill_swap_changed', 'waybill_swapped', 'consent_given', 'consent_used',
    'consent_used_up', 'consent_revoked', 'consent_ended', 'access_recorded', 'erasure_published',
    'affiliation_requested', 'affiliation_approved', 'affiliation_refused', 'affiliation_opened',
    'affiliation_ended',
  ],
);
export type Event = Value<typeof Event>;

/** Why something was refused. */
export const RefusalCode = words(
  'RefusalCode',
  [
    'unknown_key', 'not_allowed', 'role_missing', 'organisation_ended', 'statement_missing', 'statement_unexpected',
    'statement_expired', 'statement_used', 'not_found', 'already_exists', 'invalid_field', 'too_many',
    'bucket_full', 'changes_limit', 'key_in_use', 'last_admin', 'notice_too_short', 'subject_exists',
    'code_id_taken', 'attester_not_registered', 'claim_not_waiting', 'claim_not_refused', 'root_differs',
    'application_ended', 'corrections_used_up', 'code_not_issued', 'code_red', 'code_has_waybill', 'not_suspended',
    'vehicle_not_bound', 'vehicle_bound', 'vehicle_under_way', 'no_vehicle', 'not_a_trailer', 'already_coupled',
    'not_coupled', 'operator_invalid', 'certificate_missing', 'class_unfit', 'certificate_state', 'matter_ended',
    'matter_automatic', 'points_too_many', 'over_limit_too_many', 'vehicle_busy', 'over_loaded', 'waybill_state',
    'waybill_already_accepted', 'offer_ended', 'not_offered_to_code', 'waybill_number_taken', 'step_time',
    'reason_missing', 'dispute_open', 'no_dispute', 'no_proposal', 'proposal_open', 'dispute_too_late',
    'grant_missing', 'no_grant', 'no_request', 'request_differs', 'grant_too_wide', 'consent_not_in_force',
    'consent_for_other', 'sensitive_together', 'no_basis', 'fields_beyond_basis', 'data_restricted', 'data_erased',
    'code_not_cancelled', 'application_open', 'affiliation_state', 'access_too_old', 'data_needed',
    'restriction_over',
  ],
);
export type RefusalCode = Value<typeof RefusalCode>;
