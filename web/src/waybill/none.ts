// SPDX-License-Identifier: Apache-2.0
/** Where there is nobody to act for: why, and whose keys are here instead. */
import { element } from '../parts/dom.js';
import { grouped } from '../parts/facts.js';
import type { Holder } from '../parts/keyring.js';
import { labelled, type Words } from '../parts/language.js';
import { shape } from '../parts/shapes.js';

const INSECURE: Words = {
  zh: '本页需要安全连接（https）才能使用密钥。',
  en: 'This page needs a secure connection (https) to use keys.',
};

/** The panel that says so. */
export function nobody(title: Words, text: Words, path: string, instead: readonly Holder[]): HTMLElement {
  const link = ({ subject: { kind, id } }: Holder): HTMLLIElement => {
    const address = `${path}?${kind}=${encodeURIComponent(id)}`;
    return element('li', {}, element('a', { href: address, class: 'mono' }, kind === 'code' ? grouped(id) : id));
  };
  return element(
    'section',
    { class: 'panel lonely' },
    element('div', { class: 'sign-place' }, shape('unknown')),
    labelled(element('h2'), title),
    labelled(element('p'), isSecureContext ? text : INSECURE),
    element('ul', { class: 'plain' }, ...instead.map(link)),
  );
}
