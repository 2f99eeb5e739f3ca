// SPDX-License-Identifier: Apache-2.0
/**
 * Formats of the trade's numbers, checked before anything is sent: single fields as somebody types, and all fields
 * of a certificate or waybill. The same rules, codes and messages as the nodes'; docs/vectors/formats.json holds both
 * to it.
 */
import { TABLES, type Table } from './fields.js';
import { ALPHABET, checkSymbol, organisationCheckSymbol } from './gb32100.js';

/** A chain for invented people alone, or for real ones. */
export type FormatMode = 'demo' | 'production';

/** What a check is made against: the mode, and the day on which it is asked, `YYYYMMDD`. */
export interface FormatRules {
  readonly mode: FormatMode;
  readonly asOf: string;
}

/** What is wrong, by a stable code, in Chinese and in English. */
export const FORMAT_MESSAGES = {
  wrong_length: ['长度不对,请核对位数', 'wrong length: count its characters'],
  wrong_symbol: [
    '有不允许的字符,请检查字母 O、I 和大小写',
    'a symbol is not allowed where it stands: look for O, I and lower case',
  ],
  lower_case: ['字母必须大写', 'a letter must be a capital'],
  unknown_region: ['行政区划代码不存在', 'the region was never allotted'],
  unknown_kind: ['开头的类别代码不存在', 'it begins with a kind that there is not'],
  no_such_month: ['月份不存在', 'there is no such month'],
  no_such_day: ['日期不存在', 'the calendar has no such day'],
  no_such_time: ['时间不存在', 'the clock has no such time'],
  in_the_future: ['日期晚于今天', 'the day lies in the future'],
  wrong_check: [
    '校验码不对,可能输错一位或颠倒两位',
    'the check symbol is wrong: a symbol was mistyped or two were swapped',
  ],
  wrong_inner_check: [
    '信用代码中的组织机构代码校验码不对',
    'the organisation code inside the credit code has a wrong check symbol',
  ],
  wrong_colour: ['车牌颜色与号牌种类不符', 'the colour does not belong to the kind of plate'],
  invented_number: ['正式环境不接受虚构号码', 'an invented number is not accepted in production'],
  not_invented: [
    '演示环境只接受虚构号码(如地区 5399),请勿输入真实信息',
    'the demo accepts only invented numbers (such as region 5399): never type a real one',
  ],
  missing: ['必填', 'this must be filled in'],
  unknown_field: ['没有这个字段', 'there is no such field here'],
  field_twice: ['字段重复', 'the field is there twice'],
  unknown_word: ['不在可选范围内', 'this is none of the words that may stand here'],
  wrong_order: ['先后次序不对', 'it comes before what it must follow'],
  disagrees: ['与身份证号码不一致', 'it is not what the identity number says'],
} as const;

/** The code of what is wrong. */
export type FormatCode = keyof typeof FORMAT_MESSAGES;

/** A field that is wrong. */
export interface WrongField {
  readonly field: string;
  readonly code: FormatCode;
  readonly zh: string;
  readonly en: string;
}

type Found = FormatCode | null;
type Rule = (value: string, rules: FormatRules) => Found;

const SYNTHETIC_REGION = '5399';
const FOR_EVER = '长期';

const count = (text: string): number => Array.from(text).length;
const allDigits = (text: string): boolean => /^[0-9]*$/.test(text);
const first = (...found: readonly Found[]): Found => found.find((code) => code !== null) ?? null;

function admit(mode: FormatMode, synthetic: boolean): Found {
  if (mode === 'demo') return synthetic ? null : 'not_invented';
  return synthetic ? 'invented_number' : null;
}

function ascii(text: string, length: number): Found {
  if (count(text) !== length) return 'wrong_length';
  return /^[\x00-\x7f]*$/.test(text) ? null : 'wrong_symbol';
}

function exactly(length: number): Rule {
  return (value) => {
    if (!allDigits(value)) return 'wrong_symbol';
    return value.length === length ? null : 'wrong_length';
  };
}

function text(most: number): Rule {
  return (value) => {
    if (count(value) > most) return 'wrong_length';
    return value.trim() !== value || /\p{Cc}/u.test(value) ? 'wrong_symbol' : null;
  };
}

function counted(most: number): Rule {
  return (value) => {
    if (!allDigits(value) || value.startsWith('0')) return 'wrong_symbol';
    return value.length <= 9 && Number(value) <= most ? null : 'wrong_length';
  };
}

