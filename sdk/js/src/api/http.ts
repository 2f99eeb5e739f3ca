// SPDX-License-Identifier: Apache-2.0
/**
 * One request and its answer, over the host's `fetch` or one that is given. Nothing of the host is asked for before
 * a request, so that the package loads in hosts without `fetch`.
 */
import { toUtf8 } from '../bytes.js';
import { HostError } from '../errors.js';
import { AnswerError, ApiError, type Problem, UnreachableError } from './problem.js';

/** What is asked of a host's `fetch`. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly headers: Record<string, string>;
  readonly body?: Uint8Array;
  readonly signal?: AbortSignal;
}

/** What a host's `fetch` answers. `body` is needed for events alone. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body?: ReadableStream<Uint8Array> | null;
  text(): Promise<string>;
}

/** The part of `fetch` that is used. */
export type Fetch = (url: string, request: HttpRequest) => Promise<HttpAnswer>;

/** What a client may choose. */
export interface HttpOptions {
  /** In place of the host's. */
  readonly fetch?: Fetch;
  /** The language of problems. */
  readonly language?: 'zh' | 'en';
  /** Sent with each request, such as a proxy's credentials. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How long one request may take, ms. A node waits 30 s at most. */
  readonly timeoutMs?: number;
  /** In place of the host's timer. */
  readonly pause?: (ms: number) => Promise<void>;
}

const TIMEOUT_MS = 40_000;

const hostFetch: Fetch = (url, request) => {
  const found = (globalThis as { fetch?: unknown }).fetch;
  if (typeof found !== 'function') throw new HostError('this host has no fetch: pass one');
  return (found as Fetch)(url, request);
};

const hostPause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Values of a query; what is null or undefined is left out. */
export type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Sends requests to one node. */
export class Http {
  /** Waits so long. */
  readonly pause: (ms: number) => Promise<void>;
  private readonly base: string;
  private readonly fetch: Fetch;
  private readonly headers: Readonly<Record<string, string>>;
  private readonly timeoutMs: number;

  /** @param address the node, such as `http://127.0.0.1:8080`. */
  constructor(address: string, options: HttpOptions = {}) {
    this.base = address.replace(/\/+$/, '');
    this.fetch = options.fetch ?? hostFetch;
    this.pause = options.pause ?? hostPause;
    this.timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    this.headers = { 'Accept-Language': options.language ?? 'en', ...options.headers };
  }

  /** The JSON of a path. */
  async get(path: string, query: Query = {}): Promise<unknown> {
    return this.json(path, query, { method: 'GET', headers: { Accept: 'application/json' } });
  }

  /** Posts canonical bytes; the JSON that comes back. */
  async post(path: string, query: Query, body: Uint8Array): Promise<unknown> {
    const headers = { Accept: 'application/json', 'Content-Type': 'application/octet-stream' };
    return this.json(path, query, { method: 'POST', headers, body });
  }

  /** Posts JSON; the JSON that comes back. */
  async postJson(path: string, body: unknown): Promise<unknown> {
    const headers = { Accept: 'application/json', 'Content-Type': 'application/json' };
    return this.json(path, {}, { method: 'POST', headers, body: toUtf8(JSON.stringify(body)) });
  }

  /** An answer whose body comes in parts for as long as it takes. */
  async open(path: string, headers: Record<string, string>, signal?: AbortSignal): Promise<HttpAnswer> {
    const url = this.url(path, {});
    const request = { method: 'GET' as const, headers: { ...this.headers, ...headers } };
    const answer = await this.reach(url, signal === undefined ? request : { ...request, signal });
    if (answer.status !== 200) throw problemOf(url, answer.status, await this.textOf(url, answer));
    return answer;
  }

  private async json(path: string, query: Query, request: HttpRequest): Promise<unknown> {
    const url = this.url(path, query);
    const { status, text } = await this.inTime(url, async (signal) => {
      const headers = { ...this.headers, ...request.headers };
      const answer = await this.reach(url, { ...request, headers, ...(signal && { signal }) });
      return { status: answer.status, text: await this.textOf(url, answer) };
    });
    if (status < 200 || status > 299) throw problemOf(url, status, text);
    return parseAnswer(url, text);
  }

  private url(path: string, query: Query): string {
    const pairs = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
    const text = pairs.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&');
    return `${this.base}${path}${text === '' ? '' : `?${text}`}`;
  }

  private async reach(url: string, request: HttpRequest): Promise<HttpAnswer> {
    // Called by itself: a browser's own refuses to be called as a method of something else.
    const { fetch } = this;
    try {
      return await fetch(url, request);
    } catch (error) {
      throw error instanceof HostError ? error : new UnreachableError(url, error);
    }
  }

  private async textOf(url: string, answer: HttpAnswer): Promise<string> {
    try {
      return await answer.text();
    } catch (error) {
      throw new UnreachableError(url, error);
    }
  }

  /** Gives up after a while; aborts the request where the host can. */
  private async inTime<T>(url: string, work: (signal: AbortSignal | undefined) => Promise<T>): Promise<T> {
    const abort = newAbort();
    return within(url, this.timeoutMs, work(abort?.signal)).finally(() => abort?.abort());
  }
}

/** What aborts a request, where the host has such a thing. */
export function newAbort(): AbortController | undefined {
  return typeof AbortController === 'function' ? new AbortController() : undefined;
}

/** What some work gives, or an error if it gives nothing for so long. */
export async function within<T>(url: string, ms: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new UnreachableError(url, `nothing within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function parseAnswer(url: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AnswerError(`the answer of ${url} is no JSON`);
  }
}

function problemOf(url: string, status: number, text: string): ApiError | AnswerError {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = null;
  }
  const isProblem = typeof json === 'object' && json !== null && 'code' in json && 'what_to_do' in json;
  if (isProblem) return new ApiError(json as Problem);
  return new AnswerError(`${url} answered ${status} without problem details`);
}
