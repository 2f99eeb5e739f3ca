// SPDX-License-Identifier: Apache-2.0
/** The page that scans: camera, picture or text in; a verdict out, without a network too. */
import { now } from '../parts/clock.js';
import { element, setShown, setText } from '../parts/dom.js';
import { frame } from '../parts/frame.js';
import { holders } from '../parts/keyring.js';
import { described, labelled, say, spoken, type Words } from '../parts/language.js';
import { publicNode } from '../parts/node.js';
import { keepPages } from '../parts/offline.js';
import { instant } from '../parts/times.js';
import { askNode } from '../scan/ask.js';
import { Decoder, type Source } from '../scan/decoder.js';
import { type Finding, judge, reasonNow, withAnswer } from '../scan/judge.js';
import { Stage } from '../scan/stage.js';
import { VerdictPanel } from '../scan/verdict.js';
import { type Known, known, learnWitnesses } from '../scan/witnesses.js';
import { Names } from '../show/details.js';
import { waybillHere } from '../waybill/link.js';

const TITLE: Words = { zh: '扫码', en: 'Scan' };
const LEAD: Words = {
  zh: '核验司机、企业或执法人员出示的码；运单码扫后直接打开',
  en: 'Verify the code that a driver, an enterprise or an officer shows; a waybill code opens its waybill',
};
const NEXT: Words = { zh: '继续扫码', en: 'Scan the next' };
const OFFER: Words = { zh: '给此司机派单', en: 'Offer a waybill' };
const FILE: Words = { zh: '选择图片', en: 'Choose a picture' };
const PASTE: Words = { zh: '粘贴码的文字', en: 'Paste the text of a code' };
const CHECK: Words = { zh: '核验', en: 'Verify' };
const NOT_FOUND: Words = {
  zh: '图片里没有找到二维码。请选一张更近、更清晰的。',
  en: 'No code was found in the picture. Choose a closer, sharper one.',
};
const OTHER_WAYS: Words = { zh: '其他方式', en: 'Other ways' };

/** Between two looks at the camera, ms: a phone must stay cool. */
const LOOK_MS = 120;
const TICK_MS = 1_000;
/** The list of witnesses is asked for again after so long. */
const LEARN_MS = 10 * 60_000;

/** Everything on the page. */
class ScanPage {
  private readonly decoder = new Decoder();
  private readonly stage = new Stage(() => void this.watch());
  private readonly next = labelled(element('button', { type: 'button', class: 'primary' }), NEXT);
  private readonly offer = labelled(element('a', { class: 'button', hidden: '' }), OFFER);
  private readonly verdict = new VerdictPanel(this.next, this.offer);
  private readonly file = described(
    element('input', { type: 'file', accept: 'image/*', class: 'file', id: 'picture' }),
    'title',
    FILE,
  );
  private readonly fileLabel = labelled(element('label', { for: 'picture', class: 'button' }), FILE);
  private readonly text = element('textarea', {
    id: 'text',
    rows: '3',
    autocomplete: 'off',
    autocapitalize: 'characters',
    spellcheck: 'false',
    maxlength: '2000',
  });
  private readonly check = labelled(element('button', { type: 'submit' }), CHECK);
  private readonly notice = element('p', { class: 'notice', role: 'status', hidden: '' });
  private readonly list = element('p', { class: 'small', id: 'witnesses' });
  private readonly ways: HTMLElement;
  private finding: Finding | null = null;
  private witnesses: Known | null = null;
  private isWatching = false;
  private isLost = false;
  private readonly names = new Names(publicNode());

