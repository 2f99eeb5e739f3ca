// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import type { Page } from 'playwright-core';

import { assertClean, CARD, keep, launch, looks, open, photograph, pictureText, shownText, video } from './support.js';

const browser = await launch();
after(() => browser.close());

async function ready(page: Page): Promise<void> {
  await page.goto(CARD.pages.scan);
  await page.getByText(/见证节点 \d+ 个/).waitFor();
}

/** Verifies a text by the keyboard alone. */
async function type(page: Page, text: string): Promise<void> {
  await page.locator('#text').focus();
  await page.keyboard.insertText(text);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
}

async function reason(page: Page): Promise<string | null> {
  await looks(page, 'unknown', '.verdict');
  return page.locator('.verdict').getAttribute('data-reason');
}

test('what one page shows, the camera of another scans, with and without a network', async () => {
  const shows = await open(browser);
  await shows.page.goto(CARD.pages.blue);
  const held = video(await pictureText(shows.page));
  const other = await launch(held.path);
  try {
    const watched = await open(other, { permissions: ['camera'] });
    const { page, context } = watched;
    await page.goto(CARD.pages.scan);
    await looks(page, 'blue', '.verdict');
    await page.getByText('联网确认').waitFor();
    await keep(page, 'scan-camera-blue');
    await page.evaluate(() => navigator.serviceWorker.ready);
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await context.setOffline(true);
    await page.reload();
    await looks(page, 'blue', '.verdict');
    await page.getByText('本机离线核验').waitFor();
    await page.getByRole('button', { name: '继续扫码' }).click();
    await looks(page, 'blue', '.verdict');
    assert.deepEqual(watched.errors, []);
  } finally {
    await other.close();
    held.remove();
  }
});

test('the camera shows what it sees, and is off while a verdict stands', async () => {
  const held = video('HTTPS://EXAMPLE.INVALID/NOTHING');
  const other = await launch(held.path);
  try {
    const watched = await open(other, { permissions: ['camera'] });
    await watched.page.goto(CARD.pages.scan);
    assert.equal(await reason(watched.page), 'malformed');
    assert.equal(await watched.page.locator('video').evaluate((one) => (one as HTMLVideoElement).srcObject), null);
    assertClean(watched);
  } finally {
    await other.close();
    held.remove();
  }
});

test('a camera that comes after a verdict does not stay on', async () => {
  const held = video('HTTPS://EXAMPLE.INVALID/NOTHING');
  const other = await launch(held.path);
  try {
    const watched = await open(other, { permissions: ['camera'] });
    const { page } = watched;
    await page.addInitScript(() => {
      const media = navigator.mediaDevices as MediaDevices | undefined;
      if (media === undefined) return;
      const ask = media.getUserMedia.bind(media);
      media.getUserMedia = async (wanted) => {
        const stream = await ask(wanted);
        Object.assign(globalThis, { late: stream });
        await new Promise((done) => addEventListener('let-go', done, { once: true }));
        return stream;
      };
    });
    await page.goto(CARD.pages.scan);
    await page.waitForFunction(() => 'late' in globalThis);
    await type(page, 'DYM1:NOTHING');
    await reason(page);
    await page.evaluate(() => dispatchEvent(new Event('let-go')));
    await page.waitForFunction(() => {
      const { late } = globalThis as unknown as { readonly late: MediaStream };
      return late.getTracks().every(({ readyState }) => readyState === 'ended');
    });
    assertClean(watched);
  } finally {
    await other.close();
    held.remove();
  }
});

test('a photographed screen is old after two minutes, without a network too', async () => {
  const watched = await open(browser);
  const { page, context } = watched;
  await page.clock.install();
  await ready(page);
  const old = await photograph(browser, await shownText(CARD.pages.blue));
  await context.setOffline(true);
  await page.clock.fastForward(130_000);
  await page.locator('#picture').setInputFiles(old);
  assert.equal(await reason(page), 'shown_too_long_ago');
  assert.match(await page.locator('.meaning').innerText(), /旧的截图或照片/);
  await keep(page, 'scan-old-photograph');
});

test('a picture that is chosen is read, and a red code is red', async () => {
  const watched = await open(browser);
  await ready(watched.page);
  await watched.page.locator('#picture').setInputFiles(await photograph(browser, await shownText(CARD.pages.red)));
  await looks(watched.page, 'red', '.verdict');
  await watched.page.getByText('联网确认').waitFor();
  await looks(watched.page, 'red', '.verdict');
  await keep(watched.page, 'scan-red');
  assertClean(watched);
});

test('a picture without a code says so', async () => {
  const watched = await open(browser);
  await ready(watched.page);
  const buffer = await watched.page.screenshot();
  await watched.page.locator('#picture').setInputFiles({ name: 'nothing.png', mimeType: 'image/png', buffer });
  await watched.page.getByText('图片里没有找到二维码').waitFor();
  assertClean(watched);
});

test('by keyboard alone: a text in, a verdict that has the focus, and on to the next', async () => {
  const watched = await open(browser);
  const { page } = watched;
  await ready(page);
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), '跳到内容');
  await type(page, await shownText(CARD.pages.yellow));
  await looks(page, 'yellow', '.verdict');
  assert.equal(await page.evaluate(() => document.activeElement?.className), 'word');
  // The time that is left changes every second, and is not read out each time.
  assert.equal(await page.locator('.verdict [role=timer]').getAttribute('aria-live'), 'off');
  assert.equal(await page.locator('[aria-live=polite] [role=timer], [role=status] [role=timer]').count(), 0);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.locator('#text').waitFor();
  assert.equal(await page.locator('.verdict').isVisible(), false);
  assertClean(watched);
});

test('what is altered, foreign or over is unknown and never blue', async () => {
  const good = await shownText(CARD.pages.blue);
  const last = good.at(-1) === '0' ? '1' : '0';
  const cases = [
    [`${good.slice(0, -1)}${last}`, ['bad_signature', 'malformed']],
    [`${good.slice(0, 8)}${good[8] === 'A' ? 'B' : 'A'}${good.slice(9)}`, ['foreign_chain', 'malformed']],
    [CARD.samples['blue'] ?? '', ['malformed']],
    ['DYM1:', ['malformed']],
  ] as const;
  const watched = await open(browser);
  await ready(watched.page);
  for (const [text, reasons] of cases) {
    await type(watched.page, text);
    const found = await reason(watched.page);
    assert.ok((reasons as readonly (string | null)[]).includes(found), `${text}: ${found}`);
    await watched.page.getByRole('button', { name: '继续扫码' }).click();
  }
  assertClean(watched);
});

test('a badge is verified with the name that the chain has', async () => {
  const shows = await open(browser);
  await shows.page.goto(CARD.pages.badge);
  const text = await pictureText(shows.page);
  const watched = await open(browser);
  await ready(watched.page);
  await type(watched.page, text);
  await looks(watched.page, 'badge', '.verdict');
  await watched.page.locator('.verdict .facts', { hasText: '交通警察' }).waitFor();
  assertClean(watched);
});
