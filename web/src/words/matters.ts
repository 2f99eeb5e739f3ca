// SPDX-License-Identifier: Apache-2.0
/** Words for what is open, and what to do about it. */
import type { Matter, OrganisationKind } from '@dianyun/sdk';

import type { Words } from '../parts/language.js';
import type { About } from '../show/details.js';

/** The kinds of matters. */
export const MATTERS: Readonly<Record<Matter['kind'], Words>> = {
  violation: { zh: '违章', en: 'Violation' },
  breach: { zh: '违规', en: 'Breach' },
  study_shortfall: { zh: '未按时足量学习', en: 'Study hours missing' },
  ended_certificate: { zh: '证照到期', en: 'A certificate ended' },
  suspended_certificate: { zh: '证照被暂停', en: 'A certificate is suspended' },
  revoked_certificate: { zh: '证照被吊销', en: 'A certificate was revoked' },
  other: { zh: '其他事项', en: 'Another matter' },
};

/** What the holder does about one. */
export const WAYS: Readonly<Record<Matter['kind'], Words>> = {
  violation: {
    zh: '到登记机关处理后，颜色即刻恢复。',
    en: 'Settle it with who registered it; the colour returns at once.',
  },
  breach: {
    zh: '到登记机关处理后，颜色即刻恢复。',
    en: 'Settle it with who registered it; the colour returns at once.',
  },
  study_shortfall: { zh: '补足安全教育学时即可。', en: 'Make up the missing minutes of safety education.' },
  ended_certificate: { zh: '请办理续期；核验通过即恢复。', en: 'Renew it; once it is attested, this is settled.' },
  suspended_certificate: { zh: '请向发证机关申请恢复。', en: 'Ask who attested it to lift the suspension.' },
  revoked_certificate: { zh: '请向发证机关查询。', en: 'Ask who attested it.' },
  other: { zh: '请向登记机关查询。', en: 'Ask who registered it.' },
};

/** Whom one is about. */
export const ABOUT: Readonly<Record<About, Words>> = {
  holder: { zh: '本人', en: 'you' },
  vehicle: { zh: '车辆', en: 'vehicle' },
  trailer: { zh: '挂车', en: 'trailer' },
};

/** The kinds of organisations. */
export const KINDS: Readonly<Record<OrganisationKind, Words>> = {
  regulator: { zh: '行管部门', en: 'Regulator' },
  authority: { zh: '执法与发证机关', en: 'Authority' },
  enterprise: { zh: '物流企业', en: 'Enterprise' },
  platform: { zh: '互联网平台', en: 'Platform' },
  insurer: { zh: '保险机构', en: 'Insurer' },
  bank: { zh: '银行', en: 'Bank' },
  service_provider: { zh: '服务机构', en: 'Service provider' },
};
