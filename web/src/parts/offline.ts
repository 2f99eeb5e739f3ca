// SPDX-License-Identifier: Apache-2.0
/** Has the browser keep these pages, so that they open without a network. */
import { scriptAddress } from './trusted.js';

/** Registers the worker that keeps them; a browser without one needs a network, and nothing else changes. */
export function keepPages(): void {
  if (!('serviceWorker' in navigator)) return;
  const register = (): void => {
    navigator.serviceWorker
      .register(scriptAddress('/service.js'), { scope: '/', updateViaCache: 'none' })
      .catch(() => undefined);
  };
  if (document.readyState === 'complete') register();
  else addEventListener('load', register, { once: true });
}
