// SPDX-License-Identifier: Apache-2.0
/**
 * A typed client of a node's HTTP interface. Paths, parameters and answers are those of docs/openapi.json, so a
 * call that the node does not know does not compile. It trusts the node: what must be certain is verified
 * (`proof/verify.ts`) under a header from elsewhere.
 */
import { concat, littleEndian } from '../bytes.js';
import { parse } from '../codec.js';
import type { Field } from '../fields.js';
import type { Hash } from '../ids.js';
import { readHeader } from '../header.js';
import { type Header, Receipt, type Transaction } from '../layouts/index.js';
import { type ProofFile, readProof } from '../proof/file.js';
import type { Time } from '../time.js';
import { transactionBytes, transactionId } from '../transaction.js';
import { type EventChoices, events, type NodeEvent } from './events.js';
import { Http, type HttpOptions, type Query } from './http.js';
import type { components, paths } from './openapi.js';
import { AnswerError, ApiError, NotYetError, RefusedError, UnreachableError } from './problem.js';

/** The types of docs/openapi.json by their names. */
export type Schemas = components['schemas'];

/** Paths that answer JSON. */
export type JsonPath = {
  [P in keyof paths]: paths[P] extends { get: { responses: { 200: { content: { 'application/json': unknown } } } } }
    ? P
    : never;
}[keyof paths];

/** What a path answers. */
export type AnswerOf<P extends JsonPath> = paths[P] extends {
  get: { responses: { 200: { content: { 'application/json': infer A } } } };
}
  ? A
  : never;

type Parameters<P extends JsonPath> = paths[P] extends { get: { parameters: infer A } } ? A : never;

/** What a path takes: `path` for the names in braces, `query` for the rest. */
export type ChoicesOf<P extends JsonPath> = Pick<Parameters<P>, Extract<keyof Parameters<P>, 'path' | 'query'>>;

/** Given only where a path needs any. */
type Given<P extends JsonPath> = Record<never, never> extends ChoicesOf<P> ? [ChoicesOf<P>?] : [ChoicesOf<P>];

/** Paths that take JSON. */
export type PostPath = {
  [P in keyof paths]: paths[P] extends { post: { requestBody: { content: { 'application/json': unknown } } } }
    ? P
    : never;
}[keyof paths];

/** What a path takes in the body. */
export type BodyOf<P extends PostPath> = paths[P] extends {
  post: { requestBody: { content: { 'application/json': infer B } } };
}
  ? B
  : never;

type PostAnswers<P extends PostPath> = paths[P] extends { post: { responses: infer R } } ? R : never;

/** What a path answers to what it takes. */
export type PostedOf<P extends PostPath> = Extract<
  PostAnswers<P>[Extract<keyof PostAnswers<P>, 200 | 201 | 202>],
  { content: { 'application/json': unknown } }
>['content']['application/json'];

/** The names in braces of a path that takes JSON. */
type PostNames<P extends PostPath> = paths[P] extends { post: { parameters: { path: infer N } } } ? [N] : [];

/** Paths that answer lists, page by page. */
export type ListPath = {
  [P in JsonPath]: AnswerOf<P> extends { items: readonly unknown[] } ? P : never;
}[JsonPath];

/** An item of a list. */
export type ItemOf<P extends ListPath> = AnswerOf<P> extends { items: readonly (infer I)[] } ? I : never;

/** A transaction that a block has: executed or refused. */
export interface Ordered {
  readonly id: Hash;
  readonly height: number;
  /** Time of the block. */
  readonly time: Time;
  readonly receipt: Receipt;
}

/** How long to go on. */
export interface Patience {
  /** From the first attempt on, ms; a minute unless given. */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 60_000;
/** Between attempts where the node does not say: doubled each time, up to the second. */
const PAUSES_MS = { first: 100, most: 3_000 };

/** A client of one node. */
export class Client {
  private readonly http: Http;

  /** @param address the node, such as `http://127.0.0.1:8080`. */
  constructor(address: string, options: HttpOptions = {}) {
    this.http = new Http(address, options);
  }

