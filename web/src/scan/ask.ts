// SPDX-License-Identifier: Apache-2.0
/** Asks the node what the chain says of a text that was scanned. */
import { ApiError, type Problem, UnreachableError } from '@dianyun/sdk';

import { learn } from '../parts/clock.js';
import { language } from '../parts/language.js';
import type { Answer } from './judge.js';

const PATH = '/v1/verify';
/** A road without a network must not make anybody wait. */
const PATIENCE_MS = 6_000;

async function post(text: string): Promise<Response> {
  const asked = Date.now();
  const headers = { Accept: 'application/json', 'Accept-Language': language(), 'Content-Type': 'application/json' };
  const options = { method: 'POST', headers, body: JSON.stringify({ text }), cache: 'no-store' as const };
  try {
    const answer = await fetch(PATH, { ...options, signal: AbortSignal.timeout(PATIENCE_MS) });
    learn(answer.headers.get('date'), asked, Date.now());
    return answer;
  } catch (error) {
    throw new UnreachableError(PATH, error);
  }
}

/** What the node answers. */
export async function askNode(text: string): Promise<Answer> {
  const answer = await post(text);
  const json: unknown = await answer.json().catch(() => null);
  if (answer.ok && typeof json === 'object' && json !== null && 'verdict' in json) return json as Answer;
  const isProblem = typeof json === 'object' && json !== null && 'code' in json;
  throw isProblem ? new ApiError(json as Problem) : new UnreachableError(PATH, `answered ${answer.status}`);
}
