// SPDX-License-Identifier: Apache-2.0
/** The list of what is open on a code: what, whose, by when, and what to do. */
import { parseTime } from '@dianyun/sdk';

import { element, setShown, setText } from '../parts/dom.js';
import { say, type Words } from '../parts/language.js';
import { instant, left } from '../parts/times.js';
import { ABOUT, MATTERS, WAYS } from '../words/matters.js';
import type { Details, Open } from './details.js';

const OVERDUE: Words = { zh: '已逾期', en: 'overdue' };

function settleBy(open: Open, now: number): string {
  const end = parseTime(open.matter.settle_by);
  const day = instant(end, now);
  if (now >= end) return say({ zh: `${say(OVERDUE)}：应于 ${day} 前处理`, en: `Overdue: was to be settled by ${day}` });
  return say({ zh: `请于 ${day} 前处理，${left(end - now)}`, en: `Settle by ${day} (${left(end - now)})` });
}

function item(open: Open, now: number): HTMLLIElement {
  const { kind, points, occurred_at } = open.matter;
  const title = `${say(MATTERS[kind])} · ${say(ABOUT[open.about])}`;
  const happened = instant(parseTime(occurred_at), now);
  const origin = [
    open.source,
    say({ zh: `发生于 ${happened}`, en: `happened ${happened}` }),
    points === 0 ? null : say({ zh: `记 ${points} 分`, en: points === 1 ? '1 point' : `${points} points` }),
  ].filter((part) => part !== null);
  const isOver = now >= parseTime(open.matter.settle_by);
  return element(
    'li',
    { class: isOver ? 'overdue' : null },
    element('h3', {}, title),
    element('p', { class: 'due' }, settleBy(open, now)),
    element('p', { class: 'small' }, origin.join(say({ zh: '，', en: ', ' }))),
    element('p', { class: 'small' }, say(WAYS[kind])),
  );
}

/** The list. */
export class OpenList {
  private readonly title = element('h2');
  private readonly items = element('ul', { class: 'matters' });
  private readonly rest = element('p', { class: 'small' });
  private drawn = '';

  readonly element = element('section', { class: 'panel', hidden: '' }, this.title, this.items, this.rest);

  /** Shows details at an instant; null: none are known. */
  update(details: Details | null, now: number): void {
    const count = details === null ? 0 : details.open.length + details.more + details.suspended.length;
    setShown(this.element, count > 0);
    if (details === null || count === 0) return;
    setText(
      this.title,
      say({ zh: `待处理 ${count} 项`, en: count === 1 ? '1 thing to settle' : `${count} things to settle` }),
    );
    const items = [...suspensions(details, now), ...details.open.map((open) => item(open, now))];
    // Made anew only when a word of it differs: a reader's place in the list stays.
    const text = items.map((one) => one.textContent).join('\n');
    if (text !== this.drawn) this.items.replaceChildren(...items);
    this.drawn = text;
    setShown(this.rest, details.more > 0);
    setText(this.rest, details.more > 0 ? more(details, now) : '');
  }
}

function suspensions({ suspended }: Details, now: number): HTMLLIElement[] {
  return suspended.map(({ by, at }) =>
    element(
      'li',
      { class: 'overdue' },
      element('h3', {}, say({ zh: '码已被暂停', en: 'The code is suspended' })),
      element(
        'p',
        { class: 'small' },
        [by, instant(at, now)].filter((part) => part !== null).join(say({ zh: '，', en: ', ' })),
      ),
    ),
  );
}

function more({ more: count, settleBy: by }: Details, now: number): string {
  const end = by === null ? '' : instant(by, now);
  return say({
    zh: `另有 ${count} 项${end === '' ? '' : `，最早应于 ${end} 前处理`}。`,
    en: `${count} more${end === '' ? '' : `, the first to be settled by ${end}`}.`,
  });
}
