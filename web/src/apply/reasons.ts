// SPDX-License-Identifier: Apache-2.0
/** Why something was not done, in words: what a node refuses, what the chain refuses, and what the page itself does. */
import { ApiError, RefusedError } from '@dianyun/sdk';

import { say, type Words } from '../parts/language.js';
import { reasonsOf } from '../waybill/actor.js';
import { APPLYING } from '../words/applying.js';
import { PAPERS } from '../words/papers.js';
import { REFUSALS } from '../words/refusals.js';
import { OtherWordError } from './agree.js';
import { OtherDraftError } from './check.js';

const OTHER: Words = {
  zh: '节点准备的内容与您核对的不一致，没有签名。请换一个节点，或联系节点运营方。',
  en: 'What the node prepared is not what you read over: nothing was signed. Use another node, or ask who runs this one.',
};

const OTHER_WORD: Words = {
  zh: '这不是对本次申领的答复，请核对后重新粘贴。',
  en: 'This is no answer to this application: compare it, and paste it again.',
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
  if (error instanceof OtherWordError) return [say(OTHER_WORD)];
  if (error instanceof RefusedError) return [...new Set(error.reasons.map(refusal))];
  if (!(error instanceof ApiError)) return reasonsOf(error);
  const { code, problem } = error;
  if (code === 'application_refused') return [...new Set(chainReasons(problem.detail).map(refusal))];
  const words = APPLYING[code];
  if (words === undefined) return [`${problem.title}: ${problem.what_to_do}`];
  if (code !== 'no_attester') return [say(words)];
  const kind = Object.entries(PAPERS).find(([name]) => problem.detail.includes(name))?.[1] ?? { zh: '', en: '' };
  return [say({ zh: `${words.zh}：${kind.zh}`, en: `${words.en}: ${kind.en}` })];
}

/** The reasons of the chain behind what a node says of them: codes, some with what they are about. */
function chainReasons(detail: string): readonly Reason[] {
  const listed = detail.replace(/^.*?[:：]\s*/, '').split(', ');
  return listed.map((one) => {
    const [, code = one, about = null] = /^(\w+)(?: \((\w+)\))?$/.exec(one) ?? [];
    return { code, about };
  });
}
