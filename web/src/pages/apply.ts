// SPDX-License-Identifier: Apache-2.0
/** Applying for a code on a phone until it is issued, and a new phone in the place of a lost one. */
import type { FormatRules, Genesis } from '@dianyun/sdk';

import { askedBy, type DriverApply } from '../apply/agree.js';
import { Agreeing } from '../apply/agreeing.js';
import { keptHere } from '../apply/kept.js';
import { Loss } from '../apply/lost.js';
import { Wizard } from '../apply/wizard.js';
import { genesisOf } from '../parts/chain.js';
import { now } from '../parts/clock.js';
import { element, setShown } from '../parts/dom.js';
import { grouped } from '../parts/facts.js';
import { frame } from '../parts/frame.js';
import { takeHanded } from '../parts/handover.js';
import { handedOver, holders } from '../parts/keyring.js';
import { labelled, type Words } from '../parts/language.js';
import type { Place } from '../parts/node.js';
import { keepPages } from '../parts/offline.js';
import { awaited, placeNow } from '../parts/waiting.js';
import { nobody } from '../waybill/none.js';
import { dayOf } from '../waybill/offer.js';

const TITLE: Words = { zh: '申领运输码', en: 'Apply for a code' };
const LOST_TITLE: Words = { zh: '换手机', en: 'Another phone' };
const AGREE_TITLE: Words = { zh: '同意司机用车', en: 'A driver asks for a vehicle' };
const INSECURE: Words = { zh: '现在不能申领', en: 'You cannot apply here' };
const BACK: Words = { zh: '返回申领', en: 'Back to applying' };
const WORDS = {
  done: { zh: '这台手机已启用', en: 'This device is in use now' },
  done_why: { zh: '链上已登记新密钥，旧密钥已失效。', en: 'The chain has the new key, and every old one has ended.' },
  show: { zh: '亮码', en: 'Show my code' },
} satisfies Record<string, Words>;
const LOST = '#lost';

function found(code: string): HTMLElement {
  const show = element('a', { class: 'button primary', href: `/show?code=${encodeURIComponent(code)}` });
  return element(
    'section',
    { class: 'panel', 'data-stage': 'found' },
    labelled(element('h2', { tabindex: '-1' }), WORDS.done),
    element('p', { class: 'id' }, grouped(code)),
    labelled(element('p', { class: 'centred', role: 'status' }), WORDS.done_why),
    element('p', { class: 'buttons' }, labelled(show, WORDS.show)),
  );
}

async function here(): Promise<readonly [Place, Genesis]> {
  const place = await placeNow();
  return [place, await genesisOf(place.chain)];
}

async function lostPage(): Promise<void> {
  const [place, { mode }] = await awaited(LOST_TITLE, here);
  const rules: FormatRules = { mode, asOf: dayOf(now()) };
  const body = element('div');
  const loss = new Loss(place, rules, (code) => {
    body.replaceChildren(found(code));
    body.querySelector('h2')?.focus();
    setShown(back, false);
  });
  const back = labelled(element('a', { href: '/apply' }), BACK);
  body.append(loss.element);
  frame(LOST_TITLE, 'apply', labelled(element('h1'), LOST_TITLE), body, element('p', {}, back));
  await loss.start();
}

async function agreePage(action: DriverApply): Promise<void> {
  const place = await awaited(AGREE_TITLE, placeNow);
  const organisations = (await holders()).filter(({ subject }) => subject.kind === 'organisation');
  const agreeing = new Agreeing(action, organisations, place);
  frame(AGREE_TITLE, 'apply', labelled(element('h1'), AGREE_TITLE), agreeing.element);
}

async function applyPage(): Promise<void> {
  // A link may hand an organisation's key over, as it does on the salesman's page.
  await takeHanded(['organisation'], () => '/apply');
  const [place, genesis] = await awaited(TITLE, here);
  const rules: FormatRules = { mode: genesis.mode, asOf: dayOf(now()) };
  const wizard = new Wizard(await keptHere(), place, genesis, rules);
  frame(TITLE, 'apply', labelled(element('h1'), TITLE), wizard.element);
  await wizard.start();
}

keepPages();
// The way past the header for keyboards has a fragment too.
addEventListener('hashchange', () => {
  const { hash } = location;
  if (hash === '' || hash === LOST || handedOver(hash) !== null || askedBy(hash) !== null) location.reload();
});
const asked = askedBy(location.hash);
if (!isSecureContext) frame(TITLE, 'apply', labelled(element('h1'), TITLE), nobody(INSECURE, INSECURE, '/apply', []));
else if (location.hash === LOST) await lostPage();
else if (asked !== null) await agreePage(asked);
else await applyPage();
