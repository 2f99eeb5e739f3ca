// SPDX-License-Identifier: Apache-2.0
/** Words for what a consent is for, and what it shows. */
import type { ExchangeField, Purpose } from '@dianyun/sdk';

import type { Words } from '../parts/language.js';

/** What a consent is for. */
export const PURPOSES: Readonly<Record<Purpose, Words>> = {
  capacity_check: { zh: '运力核验', en: 'checking who and what stands before them' },
  engagement: { zh: '聘用及挂靠', en: 'engaging you' },
  carriage: { zh: '承运', en: 'carrying out transports' },
  settlement: { zh: '运费结算', en: 'paying freight' },
  insurance_quote: { zh: '投保报价', en: 'an insurance quote' },
  insurance_claim: { zh: '保险理赔', en: 'an insurance claim' },
  credit: { zh: '融资授信', en: 'a loan or pledge' },
  safety_education: { zh: '安全教育', en: 'safety education' },
  legal_aid: { zh: '法律援助', en: 'legal aid' },
  service: { zh: '增值服务', en: 'a service on your code' },
};

/** What it shows. */
export const FIELDS: Readonly<Record<ExchangeField, Words>> = {
  name: { zh: '姓名', en: 'name' },
  phone: { zh: '手机号', en: 'phone' },
  plate: { zh: '车牌', en: 'plate' },
  validity: { zh: '证照有效期', en: 'validity of certificates' },
  identity: { zh: '身份证（不含号码）', en: 'identity card without its number' },
  driving_licence: { zh: '驾驶证', en: 'driving licence' },
  qualification: { zh: '从业资格证', en: 'qualification' },
  vehicle_licence: { zh: '行驶证', en: 'vehicle licence' },
  transport_permit: { zh: '运输证', en: 'transport permit' },
  business_permit: { zh: '经营许可证', en: 'business permit' },
  policy: { zh: '保单', en: 'policy' },
  identity_number: { zh: '身份证号码', en: 'identity number' },
  bank_account: { zh: '银行账户', en: 'bank account' },
  track: { zh: '行驶轨迹', en: 'track' },
};
