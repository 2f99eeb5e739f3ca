// SPDX-License-Identifier: Apache-2.0
/**
 * Wishes for a consent, as they come: who asks, what for, which fields, how long and how often. The holder's key gives
 * the consent on the chain, or the node is told no; refusing changes no colour.
 */
import {
  type Client,
  type ConsentTerms,
  type Hash,
  NotYetError,
  parseTime,
  type Signer,
} from '@dianyun/sdk';

import { now } from '../parts/clock.js';
import { element, setShown, setText } from '../parts/dom.js';
import { labelled, say, type Words } from '../parts/language.js';
import type { HolderFetch } from '../parts/node.js';
import { forgetSent, sendOnce, sentBefore, UNDER_WAY } from '../parts/sent.js';
import { instant } from '../parts/times.js';
import { FIELDS, PURPOSES } from '../words/consents.js';
import type { Names } from './details.js';

type Terms = ConsentTerms;

/** A wish as the holder's node keeps it. */
export interface Prompt extends Pick<Terms, 'code' | 'purpose' | 'fields' | 'until' | 'uses'> {
  readonly id: Hash;
  /** The organisation that asks. */
  readonly by: string;
  /** Its words to the holder. */
  readonly text: string | null;
}

const TITLE: Words = { zh: '有机构请求授权', en: 'Somebody asks for your consent' };
const GRANT: Words = { zh: '同意', en: 'Grant' };
const REFUSE: Words = { zh: '不同意', en: 'Refuse' };
const FREE: Words = {
  zh: '不同意不影响颜色、等级和评分。同意后可随时撤回。',
  en: 'Refusing changes no colour, grade or score. What you grant you can take back at any time.',
};
const FAILED: Words = { zh: '没有办成，请再试一次。', en: 'It was not done: try again.' };

/** What the panel needs of the page. */
export interface Asked {
  readonly code: string;
  readonly chain: Hash;
  readonly signer: Signer;
  readonly client: Client;
  readonly fetch: HolderFetch;
  readonly names: Names;
}

const GRANTED: Words = {
  zh: '您的同意正在办理，现在不能改为不同意；办成后可随时撤回。',
  en: 'Your consent is under way and is not refused any more: take it back once it is given.',
};

class GrantedError extends Error {}

/** One wish is granted once. */
const nameOf = (id: Hash): string => `consent ${id}`;

function troubleOf(error: unknown): Words {
  if (error instanceof GrantedError) return GRANTED;
  return error instanceof NotYetError ? UNDER_WAY : FAILED;
}

function promptsIn(answer: unknown): readonly Prompt[] {
  const { prompts } = answer as { readonly prompts?: readonly Prompt[] };
  return Array.isArray(prompts) ? prompts : [];
}

/** The panel. */
export class Prompts {
  private readonly list = element('ul', { class: 'prompts' });
  private readonly notice = element('p', { class: 'notice', role: 'alert', hidden: '' });
  private prompts: readonly (Prompt & { readonly name: string | null })[] = [];
  private drawn = '';
  private isBusy = false;
  /** What was granted, and perhaps is not on the chain yet. */
  private underWay: Hash | null = null;

  readonly element: HTMLElement;
  /** Leads to the panel from above the card, which a phone shows first. */
  readonly jump = labelled(element('a', { class: 'notice jump', href: '#asked', hidden: '' }), TITLE);

  constructor(private readonly asked: Asked) {
    const title = labelled(element('h2'), TITLE);
    const free = labelled(element('p', { class: 'small' }), FREE);
    this.element = element(
      'section',
      { class: 'panel asked', id: 'asked', tabindex: '-1', hidden: '', 'aria-live': 'polite' },
      title,
      this.notice,
      this.list,
      free,
    );
  }

  /** Asks the node again; one without prompts has none. */
  async look(): Promise<void> {
    const { code, fetch } = this.asked;
    const found = await fetch.json('GET', `/v1/codes/${code}/prompts`).then(promptsIn, () => null);
    if (found !== null) await this.take(found);
  }

  /** Draws what is asked for now, in the language now. */
  update(): void {
    setShown(this.element, this.prompts.length > 0);
    setShown(this.jump, this.prompts.length > 0);
    const items = this.prompts.map((prompt) => this.item(prompt));
    const text = items.map((item) => item.textContent).join('\n');
    // Made anew only when a word differs: a finger on its way to a button finds it.
    if (text !== this.drawn) this.list.replaceChildren(...items);
    this.drawn = text;
  }

  private async take(found: readonly Prompt[]): Promise<void> {
    const { underWay } = this;
    if (underWay !== null && !found.some(({ id }) => id === underWay)) {
      this.underWay = null;
      setShown(this.notice, false);
      await forgetSent(nameOf(underWay));
    }
    this.prompts = await Promise.all(found.map(async (one) => ({ ...one, name: await this.asked.names.of(one.by) })));
    this.update();
  }

  private item(prompt: Prompt & { readonly name: string | null }): HTMLLIElement {
    const fields = prompt.fields.map((field) => say(FIELDS[field])).join(say({ zh: '、', en: ', ' }));
    const end = instant(parseTime(prompt.until), now());
    const uses = prompt.uses;
    const term = say({
      zh: `至 ${end}，最多 ${uses} 次`,
      en: uses === 1 ? `until ${end}, once` : `until ${end}, up to ${uses} times`,
    });
    const grant = element('button', { type: 'button', class: 'primary' }, say(GRANT));
    const refuse = element('button', { type: 'button' }, say(REFUSE));
    grant.addEventListener('click', () => void this.act(() => this.grant(prompt)));
    refuse.addEventListener('click', () => void this.act(() => this.refuse(prompt)));
    const words = prompt.text === null ? [] : [element('blockquote', {}, prompt.text)];
    return element(
      'li',
      { 'data-prompt': prompt.id },
      element('h3', {}, prompt.name ?? prompt.by),
      element(
        'p',
        {},
        say({ zh: `用途：${say(PURPOSES[prompt.purpose])}`, en: `For: ${say(PURPOSES[prompt.purpose])}` }),
      ),
      element('p', {}, say({ zh: `内容：${fields}`, en: `Shows: ${fields}` })),
      element('p', { class: 'small' }, term),
      ...words,
      element('p', { class: 'buttons' }, grant, refuse),
    );
  }

  /** One at a time: a second tap does nothing. */
  private async act(work: () => Promise<void>): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    setShown(this.notice, false);
    try {
      await work();
    } catch (error) {
      setText(this.notice, say(troubleOf(error)));
      setShown(this.notice, true);
    } finally {
      this.isBusy = false;
    }
    await this.look();
  }

  private async grant({ id, by, code, purpose, fields, until, uses }: Prompt): Promise<void> {
    const terms: Terms = { code, to: by, purpose, fields, until, uses };
    this.underWay = id;
    await sendOnce(this.asked, nameOf(id), { action: () => ({ consent_give: { terms, statements: [] } }) });
  }

  private async refuse({ code, id }: Prompt): Promise<void> {
    // A consent may come of it yet: it is not refused any more, but taken back.
    if ((await sentBefore(this.asked, nameOf(id))) !== null) throw new GrantedError();
    await this.take(promptsIn(await this.asked.fetch.json('POST', `/v1/codes/${code}/prompts/${id}/refuse`)));
  }
}
