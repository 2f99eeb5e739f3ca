// SPDX-License-Identifier: Apache-2.0
/** How what is shown looks: a colour that holds, a standing without one, a badge, or unknown. Never blue by default. */
import { type Facts, parseTime } from '@dianyun/sdk';

import type { Words } from './language.js';

/** How it looks. */
export type Look = 'blue' | 'yellow' | 'red' | 'suspended' | 'cancelled' | 'badge' | 'unknown';

/** The look of facts at an instant, ms: blue with an invalid operator is yellow, and what is over is unknown. */
export function lookOf(facts: Facts, now: number): Look {
  if (now >= parseTime(facts.valid_until)) return 'unknown';
  if ('organisation' in facts.shows) return 'badge';
  const { state, operator } = facts.shows.code;
  return state === 'blue' && operator === 'invalid' ? 'yellow' : state;
}

/** The word for a look. */
export const LOOKS: Readonly<Record<Look, Words>> = {
  blue: { zh: '蓝码', en: 'Blue' },
  yellow: { zh: '黄码', en: 'Yellow' },
  red: { zh: '红码', en: 'Red' },
  suspended: { zh: '已暂停', en: 'Suspended' },
  cancelled: { zh: '已注销', en: 'Cancelled' },
  badge: { zh: '机构证', en: 'Badge' },
  unknown: { zh: '未知', en: 'Unknown' },
};

/** What a look means. */
export const MEANINGS: Readonly<Record<Look, Words>> = {
  blue: { zh: '证照与记录正常', en: 'Papers and record in order' },
  yellow: { zh: '有事项待处理', en: 'Something is to be settled' },
  red: { zh: '有事项逾期未处理', en: 'Something was not settled in time' },
  suspended: { zh: '此码已被暂停，没有颜色', en: 'This code is suspended and has no colour' },
  cancelled: { zh: '此码已被注销', en: 'This code was cancelled for good' },
  badge: { zh: '已登记的机构', en: 'A registered organisation' },
  unknown: { zh: '现在无法确认', en: 'This cannot be confirmed now' },
};

/** Yellow though nothing is open. */
export const OPERATOR_INVALID: Words = { zh: '经营者的许可无效', en: "The operator's permit is not valid" };
