// SPDX-License-Identifier: Apache-2.0
/** The salesman's page: make a waybill, offer it to whose code is scanned or to all, share its code, follow it. */
import {
  ApiError,
  type FormatRules,
  type Genesis,
  type Hash,
  type Identity,
  madeId,
  sha256,
  toHex,
  transactionId,
  type WaybillKind,
} from '@dianyun/sdk';

import { organisationOf } from '../interfaces/office.js';
import { genesisOf } from '../parts/chain.js';
import { now } from '../parts/clock.js';
import { element, setAttribute, setShown, setText } from '../parts/dom.js';
import { grouped } from '../parts/facts.js';
import { frame } from '../parts/frame.js';
import { handedOver, holders } from '../parts/keyring.js';
import { labelled, say, spoken, type Words } from '../parts/language.js';
import { type Place, publicNode } from '../parts/node.js';
import { keepPages } from '../parts/offline.js';
import { sendOnce } from '../parts/sent.js';
import { read, write } from '../parts/store.js';
import { awaited, placeNow } from '../parts/waiting.js';
import {
  type Actor,
  actorOf,
  chosenActor,
  nameOf,
  reasonsOf,
  senderOf,
  waybillOf,
} from '../waybill/actor.js';
import { Board, type Part } from '../waybill/board.js';
import type { Details } from '../waybill/details.js';
import { detailsOf, keepDetails } from '../waybill/kept.js';
import { nobody } from '../waybill/none.js';
import { dayOf, type Draft, newNumber, offerOf, wrongIn } from '../waybill/offer.js';
import { Recipient } from '../waybill/recipient.js';
import { ShareDialog } from '../waybill/share.js';
import { Sheet } from '../waybill/sheet.js';
import { Leaver } from '../waybill/vaulted.js';

const TITLE: Words = { zh: '业务员', en: 'Salesman' };
const NONE_TITLE: Words = { zh: '这个浏览器里没有企业的密钥', en: "There is no enterprise's key in this browser" };
const NONE: Words = {
  zh: '派单由企业的密钥签名。请打开企业交给您的链接，密钥会留在这个浏览器里。',
  en: 'A key of the enterprise signs offers. Open the link that your enterprise gave you: the key then stays in this browser.',
};
const TABS = {
  make: { zh: '制单', en: 'Make' },
  offered: { zh: '待接单', en: 'Offered' },
  way: { zh: '进行中', en: 'Under way' },
  done: { zh: '已结束', en: 'Ended' },
} satisfies Record<string, Words>;
const NOTHING = {
  offered: { zh: '没有待接单的运单。', en: 'Nothing waits to be accepted.' },
  way: { zh: '没有进行中的运单。', en: 'Nothing is under way.' },
  done: { zh: '近 92 天没有已结束的运单。', en: 'Nothing ended in the last 92 days.' },
} satisfies Record<string, Words>;
const WORDS = {
  offer: { zh: '派单', en: 'Offer it' },
  publish: { zh: '发布运单', en: 'Publish it' },
  working: { zh: '正在上链……', en: 'Being written to the chain …' },
  wrong: { zh: '请更正标出的内容。', en: 'Correct what is marked.' },
} satisfies Record<string, Words>;

/** The same for the same sheet, whenever it is sent. */
function sheetDigest(draft: Draft, kind: WaybillKind): Hash {
  const values = { ...draft.values, ConsignmentDateTime: '' };
  return toHex(sha256(new TextEncoder().encode(JSON.stringify([{ ...draft, values }, kind]))));
}

/** Makes waybills. */
class Maker {
  private readonly sheet: Sheet;
  private readonly recipient = new Recipient(() => this.recipientChanged());
  private readonly submit = element('button', { type: 'submit', class: 'primary' });
  private readonly notice = element('p', { class: 'notice', role: 'status', hidden: '' });
  private isBusy = false;

  readonly element: HTMLFormElement;

