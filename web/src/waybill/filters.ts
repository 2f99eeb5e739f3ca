// SPDX-License-Identifier: Apache-2.0
/** What a driver looks for among public offers: from, to, goods, part loads; as the node's list takes it. */
import { element } from '../parts/dom.js';
import { labelled, type Words } from '../parts/language.js';
import { GOODS, PREFECTURES } from '../words/places.js';
import { labelledField } from './form.js';

const WORDS = {
  from: { zh: '起点', en: 'From' },
  to: { zh: '终点', en: 'To' },
  goods: { zh: '货物', en: 'Goods' },
  load: { zh: '整车或拼载', en: 'Whole or part' },
  any: { zh: '不限', en: 'Any' },
  whole: { zh: '整车', en: 'Whole loads' },
  part: { zh: '拼载', en: 'Part loads' },
} satisfies Record<string, Words>;

/** What was chosen. */
export interface Chosen {
  readonly from?: number;
  readonly to?: number;
  readonly goods?: number;
  readonly part_load?: boolean;
}

function select(options: readonly (readonly [string, Words])[]): HTMLSelectElement {
  const all = [['', WORDS.any] as const, ...options];
  return element('select', {}, ...all.map(([value, words]) => labelled(element('option', { value }), words)));
}

const numbered = (map: ReadonlyMap<number, Words>): (readonly [string, Words])[] =>
  [...map].map(([code, words]) => [String(code), words] as const);

/** The choices. */
export class Filters {
  private readonly from = select(numbered(PREFECTURES));
  private readonly to = select(numbered(PREFECTURES));
  private readonly goods = select(numbered(GOODS));
  private readonly load = select([
    ['false', WORDS.whole],
    ['true', WORDS.part],
  ]);

  readonly element: HTMLElement;

  /** @param changed runs whenever somebody chooses. */
  constructor(changed: () => void) {
    this.element = element(
      'div',
      { class: 'panel filters' },
      labelledField(WORDS.from, this.from),
      labelledField(WORDS.to, this.to),
      labelledField(WORDS.goods, this.goods),
      labelledField(WORDS.load, this.load),
    );
    for (const one of [this.from, this.to, this.goods, this.load]) one.addEventListener('change', changed);
  }

  /** What is chosen now. */
  get chosen(): Chosen {
    const [from, to, goods, load] = [this.from, this.to, this.goods, this.load].map(({ value }) => value);
    return {
      ...(from === undefined || from === '' ? {} : { from: Number(from) }),
      ...(to === undefined || to === '' ? {} : { to: Number(to) }),
      ...(goods === undefined || goods === '' ? {} : { goods: Number(goods) }),
      ...(load === undefined || load === '' ? {} : { part_load: load === 'true' }),
    };
  }
}
