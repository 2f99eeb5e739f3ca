// SPDX-License-Identifier: Apache-2.0
/** What the link of a waybill opens: what the chain says of it, checked here, and accepting it with a driver's key. */
import { ApiError, ProofError, type Waybill } from '@dianyun/sdk';

import { element, setAttribute, setShown, setText } from '../parts/dom.js';
import { FactList, grouped } from '../parts/facts.js';
import { frame } from '../parts/frame.js';
import { type Holder, holders } from '../parts/keyring.js';
import { labelled, say, spoken, type Words } from '../parts/language.js';
import { isUnreached, placeOf, publicNode } from '../parts/node.js';
import { keepPages } from '../parts/offline.js';
import { shape } from '../parts/shapes.js';
import { type Actor, actorOf, nameOf, waybillOf } from '../waybill/actor.js';
import { type Opening, WaybillCard } from '../waybill/card.js';
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
  not_yet: {
    zh: '链接里的明细还没有核对，核对之前不予显示。',
    en: 'The details in the link are not checked yet, and are not shown before they are.',
  },
  asking: { zh: '正在向节点查询……', en: 'Asking the node …' },
  unreached: { zh: '没有网络，联网后会自动继续。', en: 'There is no network: this goes on by itself once there is one.' },
  busy: { zh: '节点现在答不了，稍后会自动再问。', en: 'The node cannot answer now: it is asked again by itself.' },
  checking: { zh: '正在核对……', en: 'Checking …' },
  failed: { zh: '证明没有核对成功，请勿据此接单。', en: 'The proof does not hold: do not act on this.' },
  unasked: { zh: '现在取不到证明。', en: 'The proof cannot be had now.' },
  as: { zh: '以此身份查看', en: 'Seen as' },
  show: { zh: '亮码', en: 'Show' },
  driver: { zh: '我的运单', en: 'My waybills' },
  sales: { zh: '业务员', en: 'Salesman' },
} satisfies Record<string, Words>;

const TICK_MS = 1_000;
/** A node that does not answer is asked again after so long; it may say more, up to a minute. */
const AGAIN_MS = { least: 3_000, most: 60_000 };
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
  private readonly notYet = labelled(element('p', { class: 'notice', role: 'status', hidden: '' }), WORDS.not_yet);
  private readonly name = element('p', { class: 'mono' });
  private readonly live: Live;
  private opening: Opening | null = null;

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
    return [this.altered, this.payment, this.notYet, this.card.element, this.proof.element, whose, this.share.element];
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
    this.opening = details === null ? null : await this.card.open(details);
    setShown(this.altered, isBroken || this.opening === 'altered');
    setShown(this.payment, this.opening === 'other_payment');
    setShown(this.notYet, this.opening === 'not_yet');
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
      const isProof = error instanceof ProofError;
      this.proof.say(isProof ? 'fails' : 'waits', () => (isProof ? WORDS.failed : WORDS.unasked));
    }
    // The maker was not known, or the settlement not yet on the chain.
    if (this.opening === 'not_yet' || this.opening === 'other_payment') await this.takeDetails();
    this.update();
  }
}

/** True if a node says that a waybill is none of theirs; what it says while it is busy says nothing of that. */
function isNotTheirs(error: unknown): boolean {
  return error instanceof ApiError && (error.code === 'not_found' || error.status === 401 || error.status === 403);
}

type Found = readonly [Actor, Waybill];

/** Who here may see it, and the waybill; null: nobody. */
async function findActor(all: readonly Holder[], id: string): Promise<Found | null> {
  const place = await placeOf(publicNode());
  for (const holder of all.slice(0, TRIED)) {
    const actor = await actorOf(holder, place);
    try {
      const waybill = await waybillOf(actor, id);
      if (waybill !== null) return [actor, waybill];
    } catch (error) {
      if (!isNotTheirs(error)) throw error;
    }
  }
  return null;
}

/** Asks until the node answers; `waits` hears why it has to be asked again. */
async function untilAnswered<T>(ask: () => Promise<T>, waits: (why: Words) => void): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      waits(isUnreached(error) ? WORDS.unreached : WORDS.busy);
      const wanted = error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0;
      const pause = Math.min(Math.max(wanted, AGAIN_MS.least), AGAIN_MS.most);
      await new Promise((done) => setTimeout(done, pause));
    }
  }
}

async function run(linked: Linked): Promise<void> {
  let said: Words = WORDS.asking;
  const heading = labelled(element('h1', { class: 'hidden' }), TITLE);
  const notice = element('p', { class: 'notice', role: 'status' });
  const main = frame(TITLE, 'waybill-page', heading, notice);
  spoken(() => setText(notice, say(said)));
  const byItself = linked.details === null ? [] : [unchecked(linked.details)];
  const none = (title: Words, text: Words): void => {
    const show = labelled(element('a', { href: '/show', class: 'button' }), WORDS.show);
    main.replaceChildren(heading, lonely(title, text, show), ...byItself);
  };
  const all = isSecureContext ? await holders() : [];
  if (all.length === 0) return none(WORDS.no_key, WORDS.no_key_text);
  // A driver accepts: their keys are asked first.
  const sorted = [...all].sort((a, b) => Number(b.subject.kind === 'code') - Number(a.subject.kind === 'code'));
  const found = await untilAnswered(
    () => findActor(sorted, linked.id),
    (why) => {
      if (said === WORDS.asking) main.append(...byItself);
      said = why;
      setText(notice, say(said));
    },
  );
  if (found === null) return none(WORDS.not_yours, WORDS.not_yours_text);
  const page = new WaybillPage(found[0], linked, found[1]);
  main.replaceChildren(heading, ...page.elements());
  spoken(() => page.update());
  return page.start();
}

keepPages();
// Another link, opened in the same tab.
addEventListener('hashchange', () => location.reload());
const linked = readFragment(location.hash);
if (linked === null) {
  const heading = labelled(element('h1', { class: 'hidden' }), TITLE);
  frame(TITLE, 'waybills-none', heading, lonely(WORDS.no_link, WORDS.no_link_text));
} else await run(linked);
