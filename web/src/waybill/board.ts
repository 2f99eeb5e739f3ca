// SPDX-License-Identifier: Apache-2.0
/** The waybills of one side, offered, under way and over, each in a part of the page; kept as the chain is. */
import { formatTime, type Waybill } from '@dianyun/sdk';

import { now } from '../parts/clock.js';
import { element, setShown, setText } from '../parts/dom.js';
import type { Words } from '../parts/language.js';
import { type Actor, reasonsOf } from './actor.js';
import type { CardPlace } from './card.js';
import { WaybillList } from './list.js';
import { newestFirst, OPEN, OVER, waybills } from './lists.js';
import { Live } from './live.js';
import { type Tab, Tabs } from './tabs.js';

/** How often times are drawn anew, ms. */
const TICK_MS = 1_000;
/** What was offered before is not shown among what is over, ms. */
const DONE_BACK_MS = 92 * 86_400_000;

/** What both sides have. */
type Own = 'offered' | 'way' | 'done';

/** A part that one side alone has. */
export interface Part extends Tab {
  /** Asks for what stands in it; only while it is seen. */
  look?(): Promise<void>;
  /** Draws it in the language and at the time now. */
  update(): void;
}

/** What stands on a board. */
export interface Plan {
  /** Whose waybills, as the node is asked for them. */
  readonly whose: { readonly maker: string } | { readonly code: string };
  /** All parts, from left to right. */
  readonly parts: readonly (Own | Part)[];
  readonly tabs: Readonly<Record<Own, Words>>;
  readonly nothing: Readonly<Record<Own, Words>>;
  readonly share: CardPlace['share'];
  /** Hears of the waybills that are not over, each time they were asked for. */
  readonly seen?: (open: readonly Waybill[]) => void;
}

/** The board. */
export class Board {
  private readonly lists: Readonly<Record<Own, WaybillList>>;
  private readonly others: readonly Part[];
  private readonly notice = element('p', { class: 'wrong', role: 'status', hidden: '' });
  private readonly live: Live;

  readonly tabs: Tabs;

  constructor(
    private readonly actor: Actor,
    private readonly plan: Plan,
  ) {
    const at: CardPlace = { actor, share: plan.share, changed: () => this.happened() };
    const list = (name: Own): WaybillList => new WaybillList(at, plan.nothing[name]);
    this.lists = { offered: list('offered'), way: list('way'), done: list('done') };
    this.others = plan.parts.filter((part): part is Part => typeof part !== 'string');
    const tab = (part: Own | Part): Tab =>
      typeof part === 'string'
        ? { name: part, words: plan.tabs[part], content: this.lists[part].element }
        : part;
    this.tabs = new Tabs(plan.parts.map(tab), () => void this.run());
    this.live = new Live(actor, () => this.look());
  }

  elements(): HTMLElement[] {
    return [this.notice, this.tabs.element];
  }

  async start(): Promise<void> {
    await this.run();
    setInterval(() => this.update(), TICK_MS);
  }

  /** Asks at once. */
  run(): Promise<void> {
    return this.live.run();
  }

  /** Something may have changed. */
  happened(): void {
    this.live.happened();
  }

  /** Draws all in the language and at the time now. */
  update(): void {
    for (const list of Object.values(this.lists)) list.update();
    this.tabs.update();
    for (const part of this.others) part.update();
  }

  private async look(): Promise<void> {
    try {
      await this.lookAtOpen();
      await this.others.find(({ name }) => name === this.tabs.current)?.look?.();
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

  private async lookAtOpen(): Promise<void> {
    const all = newestFirst(await waybills(this.actor.client, { ...this.plan.whose, state: OPEN.join(',') }));
    const offered = all.filter(({ state }) => state === 'offered');
    const way = all.filter(({ state }) => state !== 'offered');
    this.lists.offered.take(offered);
    this.lists.way.take(way);
    this.tabs.count('offered', offered.length);
    this.tabs.count('way', way.length);
    this.plan.seen?.(all);
  }

  private async lookAtDone(): Promise<void> {
    const offered_since = formatTime(now() - DONE_BACK_MS);
    const asked = { ...this.plan.whose, state: OVER.join(','), offered_since };
    this.lists.done.take(newestFirst(await waybills(this.actor.client, asked)));
  }
}
