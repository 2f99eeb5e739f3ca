// SPDX-License-Identifier: Apache-2.0
/** Words for certificates: their names, their fields as they are printed on them, and what may stand in a field. */
import type { CertificateKind } from '@dianyun/sdk';

import type { Words } from '../parts/language.js';

/** The kinds of certificates. */
export const PAPERS: Readonly<Record<CertificateKind, Words>> = {
  identity: { zh: '身份证', en: 'Identity card' },
  driving_licence: { zh: '驾驶证', en: 'Driving licence' },
  qualification: { zh: '从业资格证', en: 'Qualification' },
  vehicle_licence: { zh: '行驶证', en: 'Vehicle licence' },
  transport_permit: { zh: '道路运输证', en: 'Transport permit' },
  business_permit: { zh: '道路运输经营许可证', en: 'Business permit' },
  policy: { zh: '交强险保单', en: 'Compulsory policy' },
  bank_account: { zh: '银行账户', en: 'Bank account' },
};

/** The fields, by their names in the tables. */
export const PAPER_FIELDS: Readonly<Record<string, Words>> = {
  driverName: { zh: '姓名', en: 'Name' },
  sex: { zh: '性别', en: 'Sex' },
  birthDate: { zh: '出生日期', en: 'Date of birth' },
  identityNumber: { zh: '身份证号码', en: 'Identity number' },
  address: { zh: '住址', en: 'Address' },
  issuingOrganizations: { zh: '发证机关', en: 'Issued by' },
  validPeriodFrom: { zh: '有效期起', en: 'Valid from' },
  validPeriodTo: { zh: '有效期止', en: 'Valid until' },
  drivingLicense: { zh: '驾驶证号', en: 'Licence number' },
  vehicleClass: { zh: '准驾车型', en: 'Classes' },
  fileNumber: { zh: '档案编号', en: 'File number' },
  qualificationCertificate: { zh: '从业资格证号', en: 'Qualification number' },
  qualificationClass: { zh: '从业资格类别', en: 'Kind of qualification' },
  vehicleNumber: { zh: '号牌号码', en: 'Plate' },
  vehiclePlateColorCode: { zh: '号牌颜色', en: 'Colour of the plate' },
  vehicleType: { zh: '车辆类型代码', en: 'Code of the type of vehicle' },
  owner: { zh: '所有人', en: 'Owner' },
  useCharacter: { zh: '使用性质代码', en: 'Code of its use' },
  vin: { zh: '车辆识别代号', en: 'VIN' },
  engineNumber: { zh: '发动机号码', en: 'Engine number' },
  registerDate: { zh: '注册日期', en: 'Registered on' },
  vehicleEnergyType: { zh: '能源种类', en: 'Energy' },
  vehicleTonnage: { zh: '核定载质量（吨）', en: 'Rated load (t)' },
  grossMass: { zh: '总质量（吨）', en: 'Total mass (t)' },
  axles: { zh: '轴数', en: 'Axles' },
  roadTransportCertificateNumber: { zh: '道路运输证号', en: 'Number of the permit' },
  permitNumber: { zh: '经营许可证号', en: 'Number of the permit' },
  operatorName: { zh: '业户名称', en: 'Operator' },
  businessScope: { zh: '经营范围', en: 'Scope of business' },
  unifiedSocialCreditIdentifier: { zh: '统一社会信用代码', en: 'Unified social credit code' },
  policyNumber: { zh: '保险单号', en: 'Number of the policy' },
  policyKind: { zh: '险种', en: 'Kind of policy' },
  insuranceCompanyCode: { zh: '保险公司', en: 'Insurer' },
  insured: { zh: '被保险人', en: 'Insured' },
  accountHolder: { zh: '户名', en: 'Account holder' },
  receiptAccount: { zh: '银行卡号', en: 'Card number' },
  bankCode: { zh: '开户行', en: 'Bank' },
};

const DAY: Words = { zh: '8 位数字，如 20260131', en: '8 digits, such as 20260131' };

