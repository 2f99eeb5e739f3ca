// SPDX-License-Identifier: Apache-2.0
/** What a transaction may ask for, and the list of all actions. Which key may send which: docs/actions.md. */
import { fields, list, option, struct, type Value, variants } from '../codec.js';
import * as p from '../primitives.js';
import { CertificateKind, Class, Scope, Subject } from './certificates.js';
import { CodeFor, MatterKind, VehicleOwner } from './codes.js';
import {
  AccessRecord,
  AffiliationEnd,
  AffiliationOpen,
  AffiliationRequest,
  AffiliationReview,
  ConsentGive,
  ConsentRevoke,
  ConsentUse,
  ErasurePublish,
} from './exchange_actions.js';
import {
  InterfaceApply,
  InterfaceGrant,
  InterfaceRefuse,
  InterfaceRelease,
  InterfaceRevoke,
  InterfaceWithdraw,
} from './interface_actions.js';
import { ParameterName } from './parameters.js';
import { Custody, Identity, Operator, OrganisationKind, Roles } from './parties.js';
import { KeyGrant, Statement } from './signed.js';
import {
  WaybillAbort,
  WaybillAbortAgree,
  WaybillAccept,
  WaybillArrive,
  WaybillCancel,
  WaybillDecline,
  WaybillDepart,
  WaybillDispute,
  WaybillDisputeEnd,
  WaybillLoad,
  WaybillOffer,
  WaybillSettle,
  WaybillSettleAgree,
  WaybillSign,
  WaybillSwap,
  WaybillSwapAgree,
  WaybillWithdraw,
} from './waybill_actions.js';

/** Sent by a regulator. */
export const OrganisationAdmit = struct('OrganisationAdmit', {
  kind: OrganisationKind,
  identity: Identity,
  prefecture: p.u16,
  scopes: list(Scope),
  keys: list(KeyGrant),
});
export type OrganisationAdmit = Value<typeof OrganisationAdmit>;

/** Sent by a regulator. */
export const OrganisationScopes = struct('OrganisationScopes', { organisation: p.org, scopes: list(Scope) });
export type OrganisationScopes = Value<typeof OrganisationScopes>;

/** Sent by a regulator. */
export const OrganisationEnd = struct('OrganisationEnd', { organisation: p.org, reason: p.word });
export type OrganisationEnd = Value<typeof OrganisationEnd>;

/**
 * Sent by an admin of the organisation. The new key states that it is in hand: a key is never used again, so
 * nobody may take one that is another's.
 */
export const KeyAdd = struct('KeyAdd', { key: p.key, roles: Roles, statements: list(Statement) });
export type KeyAdd = Value<typeof KeyAdd>;

/** Sent by an admin of the organisation, or by a person. */
export const KeyEnd = struct('KeyEnd', { key: p.key });
export type KeyEnd = Value<typeof KeyEnd>;

/** Sent by an admin of the organisation, or by a person. The new key states that it is in hand. */
export const KeyReplace = struct('KeyReplace', { old: p.key, new: p.key, statements: list(Statement) });
export type KeyReplace = Value<typeof KeyReplace>;

/** Sent by a regulator. */
export const ParameterSet = struct('ParameterSet', { name: ParameterName, value: p.u64Wide, from: p.time });
export type ParameterSet = Value<typeof ParameterSet>;

/**
 * Sent by an authority that attests identities in the prefecture of the person's code or application, after it
 * verified the person again. All other keys of the person end in this block.
 */
export const PersonKeyRegister = struct('PersonKeyRegister', {
  person: p.per,
  key: p.key,
  custody: Custody,
  statements: list(Statement),
});
export type PersonKeyRegister = Value<typeof PersonKeyRegister>;

/** A certificate to be attested. */
export const NewClaim = struct('NewClaim', { kind: CertificateKind, root: p.hash, attester: p.org });
export type NewClaim = Value<typeof NewClaim>;

/**
 * Sent by a sponsor (platform, enterprise, regulator). A driver's holder key gives its word, and so do the
 * operator and the owners of the vehicles where they are not the sponsor. An enterprise holds its code by a key of
 * its own, and gives its word where it is not the sponsor.
 */
export const CodeApply = struct('CodeApply', {
  wanted: CodeFor,
  holder_key: p.key,
  custody: Custody,
  prefecture: p.u16,
  claims: list(NewClaim),
  statements: list(Statement),
});
export type CodeApply = Value<typeof CodeApply>;

