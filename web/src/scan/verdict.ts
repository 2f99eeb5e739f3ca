// SPDX-License-Identifier: Apache-2.0
/** The verdict, large: look, what was shown, until when, who holds the key, and when it was checked. */
import { parseTime } from '@dianyun/sdk';

import { element, setAttribute, setShown, setText } from '../parts/dom.js';
import { FactList, grouped, type Row } from '../parts/facts.js';
import { say, type Words } from '../parts/language.js';
import { LOOKS, type Look, MEANINGS, OPERATOR_INVALID } from '../parts/looks.js';
import { shape } from '../parts/shapes.js';
import { countdown, instant, timeOfDay } from '../parts/times.js';
import { KINDS } from '../words/matters.js';
import { REASONS } from '../words/reasons.js';
import { CUSTODIES, OPERATORS } from '../words/standing.js';
import { endOf, type Finding, findingLook, hasChanged, reasonNow } from './judge.js';

const ROWS = {
  code: { zh: '编号', en: 'Code' },
  name: { zh: '机构', en: 'Organisation' },
  kind: { zh: '类别', en: 'Kind' },
  until: { zh: '有效至', en: 'Valid until' },
  left: { zh: '剩余', en: 'Left' },
  custody: { zh: '密钥', en: 'Key' },
  operator: { zh: '经营者', en: 'Operator' },
  as_of: { zh: '见证于', en: 'Witnessed' },
  checked: { zh: '核验于', en: 'Checked' },
} satisfies Record<string, Words>;

const CHANGED: Words = {
  zh: '出示之后，链上已有变化；以此处为准。',
  en: 'The chain has changed since this was shown. What stands here is newer.',
};
const VERIFIED_BADGE: Words = { zh: '已核实', en: 'Verified' };

/** How a check was made. */
function manner(finding: Finding): Words {
  if (!finding.holds) return { zh: '本机核验', en: 'on this device' };
  switch (finding.since) {
    case 'asking':
      return { zh: '本机核验，正在联网确认……', en: 'on this device; asking the chain …' };
    case 'offline':
      return { zh: '本机离线核验', en: 'on this device, without a network' };
    default:
      return { zh: `联网确认，区块 ${finding.since.height}`, en: `with the chain, at block ${finding.since.height}` };
  }
}

/** The panel. */
export class VerdictPanel {
  private readonly sign = element('div', { class: 'sign-place' });
  readonly word = element('h2', { class: 'word', tabindex: '-1' });
  private readonly meaning = element('p', { class: 'meaning' });
  private readonly advice = element('p', { class: 'advice' });
  private readonly changed = element('p', { class: 'notice', role: 'status' });
  private readonly facts = new FactList();
  private shown: Look | null = null;
  private finding: Finding | null = null;
  /** Name of the organisation that shows its badge, once a node has said it. */
  name: string | null = null;

  readonly element: HTMLElement;

  constructor(...buttons: readonly HTMLElement[]) {
    const words = element('div', {}, this.word, this.meaning);
    // The banner alone is read out as it changes: what stands below it counts down without end.
    const banner = element('div', { class: 'banner', 'aria-live': 'polite' }, this.sign, words);
    const body = element(
      'div',
      { class: 'card-body' },
      this.advice,
      this.facts.element,
      element('p', { class: 'buttons' }, ...buttons),
    );
    this.element = element('section', { class: 'card verdict', hidden: '' }, banner, this.changed, body);
  }

  /** Shows a finding as it is at an instant; null hides the panel. */
  update(finding: Finding | null, at: number): void {
    this.finding = finding;
    setShown(this.element, finding !== null);
    if (finding === null) return;
    const look = findingLook(finding, at);
    if (this.shown !== look) {
      setAttribute(this.element, 'class', `card verdict look-${look}`);
      setAttribute(this.element, 'data-look', look);
      this.sign.replaceChildren(shape(look));
      this.shown = look;
    }
    setText(this.word, say(look === 'badge' ? VERIFIED_BADGE : LOOKS[look]));
    const reason = reasonNow(finding, at);
    setAttribute(this.element, 'data-reason', reason);
    setText(this.meaning, say(reason === null ? this.meaningOf(look) : REASONS[reason].why));
    setShown(this.advice, reason !== null);
    setText(this.advice, reason === null ? '' : say(REASONS[reason].advice));
    setShown(this.changed, hasChanged(finding));
    setText(this.changed, hasChanged(finding) ? say(CHANGED) : '');
    this.facts.update(this.rows(at));
  }

  private meaningOf(look: Look): Words {
    const { finding } = this;
    const shows = finding?.holds === true ? finding.shown.witnessed.facts.shows : null;
    const isByOperator =
      look === 'yellow' &&
      shows !== null &&
      'code' in shows &&
      shows.code.state === 'blue' &&
      !hasChanged(finding as Finding);
    return isByOperator ? OPERATOR_INVALID : MEANINGS[look];
  }

  private rows(at: number): Row[] {
    const { finding } = this;
    if (finding === null) return [];
    const checked: Row = [ROWS.checked, `${timeOfDay(finding.at)} · ${say(manner(finding))}`];
    if (!finding.holds) return [checked];
    const { facts } = finding.shown.witnessed;
    const end = endOf(finding);
    const ends: Row[] =
      at >= end
        ? [[ROWS.until, instant(end, at)]]
        : [
            [ROWS.until, instant(end, at)],
            [ROWS.left, countdown(end - at), 'timer'],
          ];
    const witnessed: Row = [
      ROWS.as_of,
      `${instant(parseTime(facts.as_of), at)} · ${say({ zh: '区块', en: 'block' })} ${facts.height}`,
    ];
    if ('organisation' in facts.shows) {
      const { id, kind } = facts.shows.organisation;
      return [[ROWS.name, this.name ?? id], [ROWS.kind, say(KINDS[kind])], ...ends, witnessed, checked];
    }
    const { id, custody, operator } = facts.shows.code;
    return [
      [ROWS.code, grouped(id)],
      ...ends,
      [ROWS.custody, say(CUSTODIES[custody])],
      [ROWS.operator, say(OPERATORS[operator])],
      witnessed,
      checked,
    ];
  }
}
