// SPDX-License-Identifier: Apache-2.0
/** Where the pages lead from. */
import { drawing, element } from '../parts/dom.js';
import { frame } from '../parts/frame.js';
import { labelled, type Words } from '../parts/language.js';
import { keepPages } from '../parts/offline.js';

const TITLE: Words = { zh: '首页', en: 'Home' };
const LEAD: Words = { zh: '一个码，代替一沓证件', en: 'One code in place of a folder of papers' };

interface Way {
  readonly path: string;
  readonly title: Words;
  readonly text: Words;
  /** Lines of its sign, in a box of 24. */
  readonly sign: string;
}

const WAYS: readonly Way[] = [
  {
    path: '/show',
    title: { zh: '亮码', en: 'Show' },
    text: {
      zh: '出示您的运输码或机构证，颜色与期限实时更新。',
      en: 'Hold up your code or badge; colour and term are always current.',
    },
    sign: 'M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2v2h-2zM18 18h2v2h-2zM18 14h2M14 18v2',
  },
  {
    path: '/apply',
    title: { zh: '申领', en: 'Apply' },
    text: {
      zh: '司机或企业在手机上申领运输码，实时看到核验进度；换手机也在这里。',
      en: 'A driver or an enterprise applies for a code and follows it; another phone is put to use here too.',
    },
    sign: 'M5 3h14v18H5zM12 8v8M8 12h8',
  },
  {
    path: '/scan',
    title: { zh: '扫码', en: 'Scan' },
    text: { zh: '核验对方出示的码，没有网络也可以。', en: 'Verify what others show, without a network too.' },
    sign: 'M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M4 12h16',
  },
  {
    path: '/driver',
    title: { zh: '司机运单', en: "Driver's waybills" },
    text: {
      zh: '接单、装货、发车、送达、确认结算，也可以找公共货源。',
      en: 'Accept, load, depart, deliver, agree to the payment; find public loads.',
    },
    sign: 'M2 6h12v11H2zM14 10h4l4 4v3h-8M6 20a2 2 0 1 0 0-4 2 2 0 0 0 0 4M17 20a2 2 0 1 0 0-4 2 2 0 0 0 0 4',
  },
  {
    path: '/sales',
    title: { zh: '业务员', en: 'Salesman' },
    text: {
      zh: '制单，扫司机的码当场派单，分享运单码，跟踪进度。',
      en: 'Make waybills, offer them to whose code you scan, share their code, follow them.',
    },
    sign: 'M6 3h9l4 4v14H6zM15 3v4h4M9 12h7M9 16h7',
  },
  {
    path: '/interfaces',
    title: { zh: '接口申领', en: 'Interfaces' },
    text: {
      zh: '企业申领接口、查看批复；行管部门审批。',
      en: 'Apply for an interface and follow the answer; the regulator grants or refuses.',
    },
    sign: 'M9 3v5M15 3v5M6 8h12v4a6 6 0 0 1-12 0zM12 18v3',
  },
  {
    path: '/docs',
    title: { zh: '接口文档', en: 'Documentation' },
    text: { zh: '供平台与企业系统接入。', en: 'For platforms and systems of enterprises.' },
    sign: 'M8 6l-5 6 5 6M16 6l5 6-5 6M14 4l-4 16',
  },
];

function way({ path, title, text, sign }: Way): HTMLLIElement {
  const picture = drawing('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true' }, drawing('path', { d: sign }));
  const words = [picture, labelled(element('strong'), title), labelled(element('span'), text)];
  return element('li', {}, element('a', { href: path }, ...words));
}

keepPages();
frame(TITLE, 'home', labelled(element('h1'), LEAD), element('ul', { class: 'ways' }, ...WAYS.map(way)));
