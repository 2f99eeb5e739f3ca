// SPDX-License-Identifier: Apache-2.0
/** Words for what a node refuses while somebody applies, by its stable codes, and for what the chain says no to. */
import type { Words } from '../parts/language.js';

/** By code. */
export const APPLYING: Readonly<Record<string, Words>> = {
  otp_wrong: {
    zh: '验证码不对，或已失效。请核对，或重新获取。',
    en: 'The one-time code is wrong, or no longer good. Compare it, or ask for a new one.',
  },
  otp_too_soon: { zh: '获取太频繁，请稍后再试。', en: 'You asked too often: try again later.' },
  rate_exceeded: { zh: '操作太频繁，请稍后再试。', en: 'You asked too often: try again later.' },
  applying_closed: {
    zh: '这个节点现在不受理申领，请换一个节点，或联系所在企业、平台。',
    en: 'This node takes no applications now: use another one, or ask your enterprise or platform.',
  },
  sms_failed: { zh: '短信没有发出，请稍后再试。', en: 'The text message was not sent: try again later.' },
  ticket_needed: { zh: '手机验证已过期，请再验证一次。', en: 'Your phone has to be verified again.' },
  no_attester: { zh: '所选州市没有可以核验的机关', en: 'Nobody whom this node reaches attests in this prefecture' },
  drafts_full: { zh: '待提交的申请太多，请半小时后再试。', en: 'Too many applications wait: try again in half an hour.' },
  field_wrong: { zh: '请更正标出的内容。', en: 'Correct what is marked.' },
  application_waits: { zh: '还没有上链，请再试一次；不会重复提交。', en: 'It is not on the chain yet. Try again: it is done once.' },
  person_not_matched: {
    zh: '没有找到相符的申领记录。请核对姓名和身份证号码，并使用申领时登记的手机号。',
    en: 'Nothing matches. Compare name and identity number, and use the phone number that you applied with.',
  },
  key_change_refused: {
    zh: '身份核验机关未能核实，请本人到该机关办理。',
    en: 'The identity authority could not verify you: go there in person.',
  },
  authority_unreachable: { zh: '核验机关暂时没有应答，请稍后再试。', en: 'The authority gives no answer now: try again later.' },
  not_found: { zh: '没有该记录，或它不是用这个手机号申领的。', en: 'There is none, or it was applied for with another phone.' },
};
