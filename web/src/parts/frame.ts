// SPDX-License-Identifier: Apache-2.0
/** What surrounds every page: the name, the switch of languages, a way past both for keyboards, and the foot. */
import { type Child, drawing, element, setText } from './dom.js';
import { choose, described, labelled, language, say, spoken, type Words } from './language.js';

const NAME: Words = { zh: '滇运码', en: 'Yunnan Transport Code' };
/** Beside the mark, where a phone has little room. */
const SHORT: Words = { zh: '滇运码', en: 'Dianyun' };
const SKIP: Words = { zh: '跳到内容', en: 'Skip to content' };
const PAGES: Words = { zh: '页面', en: 'Pages' };
const LINKS: readonly { readonly path: string; readonly words: Words }[] = [
  { path: '/show', words: { zh: '亮码', en: 'Show' } },
  { path: '/scan', words: { zh: '扫码', en: 'Scan' } },
  { path: '/driver', words: { zh: '运单', en: 'Loads' } },
];

function mark(): SVGSVGElement {
  return drawing(
    'svg',
    { class: 'mark', viewBox: '0 0 32 32', 'aria-hidden': 'true', focusable: 'false' },
    drawing('rect', { width: '32', height: '32', rx: '8' }),
    drawing('path', { d: 'M8 21.5 13 10l3.500 7 2.500-4.500 5 9z' }),
  );
}

/** Says the other language in that language. */
function languageSwitch(): HTMLButtonElement {
  const button = element('button', { class: 'quiet', type: 'button' });
  spoken(() => {
    const other = language() === 'zh' ? 'en' : 'zh';
    setText(button, other === 'en' ? 'English' : '中文');
    button.lang = other === 'en' ? 'en' : 'zh-CN';
  });
  button.addEventListener('click', () => choose(language() === 'zh' ? 'en' : 'zh'));
  return button;
}

function links(): HTMLElement {
  const items = LINKS.map(({ path, words }) => {
    const isHere = location.pathname === path;
    return labelled(element('a', { href: path, 'aria-current': isHere ? 'page' : null }), words);
  });
  return described(element('nav', {}, ...items), 'aria-label', PAGES);
}

/** What is in the document; null before the first page. */
let standing: { readonly main: HTMLElement; title: Words; kind: string } | null = null;

function draw(main: HTMLElement): void {
  const name = element('a', { class: 'name', href: '/' }, mark(), labelled(element('span'), SHORT));
  const header = element('header', {}, name, links(), languageSwitch());
  const skip = labelled(element('a', { class: 'skip', href: '#content' }), SKIP);
  document.getElementById('page')?.replaceChildren(skip, header, main);
}

function entitle(): void {
  if (standing !== null) document.title = `${say(standing.title)} · ${say(NAME)}`;
}

/**
 * Puts a page into the document: its title, and what stands on it. Once more, it puts another one in its place; what
 * surrounds it stays, and who is there with the keyboard too.
 */
export function frame(title: Words, kind: string, ...children: readonly Child[]): HTMLElement {
  const main = standing?.main ?? element('main', { id: 'content', tabindex: '-1' });
  if (standing === null) {
    draw(main);
    spoken(entitle);
  } else document.body.classList.remove(standing.kind);
  standing = { main, title, kind };
  entitle();
  document.body.classList.add(kind);
  main.replaceChildren(...children);
  return main;
}