  /**
   * Reads a path of the interface. A number that somebody chose beyond 2^53 comes out rounded, as JSON's numbers do
   * here; `parse` refuses such a one, and bytes in a proof have it exactly.
   */
  async get<P extends JsonPath>(path: P, ...given: Given<P>): Promise<AnswerOf<P>> {
    const { path: names, query } = choicesOf(given);
    const full = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(names?.[name])));
    return (await this.http.get(full, query)) as AnswerOf<P>;
  }

  /** Posts JSON to a path of the interface, with the names in its braces where it has any. */
  async post<P extends PostPath>(path: P, body: BodyOf<P>, ...names: PostNames<P>): Promise<PostedOf<P>> {
    const [given] = names as readonly [Query?];
    const full = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(given?.[name])));
    return (await this.http.postJson(full, body)) as PostedOf<P>;
  }

  /** All items of a list, page after page as they are asked for. */
  async *list<P extends ListPath>(path: P, ...given: Given<P>): AsyncGenerator<ItemOf<P>, void, void> {
    const choices = choicesOf(given);
    let cursor: string | null = null;
    do {
      const query: Query = cursor === null ? { ...choices.query } : { ...choices.query, cursor };
      const page = await this.get(path, ...([{ ...choices, query }] as unknown as Given<P>));
      const { items, next } = page as { items: ItemOf<P>[]; next?: string | null };
      yield* items;
      cursor = next ?? null;
    } while (cursor !== null);
  }

  /** The header of a height, or the newest. It is as good as the node: trust it or compare nodes. */
  async header(height: number | 'latest'): Promise<Header> {
    const { header } = await this.get('/v1/headers/{height}', { path: { height } });
    return readHeader(header);
  }

  /** The proof of a code as of a height or now: it holds the code's record, and is for who may see that. */
  async codeProof(id: string, atHeight?: number): Promise<ProofFile> {
    const query = atHeight === undefined ? {} : { at_height: atHeight };
    return readProof(await this.get('/v1/codes/{id}/proof', { path: { id }, query }));
  }

  /** The proof of a record of any kind as of a height or now. */
  async recordProof(kind: Schemas['RecordKind'], id: string, atHeight?: number): Promise<ProofFile> {
    const query = atHeight === undefined ? {} : { at_height: atHeight };
    return readProof(await this.get('/v1/records/{kind}/{id}/proof', { path: { kind, id }, query }));
  }

  /** The proof of a transaction. */
  async transactionProof(id: Hash): Promise<ProofFile> {
    return readProof(await this.get('/v1/transactions/{id}/proof', { path: { id } }));
  }

  /**
   * The node's verdict on a scanned text, and what has changed since it was witnessed. `verifyShown` needs no node.
   * @param threshold how many validators must have signed.
   */
  async verifyShown(text: string, threshold = 1): Promise<Schemas['VerifyAnswer']> {
    return this.post('/v1/verify', { text, threshold });
  }

  /**
   * Leaves the full fields of a waybill with the node of its maker, in whose name it is asked. The same again changes
   * nothing.
   */
  async leaveWaybillFields(id: string, fields: readonly Field[]): Promise<void> {
    await this.http.postJson(`/v1/waybills/${encodeURIComponent(id)}/holdings`, { fields });
  }

  /** The full fields of a waybill for its two sides. They are its maker's only if `fieldsRoot` makes its root. */
  async waybillFields(id: string): Promise<readonly Field[]> {
    const answer = await this.http.get(`/v1/waybills/${encodeURIComponent(id)}/fields`);
    return (answer as { readonly fields: readonly Field[] }).fields;
  }

  /**
   * Leaves with the node what an application of one's own was made with, so that its holder's data can be
   * exchanged. Only the node of who sent the application takes it, from who shows that. The same again changes
   * nothing.
   */
  async leaveHoldings(application: string, left: Schemas['HoldingsLeft']): Promise<Schemas['HoldingsAnswer']> {
    const path = `/v1/applications/${encodeURIComponent(application)}/holdings`;
    return (await this.http.postJson(path, left)) as Schemas['HoldingsAnswer'];
  }

  /** What the node holds of an application of one's own: names and digests, never values. */
  async holdings(application: string): Promise<Schemas['HoldingsAnswer']> {
    return this.get('/v1/applications/{id}/holdings', { path: { id: application } });
  }

  /**
   * Asks for fields of a code's holder and vehicles; the node signs. One attempt: each may use a consent. Look
   * whether it holds (`exchangeHolds`).
   */
  async exchange(wish: Schemas['ExchangeWish']): Promise<Schemas['ExchangeAnswer']> {
    return (await this.http.postJson('/v1/exchange', wish)) as Schemas['ExchangeAnswer'];
  }

  /** Collects by an access that is on chain, again if a node gave no answer; it uses nothing more. */
  async collect(access: string): Promise<Schemas['ExchangeAnswer']> {
    const path = `/v1/exchange/${encodeURIComponent(access)}/collect`;
    return (await this.http.postJson(path, null)) as Schemas['ExchangeAnswer'];
  }

  /** Events as they come, or behind a change. */
  events(choices: EventChoices = {}): AsyncGenerator<NodeEvent, void, void> {
    return events(this.http, choices);
  }

  /**
   * Submits a transaction and waits until a block has it. The same bytes are sent again for as long as the node
   * is busy, not reached or not there yet: they are executed once. Look at the receipt: it may be a refusal.
   */
  async submit(transaction: Transaction, { patienceMs = PATIENCE_MS }: Patience = {}): Promise<Ordered> {
    const id = transactionId(transaction);
    const body = transactionBytes(transaction);
    const end = Date.now() + patienceMs;
    let pauseMs = PAUSES_MS.first;
    for (let attempt = 0; ; attempt += 1) {
      let last: unknown;
      try {
        const answer = await this.http.post('/v1/transactions', { wait: 'ordered' }, body);
        const ordered = orderedOf(id, answer as Schemas['TransactionAnswer']);
        if (ordered !== null) return ordered;
      } catch (error) {
        const found = attempt > 0 && isTooLate(error) ? await this.ordered(id) : null;
        if (found !== null) return found;
        if (!isPassing(error)) throw error;
        last = error;
      }
      const leftMs = end - Date.now();
      if (leftMs <= 0) throw new NotYetError(id, last);
      const askedMs = last instanceof ApiError ? last.retryAfterMs : null;
      await this.http.pause(Math.min(askedMs ?? pauseMs, leftMs));
      pauseMs = Math.min(2 * pauseMs, PAUSES_MS.most);
    }
  }

  /** Submits a transaction that must be executed; a refusal is an error with every reason. */
  async execute(transaction: Transaction, patience: Patience = {}): Promise<Ordered> {
    const ordered = await this.submit(transaction, patience);
    const { outcome } = ordered.receipt;
    if ('refused' in outcome) throw new RefusedError(ordered.id, outcome.refused.reasons);
    return ordered;
  }

  /** What became of a transaction; null: no block here has it. */
  async ordered(id: Hash): Promise<Ordered | null> {
    try {
      return orderedOf(id, await this.get('/v1/transactions/{id}', { path: { id } }));
    } catch (error) {
      if (error instanceof ApiError && error.code === 'not_found') return null;
      throw error;
    }
  }

  /** Submits up to 1,000 transactions at once, and waits until they are executed; each gets its own verdict. */
  async submitBatch(transactions: readonly Transaction[]): Promise<readonly Schemas['Verdict'][]> {
    const frames = transactions.map(transactionBytes).flatMap((bytes) => [littleEndian(bytes.length, 4), bytes]);
    const answer = await this.http.post('/v1/transactions/batch', { wait: 'ordered' }, concat(...frames));
    return (answer as Schemas['BatchAnswer']).verdicts;
  }
}

/** What was given for a path, whichever it is. */
function choicesOf(given: readonly unknown[]): { readonly path?: Query; readonly query?: Query } {
  return given[0] ?? {};
}

function orderedOf(id: Hash, answer: Schemas['TransactionAnswer']): Ordered | null {
  const { height, time } = answer;
  if (answer.id !== id) throw new AnswerError(`the node calls the transaction ${answer.id}, not ${id}`);
  if (answer.receipt === null || answer.receipt === undefined) return null;
  if (typeof height !== 'number' || typeof time !== 'string') throw new AnswerError('a receipt without a block');
  const receipt = parse(Receipt, answer.receipt);
  if (receipt.transaction !== id) throw new AnswerError('the receipt is of another transaction');
  return { id, height, time, receipt };
}

/** The first answer may have been lost, and the transaction executed before it expired. */
function isTooLate(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'transaction_expired';
}

function isPassing(error: unknown): boolean {
  return error instanceof UnreachableError || (error instanceof ApiError && error.isPassing);
}
