// SPDX-License-Identifier: Apache-2.0
/** Which certificates somebody needs for what, and what is wrong with what was typed. Knows no element. */
import {
  type CertificateKind,
  checkField,
  checkFields,
  FORMAT_MESSAGES,
  type FormatRules,
  type PublicKey,
  TABLES,
  type Wanted,
} from '@dianyun/sdk';

import type { Words } from '../parts/language.js';
import type { Paper } from './node.js';

/** Values by the names of their fields. */
export type Values = Readonly<Record<string, string>>;
/** What was typed, by kind of certificate. */
export type Typed = Readonly<Partial<Record<CertificateKind, Values>>>;
/** What an application is for. */
export type What = 'vehicle' | 'code';

/** What somebody wishes for. */
export interface Wish {
  readonly who: 'driver' | 'enterprise';
  /** The enterprise whose code it is to be. */
  readonly organisation: string | null;
  readonly prefecture: number;
  /** The driver's vehicle: none yet, their own, or one whose number an enterprise gave. */
  readonly vehicle: 'none' | 'own' | 'given';
  readonly given: string;
  /** The enterprise that operates a heavy vehicle that is not the driver's own. */
  readonly operator: string;
  /** Without a vehicle licence it is not known how heavy the vehicle is: the driver says so. */
  readonly isHeavy: boolean;
  readonly email: string;
  readonly emergency: string;
}

/** What nobody has said anything about yet. */
export const NO_WISH: Wish = {
  who: 'driver',
  organisation: null,
  prefecture: 5301,
  vehicle: 'none',
  given: '',
  operator: '',
  isHeavy: false,
  email: '',
  emergency: '',
};

/** Above so many tonnes a vehicle needs a permit, its driver a qualification, and its operator a permit. */
const EXEMPT_TONNES = 4.5;

/** True if the vehicle is no small one: its licence says so, or the driver does. */
export function isHeavy(wish: Wish, typed: Typed): boolean {
  const mass = typed.vehicle_licence?.['grossMass'];
  if (wish.vehicle !== 'own' || mass === undefined) return wish.isHeavy;
  return Number(mass) > EXEMPT_TONNES;
}

/** The certificates that an application for something takes. */
export function kindsFor(what: What, wish: Wish, typed: Typed): readonly CertificateKind[] {
  if (wish.who === 'enterprise') return what === 'code' ? ['business_permit'] : [];
  const heavy = isHeavy(wish, typed);
  if (what === 'vehicle') {
    if (wish.vehicle !== 'own') return [];
    return heavy ? ['vehicle_licence', 'policy', 'transport_permit'] : ['vehicle_licence', 'policy'];
  }
  const kinds: CertificateKind[] = ['identity', 'driving_licence'];
  if (heavy) kinds.push('qualification');
  // Whoever drives a heavy vehicle of their own is its operator.
  if (heavy && wish.vehicle === 'own') kinds.push('business_permit');
  return kinds;
}

/** All certificates that are to be typed, in the order in which they are asked for. */
export function kindsOf(wish: Wish, typed: Typed): readonly CertificateKind[] {
  const [own, vehicle] = [kindsFor('code', wish, typed), kindsFor('vehicle', wish, typed)];
  const isFirst = (kind: CertificateKind): boolean => kind === 'identity' || kind === 'driving_licence';
  return [...own.filter(isFirst), ...vehicle, ...own.filter((kind) => !isFirst(kind))];
}

/** Prefectures by the letters of their plates. */
const PLATES: Readonly<Record<string, number>> = {
  A: 5301, C: 5306, D: 5303, E: 5323, F: 5304, G: 5325, H: 5326, J: 5308,
  K: 5328, L: 5329, M: 5305, N: 5331, P: 5307, Q: 5333, R: 5334, S: 5309,
};

/** Where an application is made: a vehicle's where its plate is from, a code's where its holder wants it. */
export function prefectureFor(what: What, { prefecture }: Wish, typed: Typed): number {
  const letter = typed.vehicle_licence?.['vehicleNumber']?.charAt(1) ?? '';
  return what === 'vehicle' ? (PLATES[letter] ?? prefecture) : prefecture;
}

