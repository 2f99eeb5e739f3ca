// SPDX-License-Identifier: Apache-2.0
/** Words for interfaces: which there are, what they let somebody do, where a request stands, and why not. */
import type { InterfaceKind, InterfaceScopes } from '@dianyun/sdk';

import type { Words } from '../parts/language.js';

/** A scope of a grant. */
export type ScopeName = keyof InterfaceScopes;

/** The interfaces. */
export const INTERFACES: Readonly<Record<InterfaceKind, Words>> = {
  code_application: { zh: '运输码申领接口', en: 'Applications for codes' },
  verification_and_exchange: { zh: '核验及交换赋能接口', en: 'Verification and exchange' },
};

/** The scopes of each, in the order of the format. */
export const SCOPES_OF: Readonly<Record<InterfaceKind, readonly ScopeName[]>> = {
  code_application: ['codes', 'vehicles'],
  verification_and_exchange: ['verify', 'exchange', 'waybills', 'modules'],
};

/** What each scope lets somebody do. */
export const SCOPES: Readonly<Record<ScopeName, Words>> = {
  codes: { zh: '申领运输码', en: 'Apply for codes' },
  vehicles: { zh: '申请车辆登记', en: 'Apply for vehicles' },
  verify: { zh: '核验证件与待办', en: 'Read certificates and matters' },
  exchange: { zh: '凭授权交换信息', en: 'Get values under a consent' },
  waybills: { zh: '派单与运单', en: 'Offer and read waybills' },
  modules: { zh: '挂靠、驾驶员与车辆模块', en: 'Affiliations, modules, webhooks' },
};

/** Where an interface stands. */
export type Standing = 'none' | 'requested' | 'granted' | 'refused' | 'revoked';

/** In words. */
export const STANDINGS: Readonly<Record<Standing, Words>> = {
  none: { zh: '未申领', en: 'Not asked for' },
  requested: { zh: '待批复', en: 'Waits for an answer' },
  granted: { zh: '已授权', en: 'Granted' },
  refused: { zh: '未通过', en: 'Refused' },
  revoked: { zh: '已收回', en: 'Revoked' },
};

/** Why a request is refused, by the codes on chain. */
export const REFUSE_REASONS: Readonly<Record<string, Words>> = {
  purpose_unclear: { zh: '用途说明不清楚', en: 'What it is for is unclear' },
  scopes_too_wide: { zh: '申请范围过宽', en: 'The scopes are too wide' },
  rate_too_high: { zh: '申请次数过高', en: 'The rate is too high' },
  term_too_long: { zh: '申请期限过长', en: 'The term is too long' },
  not_qualified: { zh: '不具备条件', en: 'The organisation does not qualify' },
};

/** Why a grant is revoked, by the codes on chain. */
export const REVOKE_REASONS: Readonly<Record<string, Words>> = {
  misuse: { zh: '违规使用', en: 'Misuse' },
  not_needed: { zh: '不再需要', en: 'It is not needed any more' },
  not_qualified: { zh: '不再具备条件', en: 'The organisation no longer qualifies' },
};

/** A reason in words; its code where it is another one. */
export function denialReason(code: string): Words {
  return REFUSE_REASONS[code] ?? REVOKE_REASONS[code] ?? { zh: code, en: code };
}
