// SPDX-License-Identifier: Apache-2.0
/**
 * Fields of certificates and waybills: their tables, digests and root, and opening one of them. Values and salts are
 * never on chain. A verifier takes index and count from the table, so no field opens under another name.
 */
import { ascii, concat, fromHex, littleEndian, toHex, toUtf8 } from './bytes.js';
import { at, FormatError } from './errors.js';
import { leafHash, TAGS, tagged } from './hash.js';
import { type Hash, parseHash } from './ids.js';
import { inclusionHolds, pathOf, rootOf } from './merkle.js';
import { hostRandom, type Random, randomBytes } from './random.js';

/** The longest value, in bytes. */
export const FIELD_BYTES = 1_024;
const SALT_BYTES = 32;

const names = (text: string): readonly string[] => text.trim().split(/\s+/);

/** The fields of each table in their order: certificates by kind, and waybills. */
export const TABLES = {
  identity: names('driverName sex birthDate identityNumber address issuingOrganizations validPeriodFrom validPeriodTo'),
  driving_licence: names(`driverName drivingLicense vehicleClass fileNumber issuingOrganizations validPeriodFrom
    validPeriodTo`),
  qualification: names(`driverName qualificationCertificate qualificationClass issuingOrganizations validPeriodFrom
    validPeriodTo`),
  vehicle_licence: names(`vehicleNumber vehiclePlateColorCode vehicleType owner useCharacter vin engineNumber
    issuingOrganizations registerDate vehicleEnergyType vehicleTonnage grossMass axles validPeriodFrom validPeriodTo`),
  transport_permit: names(`roadTransportCertificateNumber vehicleNumber vehiclePlateColorCode operatorName
    businessScope issuingOrganizations validPeriodFrom validPeriodTo`),
  business_permit: names(`permitNumber operatorName unifiedSocialCreditIdentifier businessScope issuingOrganizations
    validPeriodFrom validPeriodTo`),
  policy: names(`policyNumber policyKind insuranceCompanyCode vehicleNumber vin insured validPeriodFrom
    validPeriodTo`),
  bank_account: names('accountHolder receiptAccount bankCode validPeriodFrom validPeriodTo'),
  waybill: names(`OriginalDocumentNumber ShippingNoteNumber SerialNumber VehicleAmount TransportTypeCode
    SendToProDateTime Carrier UnifiedSocialCreditIdentifier PermitNumber ConsignmentDateTime BusinessTypeCode
    DespatchActualDateTime GoodsReceiptDateTime Consignor ConsignorID PlaceOfLoading LoadingCountrySubdivisionCode
    Consignee ConsigneeID GoodsReceiptPlace ReceiptCountrySubdivisionCode TotalMonetaryAmount TransportationDistance
    VehiclePlateColorCode VehicleNumber DriverName DrivingLicense DescriptionOfGoods CargoTypeClassificationCode
    GoodsItemGrossWeight ActualCarrierName ActualCarrierBusinessLicense ActualCarrierID PolicyNumber
    InsuranceCompanyCode Remark`),
} as const;

/** The name of a table. */
export type Table = keyof typeof TABLES;

/** A field with what opens its digest. */
export interface Field {
  readonly name: string;
  /** 32 random bytes in digits, a fresh one for each field. */
  readonly salt: string;
  /** Empty where the field is absent. */
  readonly value: string;
}

/** The digest of a field. */
export function fieldDigest({ name, salt, value }: Field): Hash {
  const bytes = toUtf8(value);
  if (bytes.length > FIELD_BYTES) throw new FormatError(`a value of more than ${FIELD_BYTES} bytes`);
  const parts = concat(littleEndian(name.length, 1), ascii(name), fromHex(salt, SALT_BYTES), bytes);
  return toHex(tagged(TAGS.field, parts));
}

/** Salts for all fields of a table; what is not given is absent. Keep them: they alone open the root. */
export async function saltFields(
  table: Table,
  values: Readonly<Record<string, string>>,
  random: Random = hostRandom,
): Promise<Field[]> {
  const unknown = Object.keys(values).find((name) => !TABLES[table].includes(name));
  if (unknown !== undefined) throw new FormatError(`${table} has no field ${unknown}`);
  const salts = await randomBytes(random, SALT_BYTES * TABLES[table].length);
  return TABLES[table].map((name, place) => {
    const salt = toHex(salts.subarray(SALT_BYTES * place, SALT_BYTES * (place + 1)));
    return { name, salt, value: values[name] ?? '' };
  });
}

function leaves(table: Table, fields: readonly Field[]): Uint8Array[] {
  const wanted = TABLES[table];
  if (fields.length !== wanted.length) throw new FormatError(`${table} has ${wanted.length} fields`);
  return fields.map((field, place) => {
    if (field.name !== wanted[place]) throw new FormatError(`in place ${place} ${table} has ${wanted[place]}`);
    return at(field.name, () => leafHash(null, parseHash(fieldDigest(field))));
  });
}

/** The root over all fields of a table, in its order. */
export function fieldsRoot(table: Table, fields: readonly Field[]): Hash {
  return toHex(rootOf(leaves(table, fields)));
}

/** The path that opens one field. */
export function fieldPath(table: Table, fields: readonly Field[], name: string): Hash[] {
  return pathOf(leaves(table, fields), TABLES[table].indexOf(name)).map(toHex);
}

/** True if the field is the one of its name in the table under a root. */
export function fieldHolds(table: Table, field: Field, path: readonly Hash[], root: Hash): boolean {
  return inclusionHolds({
    leaf: leafHash(null, parseHash(fieldDigest(field))),
    index: TABLES[table].indexOf(field.name),
    count: TABLES[table].length,
    path: path.map(parseHash),
    root: parseHash(root),
  });
}