/** Sent by the owner or a sponsor; where a holder is the owner, with the holder key's word. */
export const VehicleApply = struct('VehicleApply', {
  owner: VehicleOwner,
  prefecture: p.u16,
  claims: list(NewClaim),
  statements: list(Statement),
});
export type VehicleApply = Value<typeof VehicleApply>;

/** An attester's answer. */
export const Answer = variants('Answer', {
  yes: fields({ valid_from: p.time, valid_until: option(p.time), class: Class, tags: list(p.hash) }),
  no: fields({ reason: p.word }),
});
export type Answer = Value<typeof Answer>;

/** Sent by the attester of a claim. */
export const ClaimAnswer = struct('ClaimAnswer', { application: p.app, claim: p.u32, root: p.hash, answer: Answer });
export type ClaimAnswer = Value<typeof ClaimAnswer>;

/**
 * Sent by the sponsor with the holder's word. A claim that is attested, asked as it stands, issues what lacked
 * something else until now.
 */
export const ClaimCorrect = struct('ClaimCorrect', {
  application: p.app,
  claim: NewClaim,
  replaces: option(p.u32),
  statements: list(Statement),
});
export type ClaimCorrect = Value<typeof ClaimCorrect>;

/** Sent by the sponsor, or the holder or owner where one is registered. */
export const ApplicationWithdraw = struct('ApplicationWithdraw', { application: p.app });
export type ApplicationWithdraw = Value<typeof ApplicationWithdraw>;

/** Sent by a regulator or authority. */
export const CodeSuspend = struct('CodeSuspend', { code: p.code, reason: p.word });
export type CodeSuspend = Value<typeof CodeSuspend>;

/** Sent by who laid the suspension, or a regulator. */
export const CodeResume = struct('CodeResume', { code: p.code, by: p.org, reason: p.word });
export type CodeResume = Value<typeof CodeResume>;

/**
 * Sent by the holder, a regulator, or, for a person's code, an authority that attests identities in its
 * prefecture.
 */
export const CodeCancel = struct('CodeCancel', { code: p.code, reason: p.word });
export type CodeCancel = Value<typeof CodeCancel>;

/** Sent by the holder, the operator or the vehicle's owner, with the words of the others. */
export const VehicleBind = struct('VehicleBind', { code: p.code, vehicle: p.veh, statements: list(Statement) });
export type VehicleBind = Value<typeof VehicleBind>;

/** Sent by the holder, the operator or the vehicle's owner. */
export const VehicleUnbind = struct('VehicleUnbind', { code: p.code, vehicle: p.veh });
export type VehicleUnbind = Value<typeof VehicleUnbind>;

/** Sent by the holder. */
export const VehicleChoose = struct('VehicleChoose', { code: p.code, vehicle: option(p.veh) });
export type VehicleChoose = Value<typeof VehicleChoose>;

/** Sent by the owner of the vehicle; with the word of the trailer's owner where that is another. */
export const TrailerCouple = struct('TrailerCouple', { vehicle: p.veh, trailer: p.veh, statements: list(Statement) });
export type TrailerCouple = Value<typeof TrailerCouple>;

/** Sent by the owner of the vehicle or of the trailer. */
export const TrailerUncouple = struct('TrailerUncouple', { vehicle: p.veh });
export type TrailerUncouple = Value<typeof TrailerUncouple>;

/** Sent by the holder with the new operator's word, or by that operator with the holder's. */
export const OperatorSet = struct('OperatorSet', {
  code: p.code,
  operator: option(Operator),
  statements: list(Statement),
});
export type OperatorSet = Value<typeof OperatorSet>;

/**
 * Sent by an attester of the kind. A certificate of the kind that is there is renewed (a policy: the one named, by
 * one of its kind); one whose `valid_from` is ahead waits as `next`. What is suspended or revoked its own attester
 * renews, while that one is registered.
 */
export const CertificateAttest = struct('CertificateAttest', {
  subject: Subject,
  kind: CertificateKind,
  renews: option(p.cer),
  prefecture: p.u16,
  root: p.hash,
  valid_from: p.time,
  valid_until: option(p.time),
  class: Class,
});
export type CertificateAttest = Value<typeof CertificateAttest>;

/** Sent by the attester; by a regulator where its registration has ended. */
export const CertificateSuspend = struct('CertificateSuspend', {
  subject: Subject,
  certificate: p.cer,
  reason: p.word,
});
export type CertificateSuspend = Value<typeof CertificateSuspend>;

