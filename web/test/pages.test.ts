// SPDX-License-Identifier: Apache-2.0
/** What holds of every page: no violation that axe finds, both languages and schemes, strict headers, pictures. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import type { Page } from 'playwright-core';

import { violations } from './accessible.js';
import { assertClean, CARD, keep, launch, looks, NODE, open, shownText } from './support.js';
import { offered } from './waybills.js';

const browser = await launch();
after(() => browser.close());

const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } };

/** What stands on each page, and when it is there. */
const STATES: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  home: async (page) => void (await page.goto(CARD.pages.home)),
  'show-none': async (page) => void (await page.goto(`${NODE}/show`)),
  'show-blue': (page) => shown(page, 'blue'),
  'show-yellow': (page) => shown(page, 'yellow'),
  'show-red': (page) => shown(page, 'red'),
  'show-badge': (page) => shown(page, 'badge'),
  scan: async (page) => void (await page.goto(CARD.pages.scan)),
  'scan-blue': (page) => scanned(page, () => shownText(CARD.pages.blue), 'blue'),
  'scan-yellow': (page) => scanned(page, () => shownText(CARD.pages.yellow), 'yellow'),
  'scan-unknown': (page) => scanned(page, async () => 'DYM1:NOTHING', 'unknown'),
  'apply-none': async (page) => {
    await page.goto(`${NODE}/apply`);
    await page.locator('[data-stage=phone]').waitFor();
  },
  'driver-none': async (page) => void (await page.goto(`${NODE}/driver`)),
  driver: async (page) => {
    await link();
    await page.goto(CARD.pages.driver);
    await page.locator('.waybill').first().waitFor();
  },
  'driver-refuses': async (page) => {
    await link();
    await page.goto(CARD.pages.driver);
    await page.locator('[data-step=decline]').first().click();
    await page.locator('form.step').waitFor();
  },
  'driver-public': async (page) => {
    await page.goto(CARD.pages.driver);
    await page.locator('[data-tab=public]').click();
    await page.locator('.filters').waitFor();
  },
  'sales-none': async (page) => void (await page.goto(`${NODE}/sales`)),
  sales: async (page) => {
    await page.goto(CARD.pages.sales);
    await page.locator('.sheet').waitFor();
  },
  'sales-wrong': async (page) => {
    await page.goto(CARD.pages.sales);
    await page.locator('.sheet button[type=submit]').click();
    await page.locator('[aria-invalid=true]').first().waitFor();
  },
  'sales-code': async (page) => {
    await link();
    await page.goto(CARD.pages.sales);
    await page.locator('[data-tab=offered]').click();
    await page.locator('.waybill .primary').first().click();
    await page.locator('dialog[open] .picture').waitFor();
  },
  'interfaces-none': async (page) => void (await page.goto(`${NODE}/interfaces`)),
  interfaces: async (page) => {
    await page.goto(CARD.pages.interfaces);
    await page.locator('.interface').nth(1).waitFor();
  },
  'interfaces-apply': async (page) => {
    await page.goto(CARD.pages.interfaces);
    await page.locator('[data-act=apply]').first().click();
    await page.locator('form.step button[type=submit]').click();
    await page.locator('form.step [aria-invalid=true]').waitFor();
  },
  'interfaces-regulator': async (page) => {
    await page.goto(CARD.pages.regulator);
    await page.locator('[data-tab=grants]').click();
    await page.locator('.interface:visible').first().waitFor();
  },
  'waybill-none': async (page) => void (await page.goto(`${NODE}/waybill`)),
  'waybill-no-key': async (page) => void (await page.goto(await link())),
  waybill: async (page) => {
    await page.goto(CARD.pages.driver);
    await page.locator('.tabs').waitFor();
    await page.goto(await link());
    await page.locator('[data-proof=holds]').waitFor();
  },
};

let made: Promise<string> | null = null;

/** The link of a waybill that waits for the blue driver, made once. */
function link(): Promise<string> {
  made ??= offered('blue');
  return made;
}

async function shown(page: Page, look: 'blue' | 'yellow' | 'red' | 'badge'): Promise<void> {
  await page.goto(CARD.pages[look]);
  await looks(page, look);
  await page.locator('.facts dd').first().waitFor();
}

async function scanned(page: Page, text: () => Promise<string>, look: string): Promise<void> {
  await page.goto(CARD.pages.scan);
  await page.locator('#witnesses', { hasText: /\d/ }).waitFor();
  await page.locator('#text').fill(await text());
  await page.locator('form button').click();
  await looks(page, look, '.verdict');
}

