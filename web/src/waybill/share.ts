// SPDX-License-Identifier: Apache-2.0
/** The code of a waybill, large, to be scanned from the screen; and as a link or a picture to be sent. */
import { qrModules, qrSvg, type Waybill } from '@dianyun/sdk';

import { element, setShown, setText } from '../parts/dom.js';
import { labelled, say, spoken, type Words } from '../parts/language.js';
import { picture } from '../parts/picture.js';
import { goods } from '../words/places.js';
import type { Details } from './details.js';
import { waybillLink } from './link.js';
import { way, weight } from './looks.js';

const WORDS = {
  title: { zh: '运单码', en: 'Waybill code' },
  hint: {
    zh: '请司机扫此码，或把链接、图片发给司机。打开后即可查看并接单。',
    en: 'Let the driver scan this, or send the link or the picture. It opens the waybill, to look at and accept.',
  },
  include: { zh: '包含货物、地址和运费', en: 'Include goods, addresses and price' },
  copy: { zh: '复制链接', en: 'Copy the link' },
  copied: { zh: '链接已复制。', en: 'The link is copied.' },
  by_hand: { zh: '请选中链接自行复制。', en: 'Select the link and copy it.' },
  share: { zh: '分享', en: 'Share' },
  png: { zh: '保存图片', en: 'Save as a picture' },
  svg: { zh: '保存 SVG', en: 'Save as SVG' },
  close: { zh: '关闭', en: 'Close' },
  link: { zh: '链接', en: 'Link' },
  brand: { zh: '滇运码 · 运单', en: 'Yunnan Transport Code · Waybill' },
} satisfies Record<string, Words>;

const PNG = { width: 900, margin: 60, head: 190 };
/** What of a blob's address is kept alive while a download begins, ms. */
const HELD_MS = 30_000;

/** Saves bytes under a name. */
export function save(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  element('a', { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), HELD_MS);
}

function drawModules(context: CanvasRenderingContext2D, text: string, left: number, top: number, side: number): number {
  const modules = qrModules(text);
  const size = Math.max(1, Math.floor(side / modules.length));
  const inset = left + Math.floor((side - size * modules.length) / 2);
  context.fillStyle = '#000000';
  for (const [y, row] of modules.entries()) {
    for (const [x, isDark] of row.entries()) if (isDark) context.fillRect(inset + x * size, top + y * size, size, size);
  }
  return size * modules.length;
}

/** The picture to send: what it is in words, and the code below. */
export async function png(waybill: Waybill, link: string): Promise<Blob> {
  const canvas = document.createElement('canvas');
  const side = PNG.width - 2 * PNG.margin;
  canvas.width = PNG.width;
  canvas.height = PNG.head + side + PNG.margin;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('this browser draws no pictures');
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = '#10161d';
  context.textAlign = 'center';
  const line = (text: string, size: number, y: number, bold = false): void => {
    context.font = `${bold ? '700 ' : ''}${size}px system-ui, 'PingFang SC', 'Noto Sans CJK SC', sans-serif`;
    context.fillText(text, PNG.width / 2, y, side);
  };
  line(say(WORDS.brand), 30, 60);
  line(way(waybill), 56, 128, true);
  line(`${say(goods(waybill.offer.goods))} · ${weight(waybill)}`, 32, 180);
  drawModules(context, link, PNG.margin, PNG.head, side);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'));
  if (blob === null) throw new Error('this browser writes no pictures');
  return blob;
}

/** The dialogue. */
export class ShareDialog {
  private readonly title = labelled(element('h2', { tabindex: '-1' }), WORDS.title);
  private readonly way = element('p', { class: 'way' });
  private readonly place = element('div', { class: 'picture-place' });
  private readonly include = element('input', { type: 'checkbox', id: 'include', checked: '' });
  private readonly includeRow = element(
    'p',
    { class: 'check' },
    this.include,
    labelled(element('label', { for: 'include' }), WORDS.include),
  );
  private readonly link = element('input', { id: 'link', readonly: '', class: 'mono', type: 'text' });
  private readonly said = element('p', { class: 'small', role: 'status' });
  private readonly shareButton = labelled(element('button', { type: 'button', class: 'primary' }), WORDS.share);
  private waybill: Waybill | null = null;
  private details: Details | null = null;

  readonly element: HTMLDialogElement;

  constructor() {
    const button = (words: Words, work: () => void, kind: string | null = null): HTMLButtonElement => {
      const made = labelled(element('button', { type: 'button', class: kind }), words);
      made.addEventListener('click', work);
      return made;
    };
    this.shareButton.addEventListener('click', () => void this.share());
    setShown(this.shareButton, typeof (navigator as { share?: unknown }).share === 'function');
    this.include.addEventListener('change', () => this.draw());
    const copy = button(WORDS.copy, () => void this.copy(), 'primary');
    const buttons = element(
      'p',
      { class: 'buttons' },
      this.shareButton,
      copy,
      button(WORDS.png, () => void this.savePng()),
      button(WORDS.svg, () => this.saveSvg()),
    );
    const label = labelled(element('label', { for: 'link', class: 'hidden' }), WORDS.link);
    const close = button(WORDS.close, () => this.element.close());
    this.element = element(
      'dialog',
      { class: 'share', 'aria-labelledby': 'share-title' },
      element('div', { class: 'share-head' }, this.title, close),
      this.way,
      this.place,
      labelled(element('p', { class: 'small' }), WORDS.hint),
      this.includeRow,
      label,
      this.link,
      buttons,
      this.said,
    );
    this.title.id = 'share-title';
    this.link.addEventListener('focus', () => this.link.select());
    spoken(() => this.draw());
  }

  /** Opens it for a waybill, with what opens that, if it is here. */
  show(waybill: Waybill, details: Details | null): void {
    this.waybill = waybill;
    this.details = details;
    setText(this.said, '');
    setShown(this.includeRow, details !== null);
    this.draw();
    this.element.showModal();
    this.title.focus();
  }

  private address(): string {
    if (this.waybill === null) return '';
    return waybillLink(location.origin, this.waybill.id, this.include.checked ? this.details : null);
  }

  private draw(): void {
    const { waybill } = this;
    if (waybill === null) return;
    const address = this.address();
    this.link.value = address;
    setText(this.way, `${way(waybill)} · ${say(goods(waybill.offer.goods))}`);
    this.place.dataset['text'] = address;
    this.place.replaceChildren(picture(address));
  }

  private async copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.address());
      setText(this.said, say(WORDS.copied));
    } catch {
      this.link.select();
      setText(this.said, say(WORDS.by_hand));
    }
  }

  private async share(): Promise<void> {
    const { waybill } = this;
    if (waybill === null) return;
    try {
      await navigator.share({ title: `${say(WORDS.brand)} ${way(waybill)}`, url: this.address() });
    } catch {
      // It was left, or there is nothing to share with: link and picture are there.
    }
  }

  private async savePng(): Promise<void> {
    if (this.waybill !== null) save(await png(this.waybill, this.address()), `${this.waybill.offer.number}.png`);
  }

  private saveSvg(): void {
    const blob = new Blob([qrSvg(this.address(), 600)], { type: 'image/svg+xml' });
    if (this.waybill !== null) save(blob, `${this.waybill.offer.number}.svg`);
  }
}