  constructor(
    private readonly actor: Actor,
    private readonly genesis: Genesis,
    private readonly identity: Identity | null,
    private readonly made: (id: string, details: Details) => void,
  ) {
    this.sheet = new Sheet(genesis);
    const buttons = element('p', { class: 'buttons' }, this.submit);
    const notes = this.sheet.notes();
    const last = element('div', { class: 'panel' }, this.notice, buttons, ...notes);
    this.element = element(
      'form',
      { class: 'sheet', novalidate: '' },
      element('div', { class: 'sheet-part' }, this.recipient.element, ...this.sheet.first),
      element('div', { class: 'sheet-part' }, ...this.sheet.second, last),
    );
    this.element.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.offer();
    });
    this.element.addEventListener('change', () => this.update());
  }

  async start(): Promise<void> {
    await this.renew();
    const permit = await read<string>('settings', `permit ${this.actor.subject.id}`);
    if (permit !== undefined) this.sheet.permit = permit;
    const wanted = new URLSearchParams(location.search).get('offer');
    if (wanted !== null) this.recipient.take(wanted);
    this.update();
  }

  update(): void {
    const { chosen } = this.recipient;
    const to = chosen === null ? '' : ` · ${grouped(chosen)}`;
    const isPublic = this.element.querySelector<HTMLInputElement>('#to-all')?.checked === true;
    setText(this.submit, isPublic ? say(WORDS.publish) : `${say(WORDS.offer)}${to}`);
    this.submit.disabled = this.isBusy;
  }

  private recipientChanged(): void {
    this.update();
    if (this.recipient.chosen !== null) this.submit.scrollIntoView({ block: 'nearest' });
  }

  private async renew(): Promise<void> {
    this.sheet.renew(await newNumber(now()));
  }

  private tell(kind: 'notice' | 'wrong', lines: readonly string[]): void {
    setAttribute(this.notice, 'class', kind);
    setText(this.notice, lines.join(' '));
    setShown(this.notice, lines.length > 0);
  }

  private async offer(): Promise<void> {
    if (this.isBusy) return;
    const { draft } = this.sheet;
    const rules: FormatRules = { mode: this.genesis.mode, asOf: dayOf(now()) };
    const wrong = wrongIn(draft, this.identity, rules, now());
    const beside = this.sheet.say(wrong);
    if (wrong.size > 0) return this.tell('wrong', [say(WORDS.wrong), ...beside.map(say)]);
    const kind = this.recipient.read();
    if (kind === null) return this.tell('notice', []);
    this.isBusy = true;
    this.tell('notice', [say(WORDS.working)]);
    this.update();
    try {
      await this.send(draft, kind);
      this.tell('notice', []);
    } catch (error) {
      this.tell('wrong', reasonsOf(error));
    } finally {
      this.isBusy = false;
    }
    this.update();
  }

  /**
   * What opens it is kept before it is sent: without it nobody could show what the chain committed to. The same sheet
   * sent again while it is under way is the same offer.
   */
  private async send(draft: Draft, kind: WaybillKind): Promise<void> {
    const { subject } = this.actor;
    const [offer, details] = await offerOf(draft, kind, this.identity);
    const { id: sent } = await sendOnce(senderOf(this.actor), `offer ${sheetDigest(draft, kind)}`, {
      action: () => ({ waybill_offer: { offer } }),
      keep: async (transaction) => void (await keepDetails(madeId('way', transactionId(transaction)), details)),
    });
    const id = madeId('way', sent);
    const permit = details.values['PermitNumber'];
    if (permit !== undefined) await write('settings', `permit ${subject.id}`, permit);
    await this.renew();
    this.made(id, (await detailsOf(id)) ?? details);
  }
}

/** Everything on the page of one organisation. */
class SalesPage {
  private readonly share = new ShareDialog();
  private readonly maker: Maker;
  private readonly board: Board;
  private readonly name = element('p', { class: 'named' });

  constructor(
    private readonly actor: Actor,
    genesis: Genesis,
    identity: Identity | null,
  ) {
    const leaver = new Leaver(actor, identity);
    this.maker = new Maker(actor, genesis, identity, (id, details) => void this.made(id, details));
    const make: Part = {
      name: 'make',
      words: TABS.make,
      content: this.maker.element,
      update: () => this.maker.update(),
    };
    this.board = new Board(actor, {
      whose: { maker: actor.subject.id },
      parts: [make, 'offered', 'way', 'done'],
      tabs: TABS,
      nothing: NOTHING,
      share: (waybill, details) => this.share.show(waybill, details),
      seen: (open) => void leaver.leave(open),
    });
  }

  elements(): HTMLElement[] {
    return [element('div', { class: 'whose' }, this.name), ...this.board.elements(), this.share.element];
  }

  async start(): Promise<void> {
    setText(this.name, await nameOf(this.actor.subject.id));
    await this.maker.start();
    await this.board.start();
  }

  update(): void {
    this.board.update();
  }

  /** What was just offered is seen, with its code. */
  private async made(id: string, details: Details): Promise<void> {
    this.board.tabs.choose('offered');
    await this.board.run();
    const waybill = await waybillOf(this.actor, id);
    if (waybill !== null) this.share.show(waybill, details);
  }
}

/** What the page has to know before anything can be made. */
interface Here {
  readonly place: Place;
  readonly genesis: Genesis;
  /** Who the organisation is; null: the chain has no such one. */
  readonly identity: Identity | null;
}

async function identityOf(id: string): Promise<Identity | null> {
  try {
    return (await organisationOf(publicNode(), id)).identity;
  } catch (error) {
    if (error instanceof ApiError && !error.isPassing) return null;
    throw error;
  }
}

async function here(id: string): Promise<Here> {
  const place = await placeNow();
  return { place, genesis: await genesisOf(place.chain), identity: await identityOf(id) };
}

keepPages();
// A link that hands over another key, opened in the same tab, while this one waits too.
addEventListener('hashchange', () => {
  if (handedOver(location.hash) !== null) location.reload();
});
const heading = labelled(element('h1'), TITLE);
const holder = isSecureContext ? await chosenActor('organisation', '/sales') : null;
if (holder === null) {
  const others = isSecureContext ? await holders() : [];
  const instead = others.filter(({ subject }) => subject.kind === 'organisation');
  frame(TITLE, 'waybills-none', heading, nobody(NONE_TITLE, NONE, '/sales', instead));
} else {
  const { place, genesis, identity } = await awaited(TITLE, () => here(holder.subject.id));
  const page = new SalesPage(await actorOf(holder, place), genesis, identity);
  frame(TITLE, 'sales', heading, ...page.elements());
  spoken(() => page.update());
  await page.start();
}
