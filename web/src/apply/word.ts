// SPDX-License-Identifier: Apache-2.0
/** Where a driver asks for the word of whose vehicle it is, and brings it back; and a text to be copied. */
import type { Statement } from '@dianyun/sdk';

import { element, setText } from '../parts/dom.js';
import { labelled, say, type Words } from '../parts/language.js';
import { agreeLink, readWord } from './agree.js';
import { Field, Notice } from './field.js';
import type { Waiting } from './kept.js';
import { codeReasons } from './reasons.js';

const WORDS = {
  title: { zh: '需要企业同意', en: 'The enterprise has to agree' },
  why: {
    zh: '这辆车属于企业。请把下面的链接发给企业，对方打开后同意并签名，再把答复发回给您。答复 9 分钟内有效。',
    en: 'The vehicle is an enterprise\'s. Send it this link: it agrees there, signs, and sends you an answer, which is good for 9 minutes.',
  },
  link: { zh: '给企业的链接', en: 'Link for the enterprise' },
  answer: { zh: '企业的答复', en: "The enterprise's answer" },
  answer_hint: { zh: '粘贴在这里', en: 'Paste it here' },
  send: { zh: '提交', en: 'Send' },
  copy: { zh: '复制', en: 'Copy' },
  copied: { zh: '已复制。', en: 'Copied.' },
  by_hand: { zh: '请选中自行复制。', en: 'Select it and copy it.' },
} satisfies Record<string, Words>;

/** A text that is to be copied, with a button that does. */
export function copied(id: string, words: Words, text: string): HTMLElement {
  const input = element('input', { id, readonly: '', class: 'mono', type: 'text', value: text });
  const said = element('p', { class: 'small', role: 'status' });
  const button = labelled(element('button', { type: 'button' }), WORDS.copy);
  const copy = async (): Promise<void> => {
    input.select();
    try {
      await navigator.clipboard.writeText(text);
      setText(said, say(WORDS.copied));
    } catch {
      setText(said, say(WORDS.by_hand));
    }
  };
  button.addEventListener('click', () => void copy());
  const label = labelled(element('label', { for: id }), words);
  return element('div', { class: 'field' }, label, input, element('p', { class: 'buttons' }, button), said);
}

/** The panel. */
export class OwnersWord {
  private readonly answer = new Field({ id: 'answer', words: WORDS.answer, hint: WORDS.answer_hint, most: 2_000 });
  private readonly notice = new Notice();
  private readonly send = labelled(element('button', { type: 'submit', class: 'primary' }), WORDS.send);

  readonly element: HTMLFormElement;

  constructor({ action }: Waiting, private readonly bring: (word: Statement) => Promise<void>) {
    const title = labelled(element('h3', { tabindex: '-1' }), WORDS.title);
    const link = copied('agree', WORDS.link, agreeLink(location.origin, action));
    const buttons = element('p', { class: 'buttons' }, this.send);
    const parts = [title, labelled(element('p'), WORDS.why), link, this.answer.element, this.notice.element, buttons];
    this.element = element('form', { class: 'panel asked', novalidate: '' }, ...parts);
    this.element.addEventListener('submit', (event) => {
      event.preventDefault();
      if (!this.send.disabled) void this.take();
    });
  }

  private async take(): Promise<void> {
    this.send.disabled = true;
    try {
      await this.bring(readWord(this.answer.value));
    } catch (error) {
      this.notice.tell('wrong', codeReasons(error));
      this.answer.input.focus();
    } finally {
      this.send.disabled = false;
    }
  }
}
