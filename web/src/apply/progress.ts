// SPDX-License-Identifier: Apache-2.0
/** What becomes of an application, as it happens: each authority's answer, the next step, and at last the code. */
import {
  type Application,
  type CertificateKind,
  type Client,
  type FormatRules,
  parseTime,
  readRecord,
  type RecordId,
} from '@dianyun/sdk';

import { now } from '../parts/clock.js';
import { element, setAttribute, setShown, setText } from '../parts/dom.js';
import { keepHolder, signerOf } from '../parts/keyring.js';
import { labelled, say, type Words } from '../parts/language.js';
import { HolderFetch, type Place } from '../parts/node.js';
import { instant } from '../parts/times.js';
import { Live } from '../waybill/live.js';
import { Claims, standingOf } from './claims.js';
import { Notice } from './field.js';
import { keep, type Kept, keptHere, type Sent, without } from './kept.js';
import { papersFor, type Values, type What } from './papers.js';
import { PhoneProof } from './phone.js';
import { codeReasons } from './reasons.js';
import { apply, correct, finish, isTicketNeeded } from './send.js';

const WORDS = {
  vehicle: { zh: '车辆登记', en: 'Registering the vehicle' },
  code: { zh: '运输码', en: 'The code' },
  verifying: { zh: '核验中', en: 'Being verified' },
  issued: { zh: '已完成', en: 'Done' },
  lapsed: { zh: '已过期', en: 'Lapsed' },
  withdrawn: { zh: '已撤回', en: 'Withdrawn' },
  later: {
    zh: '车辆登记完成后，本页自动接着申领运输码。',
    en: 'Once the vehicle is registered, this page applies for the code by itself.',
  },
  missing: {
    zh: '各项均已核验，但还缺少其他条件（如准驾车型与车辆不符、缺少运输证）。请联系受理的平台。',
    en: 'All of these are attested, but something else is missing: a class that fits the vehicle, or a permit. Ask who sponsors the application.',
  },
  prove: { zh: '请再验证一次手机', en: 'Verify your phone once more' },
  prove_why: { zh: '验证之后继续提交。', en: 'What you want to send goes on after that.' },
  again: { zh: '再试一次', en: 'Try again' },
  edit: { zh: '回到证件修改', en: 'Back to the certificates' },
  working: { zh: '正在上链……', en: 'Being written to the chain …' },
  restart: { zh: '重新申领', en: 'Apply anew' },
} satisfies Record<string, Words>;

const TICK_MS = 1_000;

/** What the progress needs of its page. */
export interface ProgressPlace {
  /** What is kept has changed. */
  changed(kept: Kept): void;
  /** What was typed is to be changed. */
  edit(): void;
  issued(kept: Kept): void;
  restart(): void;
}

/** One application on the page. */
class Panel {
  private readonly state = element('span', { class: 'state' });
  private readonly end = element('p', { class: 'small' });
  private readonly missing = labelled(element('p', { class: 'notice', hidden: '' }), WORDS.missing);
  private readonly claims: Claims;
  readonly element: HTMLElement;
  application: Application | null = null;

  constructor(
    readonly what: What,
    at: ConstructorParameters<typeof Claims>[0],
  ) {
    this.claims = new Claims(at);
    const title = labelled(element('h3'), WORDS[what]);
    const head = element('div', { class: 'head' }, title, this.state);
    const parts = [head, this.end, this.missing, this.claims.element];
    this.element = element('section', { class: 'panel applied', 'data-applied': what }, ...parts);
  }

  take(application: Application): void {
    this.application = application;
    this.claims.take(application);
    this.update();
  }

  update(): void {
    const { application } = this;
    if (application === null) return;
    const { state, lapses_at, claims } = application;
    setText(this.state, say(WORDS[state]));
    setAttribute(this.element, 'data-state', state);
    const lapses = lapses_at === null ? '' : instant(parseTime(lapses_at), now());
    setText(this.end, lapses === '' ? '' : say({ zh: `${lapses} 前须全部完成`, en: `All must be done by ${lapses}` }));
    setShown(this.end, lapses !== '');
    setShown(this.missing, state === 'verifying' && claims.every((claim) => standingOf(claim) === 'attested'));
    this.claims.update();
  }
}

