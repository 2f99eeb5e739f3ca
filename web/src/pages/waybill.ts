// SPDX-License-Identifier: Apache-2.0
/** What the link of a waybill opens: what the chain says of it, checked here, and accepting it with a driver's key. */
import type { Waybill } from '@dianyun/sdk';

import { element, setAttribute, setShown, setText } from '../parts/dom.js';
import { FactList, grouped } from '../parts/facts.js';
import { frame } from '../parts/frame.js';
import { type Holder, holders } from '../parts/keyring.js';
import { labelled, say, spoken, type Words } from '../parts/language.js';
import { codeOf } from '../parts/node.js';
import { keepPages } from '../parts/offline.js';
import { shape } from '../parts/shapes.js';
import { type Actor, actorOf, nameOf, placeHere, waybillOf } from '../waybill/actor.js';
import { WaybillCard } from '../waybill/card.js';
import type { Details } from '../waybill/details.js';
import { type Linked, readFragment } from '../waybill/link.js';
import { Live } from '../waybill/live.js';
import { detailRows } from '../waybill/looks.js';
import { proven } from '../waybill/proof.js';
import { ShareDialog } from '../waybill/share.js';

const TITLE: Words = { zh: '运单', en: 'Waybill' };
const WORDS = {
  no_link: { zh: '这不是运单链接', en: 'This is no link of a waybill' },
  no_link_text: {
    zh: '请重新扫运单码，或请对方再发一次链接。',
    en: 'Scan the waybill code again, or ask for the link again.',
  },
  no_key: { zh: '请用您的运输码打开', en: 'Open it with your own code' },
  no_key_text: {
    zh: '运单的内容只给有关的各方看。请在装有您运输码密钥的手机和浏览器里打开这个链接。',
    en: 'A waybill is told to its parties alone. Open this link on the phone and in the browser that hold the key of your code.',
  },
  not_yours: { zh: '这张运单没有派给您', en: 'This waybill is not offered to you' },
  not_yours_text: {
    zh: '它派给了别人、已被别人接单，或并不存在。',
    en: 'It is offered to somebody else, somebody else took it, or there is none.',
  },
  unchecked: {
    zh: '以下内容来自链接，尚未与链上核对。',
    en: 'What follows is what the link says; it was not checked with the chain.',
  },
  altered: {
    zh: '链接里的明细与链上承诺不符，可能被改动过，不予显示。',
    en: 'The details in the link are not those that the chain committed to: they may have been altered, and are not shown.',
  },
  other_payment: {
    zh: '链接里的结算金额和付款凭证不是链上承诺的，不予显示。',
    en: 'The payment in the link is not the one that the chain committed to, and is not shown.',
  },
  checking: { zh: '正在核对……', en: 'Checking …' },
  failed: { zh: '证明没有核对成功，请勿据此接单。', en: 'The proof does not hold: do not act on this.' },
  unasked: { zh: '现在取不到证明。', en: 'The proof cannot be had now.' },
  as: { zh: '以此身份查看', en: 'Seen as' },
  show: { zh: '亮码', en: 'Show' },
  driver: { zh: '我的运单', en: 'My waybills' },
  sales: { zh: '业务员', en: 'Salesman' },
} satisfies Record<string, Words>;

const TICK_MS = 1_000;
/** Keys in this browser that are tried, those used last first. */
const TRIED = 6;

function lonely(title: Words, text: Words, ...more: HTMLElement[]): HTMLElement {
  return element(
    'section',
    { class: 'panel lonely' },
    element('div', { class: 'sign-place' }, shape('unknown')),
    labelled(element('h2'), title),
    labelled(element('p'), text),
    ...more,
  );
}

/** What a link says by itself. */
function unchecked(details: Details): HTMLElement {
  const facts = new FactList();
  spoken(() => facts.update(detailRows(details)));
  const words = labelled(element('p', { class: 'notice' }), WORDS.unchecked);
  return element('section', { class: 'panel unchecked' }, words, facts.element);
}

/** Whether the proof holds, in words and by a sign. */
class ProofLine {
  private readonly sign = element('span', { class: 'proof-sign', 'aria-hidden': 'true' });
  private readonly text = element('span');
  private said: () => Words = () => WORDS.checking;

  readonly element = element('p', { class: 'proof', role: 'status' }, this.sign, this.text);

  say(state: 'holds' | 'fails' | 'waits', said: () => Words): void {
    this.said = said;
    setAttribute(this.element, 'data-proof', state);
    setText(this.sign, { holds: '✓', fails: '✕', waits: '…' }[state]);
    this.update();
  }

  update(): void {
    setText(this.text, say(this.said()));
  }
}

