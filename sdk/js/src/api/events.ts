// SPDX-License-Identifier: Apache-2.0
/**
 * A node's events as they come: server-sent events that go on behind the last one seen, on this node or another.
 * Needs a host whose `fetch` gives bodies in parts; where it does not, read `/v1/blocks/{height}/changes`.
 */
import { fromUtf8 } from '../bytes.js';
import { DianyunError, FormatError, HostError } from '../errors.js';
import { readHeader } from '../header.js';
import { type Http, newAbort, within } from './http.js';
import type { components } from './openapi.js';
import { AnswerError, ApiError, UnreachableError } from './problem.js';

/** What an event carries: a change, and where it is from. */
export type EventData = components['schemas']['EventData'];

/** An event. `seq` is what to go on behind. */
export interface NodeEvent {
  readonly seq: number;
  readonly event: string;
  readonly data: EventData;
}

/** Which events, and how long. */
export interface EventChoices {
  /** Number of the last change seen; without it the stream begins behind the newest. */
  readonly after?: number;
  /** Ends the stream. */
  readonly signal?: AbortSignal;
  /** How often in a row to connect again before it gives up; for ever unless given. */
  readonly reconnects?: number;
  /** After how long without a byte a connection counts as dead, ms. A node sends something every 15 s. */
  readonly idleMs?: number;
}

const PATH = '/v1/events';
/** The most bytes of one event. */
const EVENT_BYTES = 64 * 1_024;
const RETRY_MS = 2_000;
const IDLE_MS = 45_000;
const NEW_LINE = 10;
const RETURN = 13;

interface Block {
  id?: string;
  event?: string;
  data: string[];
}

/** Takes events out of a stream's bytes, however they are cut into parts. */
export class EventParser {
  /** How long the node asks to wait before connecting again, ms. */
  retryMs = RETRY_MS;
  private line: number[] = [];
  private block: Block = { data: [] };
  private size = 0;

  /** The events that are complete with these bytes; comments and heartbeats give none. */
  push(bytes: Uint8Array): NodeEvent[] {
    const events: NodeEvent[] = [];
    for (const byte of bytes) {
      this.size += 1;
      if (this.size > EVENT_BYTES) throw new AnswerError('an event is too large');
      if (byte !== NEW_LINE) {
        this.line.push(byte);
        continue;
      }
      const event = this.endLine();
      if (event !== null) events.push(event);
    }
    return events;
  }

  private endLine(): NodeEvent | null {
    if (this.line.at(-1) === RETURN) this.line.pop();
    const line = fromUtf8(Uint8Array.from(this.line));
    this.line = [];
    if (line === '') return this.endBlock();
    const colon = line.indexOf(':');
    const [name, rest] = colon < 0 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 1)];
    this.take(name, rest.replace(/^ /, ''));
    return null;
  }

  private take(name: string, value: string): void {
    if (name === 'id') this.block.id = value;
    if (name === 'event') this.block.event = value;
    if (name === 'data') this.block.data.push(value);
    if (name === 'retry' && /^\d{1,6}$/.test(value)) this.retryMs = Number(value);
  }

  private endBlock(): NodeEvent | null {
    const { id, event, data } = this.block;
    this.block = { data: [] };
    this.size = 0;
    if (id === undefined || event === undefined || data.length === 0) return null;
    if (!/^\d{1,16}$/.test(id)) throw new AnswerError("an event's id is no number");
    try {
      return { seq: Number(id), event, data: JSON.parse(data.join('\n')) as EventData };
    } catch {
      throw new AnswerError("an event's data is no JSON");
    }
  }
}

/** Events without end: connects again whenever the stream breaks, and goes on where it was. */
export async function* events(http: Http, choices: EventChoices = {}): AsyncGenerator<NodeEvent, void, void> {
  const most = choices.reconnects ?? Number.POSITIVE_INFINITY;
  let after = choices.after;
  let failures = 0;
  while (!isEnded(choices)) {
    const parser = new EventParser();
    try {
      after ??= await newestChange(http);
      if (isEnded(choices)) return;
      for await (const event of connection(http, parser, after, choices)) {
        after = event.seq;
        failures = 0;
        yield event;
      }
    } catch (error) {
      if (isEnded(choices)) return;
      if (!isPassing(error) || failures >= most) throw error;
    }
    if (isEnded(choices)) return;
    failures += 1;
    if (failures > most) throw new UnreachableError(PATH, 'the stream ended');
    await http.pause(parser.retryMs);
  }
}

/** Asked anew each time: it changes while the stream waits. */
function isEnded({ signal }: EventChoices): boolean {
  return signal?.aborted === true;
}

/** Asked for before the stream: one that breaks before its first event goes on behind it too. */
async function newestChange(http: Http): Promise<number> {
  const answer = await http.get('/v1/headers/latest');
  const header = readHeader((answer as { readonly header: unknown }).header);
  return header.change_first_seq + header.change_count - 1;
}

function isPassing(error: unknown): boolean {
  if (error instanceof ApiError) return error.isPassing;
  return error instanceof UnreachableError;
}

async function* connection(
  http: Http,
  parser: EventParser,
  after: number,
  { signal, idleMs = IDLE_MS }: EventChoices,
): AsyncGenerator<NodeEvent, void, void> {
  const abort = newAbort();
  const stop = (): void => abort?.abort();
  signal?.addEventListener('abort', stop);
  try {
    const headers = { Accept: 'text/event-stream', 'Last-Event-ID': String(after) };
    const opening = http.open(PATH, headers, abort?.signal);
    const { body } = await within(PATH, idleMs, opening);
    if (typeof body?.getReader !== 'function') {
      throw new HostError('this host gives no bodies in parts: read /v1/blocks/{height}/changes instead');
    }
    yield* eventsIn(PATH, body, parser, idleMs);
  } finally {
    signal?.removeEventListener('abort', stop);
    stop();
  }
}

/** The events in the body that a path answers, until it ends, breaks, or gives no byte for so long. */
export async function* eventsIn(
  path: string,
  body: ReadableStream<Uint8Array>,
  parser = new EventParser(),
  idleMs = IDLE_MS,
): AsyncGenerator<NodeEvent, void, void> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await within(path, idleMs, reader.read());
      if (done) return;
      yield* parser.push(value);
    }
  } catch (error) {
    if (error instanceof FormatError) throw new AnswerError(`an event is not UTF-8: ${error.message}`);
    throw error instanceof DianyunError ? error : new UnreachableError(path, error);
  } finally {
    // Not waited for: a connection that is dead never says that it is closed.
    reader.cancel().catch(() => undefined);
  }
}
