// SPDX-License-Identifier: Apache-2.0
/**
 * To whom a waybill is offered: every driver who fits, or one, by their code, which is typed or scanned from their
 * screen. What was scanned is judged as on the page that scans: by signatures here, then by what the chain says.
 */
import type { WaybillKind } from '@dianyun/sdk';

import { now } from '../parts/clock.js';
import { element, setAttribute, setShown, setText } from '../parts/dom.js';
import { grouped } from '../parts/facts.js';
import { labelled, say, spoken, type Words } from '../parts/language.js';
import { LOOKS, type Look } from '../parts/looks.js';
import { publicNode } from '../parts/node.js';
import { shape } from '../parts/shapes.js';
import { askNode } from '../scan/ask.js';
import { Decoder, type Source } from '../scan/decoder.js';
import { type Finding, findingLook, judge, reasonNow, withAnswer } from '../scan/judge.js';
import { Stage } from '../scan/stage.js';
import { known, learnWitnesses } from '../scan/witnesses.js';
import { PREFECTURES } from '../words/places.js';
import { REASONS } from '../words/reasons.js';
import { codeIn } from './figures.js';
import { labelledField } from './form.js';

const WORDS = {
  to: { zh: '派给谁', en: 'Offer it to' },
  one: { zh: '一位司机（专属）', en: 'one driver' },
  all: { zh: '公共运单：所有符合条件的司机', en: 'every driver who fits (public)' },
  home: { zh: '只给这个州市的司机', en: 'Only drivers at home in' },
  any: { zh: '不限', en: 'Any prefecture' },
  code: { zh: '司机的运输码', en: "The driver's code" },
  scan: { zh: '扫司机的码', en: "Scan the driver's code" },
  stop: { zh: '停止扫码', en: 'Stop scanning' },
  file: { zh: '从图片识别', en: 'From a picture' },
  no_code: { zh: '这不是运输码，请核对 15 位编号。', en: 'This is no code: check its 15 symbols.' },
  own: { zh: '这是企业或机构的码，请扫司机的码。', en: "This is an organisation's code: scan a driver's." },
  nothing: { zh: '没有识别到运输码。', en: 'No code was found.' },
  typed: { zh: '只有编号，没有核验颜色。', en: 'The number alone: its colour was not verified.' },
  red: { zh: '红码不能接单。', en: 'A red code cannot accept.' },
  verified: { zh: '已核验', en: 'Verified' },
} satisfies Record<string, Words>;

const LOOK_MS = 120;

function radio(value: string, words: Words, isChosen: boolean): [HTMLInputElement, HTMLElement] {
  const input = element('input', { type: 'radio', name: 'to', value, id: `to-${value}` });
  input.checked = isChosen;
  const label = labelled(element('label', { for: input.id }), words);
  return [input, element('p', { class: 'check' }, input, label)];
}

/** The choice, with what scans. */
export class Recipient {
  private readonly one: HTMLInputElement;
  private readonly all: HTMLInputElement;
  private readonly code = element('input', {
    name: 'code',
    autocomplete: 'off',
    autocapitalize: 'characters',
    spellcheck: 'false',
    maxlength: '24',
    class: 'mono',
  });
  private readonly home = element(
    'select',
    { name: 'home' },
    labelled(element('option', { value: '' }), WORDS.any),
    ...[...PREFECTURES].map(([code, words]) => labelled(element('option', { value: String(code) }), words)),
  );
  private readonly wrong = element('p', { class: 'wrong', role: 'alert', hidden: '' });
  private readonly chip = element('div', { class: 'chip', role: 'status', hidden: '' });
  private readonly decoder = new Decoder();
  private readonly stage = new Stage(() => void this.watch());
  private readonly scan = labelled(element('button', { type: 'button' }), WORDS.scan);
  private readonly stop = labelled(element('button', { type: 'button' }), WORDS.stop);
  private readonly file = element('input', { type: 'file', accept: 'image/*', class: 'file', id: 'driver-picture' });
  private readonly scanner: HTMLElement;
  private readonly forOne: HTMLElement;
  private readonly forAll: HTMLElement;
  private finding: Finding | null = null;
  private isWatching = false;

  readonly element: HTMLElement;

  /** @param found runs once a driver's code was scanned that can be offered to. */
  constructor(private readonly found: () => void) {
    const [one, oneRow] = radio('one', WORDS.one, true);
    const [all, allRow] = radio('all', WORDS.all, false);
    this.one = one;
    this.all = all;
    const fileLabel = labelled(element('label', { for: 'driver-picture', class: 'button' }), WORDS.file);
    const picture = element('div', { class: 'file-place' }, this.file, fileLabel);
    const stop = element('p', { class: 'buttons' }, this.stop);
    this.scanner = element('div', { class: 'scanner', hidden: '' }, this.stage.element, stop);
    const code = labelledField(WORDS.code, this.code, this.wrong);
    const ways = element('div', { class: 'buttons' }, this.scan, picture);
    this.forOne = element('div', { class: 'for-one' }, code, ways, this.scanner, this.chip);
    this.forAll = labelledField(WORDS.home, this.home);
    const legend = labelled(element('legend'), WORDS.to);
    this.element = element('fieldset', { class: 'panel' }, legend, oneRow, allRow, this.forOne, this.forAll);
    this.listen();
    spoken(() => this.draw());
  }

