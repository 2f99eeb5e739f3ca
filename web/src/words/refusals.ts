// SPDX-License-Identifier: Apache-2.0
/** Why the state machine refused what somebody signed, as docs/errors.md says it, and what the reason is about. */
import type { Words } from '../parts/language.js';

/** By code. */
export const REFUSALS: Readonly<Record<string, Words>> = {
  unknown_key: {
    zh: '发送方密钥未登记或已失效，请先登记。',
    en: "The sender's key is not registered, or has ended. Register it first.",
  },
  not_allowed: {
    zh: '该发送方无权执行此操作。',
    en: 'This sender may not do this. See who may send the action.',
  },
  role_missing: {
    zh: '该密钥缺少此操作所需的角色。',
    en: 'The key lacks the role that this action needs.',
  },
  organisation_ended: {
    zh: '该机构的登记已终止。',
    en: "The organisation's registration has ended.",
  },
  not_found: {
    zh: '没有该记录。',
    en: 'There is no such record.',
  },
  already_exists: {
    zh: '该记录已存在。',
    en: 'There is such a record already.',
  },
  invalid_field: {
    zh: '字段取值超出范围或与其他字段不符。',
    en: "A field's value is out of range or does not fit the others.",
  },
  too_many: {
    zh: '已达到数量上限。',
    en: 'A limit on how many there may be is reached.',
  },
  subject_exists: {
    zh: '该人员或车辆已有有效运输码或正在办理的申请。',
    en: 'The person or vehicle has a code in force or another application under way.',
  },
  key_in_use: {
    zh: '该密钥已登记或曾经登记，请使用新密钥。',
    en: 'The key is or was registered. Use a new one: keys are never used again.',
  },
  code_id_taken: {
    zh: '码号已被占用，请重新申请。',
    en: "The code's id is taken. Apply again.",
  },
  attester_not_registered: {
    zh: '该机构未登记在该州市核验此类证件。',
    en: 'The organisation is not registered to attest this kind in this prefecture.',
  },
  claim_not_refused: {
    zh: '只有被退回的证件申报可以更正。',
    en: 'Only a refused claim can be corrected.',
  },
  application_ended: {
    zh: '该申请已结束。',
    en: 'The application is not verifying any more.',
  },
  corrections_used_up: {
    zh: '更正次数已用完。',
    en: 'The application was corrected as often as allowed.',
  },
  statement_missing: {
    zh: '缺少另一方的签名声明。',
    en: "A second party's signed statement is missing.",
  },
  statement_expired: {
    zh: '声明已过期或有效期过长，请重新签署。',
    en: 'A statement is past its time or too far ahead. Ask for a new one.',
  },
  code_not_issued: {
    zh: '运输码未生效：已暂停、已注销或不存在。',
    en: 'The code is not in force: suspended, cancelled or unknown.',
  },
  code_red: {
    zh: '运输码为红码，请先处理逾期事项。',
    en: 'The code is red. Settle what is overdue.',
  },
  code_has_waybill: {
    zh: '该码有在途运单。',
    en: 'The code has a waybill under way.',
  },
  vehicle_not_bound: {
    zh: '车辆未与该码绑定。',
    en: 'The vehicle is not bound to the code.',
  },
  vehicle_under_way: {
    zh: '车辆正在执行在途运单。',
    en: 'The vehicle is on a waybill under way.',
  },
  no_vehicle: {
    zh: '该码没有当前车辆。',
    en: 'The code has no current vehicle.',
  },
  operator_invalid: {
    zh: '经营者未准入或经营许可证无效。',
    en: 'The operator is not admitted or its business permit does not hold.',
  },
  certificate_missing: {
    zh: '缺少有效的所需证件。',
    en: 'A certificate that is needed is not valid now.',
  },
  class_unfit: {
    zh: '证件类别与车辆或货物不符。',
    en: 'A class of licence, qualification or permit does not fit vehicle or goods.',
  },
  points_too_many: {
    zh: '未结事项记分过高。',
    en: 'An open matter has too many points.',
  },
  over_limit_too_many: {
    zh: '车辆超限次数过多，须由行管部门解除。',
    en: 'The vehicle has too many over-limit matters. A regulator may release it.',
  },
  vehicle_busy: {
    zh: '车辆正在执行不可拼载的运单。',
    en: 'The vehicle is on another waybill that it cannot share.',
  },
  over_loaded: {
    zh: '合计重量超过核定载质量。',
    en: 'The weights together exceed the rated load.',
  },
  waybill_state: {
    zh: '运单当前状态不允许此步骤。',
    en: "The waybill's state does not allow this step.",
  },
  waybill_already_accepted: {
    zh: '该运单已被其他运输码接单。',
    en: 'Another code accepted the waybill first.',
  },
  offer_ended: {
    zh: '该运单已过接单时限。',
    en: 'The offer has ended.',
  },
  not_offered_to_code: {
    zh: '该运单未向此码开放。',
    en: 'The waybill is offered to another code, or the code is outside its limits.',
  },
  waybill_number_taken: {
    zh: '该运单号与分段号已存在。',
    en: 'The maker has a waybill with this number and segment.',
  },
  step_time: {
    zh: '实际时间早于上一步骤或超前过多。',
    en: 'The actual time is before the last step or too far ahead.',
  },
  reason_missing: {
    zh: '差异超过限值，须提供原因摘要。',
    en: 'The difference is above the limit: give the digest of the reason.',
  },
  dispute_open: {
    zh: '存在未结争议。',
    en: 'A dispute is open.',
  },
  no_dispute: {
    zh: '没有未结争议。',
    en: 'No dispute is open.',
  },
  no_proposal: {
    zh: '没有对方提出的待处理提议。',
    en: 'There is no open proposal by the other side.',
  },
  proposal_open: {
    zh: '已有待处理的提议。',
    en: 'A proposal is open already.',
  },
  dispute_too_late: {
    zh: '已超过提出争议的期限。',
    en: 'The time to open a dispute is over.',
  },
  grant_missing: {
    zh: '该机构没有此操作所需范围的有效接口授权，请先申领接口。',
    en: 'The organisation has no grant in force with the scope that this action needs. Apply for the interface.',
  },
  no_grant: {
    zh: '没有有效的接口授权。',
    en: 'No grant of the interface is in force.',
  },
  no_request: {
    zh: '没有待处理的接口申领。',
    en: 'There is no open request for the interface.',
  },
  request_differs: {
    zh: '答复针对的不是当前申领，请查看最新申领后再答复。',
    en: 'The answer is for another request: look at the open one and answer it.',
  },
  grant_too_wide: {
    zh: '授权超出申领的范围。',
    en: 'The grant goes beyond what was asked for.',
  },
  bucket_full: {
    zh: '状态树位置已满，请更换随机数后重发；仍无效时请更换密钥或单号。',
    en: "The record's place in the state tree is full. Send again with a new nonce; if that does not help, with another key or number.",
  },
};

