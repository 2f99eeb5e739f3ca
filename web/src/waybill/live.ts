// SPDX-License-Identifier: Apache-2.0
/** Keeps a page as the chain is: asked again when something happens, once a minute, and when the network is back. */
import { follow } from '../show/live.js';
import type { Actor } from './actor.js';

const EACH_MS = 60_000;
/** What happens within so long is asked for once. */
const TOGETHER_MS = 400;

/** Runs `look` now and again, never twice at once. */
export class Live {
  private readonly stopped = new AbortController();
  private readonly unfollow: () => void;
  private readonly timer: ReturnType<typeof setInterval>;
  private waiting: ReturnType<typeof setTimeout> | null = null;
  private isLooking = false;
  private isDue = false;

  constructor(
    actor: Pick<Actor, 'client'>,
    private readonly look: () => Promise<void>,
  ) {
    const { signal: untilStopped } = this.stopped;
    this.unfollow = follow((signal) => actor.client.events({ signal, reconnects: 3 }), () => this.happened());
    addEventListener('online', () => this.happened(), { signal: untilStopped });
    document.addEventListener('visibilitychange', () => this.happened(), { signal: untilStopped });
    this.timer = setInterval(() => this.happened(), EACH_MS);
  }

  /** Nothing is heard or asked any more. */
  stop(): void {
    this.stopped.abort();
    this.unfollow();
    clearInterval(this.timer);
    if (this.waiting !== null) clearTimeout(this.waiting);
    this.isDue = false;
  }

  /** Something may have changed. */
  happened(): void {
    if (document.visibilityState !== 'visible') return;
    this.waiting ??= setTimeout(() => {
      this.waiting = null;
      void this.run();
    }, TOGETHER_MS);
  }

  /** Looks at once; what is asked for meanwhile is looked at after. */
  async run(): Promise<void> {
    if (this.stopped.signal.aborted) return;
    this.isDue = true;
    if (this.isLooking) return;
    this.isLooking = true;
    while (this.isDue) {
      this.isDue = false;
      await this.look().catch(() => undefined);
    }
    this.isLooking = false;
  }
}
