// SPDX-License-Identifier: Apache-2.0
/** Interfaces: an organisation applies and follows the answer; a regulator grants, refuses and revokes. */
import type { Organisation, Roles } from '@dianyun/sdk';

import { ApplicantPage } from '../interfaces/applicant.js';
import { chosenOffice, organisationOf, rolesOf } from '../interfaces/office.js';
import { RegulatorPage } from '../interfaces/regulator.js';
import { element } from '../parts/dom.js';
import { frame } from '../parts/frame.js';
import { forget, handedOver, type Holder, offices } from '../parts/keyring.js';
import { labelled, spoken, type Words } from '../parts/language.js';
import { isPassing } from '../parts/node.js';
import { keepPages } from '../parts/offline.js';
import { awaited, placeNow } from '../parts/waiting.js';
import { type Actor, actorOf, nameOf, reasonsOf } from '../waybill/actor.js';
import { nobody } from '../waybill/none.js';
import { KINDS } from '../words/matters.js';

const TITLE: Words = { zh: '接口申领', en: 'Interfaces' };
const NONE_TITLE: Words = { zh: '这个浏览器里没有机构的密钥', en: "There is no organisation's key in this browser" };
const NONE: Words = {
  zh: '申领由机构管理员的密钥签名，批复由行管部门的密钥签名。请打开交给您的链接，密钥会留在这个浏览器里。',
  en: "An administrator's key signs requests, a regulator's key the answers. Open the link that you were given: the key then stays in this browser.",
};
const WORDS = {
  not_admin: {
    zh: '这把密钥不是管理员密钥，只能查看。申领请打开管理员的链接。',
    en: "This is no administrator's key, so you can only look. To apply, open the administrator's link.",
  },
  not_operating: {
    zh: '这把密钥不能代表行管部门批复，只能查看。',
    en: 'This key may not answer for the regulator, so you can only look.',
  },
  by_office: {
    zh: '该类机构依职责办理业务，不需要申领接口。',
    en: 'This kind of organisation acts by its office and needs no interface.',
  },
  unknown: { zh: '没有这个机构，或暂时查不到。', en: 'There is no such organisation, or nobody answers now.' },
  remove: { zh: '移除这把密钥', en: 'Remove this key' },
  sure: {
    zh: '移除后此浏览器不能再用它签名；没有别的副本就找不回来了。',
    en: 'This browser then signs with it no more. If there is no other copy, it is gone.',
  },
  yes: { zh: '移除', en: 'Remove' },
  no: { zh: '保留', en: 'Keep' },
} satisfies Record<string, Words>;

const TICK_MS = 1_000;

/** What of the page depends on whose it is. */
interface Content {
  readonly elements: readonly HTMLElement[];
  start(): Promise<void>;
  update(): void;
}

function contentOf(actor: Actor, { kind }: Organisation, roles: Roles | null): Content {
  const notice = (words: Words): HTMLElement => labelled(element('p', { class: 'notice' }), words);
  const seen = (content: ApplicantPage | RegulatorPage, mayNot: Words | null): Content => ({
    elements: [...(mayNot === null ? [] : [notice(mayNot)]), ...content.elements],
    start: () => content.start(),
    update: () => content.update(),
  });
  if (kind === 'authority') {
    return { elements: [notice(WORDS.by_office)], start: async () => undefined, update: () => undefined };
  }
  if (kind === 'regulator') {
    const may = roles?.operate === true;
    return seen(new RegulatorPage(actor, may), may ? null : WORDS.not_operating);
  }
  const may = roles?.admin === true;
  return seen(new ApplicantPage(actor, may), may ? null : WORDS.not_admin);
}

/** Takes the key away, after a question. */
function removal({ subject }: Holder): HTMLElement {
  const ask = labelled(element('summary'), WORDS.remove);
  const yes = labelled(element('button', { type: 'button', class: 'danger' }), WORDS.yes);
  const no = labelled(element('button', { type: 'button' }), WORDS.no);
  const buttons = element('p', { class: 'buttons' }, no, yes);
  const place = element('details', {}, ask, labelled(element('p'), WORDS.sure), buttons);
  no.addEventListener('click', () => {
    place.open = false;
    ask.focus();
  });
  yes.addEventListener('click', () => void forget(subject).then(() => location.assign('/interfaces')));
  return place;
}

/** What the chain says of the organisation and its key, or why it says nothing; a node that is busy is asked again. */
async function standing(holder: Holder): Promise<readonly [Actor, unknown]> {
  const actor = await actorOf(holder, await placeNow());
  try {
    return [actor, await Promise.all([organisationOf(actor.client, actor.subject.id), rolesOf(actor)])];
  } catch (error) {
    if (isPassing(error)) throw error;
    return [actor, error];
  }
}

async function show(holder: Holder): Promise<void> {
  const [actor, found] = await awaited(TITLE, () => standing(holder));
  const { id } = actor.subject;
  if (!Array.isArray(found)) {
    const words = labelled(element('p', { class: 'wrong' }), WORDS.unknown);
    const why = element('p', { class: 'small' }, reasonsOf(found).join(' '));
    frame(TITLE, 'interfaces', labelled(element('h1'), TITLE), words, why, removal(holder));
    return;
  }
  const [organisation, roles] = found as [Organisation, Roles | null];
  const content = contentOf(actor, organisation, roles);
  const kind = labelled(element('span'), KINDS[organisation.kind]);
  const named = element('p', { class: 'named' }, await nameOf(id), ' · ', kind);
  const whose = element('div', { class: 'whose' }, named, element('p', { class: 'mono small' }, id));
  frame(TITLE, 'interfaces', labelled(element('h1'), TITLE), whose, ...content.elements, removal(holder));
  spoken(() => content.update());
  await content.start();
  setInterval(() => content.update(), TICK_MS);
}

keepPages();
// A link that hands over another key, opened in the same tab, while this one waits too.
addEventListener('hashchange', () => {
  if (handedOver(location.hash) !== null) location.reload();
});
const holder = isSecureContext ? await chosenOffice() : null;
if (holder === null) {
  const instead = isSecureContext ? await offices() : [];
  frame(TITLE, 'waybills-none', labelled(element('h1'), TITLE), nobody(NONE_TITLE, NONE, '/interfaces', instead));
} else {
  await show(holder);
}