for (const [name, prepare] of Object.entries(STATES)) {
  test(`axe finds nothing on ${name}, in both languages and schemes`, async () => {
    // Each language, scheme and size is looked at on each page, not each of them with each other.
    for (const [locale, colorScheme, size] of [
      ['zh-CN', 'light', 'phone'],
      ['en-GB', 'dark', 'desktop'],
    ] as const) {
      const watched = await open(browser, { locale, colorScheme, viewport: SIZES[size] });
      await prepare(watched.page);
      await watched.page.locator('main').waitFor();
      assert.equal(
        await watched.page.evaluate(() => document.documentElement.lang),
        locale === 'zh-CN' ? 'zh-CN' : 'en',
      );
      const wide = await watched.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `${size} ${locale}: ${wide} px too wide`);
      assert.deepEqual(await violations(watched.page), [], `${size} ${locale} ${colorScheme}`);
      await keep(watched.page, `${name}-${size}-${locale.slice(0, 2)}-${colorScheme}`);
      // Neither language is too wide for the narrowest phone.
      await watched.page.setViewportSize({ width: 360, height: 740 });
      const narrow = await watched.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(narrow <= 0, `360 px ${locale}: ${narrow} px too wide`);
      assertClean(watched);
      await watched.context.close();
    }
  });
}

test('the switch of languages changes every word, and is remembered', async () => {
  const watched = await open(browser);
  const { page } = watched;
  await shown(page, 'yellow');
  await page.getByRole('button', { name: 'English' }).click();
  assert.equal(await page.locator('.word').innerText(), 'Yellow');
  const text = await page.locator('body').innerText();
  // Names of organisations are what they are.
  const chinese = text
    .split('\n')
    .filter((line) => /\p{Script=Han}/u.test(line) && !line.includes('滇测') && line !== '中文');
  assert.deepEqual(chinese, []);
  await page.reload();
  await looks(page, 'yellow');
  assert.equal(await page.locator('.word').innerText(), 'Yellow');
  assertClean(watched);
});

test('the pages of waybills and interfaces speak English, but for names of organisations and what was filled in', async () => {
  const names = ['driver', 'driver-refuses', 'sales', 'sales-wrong', 'waybill', 'waybill-no-key'];
  for (const name of [...names, 'interfaces', 'interfaces-apply', 'interfaces-regulator']) {
    const watched = await open(browser, { locale: 'en-GB' });
    await STATES[name]?.(watched.page);
    const text = await watched.page.locator('body').innerText();
    const own = /滇测|测试货物|虚构|^中文$/;
    const chinese = text.split('\n').filter((line) => /\p{Script=Han}/u.test(line) && !own.test(line));
    assert.deepEqual(chinese, [], name);
    await watched.context.close();
  }
});

test('a page that the node does not answer says so, and goes on by itself', async () => {
  const { blue, driver, sales, interfaces } = CARD.pages;
  for (const [place, link] of [blue, driver, sales, interfaces, `${NODE}/apply`, `${NODE}/apply#lost`].entries()) {
    const watched = await open(browser);
    const { page } = watched;
    await page.route('**/v1/**', (route) => route.abort());
    await page.goto(link);
    await page.locator('.notice', { hasText: '没有网络，或节点没有应答' }).waitFor();
    assert.deepEqual(await violations(page), [], link);
    await page.unroute('**/v1/**');
    // After a while, or as soon as the network is back.
    if (place > 0) await page.evaluate(() => dispatchEvent(new Event('online')));
    await page.locator('body.waits').waitFor({ state: 'detached' });
    await page.locator('main').waitFor();
    assertClean(watched);
    await watched.context.close();
  }
});

test('pages are strict, parts are kept for good, and a page that is known is not sent again', async () => {
  const scans = ['/scan', '/sales'];
  for (const path of ['/', '/show', '/scan', '/driver', '/sales', '/waybill', '/apply', '/interfaces']) {
    const answer = await fetch(`${NODE}${path}`);
    const header = (name: string): string => answer.headers.get(name) ?? '';
    assert.match(header('content-security-policy'), /^default-src 'none'; script-src 'self'; style-src 'self';/);
    assert.equal(header('referrer-policy'), 'no-referrer');
    assert.equal(header('x-content-type-options'), 'nosniff');
    assert.equal(header('cache-control'), 'no-cache');
    assert.ok(header('permissions-policy').includes(scans.includes(path) ? 'camera=(self)' : 'camera=()'));
    const again = await fetch(`${NODE}${path}`, { headers: { 'If-None-Match': header('etag') } });
    assert.equal(again.status, 304);
    const parts = (await answer.text()).match(/\/assets\/[\w.-]+/g) ?? assert.fail(path);
    for (const part of parts) {
      const kept = await fetch(`${NODE}${part}`);
      assert.equal(kept.status, 200, part);
      assert.match(kept.headers.get('cache-control') ?? '', /immutable/);
    }
  }
  assert.equal((await fetch(`${NODE}/assets/..%2fshow.html`)).status, 404);
});
