// SPDX-License-Identifier: Apache-2.0
/**
 * Takes the key that a link hands over; nothing else does. Anybody can send a link. So where people are real no key
 * is taken without a question, and nowhere one in the place of a key that is here, perhaps its only copy.
 */
import { LocalSigner } from '@dianyun/sdk';

import { genesisOf } from './chain.js';
import { element } from './dom.js';
import { grouped } from './facts.js';
import { frame } from './frame.js';
import { handedOver, holderOf, keepHolder, type Subject, takeOver } from './keyring.js';
import { labelled, type Words } from './language.js';
import { awaited, placeNow } from './waiting.js';

const TITLE: Words = { zh: '链接里的密钥', en: 'A key in a link' };
const OTHER = {
  title: { zh: '这里已有另一把密钥', en: 'Another key is here already' },
  text: {
    zh: '这个链接要换掉此浏览器里的密钥。换掉后，原来的密钥若没有别的副本，就找不回来了。不是您自己要换，请保留。',
    en: 'This link would replace the key in this browser. If there is no other copy of that key, it is then gone. Keep it, unless you want this yourself.',
  },
  keep: { zh: '保留原来的', en: 'Keep the one here' },
  replace: { zh: '换掉', en: 'Replace it' },
} satisfies Record<string, Words>;
const REAL = {
  title: { zh: '要接受链接里的密钥吗', en: 'Is the key in the link to be taken?' },
  text: {
    zh: '这条链上都是真实的人和企业。看到这个链接的人都可能有这把密钥：只接受您自己为这台设备制作的链接，别人发来的请不要接受。',
    en: 'On this chain people and enterprises are real. Whoever saw the link may have its key: take it only from a link that you made for this device yourself, and none that somebody sent you.',
  },
  leave: { zh: '不接受', en: 'Do not take it' },
  take: { zh: '接受', en: 'Take it' },
} satisfies Record<string, Words>;

/** What can be answered: its words, whether it is dangerous, and what it means. */
type Answer = readonly [words: Words, look: 'primary' | 'danger', value: boolean];

/** Says something of a subject in the place of the page, and waits for an answer. */
function ask(subject: Subject, title: Words, text: Words, answers: readonly Answer[]): Promise<boolean> {
  return new Promise((done) => {
    const heading = labelled(element('h2', { tabindex: '-1' }), title);
    const buttons = answers.map(([words, look, value]) => {
      const button = labelled(element('button', { type: 'button', class: look }), words);
      button.addEventListener('click', () => done(value), { once: true });
      return button;
    });
    const id = element('p', { class: 'mono' }, subject.kind === 'code' ? grouped(subject.id) : subject.id);
    const words = labelled(element('p', { role: 'alert' }), text);
    const choice = element('p', { class: 'buttons' }, ...buttons);
    const panel = element('section', { class: 'panel' }, heading, id, words, choice);
    frame(TITLE, 'handed', labelled(element('h1'), TITLE), panel);
    heading.focus();
  });
}

/** The one place that asks whether this chain is one of invented people. */
async function isOfInvented(): Promise<boolean> {
  const { mode } = await awaited(TITLE, async () => genesisOf((await placeNow()).chain));
  return mode === 'demo';
}

/** True if a key is to be kept for a subject that has none here, or another one. */
async function mayTake(subject: Subject, hasOther: boolean): Promise<boolean> {
  if (!hasOther && (await isOfInvented())) return true;
  const [words, keep, take] = hasOther ? [OTHER, OTHER.keep, OTHER.replace] : [REAL, REAL.leave, REAL.take];
  return ask(subject, words.title, words.text, [
    [keep, 'primary', false],
    [take, 'danger', true],
  ]);
}

/**
 * Takes the key that the address hands over, if it is of one of these kinds. The address holds it no more afterwards,
 * and names whose it is instead: a page goes on by that, whether the key was taken or not. Until that is decided, and
 * the key kept, the address has it still: who leaves the page meanwhile has lost nothing, and is asked again.
 */
export async function takeHanded(
  kinds: readonly Subject['kind'][],
  addressOf: (subject: Subject) => string,
): Promise<void> {
  const handed = handedOver(location.hash);
  if (handed === null) return;
  const { subject, seed } = handed;
  if (!kinds.includes(subject.kind)) {
    // No key for this page: it is not left to be seen either.
    seed.fill(0);
    return history.replaceState(null, '', `${location.pathname}${location.search}`);
  }
  const kept = await holderOf(subject);
  // A link that is opened once more changes no key, and needs no network.
  if (kept?.key.key === new LocalSigner(seed).key) await keepHolder(subject, kept.key);
  else if (await mayTake(subject, kept !== undefined)) await keepHolder(subject, await takeOver(seed));
  seed.fill(0);
  history.replaceState(null, '', addressOf(subject));
}