  private listen(): void {
    for (const one of [this.one, this.all]) one.addEventListener('change', () => this.draw());
    this.code.addEventListener('input', () => this.forget());
    this.scan.addEventListener('click', () => void this.open());
    this.stop.addEventListener('click', () => this.close());
    this.file.addEventListener('change', () => void this.takeFile(this.file.files?.[0]));
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'hidden') this.close();
    });
  }

  /** Whom it is offered to; null: it says what is wrong, and has the focus. */
  read(): WaybillKind | null {
    const { value: home } = this.home;
    if (this.all.checked) return { public: { prefectures: home === '' ? [] : [Number(home)], vehicle_type: null } };
    const code = codeIn(this.code.value);
    if (code !== null) return { exclusive: { code } };
    this.tell(WORDS.no_code);
    this.code.focus();
    return null;
  }

  /** The code that was given, for the button that offers. */
  get chosen(): string | null {
    return this.one.checked ? codeIn(this.code.value) : null;
  }

  /** Takes a code from elsewhere. */
  take(code: string): void {
    this.one.checked = true;
    this.code.value = grouped(code);
    this.finding = null;
    this.draw();
  }

  private tell(words: Words | null): void {
    setText(this.wrong, words === null ? '' : say(words));
    setShown(this.wrong, words !== null);
    setAttribute(this.code, 'aria-invalid', words === null ? null : 'true');
  }

  private forget(): void {
    this.finding = null;
    this.tell(null);
    this.draw();
    this.found();
  }

  private draw(): void {
    setShown(this.forOne, this.one.checked);
    setShown(this.forAll, this.all.checked);
    if (!this.one.checked) this.close();
    this.drawChip();
  }

  private drawChip(): void {
    const { finding } = this;
    setShown(this.chip, finding !== null);
    if (finding === null) return;
    const look = findingLook(finding, now());
    setAttribute(this.chip, 'class', `chip look-${look}`);
    setAttribute(this.chip, 'data-look', look);
    const sign = element('div', { class: 'sign-place' }, shape(look));
    this.chip.replaceChildren(sign, element('p', {}, this.chipText(finding, look)));
  }

  private chipText(finding: Finding, look: Look): string {
    const reason = reasonNow(finding, now());
    if (reason !== null) return say(REASONS[reason].why);
    if (look === 'badge') return say(WORDS.own);
    const code = grouped(this.chosen ?? '');
    const more = look === 'red' ? ` · ${say(WORDS.red)}` : ` · ${say(WORDS.verified)}`;
    return `${say(LOOKS[look])} · ${code}${more}`;
  }

  private async open(): Promise<void> {
    this.tell(null);
    this.finding = null;
    this.draw();
    setShown(this.scanner, true);
    setShown(this.scan, false);
    await this.stage.prepare();
    await this.stage.open();
  }

  private close(): void {
    this.stage.close();
    setShown(this.scanner, false);
    setShown(this.scan, true);
  }

  private async watch(): Promise<void> {
    if (this.isWatching) return;
    this.isWatching = true;
    for (let source = this.stage.frame(); source !== null; source = this.stage.frame()) {
      const text = await this.decoder.find(source);
      if (text !== null && (await this.takeText(text))) break;
      await new Promise((done) => setTimeout(done, LOOK_MS));
    }
    this.isWatching = false;
  }

  private async takeFile(file: File | undefined): Promise<void> {
    if (file === undefined) return;
    let text: string | null = null;
    try {
      const image = await createImageBitmap(file);
      const source: Source = { image, width: image.width, height: image.height, kind: 'photograph' };
      text = await this.decoder.find(source).finally(() => image.close());
    } catch {
      // It is no picture that this browser reads.
    }
    this.file.value = '';
    if (text === null || !(await this.takeText(text))) this.tell(WORDS.nothing);
  }

  /** Takes what was scanned; false: it is nothing that could be a driver's code. */
  private async takeText(text: string): Promise<boolean> {
    const bare = codeIn(text);
    if (bare === null && !text.trim().startsWith('DYM1:')) return false;
    this.close();
    if (bare !== null) {
      this.take(bare);
      this.tell(WORDS.typed);
      this.found();
      return true;
    }
    await this.judge(text);
    return true;
  }

  private async judge(text: string): Promise<void> {
    const list = (await known()) ?? (await learnWitnesses(publicNode()).catch(() => null));
    let finding = judge(text, list?.list ?? null, now());
    if (finding.holds) finding = withAnswer(finding, await askNode(text.trim()).catch(() => 'offline' as const));
    // What does not hold is offered to nobody, nor is what stood here before.
    const isGood = finding.holds && findingLook(finding, now()) !== 'unknown';
    const shows = isGood && finding.holds ? finding.shown.witnessed.facts.shows : null;
    this.code.value = shows !== null && 'code' in shows ? grouped(shows.code.id) : '';
    this.finding = finding;
    this.tell(null);
    this.drawChip();
    this.found();
  }
}
