// SPDX-License-Identifier: Apache-2.0
//! Every limit of the protocol, on one page.
//!
//! A limit that a validator enforces is part of consensus: changing one changes what a block means.

/// Largest canonical transaction, in bytes.
pub const TRANSACTION_BYTES: usize = 16 * 1024;
/// Most transactions in one batch submission.
pub const BATCH_TRANSACTIONS: usize = 1_000;
/// Largest batch submission, in bytes of canonical transactions.
pub const BATCH_BYTES: usize = 4 * 1024 * 1024;
/// Most transactions in one proposal.
pub const PROPOSAL_TRANSACTIONS: usize = 5_000;
/// Largest sum of canonical transactions in one proposal, in bytes.
pub const PROPOSAL_BYTES: usize = 4 * 1024 * 1024;
/// Largest canonical value of any kind that `codec` decodes, in bytes.
pub const VALUE_BYTES: usize = 8 * 1024 * 1024;
/// Most changes that one transaction may write; what bringing up writes does not count.
pub const TRANSACTION_CHANGES: usize = 32;
/// Most due records that the deadline index yields to one block.
pub const DUE_RECORDS: usize = 1_000;
/// Furthest that `valid_until` may lie ahead of block time, in milliseconds.
pub const VALIDITY_MS: u64 = 10 * 60 * 1_000;
/// Furthest that `proposed_ms` may lie ahead of a follower's clock, in milliseconds.
pub const PROPOSED_AHEAD_MS: u64 = 10_000;
/// Entries of a bucket of the state tree beyond which nothing is made whose id the sender's nonce decides.
pub const BUCKET_ENTRIES: usize = 1_024;
/// The same for keys and numbers of waybills, of which the sender can take others.
pub const BUCKET_CHOSEN: usize = 2_048;
/// Most entries of a bucket that a verifier takes: room for names that nobody can choose and for what
/// comes due, which chance alone does not fill.
pub const BUCKET_VERIFIED: usize = 4_096;
/// Most records on one page of a list.
pub const PAGE: usize = 200;
/// Longest wait for an answer to a submission, in milliseconds.
pub const WAIT_MS: u64 = 30_000;

/// Most keys of an organisation or a person.
pub const KEYS: usize = 8;
/// Most attestation scopes of an organisation.
pub const SCOPES: usize = 16;
/// Most prefectures of one scope, or of one waybill's limits.
pub const PREFECTURES: usize = 16;
/// Most policies of a vehicle.
pub const POLICIES: usize = 8;
/// Most certificates of one subject.
pub const CERTIFICATES: usize = 16;
/// Most claims of one application.
pub const CLAIMS: usize = 12;
/// Most open matters on one subject; the chain's own may go beyond.
pub const OPEN_MATTERS: usize = 64;
/// Most vehicles bound to a code, and drivers to a vehicle, whatever the parameters say.
pub const BINDINGS: usize = 8;
/// Most suspensions of one code.
pub const SUSPENSIONS: usize = 8;
/// Most waybills under way of one vehicle.
pub const UNDER_WAY: usize = 8;
/// Most swaps of its vehicle that one waybill records.
pub const SWAPS: usize = 8;
/// Over-limit matters that a vehicle keeps.
pub const OVER_LIMIT_KEPT: usize = 4;
/// Most calls a minute of one interface grant.
pub const CALLS_A_MINUTE: u32 = 600_000;
/// Shortest time that an interface grant is given for, in milliseconds: what its rate counts over.
pub const GRANT_LEAST_MS: u64 = 60 * 1_000;
/// Longest time that an interface grant is given for, in milliseconds: three years with a leap day.
pub const GRANT_MOST_MS: u64 = 1_096 * 24 * 60 * 60 * 1_000;
/// Values that one parameter keeps, past and announced.
pub const PARAMETER_VALUES: usize = 16;
/// Reasons that one refusal lists.
pub const REASONS: usize = 32;
/// Longest consent, in milliseconds: 366 days.
pub const CONSENT_MS: u64 = 366 * 86_400 * 1_000;
/// Most uses of one consent.
pub const CONSENT_USES: u32 = 1_000;
/// How long after it was recorded an access is answered, in milliseconds: else one use would open what
/// the holder's data become later.
pub const ACCESS_MS: u64 = 10 * 60 * 1_000;
/// Longest restriction in place of an erasure, in milliseconds: 10 years of 366 days, the longest that
/// any record is kept.
pub const RESTRICTION_MS: u64 = 3_660 * 86_400 * 1_000;

/// Most witnesses of a shown code: each makes its picture larger.
pub const SHOWN_WITNESSES: usize = 4;
/// Longest that the facts of a shown code hold after the block that they were read from, in milliseconds.
pub const SHOWN_VALID_MS: u64 = 24 * 60 * 60 * 1_000;
/// How far the clocks of who shows and who scans may be apart, in milliseconds. What was signed longer ago
/// is a picture of a screen.
pub const SHOWN_APART_MS: u64 = 2 * 60 * 1_000;
/// How old the block may be whose state a node still witnesses, in milliseconds: time enough to ask several.
pub const WITNESSED_BACK_MS: u64 = 60 * 1_000;
