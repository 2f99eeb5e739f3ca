// SPDX-License-Identifier: Apache-2.0
/** A driver's waybills: offered to them, under way, to be settled, done; and public ones to take. */
import { formatTime, type Waybill } from '@dianyun/sdk';

import { now } from '../parts/clock.js';
import { element, setShown, setText } from '../parts/dom.js';
import { grouped } from '../parts/facts.js';
import { frame } from '../parts/frame.js';
import { handedOver, holders } from '../parts/keyring.js';
import { labelled, spoken, type Words } from '../parts/language.js';
import { keepPages } from '../parts/offline.js';
import { type Actor, actorOf, chosenActor, placeHere, reasonsOf } from '../waybill/actor.js';
import { Filters } from '../waybill/filters.js';
import { WaybillList } from '../waybill/list.js';
import { newestFirst, OPEN, OVER, waybills } from '../waybill/lists.js';
import { Live } from '../waybill/live.js';
import { nobody } from '../waybill/none.js';
import { Tabs } from '../waybill/tabs.js';

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

const TICK_MS = 1_000;
const DONE_BACK_MS = 92 * 86_400_000;

const WAY = new Set<Waybill['state']>(['accepted', 'loaded', 'in_transit', 'arrived', 'signed']);

/** Everything on the page of one driver. */
class DriverPage {
  private readonly lists: Readonly<Record<keyof typeof NOTHING, WaybillList>>;
  private readonly filters = new Filters(() => void this.live.run());
  private readonly tabs: Tabs;
  private readonly notice = element('p', { class: 'wrong', role: 'status', hidden: '' });
  private readonly live: Live;

  constructor(private readonly actor: Actor) {
    const at = { actor, share: null, changed: () => this.live.happened() };
    const list = (name: keyof typeof NOTHING): WaybillList => new WaybillList(at, NOTHING[name]);
    this.lists = { offered: list('offered'), way: list('way'), public: list('public'), done: list('done') };
    const found = element('div', { class: 'found' }, this.filters.element, this.lists.public.element);
    this.tabs = new Tabs(
      [
        { name: 'offered', words: TABS.offered, content: this.lists.offered.element },
        { name: 'way', words: TABS.way, content: this.lists.way.element },
        { name: 'public', words: TABS.public, content: found },
        { name: 'done', words: TABS.done, content: this.lists.done.element },
      ],
      () => void this.live.run(),
    );
    this.live = new Live(actor, () => this.look());
  }

  elements(): HTMLElement[] {
    const { id } = this.actor.subject;
    const show = labelled(element('a', { href: `/show?code=${encodeURIComponent(id)}`, class: 'button' }), SHOW);
    const whose = element('div', { class: 'whose' }, element('p', { class: 'mono' }, grouped(id)), show);
    return [whose, this.notice, this.tabs.element];
  }

  async start(): Promise<void> {
    await this.live.run();
    setInterval(() => this.update(), TICK_MS);
  }

  update(): void {
    for (const list of Object.values(this.lists)) list.update();
    this.tabs.update();
  }

  private async look(): Promise<void> {
    try {
      await this.lookAtOwn();
      if (this.tabs.current === 'public') await this.lookAtPublic();
      if (this.tabs.current === 'done') await this.lookAtDone();
      this.tell([]);
    } catch (error) {
      this.tell(reasonsOf(error));
    }
    this.update();
  }

  private tell(lines: readonly string[]): void {
    setText(this.notice, lines.join(' '));
    setShown(this.notice, lines.length > 0);
  }

  private async lookAtOwn(): Promise<void> {
    const all = await waybills(this.actor.client, { code: this.actor.subject.id, state: OPEN.join(',') });
    const offered = newestFirst(all.filter(({ state }) => state === 'offered'));
    const way = newestFirst(all.filter(({ state }) => WAY.has(state)));
    this.lists.offered.take(offered);
    this.lists.way.take(way);
    this.tabs.count('offered', offered.length);
    this.tabs.count('way', way.length);
  }

  private async lookAtPublic(): Promise<void> {
    const asked = { open_to: this.actor.subject.id, ...this.filters.chosen };
    const found = newestFirst(await waybills(this.actor.client, asked));
    this.lists.public.take(found);
    this.tabs.count('public', found.length);
  }

  private async lookAtDone(): Promise<void> {
    const offered_since = formatTime(now() - DONE_BACK_MS);
    const asked = { code: this.actor.subject.id, state: OVER.join(','), offered_since };
    this.lists.done.take(newestFirst(await waybills(this.actor.client, asked)));
  }
}

keepPages();
const heading = labelled(element('h1'), TITLE);
const holder = isSecureContext ? await chosenActor('code', '/driver') : null;
if (holder === null) {
  const others = isSecureContext ? await holders() : [];
  const instead = others.filter(({ subject }) => subject.kind === 'code');
  frame(TITLE, 'waybills-none', heading, nobody(NONE_TITLE, NONE, '/driver', instead));
} else {
  const page = new DriverPage(await actorOf(holder, await placeHere()));
  frame(TITLE, 'driver', heading, ...page.elements());
  spoken(() => page.update());
  await page.start();
}
// A link that hands over another key, opened in the same tab.
addEventListener('hashchange', () => {
  if (handedOver(location.hash) !== null) location.reload();
});
