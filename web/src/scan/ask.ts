// SPDX-License-Identifier: Apache-2.0
/** Asks the node what the chain says of a text that was scanned. */
import { publicNode } from '../parts/node.js';
import type { Answer } from './judge.js';

/** A road without a network must not make anybody wait. */
const PATIENCE_MS = 6_000;

/** What the node answers. */
export async function askNode(text: string): Promise<Answer> {
  return (await publicNode(PATIENCE_MS).verifyShown(text)) as Answer;
}
