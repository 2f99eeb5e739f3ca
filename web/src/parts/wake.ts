// SPDX-License-Identifier: Apache-2.0
/** Keeps the screen on while a page is looked at, where the device lets it. */
let isHeld = false;

async function hold(): Promise<void> {
  if (isHeld || document.visibilityState !== 'visible') return;
  try {
    const lock = await navigator.wakeLock.request('screen');
    isHeld = true;
    lock.addEventListener('release', () => {
      isHeld = false;
    });
  } catch {
    // The battery is low, or the device does not want to: the page is as good without.
  }
}

/** From now on the screen stays on while the page is visible. */
export function stayAwake(): void {
  if (!('wakeLock' in navigator)) return;
  document.addEventListener('visibilitychange', () => void hold());
  void hold();
}
