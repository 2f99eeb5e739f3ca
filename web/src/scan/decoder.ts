// SPDX-License-Identifier: Apache-2.0
/**
 * Finds the text of a QR picture: by the browser's own detector where it has one, else by a worker. One picture at a
 * time: whoever has many, skips those that come meanwhile.
 */
import { scriptAddress } from '../parts/trusted.js';
import type { Answered } from './decode.worker.js';

/** Name of the worker's script, fixed when the pages are built. */
declare const DECODER: string;

interface Detector {
  detect(source: ImageBitmapSource): Promise<readonly { readonly rawValue: string }[]>;
}

interface DetectorMaker {
  new (options: { formats: readonly string[] }): Detector;
  getSupportedFormats(): Promise<readonly string[]>;
}

/** Longer sides are made shorter before a worker looks: it needs no more, and is quicker. */
const MOST_PIXELS = { camera: 900, photograph: 1_800 };

async function nativeDetector(): Promise<Detector | null> {
  const maker = (globalThis as { BarcodeDetector?: DetectorMaker }).BarcodeDetector;
  try {
    const formats = (await maker?.getSupportedFormats()) ?? [];
    return maker !== undefined && formats.includes('qr_code') ? new maker({ formats: ['qr_code'] }) : null;
  } catch {
    return null;
  }
}

/** Something that can be drawn, and how large it is. */
export interface Source {
  readonly image: CanvasImageSource & ImageBitmapSource;
  readonly width: number;
  readonly height: number;
  readonly kind: keyof typeof MOST_PIXELS;
}

/** Finds texts in pictures. */
export class Decoder {
  private readonly canvas = document.createElement('canvas');
  private readonly native = nativeDetector();
  private worker: Worker | null = null;
  private readonly waiting = new Map<number, (text: string | null) => void>();
  private count = 0;

  /** The text of the QR picture in a source; null: there is none. */
  async find(source: Source): Promise<string | null> {
    const native = await this.native;
    if (native !== null) {
      const found = await native.detect(source.image).catch(() => []);
      const text = found[0]?.rawValue;
      if (text !== undefined && text !== '') return text;
      // A detector that sees nothing in a photograph may be wrong: the worker looks too.
      if (source.kind === 'camera') return null;
    }
    return this.ask(this.pixels(source));
  }

  private pixels({ image, width, height, kind }: Source): ImageData {
    const scale = Math.min(1, MOST_PIXELS[kind] / Math.max(width, height));
    this.canvas.width = Math.max(1, Math.round(width * scale));
    this.canvas.height = Math.max(1, Math.round(height * scale));
    const context = this.canvas.getContext('2d', { willReadFrequently: true });
    if (context === null) throw new Error('this browser draws no pictures');
    context.drawImage(image, 0, 0, this.canvas.width, this.canvas.height);
    return context.getImageData(0, 0, this.canvas.width, this.canvas.height);
  }

  private ask(pixels: ImageData): Promise<string | null> {
    this.worker ??= this.start();
    const { worker, waiting } = this;
    const number = (this.count += 1);
    return new Promise((resolve) => {
      waiting.set(number, resolve);
      worker.postMessage({ number, pixels }, [pixels.data.buffer]);
    });
  }

  private start(): Worker {
    const worker = new Worker(scriptAddress(DECODER));
    worker.addEventListener('message', ({ data }: MessageEvent<Answered>) => {
      this.waiting.get(data.number)?.(data.text);
      this.waiting.delete(data.number);
    });
    worker.addEventListener('error', () => {
      for (const resolve of this.waiting.values()) resolve(null);
      this.waiting.clear();
      this.worker = null;
    });
    return worker;
  }
}
