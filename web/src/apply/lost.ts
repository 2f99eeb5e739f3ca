// SPDX-License-Identifier: Apache-2.0
/**
 * A new phone in the place of a lost one: the identity authority verifies the person again and registers the new key,
 * and every old one ends. Nothing that is typed here is kept; the new key is, until the chain has it.
 */
import { type Client, type FormatRules, readRecord, type RecordId } from '@dianyun/sdk';

import { now } from '../parts/clock.js';
import { element, setShown } from '../parts/dom.js';
import { keepHolder, type KeptKey, makeKey, signerOf } from '../parts/keyring.js';
import { labelled, say, type Words } from '../parts/language.js';
import { HolderFetch, type Place } from '../parts/node.js';
import { read, remove, write } from '../parts/store.js';
import { PAPER_HINTS, paperField } from '../words/papers.js';
import { Field, Notice } from './field.js';
import type { KeptRequest, KeptTicket } from './kept.js';
import { wrongField } from './papers.js';
import { PhoneProof } from './phone.js';
import { codeReasons } from './reasons.js';
import { isTicketNeeded, renewKey } from './send.js';

const WORDS = {
  phone: {
    zh: '请用申领时登记的手机号验证。换了号码的，请到受理的平台或发证机关办理。',
    en: 'Verify the phone number that you applied with. If you have another one now, ask who sponsored the application.',
  },
  who: { zh: '您是谁', en: 'Who you are' },
  sign: { zh: '在这台手机上启用', en: 'Use this device from now on' },
  ends: {
    zh: '身份核验机关核验后登记新密钥；旧手机里的密钥从那一刻起全部失效。',
    en: 'Once the identity authority has verified you, the new key is registered, and every old one ends.',
  },
  working: { zh: '正在提交……', en: 'Being sent …' },
  waiting: {
    zh: '已提交，等待身份核验机关登记新密钥。可以关闭本页，回来会接着显示。',
    en: 'It is sent: the identity authority is to register the new key. You may close this page and come back.',
  },
  again: { zh: '放弃等待，重新办理', en: 'Give up waiting, and begin anew' },
  missing: { zh: '必填', en: 'this must be filled in' },
} satisfies Record<string, Words>;

interface KeptLoss {
  readonly request: KeptRequest | null;
  readonly ticket: KeptTicket | null;
  readonly key: KeptKey | null;
  readonly person: RecordId | null;
}

const PLACE = 'loss';
const NOTHING: KeptLoss = { request: null, ticket: null, key: null, person: null };
const EACH_MS = 3_000;
const TICK_MS = 1_000;
const NAMES = ['driverName', 'identityNumber'] as const;

/** The way to a new key. */
export class Loss {
  private kept: KeptLoss = NOTHING;
  private proof: PhoneProof | null = null;
  private readonly fields = NAMES.map((name) => {
    const hint = PAPER_HINTS[name];
    const fills = name === 'driverName' ? { fills: 'name' } : {};
    return new Field({ id: name, words: paperField(name), ...(hint === undefined ? {} : { hint }), ...fills });
  });
  private readonly notice = new Notice();
  private readonly sign = labelled(element('button', { type: 'submit', class: 'primary' }), WORDS.sign);
  private readonly again = labelled(element('button', { type: 'button', class: 'quiet', hidden: '' }), WORDS.again);
  private readonly phone = element('div', { class: 'apply-form' });
  private readonly form: HTMLFormElement;

  readonly element: HTMLElement;

