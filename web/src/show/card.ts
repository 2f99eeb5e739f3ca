// SPDX-License-Identifier: Apache-2.0
/** The card that is held up: look, picture, how fresh it is, and how long it holds. */
import { type Facts, parseTime, SHOWN_RENEWED_MS } from '@dianyun/sdk';

import { drawing, element, setAttribute, setShown, setText } from '../parts/dom.js';
import { grouped } from '../parts/facts.js';
import { labelled, say, type Words } from '../parts/language.js';
import { lookOf, LOOKS, type Look, MEANINGS, OPERATOR_INVALID } from '../parts/looks.js';
import { picture } from '../parts/picture.js';
import { shape } from '../parts/shapes.js';
import { countdown, instant, timeOfDay } from '../parts/times.js';
import { type Session, type Trouble } from './session.js';

const HOLDS: Words = { zh: '本次确认还有效', en: 'Confirmed for another' };
const NOT_NOW: Words = { zh: '等待网络确认……', en: 'Waiting for the network to confirm it …' };
const PICTURE: Words = { zh: '供扫描的二维码', en: 'QR picture to be scanned' };

const TROUBLES: Readonly<Record<Trouble, Words>> = {
  unreached: { zh: '没有网络。下面是最后一次确认的内容。', en: 'No network. This is what was confirmed last.' },
  not_found: { zh: '链上没有此编号。', en: 'The chain does not know this number.' },
  key_not_held: {
    zh: '此浏览器里的密钥已不再属于这个码。',
    en: 'The key in this browser is no longer that of this code.',
  },
  not_a_witness: {
    zh: '此节点不作见证，请换一个节点的网页。',
    en: 'This node is no witness: open the page of another.',
  },
  other: {
    zh: '节点暂时没有答复，会自动重试。',
    en: 'The node gives no answer for now; this page tries again by itself.',
  },
};

/** Without these there is nothing to hold up, whatever was confirmed before. */
const FINAL: readonly Trouble[] = ['not_found', 'key_not_held'];

/** How what a session has looks at an instant. */
export function lookNow({ facts, trouble, signed }: Session, now: number): Look {
  if (facts === null || signed === null) return 'unknown';
  return trouble !== null && FINAL.includes(trouble) ? 'unknown' : lookOf(facts, now);
}

/** The card. */
export class Card {
  private readonly sign = element('div', { class: 'sign-place' });
  private readonly word = element('h2', { class: 'word' });
  private readonly meaning = element('p', { class: 'meaning' });
  private readonly place = element('div', { class: 'picture-place', role: 'img' });
  private readonly waiting = labelled(element('p', { class: 'waiting' }), NOT_NOW);
  private readonly id = element('p', { class: 'id' });
  private readonly fresh = element('div', { class: 'fresh', 'aria-hidden': 'true' });
  private readonly bar = drawing('rect', { height: '2', y: '0', x: '0', rx: '1' });
  private readonly freshText = element('p', { class: 'small' });
  private readonly holds = element('p', { class: 'holds' });
  private readonly clock = element('p', { class: 'clock', role: 'timer', 'aria-live': 'off' });
  private readonly until = element('p', { class: 'small' });
  private readonly trouble = element('p', { class: 'notice', role: 'status' });
  private readonly said = element('p', { class: 'hidden', 'aria-live': 'polite' });
  private shownText: string | null | undefined;
  private shownLook: Look | null = null;

  readonly element: HTMLElement;

  constructor() {
    this.fresh.append(drawing('svg', { viewBox: '0 0 100 2', preserveAspectRatio: 'none' }, this.bar));
    const banner = element('div', { class: 'banner' }, this.sign, element('div', {}, this.word, this.meaning));
    const clock = element('div', { class: 'clock-place' }, this.holds, this.clock, this.until);
    const body = element('div', { class: 'card-body' }, this.place, this.id, this.fresh, this.freshText, clock);
    this.element = element('section', { class: 'card look-unknown' }, banner, this.trouble, body, this.said);
  }

  /** Shows a session at an instant; an organisation by its name, once that is known. */
  update(session: Session, now: number, name: string | null): void {
    const look = lookNow(session, now);
    this.updateLook(look, session);
    this.updatePicture(look, session, now);
    this.updateClock(look, session.facts, now);
    const { facts } = session;
    setText(this.id, facts === null ? '' : (name ?? idOf(facts)));
    setAttribute(this.id, 'class', name === null ? 'id' : 'id named');
    const trouble = session.trouble;
    setShown(this.trouble, trouble !== null);
    setText(this.trouble, trouble === null ? '' : say(TROUBLES[trouble]));
  }

  private updateLook(look: Look, { facts }: Session): void {
    if (this.shownLook !== look) {
      setAttribute(this.element, 'class', `card look-${look}`);
      this.sign.replaceChildren(shape(look));
      this.shownLook = look;
    }
    const meaning = facts !== null && isByOperator(look, facts) ? OPERATOR_INVALID : MEANINGS[look];
    setText(this.word, say(LOOKS[look]));
    setText(this.meaning, say(meaning));
    setText(this.said, `${say(LOOKS[look])}: ${say(meaning)}`);
  }

  private updatePicture(look: Look, { signed }: Session, now: number): void {
    const text = look === 'unknown' ? null : (signed?.text ?? null);
    if (text !== this.shownText) {
      this.place.replaceChildren(text === null ? this.waiting : picture(text));
      setAttribute(this.place, 'data-text', text);
      this.shownText = text;
    }
    setAttribute(this.place, 'aria-label', say(text === null ? NOT_NOW : PICTURE));
    setShown(this.fresh, text !== null);
    if (text === null || signed === null) {
      setText(this.freshText, '');
      return;
    }
    const share = Math.max(0, 1 - (now - signed.at) / SHOWN_RENEWED_MS);
    setAttribute(this.bar, 'width', String(Math.round(share * 100)));
    const words = {
      zh: `${timeOfDay(signed.at)} 已更新，每分钟自动更新`,
      en: `Renewed at ${timeOfDay(signed.at)}, and again every minute`,
    };
    setText(this.freshText, say(words));
  }

  private updateClock(look: Look, facts: Facts | null, now: number): void {
    const isOpen = look !== 'unknown' && facts !== null;
    setShown(this.holds, isOpen);
    setShown(this.clock, isOpen);
    setShown(this.until, isOpen);
    if (!isOpen) return;
    const end = parseTime(facts.valid_until);
    setText(this.holds, say(HOLDS));
    setText(this.clock, countdown(end - now));
    setText(this.until, say({ zh: `有效至 ${instant(end, now)}`, en: `Valid until ${instant(end, now)}` }));
  }
}

function isByOperator(look: Look, { shows }: Facts): boolean {
  return look === 'yellow' && 'code' in shows && shows.code.state === 'blue';
}

function idOf({ shows }: Facts): string {
  return 'code' in shows ? grouped(shows.code.id) : shows.organisation.id;
}
