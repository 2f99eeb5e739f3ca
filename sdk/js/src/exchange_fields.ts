// SPDX-License-Identifier: Apache-2.0
/** What an exchange can ask for (docs/proofs.md, *Exchange fields*), and which of it stands alone. */

/** The exchange fields in the order of their bits. */
export const EXCHANGE_FIELDS = [
  'name', 'phone', 'plate', 'validity', 'identity', 'driving_licence', 'qualification', 'vehicle_licence',
  'transport_permit', 'business_permit', 'policy', 'identity_number', 'bank_account', 'track',
] as const;
/** One of the fields. */
export type ExchangeField = (typeof EXCHANGE_FIELDS)[number];

/** Those that are agreed to one by one: a consent or a verification code with one of them has nothing else. */
export const SENSITIVE_FIELDS: readonly ExchangeField[] = ['identity_number', 'bank_account', 'track'];

/** Those of some fields in the order of the table, each once: the one form of a set. */
export function fieldSet(some: Iterable<ExchangeField>): ExchangeField[] {
  const given = new Set<ExchangeField>(some);
  return EXCHANGE_FIELDS.filter((field) => given.has(field));
}
