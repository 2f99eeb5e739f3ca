// SPDX-License-Identifier: Apache-2.0
/** Proves a phone: its number, and the one-time code that it is sent. Which number it was is kept nowhere. */
import type { FormatRules } from '@dianyun/sdk';

import { now } from '../parts/clock.js';
import { element, setShown, setText } from '../parts/dom.js';
import { labelled, say, type Words } from '../parts/language.js';
import { publicNode } from '../parts/node.js';
import { Field, Notice } from './field.js';
import type { KeptRequest, KeptTicket } from './kept.js';
import { ApplyingNode } from './node.js';
import { wrongField } from './papers.js';
import { codeReasons } from './reasons.js';

const WORDS = {
  phone: { zh: '手机号', en: 'Phone number' },
  phone_hint: { zh: '11 位。以后换手机也用它验证。', en: '11 digits. You need it again should you change phones.' },
  ask: { zh: '获取验证码', en: 'Send me a code' },
  sent: { zh: '验证码已发出，请查看短信。', en: 'A code is on its way: look at your text messages.' },
  code: { zh: '短信验证码', en: 'One-time code' },
  code_hint: { zh: '6 位数字，5 分钟内有效', en: '6 digits, good for 5 minutes' },
  verify: { zh: '验证', en: 'Verify' },
  again: { zh: '重新获取', en: 'Send another one' },
  missing: { zh: '必填', en: 'this must be filled in' },
  six: { zh: '验证码是 6 位数字', en: 'a code has 6 digits' },
} satisfies Record<string, Words>;

/** The form. */
export class PhoneProof {
  private readonly phone = new Field({
    id: 'phone',
    words: WORDS.phone,
    hint: WORDS.phone_hint,
    mode: 'tel',
    fills: 'tel-national',
    most: 11,
  });
  private readonly code = new Field({
    id: 'one-time-code',
    words: WORDS.code,
    hint: WORDS.code_hint,
    mode: 'numeric',
    fills: 'one-time-code',
    most: 6,
  });
  private readonly notice = new Notice();
  private readonly ask = labelled(element('button', { type: 'submit', class: 'primary' }), WORDS.ask);
  private readonly verify = labelled(element('button', { type: 'submit', class: 'primary' }), WORDS.verify);
  private readonly again = element('button', { type: 'button', class: 'quiet' });
  private readonly first: HTMLFormElement;
  private readonly second: HTMLFormElement;
  private isBusy = false;

  readonly element: HTMLElement;

  constructor(
    private readonly rules: FormatRules,
    private request: KeptRequest | null,
    private readonly at: {
      /** A code was sent, or another phone is to be proved. */
      asked(request: KeptRequest | null): Promise<void>;
      proved(ticket: KeptTicket): Promise<void>;
    },
  ) {
    const row = (...buttons: HTMLElement[]): HTMLElement => element('p', { class: 'buttons' }, ...buttons);
    this.first = element('form', { class: 'proof-form', novalidate: '' }, this.phone.element, row(this.ask));
    this.second = element(
      'form',
      { class: 'proof-form', novalidate: '' },
      this.code.element,
      row(this.verify),
      row(this.again),
    );
    this.element = element('div', { class: 'panel' }, this.notice.element, this.first, this.second);
    this.phone.watch(() => wrongField('telephone', this.phone.value, rules));
    this.code.watch(() => (/^\d{6}$/.test(this.code.value) ? null : WORDS.six));
    this.on(this.first, () => this.send());
    this.on(this.second, () => this.prove());
    this.again.addEventListener('click', () => void this.leave());
    this.update();
  }

  /** Draws it as it is now; what counts down is drawn anew. */
  update(): void {
    const { request } = this;
    if (request !== null && now() >= request.until) this.request = null;
    setShown(this.first, this.request === null);
    setShown(this.second, this.request !== null);
    const seconds = Math.max(0, Math.ceil(((this.request?.again ?? 0) - now()) / 1_000));
    setText(this.again, `${say(WORDS.again)}${seconds > 0 ? ` (${seconds} s)` : ''}`);
    this.again.disabled = seconds > 0;
    this.ask.disabled = this.isBusy;
    this.verify.disabled = this.isBusy;
  }

  private on(form: HTMLFormElement, work: () => Promise<void>): void {
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (this.isBusy) return;
      this.isBusy = true;
      this.update();
      void work().finally(() => {
        this.isBusy = false;
        this.update();
      });
    });
  }

  private async send(): Promise<void> {
    const { value } = this.phone;
    const wrong = value === '' ? WORDS.missing : wrongField('telephone', value, this.rules);
    this.phone.say(wrong);
    if (wrong !== null) return this.phone.input.focus();
    this.notice.tell('notice', []);
    try {
      const { request, resend_after_s, good_for_s } = await node().askCode(value);
      const at = now();
      this.request = { request, again: at + resend_after_s * 1_000, until: at + good_for_s * 1_000 };
      await this.at.asked(this.request);
      this.notice.tell('notice', [say(WORDS.sent)]);
      this.update();
      this.code.input.focus();
    } catch (error) {
      this.notice.tell('wrong', codeReasons(error));
    }
  }

  private async prove(): Promise<void> {
    const { value } = this.code;
    const isCode = /^\d{6}$/.test(value);
    this.code.say(isCode ? null : WORDS.six);
    if (!isCode || this.request === null) return this.code.input.focus();
    this.notice.tell('notice', []);
    try {
      const { ticket, good_for_s } = await node().verifyCode(this.request.request, value);
      await this.at.proved({ ticket, until: now() + good_for_s * 1_000 });
    } catch (error) {
      const [line = ''] = codeReasons(error);
      this.code.say({ zh: line, en: line });
      this.code.input.focus();
    }
  }

  private async leave(): Promise<void> {
    this.request = null;
    await this.at.asked(null);
    this.code.value = '';
    this.code.say(null);
    this.notice.tell('notice', []);
    this.update();
    this.phone.input.focus();
  }
}

function node(): ApplyingNode {
  return new ApplyingNode(publicNode());
}
