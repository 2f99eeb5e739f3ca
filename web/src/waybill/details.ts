// SPDX-License-Identifier: Apache-2.0
/**
 * What of a waybill is not in the clear: values, and the seed from which the salt of each follows. Whoever has both
 * makes the very commitments of the chain again, and so sees that nothing was altered. They go by the link; fields with
 * their salts go into the vault of the maker's node too (`vaulted.ts`), the seed to no node.
 */
import {
  type Field,
  fieldDigest,
  fieldsRoot,
  fromHex,
  type Hash,
  type Identity,
  type Offer,
  type Random,
  saltFields,
  sha256,
  toHex,
  type Waybill,
} from '@dianyun/sdk';

/** Values by the names of their fields. */
export type Values = Readonly<Record<string, string>>;

/** What was paid, as it was told to the driver. */
export interface Payment {
  /** Yuan with three places. */
  readonly amount: string;
  /** What proves the payment: the number of a transfer, say. */
  readonly reference: string;
}

/** What opens a waybill. */
export interface Details {
  /** 32 random bytes in digits. */
  readonly seed: Hash;
  /** Only what does not follow from the chain. */
  readonly values: Values;
  readonly payment?: Payment;
}

const PRICE = 'TotalMonetaryAmount';
const WEIGHT = 'GoodsItemGrossWeight';
const SALT_BYTES = 32;
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Salts one after the other: SHA-256 of the words, the seed and the number of the salt (4 bytes, little-endian). */
function saltsOf(seed: Hash): Random {
  const salt = (number: number): Uint8Array => {
    const place = new Uint8Array(4);
    new DataView(place.buffer).setUint32(0, number, true);
    return sha256(bytesOf('dianyun waybill salt'), fromHex(seed), place);
  };
  return (length) => {
    const all = new Uint8Array(length);
    for (let at = 0; at < length; at += SALT_BYTES) all.set(salt(at / SALT_BYTES).subarray(0, length - at), at);
    return all;
  };
}

/** The fields that follow from what the chain has in the clear. */
export function clearValues(
  offer: Pick<Offer, 'number' | 'segment' | 'goods' | 'from' | 'to'>,
  maker: Identity | null,
): Values {
  const open = maker !== null && 'open' in maker ? maker.open : null;
  return {
    OriginalDocumentNumber: offer.number,
    ShippingNoteNumber: offer.number,
    SerialNumber: offer.segment,
    VehicleAmount: '1',
    TransportTypeCode: '1',
    ...(open === null ? {} : { Carrier: open.name, UnifiedSocialCreditIdentifier: open.credit_code }),
    LoadingCountrySubdivisionCode: `${offer.from}00`,
    ReceiptCountrySubdivisionCode: `${offer.to}00`,
    CargoTypeClassificationCode: String(offer.goods).padStart(4, '0'),
  };
}

/** All fields with their salts, in the order of the table. */
export async function fieldsOf({ seed, values }: Details, clear: Values): Promise<Field[]> {
  return saltFields('waybill', { ...values, ...clear }, saltsOf(seed));
}

/** What an offer commits to. */
export async function commitmentsOf(details: Details, clear: Values): Promise<Pick<Offer, 'fields_root' | 'price'>> {
  const fields = await fieldsOf(details, clear);
  const price = fields.find(({ name }) => name === PRICE);
  if (price === undefined) throw new Error('waybills have a price');
  return { fields_root: fieldsRoot('waybill', fields), price: fieldDigest(price) };
}

/** What a settlement commits to. */
export function settlementOf(seed: Hash, { amount, reference }: Payment): { amount: Hash; payment: Hash } {
  const salt = (of: string): string => toHex(sha256(bytesOf(`dianyun waybill ${of}`), fromHex(seed)));
  return {
    amount: fieldDigest({ name: PRICE, salt: salt('amount'), value: amount }),
    payment: fieldDigest({ name: 'payment', salt: salt('payment'), value: reference }),
  };
}

/** Details with their payment only if the settlement commits to it. */
export function heldTo(details: Details, waybill: Waybill): Details {
  return paymentOpens(details, waybill) ? details : { seed: details.seed, values: details.values };
}

/** The weight that was stated, in whole kilograms as they are signed for; null: none was. */
export function statedKg({ values }: Pick<Details, 'values'>): number | null {
  const stated = Number(values[WEIGHT] ?? '');
  return stated > 0 && Number.isFinite(stated) ? Math.max(1, Math.round(stated)) : null;
}

/** The digest of words that are not in the clear, under a salt that follows from the seed. */
export function wordsDigest(seed: Hash, of: string, text: string): Hash {
  return toHex(sha256(bytesOf(`dianyun waybill ${of}`), fromHex(seed), bytesOf(text)));
}

/** True if details are those that a waybill commits to; what follows from the chain they do not say again. */
export async function opens(details: Details, waybill: Waybill, maker: Identity | null): Promise<boolean> {
  const clear = clearValues(waybill.offer, maker);
  // The chain's own value would be the one that is checked, and this one the one that is shown.
  if (Object.keys(details.values).some((name) => Object.hasOwn(clear, name))) return false;
  try {
    const found = await commitmentsOf(details, clear);
    return found.fields_root === waybill.offer.fields_root && found.price === waybill.offer.price;
  } catch {
    // A link that somebody changed may hold anything.
    return false;
  }
}

/** True if a payment is the one that a settlement commits to. */
export function paymentOpens({ seed, payment }: Details, { settlement }: Waybill): boolean {
  if (payment === undefined || settlement === null) return false;
  const found = settlementOf(seed, payment);
  return found.amount === settlement.amount && found.payment === settlement.payment;
}
