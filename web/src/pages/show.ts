// SPDX-License-Identifier: Apache-2.0
/** The page that a holder holds up: a driver, an enterprise, or an officer with a badge. */
import { type Client, parseTime } from '@dianyun/sdk';

import { now } from '../parts/clock.js';
import { element } from '../parts/dom.js';
import { FactList, type Row } from '../parts/facts.js';
import { frame } from '../parts/frame.js';
import { handedOver, type Holder, holders, signerOf } from '../parts/keyring.js';
import { labelled, say, spoken, type Words } from '../parts/language.js';
import { HolderFetch, type Place, publicNode } from '../parts/node.js';
import { keepPages } from '../parts/offline.js';
import { shape } from '../parts/shapes.js';
import { read, write } from '../parts/store.js';
import { instant } from '../parts/times.js';
import { awaited, placeNow } from '../parts/waiting.js';
import { stayAwake } from '../parts/wake.js';
import { Card } from '../show/card.js';
import { chosen } from '../show/choice.js';
import { type Details, detailsOf, Names } from '../show/details.js';
import { Keys, link } from '../show/keys.js';
import { follow } from '../show/live.js';
import { OpenList } from '../show/open.js';
import { Prompts } from '../show/prompts.js';
import { type Kept, Session } from '../show/session.js';
import { CUSTODIES, OPERATORS } from '../words/standing.js';
import { KINDS } from '../words/matters.js';

const TITLE: Words = { zh: '亮码', en: 'Show' };
const HINT: Words = {
  zh: '请把屏幕调亮，正对扫码人。',
  en: 'Make the screen bright, and hold it towards whoever scans.',
};
const DETAILS: Words = { zh: '详情', en: 'Details' };
const NONE_TITLE: Words = { zh: '这个浏览器里还没有码', en: 'There is no code in this browser yet' };
const NONE: Words = {
  zh: '码由您手机里的密钥出示。请用申领时的手机和浏览器打开本页，或打开给您的链接。',
  en: 'A code is shown by a key on your phone. Open this page where you applied for it, or by the link that you were given.',
};
const APPLY: Words = { zh: '申领运输码', en: 'Apply for a code' };
const INSECURE: Words = {
  zh: '本页需要安全连接（https）才能使用密钥。',
  en: 'This page needs a secure connection (https) to use keys.',
};
const TICK_MS = 1_000;

const ROWS = {
  custody: { zh: '密钥', en: 'Key' },
  operator: { zh: '经营者', en: 'Operator' },
  as_of: { zh: '链上状态', en: 'State of the chain' },
  id: { zh: '编号', en: 'Id' },
  kind: { zh: '类别', en: 'Kind' },
} satisfies Record<string, Words>;

/** Everything on the page of one holder. */
class ShowPage {
  private readonly card = new Card();
  private readonly open = new OpenList();
  private readonly facts = new FactList();
  private details: Details | null = null;
  private name: string | null = null;

  constructor(
    private readonly session: Session,
    private readonly holder: Holder,
    private readonly client: Client,
    private readonly names: Names,
    private readonly prompts: Prompts | null,
  ) {}

  elements(): HTMLElement[] {
    const asked = this.prompts === null ? [] : [this.prompts.element];
    const jump = this.prompts === null ? [] : [this.prompts.jump];
    const details = element('section', { class: 'panel' }, labelled(element('h2'), DETAILS), this.facts.element);
    const aside = element(
      'div',
      { class: 'aside' },
      ...asked,
      this.open.element,
      details,
      new Keys(this.holder).element,
    );
    const hint = labelled(element('p', { class: 'small centred' }), HINT);
    return [element('div', { class: 'main-column' }, ...jump, this.card.element, hint), aside];
  }

  update(): void {
    const at = now();
    this.card.update(this.session, at, this.name);
    this.open.update(this.details, at);
    this.facts.update(this.rows(at));
    this.prompts?.update();
  }