function word(words: string): Rule {
  const known = words.split(' ');
  return (value) => (known.includes(value) ? null : 'unknown_word');
}

/* Days and instants. */

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function calendar(eight: string, earliest: number): Found {
  const [year, month, day] = [Number(eight.slice(0, 4)), Number(eight.slice(4, 6)), Number(eight.slice(6))];
  if (month < 1 || month > 12) return 'no_such_month';
  return day >= 1 && day <= daysInMonth(year, month) && year >= earliest ? null : 'no_such_day';
}

const day: Rule = (value, rules) => exactly(8)(value, rules) ?? calendar(value, 1970);
const ahead = (value: string, rules: FormatRules): Found => (value > rules.asOf ? 'in_the_future' : null);
const pastDay: Rule = (value, rules) => day(value, rules) ?? ahead(value, rules);
const birth: Rule = (value, rules) =>
  exactly(8)(value, rules) ?? calendar(value, 1800) ?? ahead(value, rules);
const lastDay: Rule = (value, rules) => (value === FOR_EVER ? null : day(value, rules));

const instant: Rule = (value, rules) => {
  const length = exactly(14)(value, rules);
  if (length !== null) return length;
  if (calendar(value.slice(0, 8), 1970) !== null) return 'no_such_day';
  const [hour, minute, second] = [value.slice(8, 10), value.slice(10, 12), value.slice(12)].map(Number);
  return (hour ?? 24) < 24 && (minute ?? 60) < 60 && (second ?? 60) < 60 ? null : 'no_such_time';
};

const policyEnd: Rule = (value, rules) => (value.length === 14 ? instant(value, rules) : lastDay(value, rules));

/* Persons and organisations. */

const PROVINCES = `11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46
  50 51 52 53 54 61 62 63 64 65 71 81 82 83`.split(/\s+/);
const IDENTITY_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

const province = (region: string): Found => (PROVINCES.includes(region.slice(0, 2)) ? null : 'unknown_region');

function identityRegion(region: string): Found {
  const pair = Number(region.slice(2, 4));
  const isYunnan = pair <= 9 || (pair >= 21 && pair <= 35) || pair === 99;
  return province(region) ?? (region.startsWith('53') && !isYunnan ? 'unknown_region' : null);
}

/** What is wrong with an identity number as such, whatever the mode and the day. */
function identityForm(value: string): Found {
  const form = ascii(value, 18);
  if (form !== null) return form;
  if (value.endsWith('x')) return 'lower_case';
  if (!allDigits(value.slice(0, 17))) return 'wrong_symbol';
  const parts = identityRegion(value.slice(0, 6)) ?? birthOf(value.slice(6, 14));
  if (parts !== null) return parts;
  const sum = IDENTITY_WEIGHTS.reduce((total, weight, place) => total + weight * Number(value.charAt(place)), 0);
  return value.charAt(17) === '10X98765432'.charAt(sum % 11) ? null : 'wrong_check';
}

function birthOf(eight: string): Found {
  return calendar(eight, 1800) ?? (Number(eight.slice(0, 4)) < 2100 ? null : 'no_such_day');
}

const identity: Rule = (value, rules) =>
  identityForm(value) ??
  ahead(value.slice(6, 14), rules) ??
  admit(rules.mode, value.startsWith(SYNTHETIC_REGION));

const CODE_KINDS = '11 12 13 19 51 52 53 59 91 92 93 Y1'.split(' ');

const creditCode: Rule = (value, rules) => {
  const form = ascii(value, 18);
  if (form !== null) return form;
  if (/[a-z]/.test(value)) return 'lower_case';
  if (!Array.from(value).every((symbol) => ALPHABET.includes(symbol))) return 'wrong_symbol';
  if (!CODE_KINDS.includes(value.slice(0, 2))) return 'unknown_kind';
  if (!allDigits(value.slice(2, 8))) return 'wrong_symbol';
  if (value.charAt(17) !== checkSymbol(value.slice(0, 17))) return 'wrong_check';
  if (value.charAt(16) !== organisationCheckSymbol(value.slice(8, 16))) return 'wrong_inner_check';
  return admit(rules.mode, value.startsWith(SYNTHETIC_REGION, 2));
};

