// SPDX-License-Identifier: Apache-2.0
/**
 * What an exchange brought, checked without trusting the node: every field was asked for and opens the commitment
 * that is named (docs/exchange.md). That the chain has that commitment, a proof of the subject's record says.
 */
import { type ExchangeField, SENSITIVE_FIELDS } from './exchange_fields.js';
import { type Field, fieldHolds, type Table, TABLES } from './fields.js';

/** A field with what opens its commitment. */
export interface OpenedField extends Field {
  /** Hashes beside the way to the root, from below. */
  readonly path: readonly string[];
}

/** The fields of one certificate. */
export interface OpenedCertificate {
  readonly kind: Exclude<Table, 'waybill'>;
  /** The commitment. */
  readonly root: string;
  readonly fields: readonly OpenedField[];
}

/** What of an answer is checked. */
export interface Exchanged {
  /** The fields that were asked for. */
  readonly fields: readonly ExchangeField[];
  readonly certificates: readonly OpenedCertificate[];
}

const IDENTITY_NUMBERS = ['identityNumber', 'drivingLicense', 'qualificationCertificate'];
const SHARED: Readonly<Record<string, ExchangeField>> = {
  driverName: 'name',
  vehicleNumber: 'plate',
  vehiclePlateColorCode: 'plate',
  validPeriodFrom: 'validity',
  validPeriodTo: 'validity',
};

/** The exchange fields of which any one opens a field of a kind of certificate. A sensitive one stands alone. */
export function openedBy(kind: OpenedCertificate['kind'], name: string): readonly ExchangeField[] {
  if (SENSITIVE_FIELDS.includes(kind)) return [kind];
  if (IDENTITY_NUMBERS.includes(name)) return ['identity_number'];
  const shared = Object.hasOwn(SHARED, name) ? SHARED[name] : undefined;
  return shared === undefined ? [kind] : [kind, shared];
}

/** True if all that came was asked for and opens the commitments that are named. */
export function exchangeHolds({ fields, certificates }: Exchanged): boolean {
  return certificates.every(({ kind, root, fields: opened }) => {
    if (!Object.hasOwn(TABLES, kind)) return false;
    return opened.every(({ name, salt, value, path }) => {
      const asked = openedBy(kind, name).some((field) => fields.includes(field));
      return asked && fieldHolds(kind, { name, salt, value }, path, root);
    });
  });
}
