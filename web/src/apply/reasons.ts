// SPDX-License-Identifier: Apache-2.0
/** Why something was not done, in words: what a node refuses, what the chain refuses, and what the page itself does. */
import { ApiError, RefusedError } from '@dianyun/sdk';

import { say, type Words } from '../parts/language.js';
import { reasonsOf } from '../waybill/actor.js';
import { APPLYING } from '../words/applying.js';
import { PAPERS } from '../words/papers.js';
import { REFUSALS } from '../words/refusals.js';
import { OtherDraftError } from './check.js';

const OTHER: Words = {
  zh: '节点准备的内容与您核对的不一致，没有签名。请换一个节点，或联系节点运营方。',
  en: 'What the node prepared is not what you read over: nothing was signed. Use another node, or ask who runs this one.',
};

interface Reason {
  readonly code: string;
  readonly about?: string | null;
}

/** One reason of the chain, with what it is about where that is a certificate. */
function refusal({ code, about }: Reason): string {
  const words = REFUSALS[code];
  const text = words === undefined ? code : say(words);
  const paper = about === null || about === undefined ? undefined : (PAPERS as Record<string, Words>)[about];
  return paper === undefined ? text : say({ zh: `${paper.zh}：${text}`, en: `${paper.en}: ${text}` });
}

/** Why, a line for each reason. */
export function codeReasons(error: unknown): readonly string[] {
  if (error instanceof OtherDraftError) return [say(OTHER)];
  if (error instanceof RefusedError) return [...new Set(error.reasons.map(refusal))];
  if (!(error instanceof ApiError)) return reasonsOf(error);
  const { reasons } = error.problem as { readonly reasons?: readonly Reason[] };
  if (reasons !== undefined && reasons.length > 0) return [...new Set(reasons.map(refusal))];
  const words = APPLYING[error.code];
  if (words === undefined) return [`${error.problem.title}: ${error.problem.what_to_do}`];
  const kind = error.code === 'no_attester' ? Object.entries(PAPERS).find(([name]) => says(error, name)) : undefined;
  return [kind === undefined ? say(words) : say({ zh: `${words.zh}：${kind[1].zh}`, en: `${words.en}: ${kind[1].en}` })];
}

function says({ problem }: ApiError, word: string): boolean {
  return problem.field === word || problem.detail.includes(word);
}