/** A credit code or an identity number where there are 18 symbols; else the number of another document. */
function party(most: number): Rule {
  return (value, rules) => {
    if (count(value) !== 18) return text(most)(value, rules);
    const asCode = creditCode(value, rules);
    const asPerson = identity(value, rules);
    if (asCode === null || asPerson === null) return null;
    return /^[0-9]{17}/.test(value) ? asPerson : asCode;
  };
}

const permit: Rule = (value, rules) =>
  exactly(12)(value, rules) ??
  (value.startsWith('53') ? null : 'unknown_region') ??
  (value.endsWith('000000') ? null : admit(rules.mode, value.startsWith(SYNTHETIC_REGION)));

const qualification: Rule = (value, rules) => {
  const length = count(value);
  if (length === 18) return value.endsWith('000000000000') ? exactly(18)(value, rules) : identity(value, rules);
  if (length !== 19) return 'wrong_length';
  return exactly(19)(value, rules) ?? admit(rules.mode, value.startsWith(SYNTHETIC_REGION));
};

const CLASSES = /^(?:A1|A2|A3|B1|B2|C1|C2|C3|C4|C5|C6|D|E|F|M)*$/;
const licence: Rule = (value) => (CLASSES.test(value) ? null : 'unknown_word');

const mobile: Rule = (value, rules) =>
  exactly(11)(value, rules) ??
  (/^1[3-9]/.test(value) ? null : 'unknown_kind') ??
  admit(rules.mode, value.startsWith('164'));

