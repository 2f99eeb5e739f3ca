// SPDX-License-Identifier: Apache-2.0
/** Actions about consents, accesses, erasures and affiliations. */
import { fields, list, struct, type Value, variants } from '../codec.js';
import * as p from '../primitives.js';
import { Basis, ConsentTerms, DataSubject, ErasureKind } from './exchange.js';
import { Statement } from './signed.js';

/** Sent by the holder, or by a sponsor with the holder's word. A sensitive field is agreed to alone. */
export const ConsentGive = struct('ConsentGive', { terms: ConsentTerms, statements: list(Statement) });
export type ConsentGive = Value<typeof ConsentGive>;

/** Sent by the holder: from here on, within the block too, it gives no access. */
export const ConsentRevoke = struct('ConsentRevoke', { consent: p.con });
export type ConsentRevoke = Value<typeof ConsentRevoke>;

/** What a driver's app signs when it shows a verification code: `shown` is the salted digest of the digits. */
export const CapacityTerms = struct('CapacityTerms', { code: p.code, fields: p.fieldSet, shown: p.hash });
export type CapacityTerms = Value<typeof CapacityTerms>;

/** What the node of the code's sponsor signs once the digits were entered. `word`: the holder's statement, by id. */
export const Release = struct('Release', { word: p.hash, by: p.org, request: p.hash });
export type Release = Value<typeof Release>;

/**
 * Sent by the enterprise or platform that was shown the digits, with the holder's word on the terms alone and the
 * node's word on a `Release`.
 */
export const ConsentUse = struct('ConsentUse', {
  terms: CapacityTerms,
  by: p.org,
  request: p.hash,
  release: Statement,
  statements: list(Statement),
});
export type ConsentUse = Value<typeof ConsentUse>;

/** Sent by who asks. `request` is the digest of the request that the vault's node answers. */
export const AccessRecord = struct('AccessRecord', {
  about: DataSubject,
  basis: Basis,
  fields: p.fieldSet,
  request: p.hash,
});
export type AccessRecord = Value<typeof AccessRecord>;

/** Sent by the sponsor of an application, whose node holds the data that came with it. */
export const ErasurePublish = struct('ErasurePublish', { application: p.app, kind: ErasureKind, digest: p.hash });
export type ErasurePublish = Value<typeof ErasurePublish>;

/** Sent by the driver, or by the enterprise with the driver's word. */
export const AffiliationRequest = struct('AffiliationRequest', {
  enterprise: p.org,
  code: p.code,
  statements: list(Statement),
});
export type AffiliationRequest = Value<typeof AffiliationRequest>;

/** An enterprise's verdict. */
export const AffiliationVerdict = variants('AffiliationVerdict', { approve: null, refuse: fields({ reason: p.word }) });
export type AffiliationVerdict = Value<typeof AffiliationVerdict>;

/** Sent by the enterprise. */
export const AffiliationReview = struct('AffiliationReview', { affiliation: p.aff, verdict: AffiliationVerdict });
export type AffiliationReview = Value<typeof AffiliationReview>;

/** Sent by the enterprise once it has approved. */
export const AffiliationOpen = struct('AffiliationOpen', { affiliation: p.aff });
export type AffiliationOpen = Value<typeof AffiliationOpen>;

/** Sent by either side: an account that is open is closed. */
export const AffiliationEnd = struct('AffiliationEnd', { affiliation: p.aff, reason: p.word });
export type AffiliationEnd = Value<typeof AffiliationEnd>;