  constructor(
    private readonly place: Place,
    private readonly rules: FormatRules,
    private readonly done: (code: string) => void,
  ) {
    for (const [at, field] of this.fields.entries())
      field.watch(() => wrongField(NAMES[at] ?? '', field.value, rules));
    const legend = labelled(element('legend', { tabindex: '-1' }), WORDS.who);
    const rows = this.fields.map(({ element: row }) => row);
    const ends = labelled(element('p', { class: 'small' }), WORDS.ends);
    const buttons = element('p', { class: 'buttons' }, this.sign);
    const panel = element('fieldset', { class: 'panel' }, legend, ...rows, ends, buttons);
    this.form = element('form', { novalidate: '' }, panel);
    this.element = element('div', { class: 'apply-form' }, this.notice.element, this.again, this.phone, this.form);
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (!this.sign.disabled) void this.send();
    });
    this.again.addEventListener('click', () => void this.take(NOTHING).then(() => this.draw()));
  }

  async start(): Promise<void> {
    this.kept = (await read<KeptLoss>('applying', PLACE)) ?? NOTHING;
    this.draw();
    setInterval(() => this.proof?.update(), TICK_MS);
    setInterval(() => void this.look(), EACH_MS);
  }

  private draw(): void {
    const { ticket, person, request } = this.kept;
    const isProved = ticket !== null && now() < ticket.until;
    setShown(this.phone, person === null && !isProved);
    setShown(this.form, person === null && isProved);
    setShown(this.again, person !== null);
    if (person !== null) return this.notice.tell('notice', [say(WORDS.waiting)]);
    if (isProved || this.proof !== null) return;
    this.proof = new PhoneProof(this.rules, request, {
      asked: (asked) => this.take({ ...this.kept, request: asked }),
      proved: async (proved) => {
        await this.take({ ...this.kept, ticket: proved, request: null });
        this.proof = null;
        this.draw();
        this.form.querySelector('legend')?.focus();
      },
    });
    this.phone.replaceChildren(labelled(element('p'), WORDS.phone), this.proof.element);
  }

  private async take(kept: KeptLoss): Promise<void> {
    this.kept = kept;
    await write('applying', PLACE, kept);
  }

  private async send(): Promise<void> {
    for (const [place, field] of this.fields.entries()) {
      const wrong = wrongField(NAMES[place] ?? '', field.value, this.rules);
      field.say(field.value === '' ? WORDS.missing : wrong);
    }
    const wrong = this.form.querySelector<HTMLElement>('[aria-invalid=true]');
    const { ticket } = this.kept;
    if (wrong !== null || ticket === null) return wrong?.focus();
    this.sign.disabled = true;
    this.notice.tell('notice', [say(WORDS.working)]);
    try {
      const key = this.kept.key ?? (await makeKey());
      await this.take({ ...this.kept, key });
      const [name = '', identity_number = ''] = this.fields.map(({ value }) => value);
      const person = await renewKey(ticket.ticket, key, this.place.chain, { name, identity_number });
      await this.take({ request: null, ticket: null, key, person });
      for (const field of this.fields) field.value = '';
      this.draw();
      await this.look();
    } catch (error) {
      if (isTicketNeeded(error)) {
        await this.take({ ...this.kept, ticket: null });
        this.draw();
      }
      this.notice.tell('wrong', codeReasons(error));
    } finally {
      this.sign.disabled = false;
    }
  }

  /** Whether the chain has the new key: its holder then may see the person, and so the code. */
  private async look(): Promise<void> {
    const { key, person } = this.kept;
    if (person === null || key === null || document.visibilityState !== 'visible') return;
    const code = await codeOf(new HolderFetch(await signerOf(key), this.place).client(), person, key);
    if (code === null || this.kept.person === null) return;
    this.kept = NOTHING;
    await keepHolder({ kind: 'code', id: code }, key);
    await remove('applying', PLACE);
    this.done(code);
  }
}

/** The code of a person whose key is in force; null: it is not yet. */
async function codeOf(client: Client, id: RecordId, { key }: KeptKey): Promise<string | null> {
  try {
    const { record } = await client.get('/v1/persons/{id}', { path: { id } });
    const found = record === null || record === undefined ? null : readRecord({ person: record });
    return found?.kind === 'person' && found.value.keys.includes(key) ? found.value.code : null;
  } catch {
    // Until the chain has the key, nobody answers it.
    return null;
  }
}
