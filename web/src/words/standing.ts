// SPDX-License-Identifier: Apache-2.0
/** Words for who signs, and for the operator. */
import type { Words } from '../parts/language.js';

/** Who has the key in hand that shows. */
export const CUSTODIES: Readonly<Record<'organisation' | 'device' | 'platform', Words>> = {
  organisation: { zh: '机构自己的密钥', en: "The organisation's own" },
  device: { zh: '只在持码人的设备上', en: "On the holder's device alone" },
  platform: { zh: '由平台代为保管和签名', en: 'Held by a platform, which signs for the holder' },
};

/** The state of the operator. */
export const OPERATORS: Readonly<Record<'none' | 'valid' | 'invalid', Words>> = {
  none: { zh: '没有经营者', en: 'None' },
  valid: { zh: '经营许可有效', en: 'Permit valid' },
  invalid: { zh: '经营许可无效', en: 'Permit not valid' },
};