/** All of it. */
export class Progress {
  private readonly panels = new Map<string, Panel>();
  private readonly list = element('div', { class: 'applied-list' });
  private readonly summary = element('p', { class: 'lead', role: 'status' });
  private readonly later = labelled(element('p', { class: 'small', hidden: '' }), WORDS.later);
  private readonly notice = new Notice();
  private readonly proofPlace = element('div', { class: 'apply-form', hidden: '' });
  private readonly again = labelled(element('button', { type: 'button', hidden: '' }), WORDS.again);
  private readonly edit = labelled(element('button', { type: 'button', hidden: '' }), WORDS.edit);
  private readonly restart = labelled(element('button', { type: 'button', hidden: '' }), WORDS.restart);
  private proof: PhoneProof | null = null;
  private isSending = false;
  private isStopped = false;
  private timer: ReturnType<typeof setInterval> | null = null;
  private live: Live | null = null;
  private client: Client | null = null;

  readonly element: HTMLElement;

  constructor(
    private kept: Kept,
    private readonly chain: Place,
    private readonly rules: FormatRules,
    private readonly at: ProgressPlace,
  ) {
    const buttons = element('p', { class: 'buttons' }, this.again, this.edit, this.restart);
    const parts = [this.summary, this.proofPlace, this.notice.element, buttons, this.later, this.list];
    this.element = element('div', { class: 'apply-form' }, ...parts);
    this.again.addEventListener('click', () => void this.goOn());
    this.edit.addEventListener('click', () => this.at.edit());
    this.restart.addEventListener('click', () => this.at.restart());
  }

  async start(): Promise<void> {
    this.timer = setInterval(() => this.update(), TICK_MS);
    const { key } = this.kept;
    if (key !== null) {
      this.client = new HolderFetch(await signerOf(key), this.chain).client();
      if (this.isStopped) return;
      this.live = new Live({ client: this.client }, () => this.look());
      await this.live.run();
    }
    if (this.kept.pending !== null && !this.isStopped) await this.goOn();
  }

  /** Nothing is asked or drawn any more. */
  stop(): void {
    this.isStopped = true;
    if (this.timer !== null) clearInterval(this.timer);
    this.live?.stop();
  }

  /** Draws it in the language and at the time now. */
  update(): void {
    for (const panel of this.panels.values()) panel.update();
    this.proof?.update();
    setText(this.summary, this.said());
  }

  private said(): string {
    const claims = [...this.panels.values()].flatMap(({ application }) => application?.claims ?? []);
    const count = (standing: string): number => claims.filter((claim) => standingOf(claim) === standing).length;
    const [done, waiting, refused] = [count('attested'), count('waiting'), count('refused')];
    const parts: Words[] = [{ zh: `${done} 项已核验`, en: `${done} attested` }];
    if (waiting > 0) parts.push({ zh: `${waiting} 项核验中`, en: `${waiting} waiting` });
    if (refused > 0) parts.push({ zh: `${refused} 项被退回，请更正`, en: `${refused} refused: correct it` });
    return parts.map(say).join(say({ zh: '，', en: ', ' }));
  }

  private async look(): Promise<void> {
    const { client } = this;
    if (this.isStopped || client === null) return;
    for (const sent of this.kept.sent) await this.lookAt(client, sent);
    await this.forgetAttested();
    this.update();
    const isOver = [...this.panels.values()].some(({ application }) => ENDED.has(application?.state ?? 'verifying'));
    setShown(this.restart, isOver);
    const code = this.application('code');
    if (code?.state === 'issued' && code.code !== null) return this.issued(code.code);
    const registered = this.application('vehicle');
    const isDue = registered?.state === 'issued' && code === null;
    if (isDue && this.kept.vehicle === null) await this.take({ ...this.kept, vehicle: registered.vehicle });
    setShown(this.later, !isDue && code === null && this.kept.wish.vehicle === 'own');
    if (isDue && !this.isSending && this.edit.hidden && this.proof === null) await this.goOn();
  }

  private application(what: What): Application | null {
    return [...this.panels.values()].find((panel) => panel.what === what)?.application ?? null;
  }

