// SPDX-License-Identifier: Apache-2.0
/** Looks for a QR picture in pixels, beside the page, so that the page never stands still. */
import decodeQR from 'qr/decode.js';

/** What is asked: pixels, and a number that comes back with the answer. */
export interface Asked {
  readonly number: number;
  readonly pixels: ImageData;
}

/** What is answered: the text, or null if there is none. */
export interface Answered {
  readonly number: number;
  readonly text: string | null;
}

function textIn(pixels: ImageData): string | null {
  try {
    return decodeQR(pixels);
  } catch {
    // There is no picture, or none that can be read.
    return null;
  }
}

addEventListener('message', ({ data }: MessageEvent<Asked>) => {
  const answer: Answered = { number: data.number, text: textIn(data.pixels) };
  postMessage(answer);
});
