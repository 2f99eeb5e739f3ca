// SPDX-License-Identifier: Apache-2.0
/** What a page says while the node that it needs does not answer: never nothing, and why. It goes on by itself. */
import { ApiError } from '@dianyun/sdk';

import { element, setAttribute, setText } from './dom.js';
import { frame } from './frame.js';
import { labelled, say, spoken, type Words } from './language.js';
import { isPassing, isUnreached, type Place, placeOf, publicNode } from './node.js';

const ASKING: Words = { zh: '正在连接节点……', en: 'Asking the node …' };
const UNREACHED: Words = {
  zh: '没有网络，或节点没有应答。恢复后本页自动继续。',
  en: 'There is no network, or the node does not answer. This page goes on by itself once it does.',
};
const BUSY: Words = { zh: '节点忙，本页稍后自动再试。', en: 'The node is busy: this page tries again by itself.' };
const ODD: Words = {
  zh: '节点的应答不能使用，本页稍后自动再试。',
  en: "The node's answer is of no use here: this page tries again by itself.",
};

/** Between two attempts, ms; a node that is busy may ask for longer. */
const AGAIN_MS = { least: 3_000, most: 30_000 };

function why(error: unknown): Words {
  if (isUnreached(error)) return UNREACHED;
  return isPassing(error) ? BUSY : ODD;
}

/** Waits until it makes sense to ask again: sooner if the network comes back. */
function pause(error: unknown): Promise<void> {
  const asked = error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0;
  const ms = Math.min(AGAIN_MS.most, Math.max(AGAIN_MS.least, asked));
  return new Promise((done) => {
    const go = (): void => {
      clearTimeout(timer);
      removeEventListener('online', go);
      done();
    };
    const timer = setTimeout(go, ms);
    addEventListener('online', go);
  });
}

/** What the node answers, asked until it does. Meanwhile the page says what it waits for. */
export async function awaited<T>(title: Words, ask: () => Promise<T>): Promise<T> {
  let words = ASKING;
  const notice = element('p', { class: 'lead', role: 'status' });
  frame(title, 'waits', labelled(element('h1'), title), notice);
  const draw = (): void => setText(notice, say(words));
  spoken(draw);
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      console.warn('the node does not answer yet', error);
      words = why(error);
      setAttribute(notice, 'class', 'notice');
      draw();
      await pause(error);
    }
  }
}

/** Which node of which chain this is; fails where it does not answer. */
export function placeNow(): Promise<Place> {
  return placeOf(publicNode());
}
