// SPDX-License-Identifier: Apache-2.0
/** Waybills as cards, in an order, each kept while it is there: a form that is open stays open whatever changes. */
import type { Waybill } from '@dianyun/sdk';

import { element, setShown, setText } from '../parts/dom.js';
import { say, type Words } from '../parts/language.js';
import { type CardPlace, WaybillCard } from './card.js';

/** The list. */
export class WaybillList {
  private readonly cards = new Map<string, WaybillCard>();
  private readonly list = element('div', { class: 'waybills' });
  private readonly none = element('p', { class: 'none' });

  readonly element = element('div', {}, this.none, this.list);

  constructor(
    private readonly at: CardPlace,
    private nothing: Words,
  ) {}

  /** Shows these, in this order; `nothing` is said where there are none. */
  take(waybills: readonly Waybill[], nothing: Words = this.nothing): void {
    this.nothing = nothing;
    const ids = new Set(waybills.map(({ id }) => id));
    for (const id of this.cards.keys()) if (!ids.has(id)) this.cards.delete(id);
    const wanted = waybills.map((waybill) => this.cardOf(waybill).element);
    const { children } = this.list;
    const isSame = wanted.length === children.length && wanted.every((one, at) => children[at] === one);
    if (!isSame) this.list.replaceChildren(...wanted);
    this.update();
  }

  /** The card of a waybill, if it is here. */
  card(id: string): WaybillCard | undefined {
    return this.cards.get(id);
  }

  /** Draws all in the language and at the time now. */
  update(): void {
    for (const card of this.cards.values()) card.update();
    setText(this.none, say(this.nothing));
    setShown(this.none, this.cards.size === 0);
  }

  private cardOf(waybill: Waybill): WaybillCard {
    const found = this.cards.get(waybill.id);
    if (found !== undefined) {
      found.take(waybill);
      return found;
    }
    const made = new WaybillCard(waybill, this.at);
    this.cards.set(waybill.id, made);
    return made;
  }
}
