// SPDX-License-Identifier: Apache-2.0
/**
 * The node that these pages come from, asked through the package like any other. Each answer sets the clock; a holder's
 * requests carry a token that its key signs for this node.
 */
import {
  AnswerError,
  ApiError,
  Client,
  eventsIn,
  type Fetch,
  type Hash,
  type HttpOptions,
  type NodeEvent,
  type Problem,
  type Signer,
  signToken,
  tokenAudience,
  UnreachableError,
} from '@dianyun/sdk';

import { learn, now } from './clock.js';
import { language } from './language.js';

/** A token is made anew when so much of its life is over, ms. */
const TOKEN_LIFE_S = 300;
const TOKEN_USE_MS = 200_000;
const TIMEOUT_MS = 12_000;

const timed: Fetch = async (url, request) => {
  const asked = Date.now();
  const { body, ...rest } = request;
  const options = {
    ...rest,
    ...(body === undefined ? {} : { body: new Uint8Array(body) }),
    cache: 'no-store' as const,
  };
  const answer = await fetch(url, options);
  learn(answer.headers.get('date'), asked, Date.now());
  return answer;
};

/** A client of this node for everybody. */
export function publicNode(timeoutMs = TIMEOUT_MS): Client {
  return new Client(location.origin, { ...options(timed), timeoutMs });
}

function options(fetcher: Fetch): HttpOptions {
  return { fetch: fetcher, language: language(), timeoutMs: TIMEOUT_MS };
}

/** Which node of which chain this is. */
export interface Place {
  readonly chain: Hash;
  readonly name: string;
}

/** Asks which node of which chain this is. */
export async function placeOf(node: Client): Promise<Place> {
  const { chain, name } = await node.get('/v1/status');
  return { chain, name };
}

/** Sends requests in a holder's name. */
export class HolderFetch {
  private token: { readonly text: string; readonly made: number } | null = null;

  constructor(
    private readonly signer: Signer,
    private readonly place: Place,
  ) {}

  /** A client in the holder's name. */
  client(): Client {
    return new Client(location.origin, options(this.fetch));
  }

  /** `fetch` with the holder's token. */
  readonly fetch: Fetch = async (url, request) => {
    const headers = { ...request.headers, Authorization: `Bearer ${await this.bearer()}` };
    return timed(url, { ...request, headers });
  };

  /** The JSON of a path that is asked in the holder's name. */
  async json(method: 'GET' | 'POST', path: string): Promise<unknown> {
    const headers = { Accept: 'application/json', 'Accept-Language': language() };
    const answer = await this.fetch(path, { method, headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
    const json: unknown = JSON.parse(await answer.text());
    if (answer.status === 200) return json;
    throw new ApiError(json as Problem);
  }

  /** The events of a path for as long as it gives any. */
  async *events(path: string, signal: AbortSignal): AsyncGenerator<NodeEvent, void, void> {
    const own = new AbortController();
    const stop = (): void => own.abort();
    signal.addEventListener('abort', stop);
    const late = setTimeout(stop, TIMEOUT_MS);
    try {
      const request = { method: 'GET' as const, headers: { Accept: 'text/event-stream' }, signal: own.signal };
      const answer = await this.fetch(path, request).finally(() => clearTimeout(late));
      if (answer.status !== 200 || !answer.body) throw new UnreachableError(path, `answered ${answer.status}`);
      yield* eventsIn(path, answer.body);
    } finally {
      signal.removeEventListener('abort', stop);
      stop();
    }
  }

  private async bearer(): Promise<string> {
    const at = now();
    if (this.token === null || Math.abs(at - this.token.made) > TOKEN_USE_MS) {
      const audience = tokenAudience(this.place.chain, this.place.name);
      this.token = { text: await signToken(this.signer, audience, at, TOKEN_LIFE_S), made: at };
    }
    return this.token.text;
  }
}

/** True if nobody answered: there is no network, or no node. */
export function isUnreached(error: unknown): boolean {
  return error instanceof UnreachableError || error instanceof AnswerError;
}

/** True if it makes sense to ask the same again: nobody answered, or whoever did is busy. */
export function isPassing(error: unknown): boolean {
  return isUnreached(error) || (error instanceof ApiError && error.isPassing);
}

/** The stable code of what a node refused; null for other errors. */
export function codeOf(error: unknown): string | null {
  return error instanceof ApiError ? error.code : null;
}