  /** Asks for what only the holder is told. */
  async look(): Promise<void> {
    const { subject } = this.holder;
    try {
      if (subject.kind === 'organisation') this.name = await this.names.of(subject.id);
      else this.details = await detailsOf(this.client, this.names, subject.id);
    } catch {
      // The card says what is wrong; what was told before stays.
    }
    await this.prompts?.look();
    this.update();
  }

  private rows(at: number): Row[] {
    const { facts } = this.session;
    if (facts === null) return [];
    const when = `${instant(parseTime(facts.as_of), at)} · ${say({ zh: '区块', en: 'block' })} ${facts.height}`;
    const asOf: Row = [ROWS.as_of, when];
    if ('organisation' in facts.shows) {
      const { id } = facts.shows.organisation;
      return [[ROWS.id, id], [ROWS.kind, say(KINDS[facts.shows.organisation.kind])], asOf];
    }
    const { custody, operator } = facts.shows.code;
    return [[ROWS.custody, say(CUSTODIES[custody])], [ROWS.operator, say(OPERATORS[operator])], asOf];
  }
}

/** Where there is nothing to show: why, and what could be shown instead. */
function nothing(text: Words, instead: readonly Holder[]): void {
  const title = labelled(element('h2'), NONE_TITLE);
  const links = element('ul', { class: 'plain' }, ...instead.map(link));
  const sign = element('div', { class: 'sign-place' }, shape('unknown'));
  const apply = element('p', {}, labelled(element('a', { href: '/apply', class: 'button' }), APPLY));
  const panel = element('section', { class: 'panel lonely' }, sign, title, labelled(element('p'), text), apply, links);
  frame(TITLE, 'show-none', heading(), panel);
}

function heading(): HTMLElement {
  return labelled(element('h1', { class: 'hidden' }), TITLE);
}

/** Which node of which chain this is; asked until it answers, or once if it was known before. */
function findPlace(kept: Kept | null): Promise<Place> {
  return awaited(TITLE, async () => {
    try {
      return await placeNow();
    } catch (error) {
      if (kept === null) throw error;
      return kept.place;
    }
  });
}

async function run(holder: Holder): Promise<void> {
  const { subject } = holder;
  const place = `shown ${subject.kind} ${subject.id}`;
  const kept = (await read<Kept>('settings', place)) ?? null;
  const signer = await signerOf(holder.key);
  const found = await findPlace(kept);
  const fetch = new HolderFetch(signer, found);
  const client = fetch.client();
  const keep = (value: Kept): Promise<void> => write('settings', place, value);
  const session = new Session({ subject, signer, client, keep }, found, kept, () => page.update());
  const names = new Names(publicNode());
  const asked = { code: subject.id, chain: found.chain, signer, client, fetch, names };
  const prompts = subject.kind === 'code' ? new Prompts(asked) : null;
  const page = new ShowPage(session, holder, client, names, prompts);
  frame(TITLE, 'show', heading(), ...page.elements());
  spoken(() => page.update());
  const tick = (): void => {
    if (document.visibilityState === 'visible') void session.tick(now()).then(() => page.update());
  };
  const happened = (): void => {
    session.hurry();
    void page.look();
  };
  setInterval(tick, TICK_MS);
  setInterval(() => void page.look(), 60_000);
  document.addEventListener('visibilitychange', tick);
  addEventListener('online', happened);
  follow((signal) => client.events({ signal, reconnects: 3 }), happened);
  if (prompts !== null)
    follow(
      (signal) => fetch.events(`/v1/codes/${subject.id}/prompts/events`, signal),
      () => void prompts.look(),
    );
  tick();
  await page.look();
}

keepPages();
// A link that hands over another key, opened in the same tab, while this one waits too.
addEventListener('hashchange', () => {
  if (handedOver(location.hash) !== null) location.reload();
});
stayAwake();
if (!isSecureContext) nothing(INSECURE, []);
else {
  const holder = await chosen();
  if (holder === null) nothing(NONE, await holders());
  else await run(holder);
}
