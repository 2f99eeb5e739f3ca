// SPDX-License-Identifier: Apache-2.0
/** Whose keys are in this browser: to change to another one, and to take one away. */
import { element, setShown } from '../parts/dom.js';
import { grouped } from '../parts/facts.js';
import { forget, type Holder } from '../parts/keyring.js';
import { labelled, type Words } from '../parts/language.js';
import { addressOf, others } from './choice.js';

const TITLE: Words = { zh: '此浏览器里的密钥', en: 'Keys in this browser' };
const REMOVE: Words = { zh: '移除这把密钥', en: 'Remove this key' };
const SURE: Words = {
  zh: '移除后，此浏览器不能再出示它；密钥若没有别的副本，就找不回来了。',
  en: 'After that this browser shows it no more. If there is no other copy of the key, it is gone.',
};
const YES: Words = { zh: '移除', en: 'Remove' };
const NO: Words = { zh: '保留', en: 'Keep' };

/** A way to show another one. */
export function link({ subject }: Holder): HTMLLIElement {
  const text = subject.kind === 'code' ? grouped(subject.id) : subject.id;
  return element('li', {}, element('a', { href: addressOf(subject), class: 'mono' }, text));
}

/** The panel. */
export class Keys {
  private readonly list = element('ul', { class: 'plain' });
  private readonly remove = labelled(element('button', { type: 'button', class: 'quiet' }), REMOVE);
  private readonly yes = labelled(element('button', { type: 'button', class: 'danger' }), YES);
  private readonly no = labelled(element('button', { type: 'button' }), NO);
  private readonly sure: HTMLElement;

  readonly element: HTMLElement;

  constructor(private readonly holder: Holder) {
    const words = labelled(element('p'), SURE);
    this.sure = element(
      'div',
      { hidden: '', role: 'group' },
      words,
      element('p', { class: 'buttons' }, this.no, this.yes),
    );
    const title = labelled(element('h2'), TITLE);
    this.element = element('section', { class: 'panel' }, title, this.list, this.remove, this.sure);
    this.remove.addEventListener('click', () => this.ask(true));
    this.no.addEventListener('click', () => this.ask(false));
    this.yes.addEventListener('click', () => void this.forget());
    void this.fill();
  }

  private ask(isAsked: boolean): void {
    setShown(this.sure, isAsked);
    setShown(this.remove, !isAsked);
    (isAsked ? this.no : this.remove).focus();
  }

  private async forget(): Promise<void> {
    await forget(this.holder.subject);
    location.assign('/show');
  }

  private async fill(): Promise<void> {
    this.list.replaceChildren(...(await others(this.holder)).map(link));
  }
}
