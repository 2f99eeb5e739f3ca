// SPDX-License-Identifier: Apache-2.0
/** What listens while a page is looked at, and that it stops when it is told to. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { follow } from '../src/show/live.js';

const page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
const window = new EventTarget();
Object.assign(globalThis, { document: page, addEventListener: window.addEventListener.bind(window) });

/** A stream without an event, which ends once it is told to. */
async function* silent(signal: AbortSignal): AsyncGenerator<never, void, void> {
  await new Promise((done) => signal.addEventListener('abort', done));
}

test('a page that is hidden listens to nothing, and after its stop nothing begins anew', () => {
  const opened: AbortSignal[] = [];
  const stop = follow(
    (signal) => {
      opened.push(signal);
      return silent(signal);
    },
    () => assert.fail('there was no event'),
  );
  const ended = (): boolean[] => opened.map(({ aborted }) => aborted);
  const turn = (state: string): void => {
    page.visibilityState = state;
    page.dispatchEvent(new Event('visibilitychange'));
  };
  assert.deepEqual(ended(), [false]);
  turn('hidden');
  assert.deepEqual(ended(), [true]);
  turn('visible');
  assert.deepEqual(ended(), [true, false]);
  stop();
  assert.deepEqual(ended(), [true, true]);
  turn('visible');
  window.dispatchEvent(new Event('online'));
  assert.deepEqual(ended(), [true, true]);
});
