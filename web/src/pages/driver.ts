// SPDX-License-Identifier: Apache-2.0
/** A driver's waybills: offered to them, under way, to be settled, done; and public ones to take. */
import { element } from '../parts/dom.js';
import { grouped } from '../parts/facts.js';
import { frame } from '../parts/frame.js';
import { handedOver, holders } from '../parts/keyring.js';
import { labelled, spoken, type Words } from '../parts/language.js';
import { keepPages } from '../parts/offline.js';
import { awaited, placeNow } from '../parts/waiting.js';
import { type Actor, actorOf, chosenActor } from '../waybill/actor.js';
import { Board, type Part } from '../waybill/board.js';
import { Filters } from '../waybill/filters.js';
import { WaybillList } from '../waybill/list.js';
import { newestFirst, waybills } from '../waybill/lists.js';
import { nobody } from '../waybill/none.js';

const TITLE: Words = { zh: '我的运单', en: 'My waybills' };
const NONE_TITLE: Words = { zh: '这个浏览器里没有司机的密钥', en: "There is no driver's key in this browser" };
const NONE: Words = {
  zh: '运单由您手机里的密钥接单和签名。请用申领运输码时的手机和浏览器打开本页，或打开给您的链接。',
  en: 'A key on your phone accepts and signs. Open this page where you applied for your code, or by the link that you were given.',
};
const TABS = {
  offered: { zh: '派给我的', en: 'For me' },
  way: { zh: '进行中', en: 'Under way' },
  public: { zh: '找货', en: 'Find loads' },
  done: { zh: '已完成', en: 'Done' },
} satisfies Record<string, Words>;
const NOTHING = {
  offered: { zh: '现在没有派给您的运单。新的会自动出现在这里。', en: 'Nothing is offered to you now. What comes appears here by itself.' },
  way: { zh: '没有进行中的运单。', en: 'Nothing is under way.' },
  public: { zh: '没有符合条件的公共运单。可放宽筛选条件。', en: 'No public waybill fits. Try fewer filters.' },
  done: { zh: '近 92 天没有已结束的运单。', en: 'Nothing ended in the last 92 days.' },
} satisfies Record<string, Words>;
const SHOW: Words = { zh: '亮码', en: 'Show my code' };

/** Everything on the page of one driver. */
class DriverPage {
  private readonly filters = new Filters(() => void this.board.run());
  private readonly found: WaybillList;
  private readonly board: Board;

  constructor(private readonly actor: Actor) {
    this.found = new WaybillList({ actor, share: null, changed: () => this.board.happened() }, NOTHING.public);
    const open: Part = {
      name: 'public',
      words: TABS.public,
      content: element('div', { class: 'found' }, this.filters.element, this.found.element),
      look: () => this.lookAtPublic(),
      update: () => this.found.update(),
    };
    this.board = new Board(actor, {
      whose: { code: actor.subject.id },
      parts: ['offered', 'way', open, 'done'],
      tabs: TABS,
      nothing: NOTHING,
      share: null,
    });
  }

  elements(): HTMLElement[] {
    const { id } = this.actor.subject;
    const show = labelled(element('a', { href: `/show?code=${encodeURIComponent(id)}`, class: 'button' }), SHOW);
    const whose = element('div', { class: 'whose' }, element('p', { class: 'mono' }, grouped(id)), show);
    return [whose, ...this.board.elements()];
  }

  start(): Promise<void> {
    return this.board.start();
  }

  update(): void {
    this.board.update();
  }

  private async lookAtPublic(): Promise<void> {
    const asked = { open_to: this.actor.subject.id, ...this.filters.chosen };
    const found = newestFirst(await waybills(this.actor.client, asked));
    this.found.take(found);
    this.board.tabs.count('public', found.length);
  }
}

keepPages();
// A link that hands over another key, opened in the same tab, while this one waits too.
addEventListener('hashchange', () => {
  if (handedOver(location.hash) !== null) location.reload();
});
const heading = labelled(element('h1'), TITLE);
const holder = isSecureContext ? await chosenActor('code', '/driver') : null;
if (holder === null) {
  const others = isSecureContext ? await holders() : [];
  const instead = others.filter(({ subject }) => subject.kind === 'code');
  frame(TITLE, 'waybills-none', heading, nobody(NONE_TITLE, NONE, '/driver', instead));
} else {
  const page = new DriverPage(await actorOf(holder, await awaited(TITLE, placeNow)));
  frame(TITLE, 'driver', heading, ...page.elements());
  spoken(() => page.update());
  await page.start();
}
