// SPDX-License-Identifier: Apache-2.0
/** Hears at once when something of the holder's changes on the chain, while the page is looked at. */
import type { Client } from '@dianyun/sdk';

/** After a stream that cannot be had, the next attempt waits: asking once a minute goes on meanwhile. */
const PAUSE_MS = 60_000;

async function listen(client: Client, signal: AbortSignal, happened: () => void): Promise<void> {
  try {
    for await (const _event of client.events({ signal, reconnects: 3 })) happened();
  } catch {
    // Too many streams, no network, a host without them: what is asked for every minute does without.
  }
}

/** Listens whenever the page is visible. */
export function follow(client: Client, happened: () => void): void {
  let open: AbortController | null = null;
  let last = Number.NEGATIVE_INFINITY;
  const look = (): void => {
    if (document.visibilityState !== 'visible') {
      open?.abort();
      open = null;
      return;
    }
    if (open !== null || performance.now() - last < PAUSE_MS) return;
    const own = new AbortController();
    open = own;
    void listen(client, own.signal, happened).then(() => {
      if (open === own) open = null;
      if (!own.signal.aborted) last = performance.now();
    });
  };
  document.addEventListener('visibilitychange', look);
  addEventListener('online', () => {
    last = Number.NEGATIVE_INFINITY;
    look();
  });
  setInterval(look, PAUSE_MS / 4);
  look();
}