  constructor() {
    const form = element(
      'form',
      {},
      labelled(element('label', { for: 'text' }), PASTE),
      this.text,
      element('p', { class: 'buttons' }, this.check),
    );
    const picture = element('div', { class: 'file-place' }, this.file, this.fileLabel);
    this.ways = element('section', { class: 'panel' }, labelled(element('h2'), OTHER_WAYS), picture, this.notice, form);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.take(this.text.value);
    });
    this.file.addEventListener('change', () => void this.takeFile(this.file.files?.[0]));
    this.next.addEventListener('click', () => void this.again());
    document.addEventListener('paste', ({ clipboardData }) => void this.takeFile(clipboardData?.files[0]));
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'hidden') this.stage.close();
      else if (this.finding === null) void this.stage.prepare();
    });
  }

  elements(): HTMLElement[] {
    const lead = labelled(element('p', { class: 'lead' }), LEAD);
    return [lead, this.stage.element, this.verdict.element, this.ways, this.list];
  }

  async start(): Promise<void> {
    this.witnesses = await known();
    this.update();
    void this.learn();
    setInterval(() => this.update(), TICK_MS);
    setInterval(() => void this.learn(), LEARN_MS);
    addEventListener('online', () => void this.learn());
    await this.stage.prepare();
  }

  update(): void {
    const at = now();
    this.verdict.update(this.finding, at);
    setShown(this.stage.element, this.finding === null);
    setShown(this.ways, this.finding === null);
    setText(this.notice, this.isLost ? say(NOT_FOUND) : '');
    setShown(this.notice, this.isLost);
    setText(this.list, this.listText(at));
  }

  private listText(at: number): string {
    if (this.witnesses === null)
      return say({
        zh: '还没有见证节点名单：请先联网打开一次。',
        en: 'No list of witnesses yet: open this page once with a network.',
      });
    const { learnt, list } = this.witnesses;
    const count = list.witnesses.length;
    const when = instant(learnt, at);
    return say({
      zh: `见证节点 ${count} 个，名单更新于 ${when}。没有网络也能核验。`,
      en: `${count} witnesses, as of ${when}. Verifies without a network too.`,
    });
  }

  private async learn(): Promise<void> {
    try {
      this.witnesses = await learnWitnesses(publicNode());
    } catch {
      // The list that is kept is as good as it was.
    }
    this.update();
  }

  /** Looks at the camera until something is found. */
  private async watch(): Promise<void> {
    if (this.isWatching) return;
    this.isWatching = true;
    while (this.finding === null) {
      const source = this.stage.frame();
      if (source === null) break;
      const text = await this.decoder.find(source);
      if (text !== null && this.finding === null) await this.take(text);
      else await new Promise((done) => setTimeout(done, LOOK_MS));
    }
    this.isWatching = false;
  }

  private async takeFile(file: File | undefined): Promise<void> {
    if (file === undefined || !file.type.startsWith('image/')) return;
    const text = await this.read(file);
    this.file.value = '';
    this.isLost = text === null;
    if (text === null) this.update();
    else await this.take(text);
  }

  private async read(file: File): Promise<string | null> {
    try {
      const image = await createImageBitmap(file);
      const source: Source = { image, width: image.width, height: image.height, kind: 'photograph' };
      return await this.decoder.find(source).finally(() => image.close());
    } catch {
      // It is no picture that this browser reads.
      return null;
    }
  }

  /** Judges a text, shows the verdict, and then asks the chain. */
  private async take(text: string): Promise<void> {
    this.stage.close();
    this.isLost = false;
    setShown(this.offer, false);
    // The code of a waybill leads to it, on this node whichever one the link names.
    const waybill = waybillHere(text);
    if (waybill !== null) return location.assign(waybill);
    this.verdict.name = null;
    const finding = judge(text, this.witnesses?.list ?? null, now());
    this.finding = finding;
    this.update();
    this.verdict.word.focus();
    if (!finding.holds) return;
    const since = await askNode(text.trim()).catch(() => 'offline' as const);
    if (this.finding !== finding) return;
    this.finding = withAnswer(finding, since);
    this.update();
    await this.nameOf(finding);
    await this.mayOffer(finding);
  }

  /** Who has an organisation's key here may offer a waybill to the driver at once. */
  private async mayOffer({ shown }: Finding & { readonly holds: true }): Promise<void> {
    const { shows } = shown.witnessed.facts;
    const own = (await holders()).find(({ subject }) => subject.kind === 'organisation');
    const isGood = this.finding !== null && reasonNow(this.finding, now()) === null;
    if (own === undefined || !isGood || !('code' in shows)) return;
    this.offer.href = `/sales?organisation=${own.subject.id}&offer=${shows.code.id}`;
    setShown(this.offer, true);
  }

  private async nameOf(finding: Finding & { readonly holds: true }): Promise<void> {
    const { shows } = finding.shown.witnessed.facts;
    if (!('organisation' in shows)) return;
    this.verdict.name = await this.names.of(shows.organisation.id);
    this.update();
  }

  private async again(): Promise<void> {
    this.finding = null;
    this.text.value = '';
    this.update();
    await this.stage.open();
  }
}

keepPages();
const page = new ScanPage();
frame(TITLE, 'scan', labelled(element('h1'), TITLE), ...page.elements());
spoken(() => page.update());
await page.start();
