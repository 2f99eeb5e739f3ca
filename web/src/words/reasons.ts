// SPDX-License-Identifier: Apache-2.0
/** Why something that was scanned is unknown, and what to do then. */
import type { Words } from '../parts/language.js';
import type { Reason } from '../scan/judge.js';

/** Why, and what to do. */
export interface Explained {
  readonly why: Words;
  readonly advice: Words;
}

const ASK_LIVE: Words = { zh: '请对方打开亮码页，出示实时的码。', en: 'Ask for the live page, not a picture of it.' };
const ASK_ONLINE: Words = { zh: '请联网后再扫一次。', en: 'Scan again with a network.' };

/** All reasons. */
export const REASONS: Readonly<Record<Reason, Explained>> = {
  malformed: {
    why: { zh: '这不是出示的运输码', en: 'This is no shown code' },
    advice: {
      zh: '只有亮码页上的码才能核验；印出来的编号什么也证明不了。',
      en: 'Only the code of a show page can be verified; a printed number proves nothing.',
    },
  },
  foreign_chain: {
    why: { zh: '这个码属于另一个网络', en: 'This code is of another network' },
    advice: { zh: '请用该网络的扫码页核验。', en: 'Verify it on a scan page of that network.' },
  },
  unknown_witness: {
    why: { zh: '见证它的节点不在名单上', en: 'Who witnessed it is not on the list here' },
    advice: { zh: '名单可能旧了，请联网后再扫一次。', en: 'The list may be old: scan again with a network.' },
  },
  bad_signature: {
    why: { zh: '签名不符，内容可能被改动', en: 'A signature does not hold: it may have been altered' },
    advice: ASK_LIVE,
  },
  expired: { why: { zh: '已过有效期', en: 'Its time is over' }, advice: ASK_LIVE },
  shown_too_long_ago: {
    why: { zh: '这是旧的截图或照片，不是实时出示', en: 'This is an old screenshot or photograph' },
    advice: ASK_LIVE,
  },
  shown_in_future: {
    why: { zh: '出示时间在未来，双方时钟不一致', en: 'It was shown in the future: the clocks differ' },
    advice: ASK_ONLINE,
  },
  no_list: {
    why: { zh: '此浏览器还没有见证节点名单', en: 'This browser has no list of witnesses yet' },
    advice: { zh: '请先联网打开本页一次。', en: 'Open this page once with a network.' },
  },
  key_ended: {
    why: { zh: '出示它的密钥已经失效', en: 'The key that showed it is no longer in force' },
    advice: {
      zh: '此设备不再代表持码人，请核对身份。',
      en: 'That device no longer stands for the holder: check who it is.',
    },
  },
  not_confirmed: {
    why: { zh: '签名有效，但链上现在不再认可', en: 'The signatures hold, but the chain does not vouch for it now' },
    advice: ASK_LIVE,
  },
};