/** The fields of an offer, as a salesman calls them, and of a grant. */
export const OFFER_FIELDS: Readonly<Record<string, Words>> = {
  number: { zh: '运单号', en: 'Number' },
  segment: { zh: '分段号', en: 'Segment' },
  offer_ends: { zh: '接单截止', en: 'Accept by' },
  load_by: { zh: '装货截止', en: 'Load by' },
  deliver_by: { zh: '送达截止', en: 'Deliver by' },
  goods: { zh: '货物类别', en: 'Class of goods' },
  weight_from_kg: { zh: '重量', en: 'Weight' },
  weight_to_kg: { zh: '重量', en: 'Weight' },
  from: { zh: '起点', en: 'From' },
  to: { zh: '终点', en: 'To' },
  code: { zh: '运输码', en: 'Code' },
  consignee: { zh: '收货机构', en: 'Consignee' },
  weight_kg: { zh: '签收重量', en: 'Weight signed for' },
  distance_km: { zh: '里程', en: 'Distance' },
  vehicle: { zh: '车辆', en: 'Vehicle' },
  vehicle_type: { zh: '车型', en: 'Type of vehicle' },
  prefectures: { zh: '限定州市', en: 'Prefectures' },
  operator: { zh: '经营者', en: 'Operator' },
  interface: { zh: '接口', en: 'Interface' },
  scopes: { zh: '范围', en: 'Scopes' },
  calls_a_minute: { zh: '每分钟次数', en: 'Calls a minute' },
  until: { zh: '截止', en: 'Until' },
};
