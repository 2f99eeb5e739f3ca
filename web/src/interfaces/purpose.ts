// SPDX-License-Identifier: Apache-2.0
/** What an interface is asked for: the chain has the digest of the text alone, the regulator gets the text. */
import { type Hash, sha256, toHex } from '@dianyun/sdk';

import { element, setAttribute, setShown, setText } from '../parts/dom.js';
import { labelled, say, type Words } from '../parts/language.js';
import { read, write } from '../parts/store.js';
import { Field } from './acts.js';

const WORDS = {
  text: { zh: '用途说明（把全文交给行管部门）', en: 'What it is for (give this text to the regulator)' },
  check: { zh: '核对用途说明', en: 'Check what it is for' },
  paste: { zh: '粘贴申领方交来的全文', en: 'Paste the text that the applicant gave you' },
  same: { zh: '与链上摘要一致', en: 'It is the text whose digest is on the chain' },
  other: { zh: '与链上摘要不一致', en: 'It is another text than the one on the chain' },
} satisfies Record<string, Words>;

/** The digest of a text, as `dianyun interface apply --purpose` makes it of a file with the same bytes. */
export function purposeDigest(text: string): Hash {
  return toHex(sha256(new TextEncoder().encode(text)));
}

/** Keeps a text here, so that its applicant can look it up. */
export async function keepPurpose(text: string): Promise<void> {
  await write('settings', `purpose ${purposeDigest(text)}`, text);
}

/** The text of an applicant, if it was written here. */
export function ownPurpose(digest: Hash): HTMLElement {
  const text = element('blockquote');
  const place = element('div', { hidden: '' }, labelled(element('p', { class: 'small' }), WORDS.text), text);
  void read<string>('settings', `purpose ${digest}`).then((kept) => {
    setText(text, kept ?? '');
    setShown(place, kept !== undefined);
  });
  return place;
}

/** Where a regulator sees whether a text is the one that was asked with. */
export function purposeCheck(digest: Hash): HTMLElement {
  const result = element('p', { class: 'checked', role: 'status', hidden: '' });
  const input = element('textarea', { rows: '4', name: 'purpose-text', autocomplete: 'off' });
  const field = new Field(WORDS.paste, input);
  input.addEventListener('input', () => {
    const texts = [input.value, input.value.trim(), `${input.value.trim()}\n`];
    const isSame = texts.some((text) => purposeDigest(text) === digest);
    setText(result, say(isSame ? WORDS.same : WORDS.other));
    setAttribute(result, 'class', isSame ? 'checked' : 'wrong');
    setShown(result, input.value !== '');
  });
  return element('details', {}, labelled(element('summary'), WORDS.check), field.element, result);
}