function luhn(value: string): number {
  return Array.from(value).reverse().map(Number).reduce((sum, digit, place) => {
    const doubled = place % 2 === 1 ? digit * 2 : digit;
    return sum + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
}

const card: Rule = (value, rules) => {
  if (!allDigits(value)) return 'wrong_symbol';
  if (value.length < 16 || value.length > 19) return 'wrong_length';
  return luhn(value) % 10 === 0 ? admit(rules.mode, value.startsWith('9156')) : 'wrong_check';
};

const policy: Rule = (value) => {
  if (value === 'none') return null;
  if (count(value) < 10 || count(value) > 30) return 'wrong_length';
  return /^[0-9A-Z]*$/.test(value) ? null : 'wrong_symbol';
};

/* Vehicles. */

type PlateKind = 'ordinary' | 'energy_small' | 'energy_large' | 'trailer';

function plateKind(value: string): PlateKind | FormatCode {
  const [region, letter, ...serial] = Array.from(value);
  if (region !== '云') return 'unknown_region';
  if (letter === undefined) return 'wrong_length';
  if (/[a-z]/.test(letter)) return 'lower_case';
  if (!'ACDEFGHJKLMNPQRS'.includes(letter)) return 'unknown_region';
  const body = serial.join('');
  const symbols = (part: string): boolean => /^[0-9A-HJ-NP-Z]*$/.test(part);
  if (serial.length === 5 && body.endsWith('挂')) return symbols(body.slice(0, 4)) ? 'trailer' : 'wrong_symbol';
  if (serial.length === 5) return symbols(body) ? 'ordinary' : 'wrong_symbol';
  if (serial.length !== 6) return 'wrong_length';
  if (/^[A-HJK][0-9A-HJ-NP-Z][0-9]{4}$/.test(body)) return 'energy_small';
  return /^[0-9]{5}[A-HJK]$/.test(body) ? 'energy_large' : 'wrong_symbol';
}

const COLOURS_OF: Readonly<Record<PlateKind, readonly [small: string | null, large: string | null]>> = {
  ordinary: ['1', '2'],
  energy_small: ['94', null],
  energy_large: [null, '93'],
  trailer: ['2', '2'],
};

const isKind = (found: PlateKind | FormatCode): found is PlateKind => found in COLOURS_OF;

const plate: Rule = (value) => {
  const found = plateKind(value);
  return isKind(found) ? null : found;
};

const VIN_WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];

const vin: Rule = (value, rules) => {
  const form = ascii(value, 17);
  if (form !== null) return form;
  const symbols = Array.from(value);
  const wrong = symbols.find((symbol) => !/[0-9A-HJ-NPR-Z]/.test(symbol));
  if (wrong !== undefined) return /[a-z]/.test(wrong) ? 'lower_case' : 'wrong_symbol';
  const sum = symbols.reduce((total, symbol, place) => total + vinValue(symbol) * (VIN_WEIGHTS[place] ?? 0), 0);
  if (value.charAt(8) !== '0123456789X'.charAt(sum % 11)) return 'wrong_check';
  return admit(rules.mode, value.startsWith('LX0'));
};

/** A to H are 1 to 8, J to N 1 to 5, P 7, R 9, S to Z 2 to 9. */
function vinValue(symbol: string): number {
  const row = ['0123456789', '.ABCDEFGH', '.JKLMN.P.R', '..STUVWXYZ'].find((one) => one.includes(symbol));
  return row?.indexOf(symbol) ?? 0;
}

/* Amounts. */

function decimal(whole: number, places: number): Rule {
  return (value) => {
    const [before, after, ...more] = value.split('.');
    if (before === undefined || after === undefined || more.length > 0) return 'wrong_symbol';
    if (!allDigits(before) || !allDigits(after)) return 'wrong_symbol';
    return before.length >= 1 && before.length <= whole && after.length === places ? null : 'wrong_length';
  };
}

const tonnes = decimal(3, 2);
const goods: Rule = (value, rules) =>
  exactly(4)(value, rules) ?? (Number(value) >= 100 && Number(value) < 1800 ? null : 'unknown_word');
const region: Rule = (value) => {
  if (!allDigits(value)) return 'wrong_symbol';
  return [6, 9, 12].includes(value.length) ? province(value) : 'wrong_length';
};
const note: Rule = (value) => {
  if (count(value) < 1 || count(value) > 20) return 'wrong_length';
  return /^[0-9A-Za-z-]*$/.test(value) ? null : 'wrong_symbol';
};

const RULES: ReadonlyMap<string, Rule> = new Map(
  (
    [
      ['sex', word('男 女')],
      ['birthDate', birth],
      ['identityNumber drivingLicense DrivingLicense', identity],
      ['driverName DriverName', text(30)],
      ['vehicleClass', licence],
      ['fileNumber', exactly(12)],
      ['qualificationCertificate', qualification],
      ['unifiedSocialCreditIdentifier UnifiedSocialCreditIdentifier', creditCode],
      ['receiptAccount', card],
      ['bankCode', text(11)],
      ['telephone', mobile],
      ['validPeriodFrom', day],
      ['validPeriodTo', lastDay],
      ['vehicleNumber VehicleNumber', plate],
      ['vehiclePlateColorCode VehiclePlateColorCode', word('1 2 3 4 5 9 91 92 93 94')],
      ['vehicleType', text(3)],
      ['useCharacter', text(20)],
      ['vin', vin],
      ['engineNumber', text(30)],
      ['registerDate', pastDay],
      ['vehicleEnergyType', word('A B C D E F L M N O Y Z')],
      ['vehicleTonnage grossMass', tonnes],
      ['axles', counted(20)],
      ['roadTransportCertificateNumber permitNumber PermitNumber ActualCarrierBusinessLicense', permit],
      ['policyNumber PolicyNumber', policy],
      ['policyKind', word('交强险 商业第三者责任险 承运人责任险 货运险 车上人员责任险 车损险')],
      ['insuranceCompanyCode InsuranceCompanyCode', text(30)],
      ['OriginalDocumentNumber', text(35)],
      ['ShippingNoteNumber', note],
      ['SerialNumber', exactly(4)],
      ['VehicleAmount', counted(9_999)],
      ['TransportTypeCode', word('1 2 3 4 5 6 7 8')],
      ['BusinessTypeCode', word('1002996 1003997 1003998 1002998 1003999')],
      ['SendToProDateTime ConsignmentDateTime DespatchActualDateTime GoodsReceiptDateTime', instant],
      ['ConsignorID ConsigneeID', party(35)],
      ['ActualCarrierID', party(50)],
      ['LoadingCountrySubdivisionCode ReceiptCountrySubdivisionCode', region],
      ['TotalMonetaryAmount GoodsItemGrossWeight', decimal(15, 3)],
      ['TransportationDistance', counted(99_999)],
      ['CargoTypeClassificationCode', goods],
      ['Carrier Consignor Consignee DescriptionOfGoods', text(512)],
      ['issuingOrganizations owner operatorName insured accountHolder', text(128)],
    ] as const
  ).flatMap(([names, rule]) => names.split(' ').map((name): [string, Rule] => [name, rule])),
);

const OPTIONAL: Readonly<Partial<Record<Table, string>>> = {
  identity: 'address',
  driving_licence: 'fileNumber',
  vehicle_licence: 'engineNumber vehicleEnergyType',
  bank_account: 'bankCode validPeriodFrom',
  waybill: `SendToProDateTime DespatchActualDateTime GoodsReceiptDateTime PlaceOfLoading ConsigneeID GoodsReceiptPlace
    TransportationDistance VehiclePlateColorCode VehicleNumber DriverName DrivingLicense ActualCarrierName
    ActualCarrierBusinessLicense ActualCarrierID PolicyNumber InsuranceCompanyCode Remark`,
};

/** What is wrong with the value of one field by itself, as somebody types; null if nothing is. An empty one passes. */
export function checkField(name: string, value: string, rules: FormatRules): FormatCode | null {
  return value === '' ? null : (RULES.get(name) ?? text(256))(value, rules);
}

type Values = ReadonlyMap<string, string>;

/** Days and instants sort as text; the shorter one, a day, is compared by its day. */
function after(later: string, earlier: string | undefined): Found {
  if (earlier === undefined || earlier === '' || later === FOR_EVER) return null;
  const length = Math.min(later.length, earlier.length);
  return later.slice(0, length) >= earlier.slice(0, length) ? null : 'wrong_order';
}

function withIdentity(name: string, value: string, number: string | undefined): Found {
  if (number === undefined || identityForm(number) !== null) return null;
  const sex = Number(number.charAt(16)) % 2 === 1 ? '男' : '女';
  return value === (name === 'sex' ? sex : number.slice(6, 14)) ? null : 'disagrees';
}

/** The size of a vehicle is known by its mass alone: from 4,500 kg on it is large. */
function colour(value: string, number: string | undefined, mass: string | undefined): Found {
  const kind = plateKind(number ?? '');
  if (!isKind(kind)) return null;
  const [small, large] = COLOURS_OF[kind];
  const isHeavy = mass !== undefined && tonnes(mass, NO_RULES) === null && Number(mass) >= 4.5;
  return value === large || (!isHeavy && value === small) ? null : 'wrong_colour';
}

const NO_RULES: FormatRules = { mode: 'production', asOf: '' };

function agrees(name: string, value: string, given: Values): Found {
  if (value === '') return null;
  switch (name) {
    case 'birthDate':
    case 'sex':
      return withIdentity(name, value, given.get('identityNumber'));
    case 'validPeriodTo':
      return after(value, given.get('validPeriodFrom'));
    case 'DespatchActualDateTime':
      return after(value, given.get('ConsignmentDateTime'));
    case 'GoodsReceiptDateTime':
      return first(
        after(value, given.get('ConsignmentDateTime')),
        after(value, given.get('DespatchActualDateTime')),
      );
    case 'vehiclePlateColorCode':
      return colour(value, given.get('vehicleNumber'), given.get('grossMass'));
    case 'VehiclePlateColorCode':
      return colour(value, given.get('VehicleNumber'), given.get('grossMass'));
    case 'qualificationCertificate':
      return value.endsWith('000000000000') && count(value) === 18 ? 'missing' : null;
    default:
      return null;
  }
}

function wrong(field: string, code: FormatCode): WrongField {
  const [zh, en] = FORMAT_MESSAGES[code];
  return { field, code, zh, en };
}

/** Only a policy may end within a day. */
function inTable(table: Table, name: string, value: string, rules: FormatRules): Found {
  if (table === 'policy' && name === 'validPeriodTo' && value !== '') return policyEnd(value, rules);
  return checkField(name, value, rules);
}

/**
 * What is wrong with all fields of a table: names that it has, each once; values by their rules; and what must agree.
 * In the order of the table, then what it does not have; empty if all is well.
 */
export function checkFields(
  table: Table,
  given: readonly (readonly [name: string, value: string])[],
  rules: FormatRules,
): WrongField[] {
  const values: Values = new Map([...given].reverse());
  const names: readonly string[] = TABLES[table];
  const optional = (OPTIONAL[table] ?? '').split(/\s+/);
  const found = names.flatMap((name) => {
    const value = values.get(name) ?? '';
    if (given.filter(([field]) => field === name).length > 1) return [wrong(name, 'field_twice')];
    if (value === '' && !optional.includes(name)) return [wrong(name, 'missing')];
    const code = inTable(table, name, value, rules) ?? agrees(name, value, values);
    return code === null ? [] : [wrong(name, code)];
  });
  const unknown = given.filter(([field]) => !names.includes(field));
  return [...found, ...unknown.map(([field]) => wrong(field, 'unknown_field'))];
}