/** How a field is filled in, where that is not plain. */
export const PAPER_HINTS: Readonly<Record<string, Words>> = {
  birthDate: DAY,
  registerDate: DAY,
  validPeriodFrom: DAY,
  validPeriodTo: { zh: '8 位数字，如 20360131；没有期限的填“长期”', en: '8 digits, such as 20360131; 长期 if it has no end' },
  identityNumber: { zh: '18 位，末位 X 须大写', en: '18 symbols; a last X is a capital' },
  drivingLicense: { zh: '与身份证号码相同', en: 'The same as the identity number' },
  vehicleClass: { zh: '如 C1、B2、A2', en: 'Such as C1, B2, A2' },
  fileNumber: { zh: '12 位数字，在副页上', en: '12 digits, on the second page' },
  vehicleNumber: { zh: '如 云A12345', en: 'Such as 云A12345' },
  vehicleType: { zh: '如 H31 轻型普通货车、H12 重型厢式货车', en: 'Such as H31 (light lorry), H12 (heavy box lorry)' },
  useCharacter: { zh: 'F 货运，R 危化品运输', en: 'F: goods, R: dangerous goods' },
  vin: { zh: '17 位，没有字母 I、O、Q', en: '17 symbols, without I, O, Q' },
  vehicleTonnage: { zh: '两位小数，如 1.49', en: 'Two places, such as 1.49' },
  grossMass: { zh: '两位小数，如 4.49', en: 'Two places, such as 4.49' },
  roadTransportCertificateNumber: { zh: '12 位数字', en: '12 digits' },
  permitNumber: { zh: '12 位数字', en: '12 digits' },
};

/** What may stand in a field, where it is one of a few words, by what is printed or sent. */
export const PAPER_CHOICES: Readonly<Record<string, Readonly<Record<string, Words>>>> = {
  sex: { 男: { zh: '男', en: 'Male' }, 女: { zh: '女', en: 'Female' } },
  vehiclePlateColorCode: {
    '1': { zh: '蓝色', en: 'Blue' },
    '2': { zh: '黄色', en: 'Yellow' },
    '3': { zh: '黑色', en: 'Black' },
    '4': { zh: '白色', en: 'White' },
    '5': { zh: '绿色', en: 'Green' },
    '91': { zh: '农黄色', en: 'Yellow, agricultural' },
    '92': { zh: '农绿色', en: 'Green, agricultural' },
    '93': { zh: '黄绿色', en: 'Yellow and green' },
    '94': { zh: '渐变绿色', en: 'Green, fading' },
    '9': { zh: '其他', en: 'Other' },
  },
  vehicleEnergyType: {
    A: { zh: '汽油', en: 'Petrol' },
    B: { zh: '柴油', en: 'Diesel' },
    C: { zh: '电', en: 'Electric' },
    D: { zh: '混合油', en: 'Mixed fuel' },
    E: { zh: '天然气', en: 'Natural gas' },
    F: { zh: '液化石油气', en: 'Liquefied petroleum gas' },
    L: { zh: '甲醇', en: 'Methanol' },
    M: { zh: '乙醇', en: 'Ethanol' },
    N: { zh: '太阳能', en: 'Solar' },
    O: { zh: '混合动力', en: 'Hybrid' },
    Y: { zh: '无', en: 'None' },
    Z: { zh: '其他', en: 'Other' },
  },
  policyKind: {
    交强险: { zh: '交强险', en: 'Compulsory' },
    商业第三者责任险: { zh: '商业第三者责任险', en: 'Third party' },
    承运人责任险: { zh: '承运人责任险', en: "Carrier's liability" },
    货运险: { zh: '货运险', en: 'Cargo' },
    车上人员责任险: { zh: '车上人员责任险', en: 'Occupants' },
    车损险: { zh: '车损险', en: 'Damage' },
  },
};

/** A field's name as people call it; the table's own where it is none of ours. */
export function paperField(name: string): Words {
  return PAPER_FIELDS[name] ?? { zh: name, en: name };
}

const DAYS = /^(?:birthDate|registerDate|validPeriodFrom|validPeriodTo)$/;

/** A value as it is read: the word for it where it is one of a few, a day with marks between its parts. */
export function paperValue(name: string, value: string): Words {
  const text = DAYS.test(name) ? value.replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3') : value;
  return PAPER_CHOICES[name]?.[value] ?? { zh: text, en: text };
}

/** Why an authority says no, by the codes that it records. */
const DOUBTS: Readonly<Record<string, Words>> = {
  number_invalid: { zh: '号码不符合编码规则，请核对后更正。', en: 'The number breaks its own rules: compare it and correct it.' },
  not_on_register: {
    zh: '登记簿里查不到这份证件，请核对号码，或到发证机关查询。',
    en: 'The register has no such certificate: compare the numbers, or ask who issued it.',
  },
  field_differs: {
    zh: '有一项与登记不一致，请对照证件逐项核对后更正。',
    en: 'A field is not what the register says: compare each one with the certificate and correct it.',
  },
  subject_exists: {
    zh: '该人员或车辆已有有效运输码或正在办理的申请。',
    en: 'The person or vehicle has a code in force or another application under way.',
  },
  certificate_ended: { zh: '证件已过有效期，请先办理换证。', en: 'It has ended: have it renewed first.' },
};

/** Why an authority said no, in words; its code where it is none of these. */
export function doubt(code: string): Words {
  return DOUBTS[code] ?? { zh: `核验机关的答复：${code}`, en: `The authority says: ${code}` };
}