  private async lookAt(client: Client, { what, id }: Sent): Promise<void> {
    const { record } = await client.get('/v1/applications/{id}', { path: { id } });
    const found = record === null || record === undefined ? null : readRecord({ application: record });
    if (found?.kind !== 'application') return;
    const panel = this.panels.get(id) ?? new Panel(what, this.claimPlace());
    if (!this.panels.has(id)) {
      this.panels.set(id, panel);
      this.list.append(panel.element);
    }
    panel.take(found.value);
  }

  private claimPlace(): ConstructorParameters<typeof Claims>[0] {
    return {
      rules: this.rules,
      typed: (kind) => this.kept.typed[kind] ?? {},
      type: (kind, values) => void this.type(kind, values),
      correct: (application, place, kind) => this.correct(application, place, kind),
    };
  }

  private async type(kind: CertificateKind, values: Values): Promise<void> {
    await this.take({ ...this.kept, typed: { ...this.kept.typed, [kind]: values } });
  }

  private async take(kept: Kept): Promise<void> {
    this.kept = kept;
    this.at.changed(kept);
    await keep(kept);
  }

  /** What an authority attested is not needed here any more. */
  private async forgetAttested(): Promise<void> {
    const attested = [...this.panels.values()].flatMap(({ application }) =>
      (application?.claims ?? []).filter((claim) => standingOf(claim) === 'attested').map(({ kind }) => kind),
    );
    const gone = attested.filter((kind) => this.kept.typed[kind] !== undefined);
    if (gone.length > 0) await this.take({ ...this.kept, typed: without(this.kept.typed, gone) });
  }

  private async issued(code: string): Promise<void> {
    const { key } = this.kept;
    if (key === null || this.isStopped) return;
    this.stop();
    await keepHolder({ kind: 'code', id: code }, key);
    await this.take({ ...this.kept, typed: {}, ticket: null, request: null, code });
    this.at.issued(this.kept);
  }

  /** Sends what comes next: what was signed already, or the code's application once the vehicle has a record. */
  private async goOn(): Promise<void> {
    if (this.isSending) return;
    this.isSending = true;
    setShown(this.again, false);
    setShown(this.edit, false);
    this.notice.tell('notice', [say(WORDS.working)]);
    try {
      const { kept, chain } = this;
      await this.take(await (kept.pending === null ? apply(kept, chain, 'code') : finish(kept, chain)));
      this.notice.tell('notice', []);
      this.live?.happened();
    } catch (error) {
      this.kept = await keptHere();
      this.failed(error);
    } finally {
      this.isSending = false;
    }
  }

  private failed(error: unknown): void {
    if (isTicketNeeded(error)) {
      this.notice.tell('notice', []);
      return this.ask(() => this.goOn());
    }
    this.notice.tell('wrong', codeReasons(error));
    setShown(this.again, true);
    setShown(this.edit, this.application('code') === null);
  }

  private async correct(application: RecordId, place: number, kind: CertificateKind): Promise<void> {
    const [certificate] = papersFor([kind], this.kept.typed);
    if (certificate === undefined) return;
    try {
      await correct(this.kept, this.chain.chain, application, place, certificate);
      await this.live?.run();
    } catch (error) {
      if (!isTicketNeeded(error)) throw error;
      await new Promise<void>((done) => this.ask(async () => done()));
      await this.correct(application, place, kind);
    }
  }

  /** Has the phone proved once more, and then does what waits for it. */
  private ask(then: () => Promise<void>): void {
    this.proof = new PhoneProof(this.rules, this.kept.request, {
      asked: (request) => this.take({ ...this.kept, request }),
      proved: async (ticket) => {
        await this.take({ ...this.kept, ticket, request: null });
        this.proof = null;
        setShown(this.proofPlace, false);
        await then();
      },
    });
    const title = labelled(element('h3', { tabindex: '-1' }), WORDS.prove);
    this.proofPlace.replaceChildren(title, labelled(element('p'), WORDS.prove_why), this.proof.element);
    setShown(this.proofPlace, true);
    title.focus();
  }
}

const ENDED = new Set<Application['state']>(['lapsed', 'withdrawn']);