/** What a node is asked to apply for; `vehicle` is the driver's own one, once it has a record. */
export function wantedOf(what: What, wish: Wish, typed: Typed, key: PublicKey, vehicle: string | null): Wanted {
  if (what === 'vehicle') return { vehicle: { holder: key } };
  if (wish.who === 'enterprise') return { code: { enterprise: wish.organisation ?? '' } };
  const vehicles = wish.vehicle === 'given' ? [wish.given] : vehicle === null ? [] : [vehicle];
  const isOperator = kindsFor('code', wish, typed).includes('business_permit');
  const enterprise = wish.vehicle === 'given' && wish.operator !== '' ? { organisation: wish.operator } : null;
  return { code: { driver: { vehicles, operator: isOperator ? 'applicant' : enterprise } } };
}

/** Certificates as they are sent: what was left out is not there. */
export function papersFor(kinds: readonly CertificateKind[], typed: Typed): readonly Paper[] {
  return kinds.map((kind) => ({ kind, values: given(typed[kind] ?? {}) }));
}

function given(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));
}

/** What is wrong with a certificate, by field; empty if nothing is. */
export function wrongIn(kind: CertificateKind, values: Values, rules: FormatRules): ReadonlyMap<string, Words> {
  const found = checkFields(kind, Object.entries(given(values)), rules);
  return new Map(found.map(({ field, zh, en }) => [field, { zh, en }]));
}

/** What is wrong with one field by itself; null if nothing is. */
export function wrongField(name: string, value: string, rules: FormatRules): Words | null {
  const code = checkField(name, value, rules);
  if (code === null) return null;
  const [zh, en] = FORMAT_MESSAGES[code];
  return { zh, en };
}

/** The fields of a certificate that may be left out. */
export function optionalOf(kind: CertificateKind, rules: FormatRules): ReadonlySet<string> {
  const missing = new Set(checkFields(kind, [], rules).map(({ field }) => field));
  return new Set(TABLES[kind].filter((name) => !missing.has(name)));
}

/** Days are typed with all kinds of marks between their parts; the table has digits alone. */
const DAYS = /^(?:birthDate|registerDate|validPeriodFrom|validPeriodTo)$/;

/** A value as the table has it: without space around it, and days without what stands between their parts. */
export function tidied(name: string, value: string): string {
  const text = value.trim();
  const parts = DAYS.test(name) ? /^(\d{4})[-./年 ]+(\d{1,2})[-./月 ]+(\d{1,2})日?$/.exec(text) : null;
  return parts === null ? text : `${parts[1]}${parts[2]?.padStart(2, '0')}${parts[3]?.padStart(2, '0')}`;
}

/** What a field proposes to others: [of, field, to, its field]. */
const SAME: readonly (readonly [CertificateKind, string, CertificateKind, string])[] = [
  ['identity', 'driverName', 'driving_licence', 'driverName'],
  ['identity', 'identityNumber', 'driving_licence', 'drivingLicense'],
  ['identity', 'driverName', 'qualification', 'driverName'],
  ['identity', 'identityNumber', 'qualification', 'qualificationCertificate'],
  ['vehicle_licence', 'vehicleNumber', 'policy', 'vehicleNumber'],
  ['vehicle_licence', 'vin', 'policy', 'vin'],
  ['vehicle_licence', 'owner', 'policy', 'insured'],
  ['vehicle_licence', 'vehicleNumber', 'transport_permit', 'vehicleNumber'],
  ['vehicle_licence', 'vehiclePlateColorCode', 'transport_permit', 'vehiclePlateColorCode'],
  ['vehicle_licence', 'owner', 'transport_permit', 'operatorName'],
  ['transport_permit', 'operatorName', 'business_permit', 'operatorName'],
];

/** What others say already, for fields of a certificate that are empty. */
export function proposed(kind: CertificateKind, typed: Typed): Values {
  const own = typed[kind] ?? {};
  const found = SAME.flatMap(([from, name, to, field]): [string, string][] => {
    const value = typed[from]?.[name] ?? '';
    return to === kind && value !== '' && (own[field] ?? '') === '' ? [[field, value]] : [];
  });
  // A vehicle needs this kind, whatever others it has.
  const isOpen = kind === 'policy' && (own['policyKind'] ?? '') === '';
  return { ...Object.fromEntries(found), ...(isOpen ? { policyKind: '交强险' } : {}) };
}

/** What an identity number says of its holder; empty if it says nothing. */
export function saidBy(number: string): Values {
  const parts = /^\d{6}(\d{8})\d{2}(\d)[\dX]$/.exec(number);
  if (parts === null) return {};
  return { birthDate: parts[1] ?? '', sex: Number(parts[2]) % 2 === 1 ? '男' : '女' };
}
