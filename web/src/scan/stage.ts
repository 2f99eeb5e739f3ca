// SPDX-License-Identifier: Apache-2.0
/** The camera's picture on the page: opened by a button, with a frame to aim by, a torch, and why there is none. */
import { element, setAttribute, setShown, setText } from '../parts/dom.js';
import { described, labelled, say, spoken, type Words } from '../parts/language.js';
import { Camera, type NoCamera, reasonOf } from './camera.js';
import type { Source } from './decoder.js';

const OPEN: Words = { zh: '打开相机', en: 'Open the camera' };
const AIM: Words = { zh: '将二维码放入框内', en: 'Hold the code within the frame' };
const TORCH: Words = { zh: '手电筒', en: 'Torch' };
const VIEW: Words = { zh: '相机画面', en: 'What the camera sees' };
const REASONS: Readonly<Record<NoCamera, Words>> = {
  insecure: {
    zh: '没有安全连接（https），不能使用相机。请选择图片或粘贴文字。',
    en: 'There is no camera without https. Choose a picture or paste the text.',
  },
  refused: {
    zh: '未获准使用相机。可在浏览器设置中允许，或选择图片。',
    en: 'The camera was not allowed. Allow it in the settings of the browser, or choose a picture.',
  },
  none: {
    zh: '此设备没有可用的相机。请选择图片或粘贴文字。',
    en: 'This device has no camera. Choose a picture or paste the text.',
  },
  busy: { zh: '相机正被其他程序使用。', en: 'Another program uses the camera.' },
};

/** The stage. */
export class Stage {
  private readonly video = described(element('video', { playsinline: '', muted: '' }), 'aria-label', VIEW);
  private readonly openButton = labelled(element('button', { type: 'button', class: 'primary' }), OPEN);
  private readonly torchButton = labelled(
    element('button', { type: 'button', class: 'torch', hidden: '', 'aria-pressed': 'false' }),
    TORCH,
  );
  private readonly aim = labelled(element('p', { class: 'aim' }), AIM);
  private readonly problem = element('p', { class: 'notice', role: 'status', hidden: '' });
  private readonly view: HTMLElement;
  private camera: Camera | null = null;
  /** Counts what was wanted of the camera: one that comes after something else was wanted is too late. */
  private wish = 0;
  private isLit = false;
  private reason: NoCamera | null = null;

  readonly element: HTMLElement;

  /** @param opened runs once the camera shows something. */
  constructor(private readonly opened: () => void) {
    this.video.muted = true;
    const corners = element('div', { class: 'corners', 'aria-hidden': 'true' });
    this.view = element('div', { class: 'view', hidden: '' }, this.video, corners, this.aim, this.torchButton);
    this.element = element(
      'div',
      { class: 'stage' },
      this.view,
      this.problem,
      element('p', { class: 'buttons' }, this.openButton),
    );
    this.openButton.addEventListener('click', () => void this.open());
    this.torchButton.addEventListener('click', () => void this.light(!this.isLit));
    spoken(() => setText(this.problem, this.reason === null ? '' : say(REASONS[this.reason])));
  }

  /** Opens the camera if it may without a question; else a button does. */
  async prepare(): Promise<void> {
    if (!Camera.isThere()) return this.fail(isSecureContext ? 'none' : 'insecure');
    if (await Camera.isAgreed()) await this.open();
  }

  /** The frame that is seen now. */
  frame(): Source | null {
    return this.camera?.frame() ?? null;
  }

  /** Opens the camera. */
  async open(): Promise<void> {
    if (this.camera !== null || !this.isSeen()) return;
    this.wish += 1;
    const own = this.wish;
    const isWanted = (): boolean => own === this.wish && this.isSeen();
    let camera: Camera | null;
    try {
      camera = await Camera.open(this.video, isWanted);
    } catch (error) {
      return own === this.wish ? this.fail(reasonOf(error)) : undefined;
    }
    if (camera === null) return;
    this.camera = camera;
    camera.onEnd(() => this.ended(camera));
    this.fail(null);
    setShown(this.torchButton, camera.hasTorch());
    this.draw();
    this.opened();
  }

  /** Closes it: nobody is filmed longer than need be. */
  close(): void {
    this.wish += 1;
    this.camera?.close();
    this.camera = null;
    this.isLit = false;
    this.draw();
  }

  private ended(camera: Camera): void {
    if (this.camera === camera) this.close();
  }

  /** True if somebody can see what the camera sees: of a page that is hidden, or a stage that is, nobody can. */
  private isSeen(): boolean {
    return document.visibilityState === 'visible' && this.element.getClientRects().length > 0;
  }

  private draw(): void {
    setShown(this.view, this.camera !== null);
    setShown(this.openButton, this.camera === null);
  }

  private fail(reason: NoCamera | null): void {
    this.reason = reason;
    setShown(this.problem, reason !== null);
    setText(this.problem, reason === null ? '' : say(REASONS[reason]));
    setShown(this.openButton, reason === null || reason === 'busy' || reason === 'refused');
  }

  private async light(wanted: boolean): Promise<void> {
    if ((await this.camera?.setTorch(wanted)) !== true) return;
    this.isLit = wanted;
    setAttribute(this.torchButton, 'aria-pressed', String(wanted));
  }
}