/** Sent by the attester; by a regulator where its registration has ended. */
export const CertificateResume = struct('CertificateResume', { subject: Subject, certificate: p.cer });
export type CertificateResume = Value<typeof CertificateResume>;

/** Sent by the attester; by a regulator where its registration has ended. */
export const CertificateRevoke = struct('CertificateRevoke', {
  subject: Subject,
  certificate: p.cer,
  reason: p.word,
});
export type CertificateRevoke = Value<typeof CertificateRevoke>;

/** Sent by an authority or regulator. The certificate and study kinds are the chain's own. */
export const MatterOpen = struct('MatterOpen', {
  subject: Subject,
  kind: MatterKind,
  reference: p.hash,
  points: p.u8,
  over_limit: p.bool,
  occurred_at: p.time,
  settle_by: option(p.time),
});
export type MatterOpen = Value<typeof MatterOpen>;

/** Sent by the source; of the chain's own matters a regulator is a source too. */
export const MatterExtend = struct('MatterExtend', { matter: p.mat, settle_by: p.time, reason: p.word });
export type MatterExtend = Value<typeof MatterExtend>;

/** Sent by the source or a regulator. */
export const MatterSettle = struct('MatterSettle', { matter: p.mat });
export type MatterSettle = Value<typeof MatterSettle>;

/** Sent by the source or a regulator. */
export const MatterVoid = struct('MatterVoid', { matter: p.mat, reason: p.word });
export type MatterVoid = Value<typeof MatterVoid>;

/** Sent by a regulator. */
export const VehicleRelease = struct('VehicleRelease', { vehicle: p.veh, reason: p.word });
export type VehicleRelease = Value<typeof VehicleRelease>;

/** What a transaction asks for. */
export const Action = variants('Action', {
  organisation_admit: OrganisationAdmit,
  organisation_scopes: OrganisationScopes,
  organisation_end: OrganisationEnd,
  key_add: KeyAdd,
  key_end: KeyEnd,
  key_replace: KeyReplace,
  parameter_set: ParameterSet,
  person_key_register: PersonKeyRegister,
  code_apply: CodeApply,
  vehicle_apply: VehicleApply,
  claim_answer: ClaimAnswer,
  claim_correct: ClaimCorrect,
  application_withdraw: ApplicationWithdraw,
  code_suspend: CodeSuspend,
  code_resume: CodeResume,
  code_cancel: CodeCancel,
  vehicle_bind: VehicleBind,
  vehicle_unbind: VehicleUnbind,
  vehicle_choose: VehicleChoose,
  trailer_couple: TrailerCouple,
  trailer_uncouple: TrailerUncouple,
  operator_set: OperatorSet,
  certificate_attest: CertificateAttest,
  certificate_suspend: CertificateSuspend,
  certificate_resume: CertificateResume,
  certificate_revoke: CertificateRevoke,
  matter_open: MatterOpen,
  matter_extend: MatterExtend,
  matter_settle: MatterSettle,
  matter_void: MatterVoid,
  vehicle_release: VehicleRelease,
  waybill_offer: WaybillOffer,
  waybill_accept: WaybillAccept,
  waybill_decline: WaybillDecline,
  waybill_withdraw: WaybillWithdraw,
  waybill_cancel: WaybillCancel,
  waybill_load: WaybillLoad,
  waybill_depart: WaybillDepart,
  waybill_arrive: WaybillArrive,
  waybill_sign: WaybillSign,
  waybill_abort: WaybillAbort,
  waybill_abort_agree: WaybillAbortAgree,
  waybill_settle: WaybillSettle,
  waybill_settle_agree: WaybillSettleAgree,
  waybill_dispute: WaybillDispute,
  waybill_dispute_end: WaybillDisputeEnd,
  interface_apply: InterfaceApply,
  interface_withdraw: InterfaceWithdraw,
  interface_grant: InterfaceGrant,
  interface_refuse: InterfaceRefuse,
  interface_revoke: InterfaceRevoke,
  interface_release: InterfaceRelease,
  waybill_swap: WaybillSwap,
  waybill_swap_agree: WaybillSwapAgree,
  consent_give: ConsentGive,
  consent_revoke: ConsentRevoke,
  consent_use: ConsentUse,
  access_record: AccessRecord,
  erasure_publish: ErasurePublish,
  affiliation_request: AffiliationRequest,
  affiliation_review: AffiliationReview,
  affiliation_open: AffiliationOpen,
  affiliation_end: AffiliationEnd,
});
export type Action = Value<typeof Action>;
