// SPDX-License-Identifier: Apache-2.0
/** What can go wrong between a client and a node. What the state machine refuses is in a receipt (`RefusedError`). */
import { DianyunError } from '../errors.js';
import type { Hash } from '../ids.js';
import type { Receipt } from '../layouts/index.js';
import type { components } from './openapi.js';

/** RFC 9457 problem details with the node's own members. */
export type Problem = components['schemas']['ProblemDetails'];

/** A node refused a request. All codes are in docs/errors.md. */
export class ApiError extends DianyunError {
  readonly code: string;

  constructor(readonly problem: Problem) {
    super(`${problem.title} (${problem.code}): ${problem.detail} ${problem.what_to_do}`);
    this.code = problem.code;
  }

  /** The HTTP status. */
  get status(): number {
    return this.problem.status;
  }

  /** The id of the request, which is also in the node's log. */
  get requestId(): string {
    return this.problem.request_id;
  }

  /** True if the node is busy or cannot just now, and trying again makes sense. */
  get isPassing(): boolean {
    return this.status === 429 || this.status === 503;
  }

  /** How long to wait before that, in milliseconds; null where the node does not say. */
  get retryAfterMs(): number | null {
    const seconds = this.problem.retry_after_s;
    return typeof seconds === 'number' ? seconds * 1_000 : null;
  }
}

/** No answer came: the node is not reached, or it took too long. */
export class UnreachableError extends DianyunError {
  readonly code = 'unreachable';

  constructor(
    readonly url: string,
    override readonly cause: unknown,
  ) {
    super(`no answer from ${url}: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

/** An answer that no node gives: a proxy's page, or a release that does not fit. */
export class AnswerError extends DianyunError {
  readonly code = 'answer';
}

/** The state machine refused a transaction: nothing changed. */
export class RefusedError extends DianyunError {
  readonly code = 'refused';

  constructor(
    readonly transaction: Hash,
    readonly reasons: readonly Extract<Receipt['outcome'], { refused: unknown }>['refused']['reasons'][number][],
  ) {
    super(`refused: ${reasons.map(({ code, about }) => (about === null ? code : `${code} (${about})`)).join(', ')}`);
  }
}

/** A transaction is under way, and patience was at an end. Submitting the same one again is safe. */
export class NotYetError extends DianyunError {
  readonly code = 'not_yet';

  constructor(
    readonly transaction: Hash,
    override readonly cause?: unknown,
  ) {
    super(`transaction ${transaction} is not executed yet; submit the same one again`);
  }
}