/** The page of a waybill that somebody here may see. */
class WaybillPage {
  private readonly share = new ShareDialog();
  private readonly card: WaybillCard;
  private readonly proof = new ProofLine();
  private readonly altered = labelled(element('p', { class: 'wrong', role: 'alert', hidden: '' }), WORDS.altered);
  private readonly payment = labelled(element('p', { class: 'wrong', role: 'alert', hidden: '' }), WORDS.other_payment);
  private readonly name = element('p', { class: 'mono' });
  private readonly live: Live;

  constructor(
    private readonly actor: Actor,
    private readonly linked: Linked,
    waybill: Waybill,
  ) {
    const isMaker = actor.subject.id === waybill.maker;
    const share = isMaker ? this.share.show.bind(this.share) : null;
    this.card = new WaybillCard(waybill, { actor, share, changed: () => this.live.happened() }, true);
    this.live = new Live(actor, () => this.look());
  }

  elements(): HTMLElement[] {
    const { kind, id } = this.actor.subject;
    const where = kind === 'code' ? `/driver?code=${id}` : `/sales?organisation=${id}`;
    const link = labelled(element('a', { href: where, class: 'button' }), kind === 'code' ? WORDS.driver : WORDS.sales);
    const who = element('div', {}, labelled(element('p', { class: 'small' }), WORDS.as), this.name);
    const whose = element('div', { class: 'whose' }, who, link);
    return [this.altered, this.payment, this.card.element, this.proof.element, whose, this.share.element];
  }

  async start(): Promise<void> {
    const { kind, id } = this.actor.subject;
    setText(this.name, kind === 'code' ? grouped(id) : await nameOf(id));
    await this.takeDetails();
    await this.live.run();
    setInterval(() => this.update(), TICK_MS);
  }

  update(): void {
    this.card.update();
    this.proof.update();
  }

  private async takeDetails(): Promise<void> {
    const { details, isBroken } = this.linked;
    const found = details === null ? null : await this.card.open(details);
    setShown(this.altered, isBroken || found === 'altered');
    setShown(this.payment, found === 'other_payment');
  }

  private async look(): Promise<void> {
    try {
      const found = await proven(this.actor, this.linked.id);
      this.card.take(found.waybill);
      this.proof.say('holds', () => ({
        zh: `已在本机按区块 ${found.height} 的状态根核对，内容属实。`,
        en: `Checked here against the state root of block ${found.height}: it is what the chain says.`,
      }));
    } catch (error) {
      const isProof = error instanceof Error && error.name === 'ProofError';
      this.proof.say(isProof ? 'fails' : 'waits', () => (isProof ? WORDS.failed : WORDS.unasked));
    }
    this.update();
  }
}

/** Who here may see it, and the waybill; null: nobody. */
async function findActor(all: readonly Holder[], id: string): Promise<readonly [Actor, Waybill] | null> {
  const place = await placeHere();
  for (const holder of all.slice(0, TRIED)) {
    const actor = await actorOf(holder, place);
    try {
      const waybill = await waybillOf(actor, id);
      if (waybill !== null) return [actor, waybill];
    } catch (error) {
      if (codeOf(error) === null) throw error;
    }
  }
  return null;
}

async function run(linked: Linked): Promise<void> {
  const all = isSecureContext ? await holders() : [];
  // A driver accepts: their keys are asked first.
  const sorted = [...all].sort((a, b) => Number(b.subject.kind === 'code') - Number(a.subject.kind === 'code'));
  const found = all.length === 0 ? null : await findActor(sorted, linked.id);
  const heading = labelled(element('h1', { class: 'hidden' }), TITLE);
  if (found !== null) {
    const page = new WaybillPage(found[0], linked, found[1]);
    frame(TITLE, 'waybill-page', heading, ...page.elements());
    spoken(() => page.update());
    return page.start();
  }
  const show = labelled(element('a', { href: '/show', class: 'button' }), WORDS.show);
  const panel =
    all.length === 0
      ? lonely(WORDS.no_key, WORDS.no_key_text, show)
      : lonely(WORDS.not_yours, WORDS.not_yours_text, show);
  frame(TITLE, 'waybills-none', heading, panel, ...(linked.details === null ? [] : [unchecked(linked.details)]));
}

keepPages();
const linked = readFragment(location.hash);
if (linked === null) {
  const heading = labelled(element('h1', { class: 'hidden' }), TITLE);
  frame(TITLE, 'waybills-none', heading, lonely(WORDS.no_link, WORDS.no_link_text));
} else await run(linked);
// Another link, opened in the same tab.
addEventListener('hashchange', () => location.reload());
