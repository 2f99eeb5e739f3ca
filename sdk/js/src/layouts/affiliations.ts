// SPDX-License-Identifier: Apache-2.0
/** Affiliations of drivers with enterprises and platforms. */
import { option, struct, type Value, words } from '../codec.js';
import * as p from '../primitives.js';
import { Custody } from './parties.js';

/** The enterprise's review. */
export const Review = words('Review', ['waiting', 'approved', 'refused']);
export type Review = Value<typeof Review>;

/** The account that the enterprise opens. */
export const Account = words('Account', ['none', 'opened', 'closed']);
export type Account = Value<typeof Account>;

/** The two sides of an affiliation. */
export const AffiliationSide = words('AffiliationSide', ['enterprise', 'driver']);
export type AffiliationSide = Value<typeof AffiliationSide>;

/** Who ended it, why and when. */
export const AffiliationEnding = struct('AffiliationEnding', {
  by: AffiliationSide,
  custody: option(Custody),
  reason: p.word,
  at: p.time,
});
export type AffiliationEnding = Value<typeof AffiliationEnding>;

/** An affiliation; a pair has one record, and one that is live at a time. */
export const Affiliation = struct('Affiliation', {
  id: p.aff,
  enterprise: p.org,
  code: p.code,
  asked_by: AffiliationSide,
  custody: option(Custody),
  asked_at: p.time,
  review: Review,
  reviewed_at: option(p.time),
  account: Account,
  opened_at: option(p.time),
  ending: option(AffiliationEnding),
});
export type Affiliation = Value<typeof Affiliation>;
