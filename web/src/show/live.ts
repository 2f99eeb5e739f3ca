// SPDX-License-Identifier: Apache-2.0
/** Hears at once when something happens that the holder should see, while the page is looked at. */

/** What is listened to, until it is told to stop. */
export type Stream = (signal: AbortSignal) => AsyncIterable<unknown>;

/** After a stream that cannot be had, the next attempt waits: asking once a minute goes on meanwhile. */
const PAUSE_MS = 60_000;

async function listen(stream: Stream, signal: AbortSignal, happened: () => void): Promise<void> {
  try {
    for await (const _event of stream(signal)) happened();
  } catch {
    // Too many streams, no network, a host without them: what is asked for every minute does without.
  }
}

/** Listens whenever the page is visible, until what it returns is called. */
export function follow(stream: Stream, happened: () => void): () => void {
  const stopped = new AbortController();
  let open: AbortController | null = null;
  let last = Number.NEGATIVE_INFINITY;
  const close = (): void => {
    open?.abort();
    open = null;
  };
  const look = (): void => {
    if (document.visibilityState !== 'visible') return close();
    if (open !== null || performance.now() - last < PAUSE_MS) return;
    const own = new AbortController();
    open = own;
    void listen(stream, own.signal, happened).then(() => {
      if (open === own) open = null;
      if (!own.signal.aborted) last = performance.now();
    });
  };
  const atOnce = (): void => {
    last = Number.NEGATIVE_INFINITY;
    look();
  };
  const { signal } = stopped;
  document.addEventListener('visibilitychange', look, { signal });
  addEventListener('online', atOnce, { signal });
  const timer = setInterval(look, PAUSE_MS / 4);
  look();
  return () => {
    stopped.abort();
    clearInterval(timer);
    close();
  };
}
