// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import type { Page } from 'playwright-core';

import {
  chainId,
  formatTime,
  fromHex,
  later,
  LocalSigner,
  madeId,
  readGenesis,
  signTransaction,
  verifyShown,
  witnessesOf,
} from '../../sdk/js/src/index.js';
import { violations } from './accessible.js';
import { assertClean, CARD, handed, keep, launch, looks, NODE, node, officeKey, open, pictureText } from './support.js';

const browser = await launch();
after(() => browser.close());

const list = witnessesOf(CARD.chain_id, await node.get('/v1/validators'));

test('a blue code is shown, verifies, and is signed anew every minute', async () => {
  const watched = await open(browser);
  const { page } = watched;
  await page.clock.install();
  await page.goto(CARD.pages.blue);
  await looks(page, 'blue');
  const text = await pictureText(page);
  assert.ok(text.length <= 311, `${text.length} characters`);
  const verdict = verifyShown(text, list);
  assert.equal(verdict.verdict === 'verified' ? verdict.displayed : verdict.reason, 'blue');
  assert.match(await page.locator('.word').innerText(), /蓝码/);
  assert.match(await page.locator('.clock').innerText(), /^(\d+天 )?\d\d:\d\d:\d\d$/);
  await page.clock.fastForward(61_000);
  await pictureText(page, text);
  await page.close();
  assertClean(watched);
});

test('a key from a link is kept, leaves the address, and is never sent', async () => {
  const watched = await open(browser);
  const { page, sent } = watched;
  await page.goto(CARD.pages.yellow);
  await looks(page, 'yellow');
  const { id, seed } = handed(CARD.pages.yellow);
  assert.equal(new URL(page.url()).hash, '');
  assert.ok(page.url().endsWith(`/show?code=${id}`));
  for (const request of sent) assert.ok(!request.includes(seed));
  await page.goto(new URL('/show', CARD.pages.home).href);
  await looks(page, 'yellow');
  await page.getByRole('button', { name: '移除这把密钥' }).click();
  await page.getByRole('button', { name: '移除', exact: true }).click();
  await page.getByText('这个浏览器里还没有码').waitFor();
  assertClean(watched);
});

/** The public keys of all holders in the browser. */
async function keysIn(page: Page): Promise<unknown> {
  return page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error ?? new Error());
      });
    const base = await done(indexedDB.open('dianyun'));
    const all = await done(base.transaction('holders').objectStore('holders').getAll());
    base.close();
    return (all as { readonly key: { readonly key: string } }[]).map(({ key }) => key.key);
  });
}

test('a link replaces no key that is here without a question', async () => {
  const watched = await open(browser);
  const { page } = watched;
  const { id, seed } = handed(CARD.pages.blue);
  const [own, other] = [seed, '17'.repeat(32)].map((one) => new LocalSigner(fromHex(one)).key);
  const link = `${NODE}/show#code=${id}&key=${'17'.repeat(32)}`;
  await page.goto(CARD.pages.blue);
  await looks(page, 'blue');
  await page.goto(link);
  await page.getByText('这里已有另一把密钥').waitFor();
  assert.deepEqual(await violations(page), []);
  await keep(page, 'show-other-key');
  assert.deepEqual(await keysIn(page), [own]);
  // Who leaves the page instead of answering is asked again.
  await page.reload();
  await page.getByRole('button', { name: '保留原来的' }).click();
  await looks(page, 'blue');
  assert.equal(new URL(page.url()).hash, '');
  assert.deepEqual(await keysIn(page), [own]);
  // The same key once more is no other one.
  await page.goto(CARD.pages.blue);
  await looks(page, 'blue');
  await page.goto(link);
  await page.getByRole('button', { name: '换掉' }).click();
  await page.locator('.card:visible').waitFor();
  assert.equal(new URL(page.url()).hash, '');
  assert.deepEqual(await keysIn(page), [other]);
  assertClean(watched);
  await watched.context.close();
});

test('where people are real no key is taken from a link without a question', async () => {
  const watched = await open(browser);
  const { page } = watched;
  const genesis = { ...(await node.get('/v1/genesis')), mode: 'production' };
  const status = { ...(await node.get('/v1/status')), chain: chainId(readGenesis(genesis)) };
  await page.route('**/v1/genesis', (route) => route.fulfill({ json: genesis }));
  await page.route('**/v1/status', (route) => route.fulfill({ json: status }));
  for (const [link, none] of [
    [CARD.pages.blue, '这个浏览器里还没有码'],
    [CARD.pages.sales, '这个浏览器里没有企业的密钥'],
    [CARD.pages.driver, '这个浏览器里没有司机的密钥'],
    [CARD.pages.interfaces, '这个浏览器里没有机构的密钥'],
  ] as const) {
    await page.goto(link);
    await page.getByText('要接受链接里的密钥吗').waitFor();
    await page.getByRole('button', { name: '不接受' }).click();
    await page.getByText(none).waitFor();
    assert.ok(!page.url().includes('key='));
    assert.deepEqual(await keysIn(page), []);
  }
  await page.goto(CARD.pages.blue);
  await page.getByRole('button', { name: '接受', exact: true }).click();
  await page.locator('body.handed').waitFor({ state: 'detached' });
  assert.ok(!page.url().includes('key='));
  assert.notDeepEqual(await keysIn(page), []);
  assertClean(watched);
  await watched.context.close();
});

test('a key whose page is left while it waits for the node is handed over after all', async () => {
  const watched = await open(browser);
  const { page } = watched;
  await page.route('**/v1/**', (route) => route.abort());
  for (const go of [() => page.goto(CARD.pages.blue), () => page.reload()]) {
    await go();
    await page.locator('.notice', { hasText: '没有网络，或节点没有应答' }).waitFor();
  }
  await page.unroute('**/v1/**');
  await looks(page, 'blue');
  assert.ok(!page.url().includes('key='));
  assertClean(watched);
  await watched.context.close();
});

test('a page takes no key that is not for it, and leaves none in the address', async () => {
  const watched = await open(browser);
  const { page } = watched;
  const { id, seed } = handed(CARD.pages.blue);
  await page.goto(`${NODE}/apply#code=${id}&key=${seed}`);
  await page.locator('body.apply').waitFor();
  assert.equal(page.url(), `${NODE}/apply`);
  assert.deepEqual(await keysIn(page), []);
  assertClean(watched);
  await watched.context.close();
});

test('a browser without Ed25519 keeps the key sealed and shows as well', async () => {
  const watched = await open(browser);
  await watched.page.addInitScript(() => {
    const { importKey } = crypto.subtle;
    const without = (...given: Parameters<typeof importKey>): Promise<CryptoKey> => {
      const isEd25519 = JSON.stringify(given[2]).includes('Ed25519');
      return isEd25519
        ? Promise.reject(new DOMException('none', 'NotSupportedError'))
        : importKey.apply(crypto.subtle, given);
    };
    Object.defineProperty(crypto.subtle, 'importKey', { value: without });
  });
  await watched.page.goto(CARD.pages.blue);
  await looks(watched.page, 'blue');
  assert.equal(verifyShown(await pictureText(watched.page), list).verdict, 'verified');
  assertClean(watched);
});

test('yellow and red say what is open and by when, in words and by shape', async () => {
  const shapes = new Set<string>();
  for (const [look, word, title] of [
    ['yellow', '黄码', '违章'],
    ['red', '红码', '证照到期'],
  ] as const) {
    const watched = await open(browser);
    await watched.page.goto(CARD.pages[look]);
    await looks(watched.page, look);
    assert.equal(await watched.page.locator('.word').innerText(), word);
    await watched.page.locator('.matters li', { hasText: title }).waitFor();
    const due = await watched.page.locator('.due').first().innerText();
    assert.match(due, look === 'red' ? /已逾期.*月.*日/ : /请于 .*月.*日 .* 前处理，还有 \d+ 天/);
    shapes.add((await watched.page.locator('.shape .outline').first().getAttribute('d')) ?? '');
    assertClean(watched);
    await watched.context.close();
  }
  assert.equal(shapes.size, 2);
});

test('an officer shows a badge with a name', async () => {
  const watched = await open(browser);
  await watched.page.goto(CARD.pages.badge);
  await looks(watched.page, 'badge');
  const verdict = verifyShown(await pictureText(watched.page), list);
  assert.ok(verdict.verdict === 'verified' && 'organisation' in verdict.shown.witnessed.facts.shows);
  await watched.page.locator('.named').waitFor();
  assertClean(watched);
});

test('a matter turns the page yellow at once, and settled it is blue again', async () => {
  const watched = await open(browser);
  const { page } = watched;
  await page.goto(CARD.pages.blue);
  await looks(page, 'blue');
  const police = officeKey('traffic-police');
  const { time, chain } = await node.get('/v1/status');
  const { record } = await node.get('/v1/codes/{id}', { path: { id: handed(CARD.pages.blue).id } });
  const person = (record?.holder as { readonly person: string }).person;
  const validUntil = later(time, 120_000);
  const matter_open = {
    subject: { person },
    kind: 'violation' as const,
    reference: '11'.repeat(32),
    points: 1,
    over_limit: false,
    occurred_at: formatTime(Date.parse(time) - 60_000),
    settle_by: null,
  };
  const opened = await signTransaction(police, chain, { matter_open }, { validUntil });
  const { id } = await node.execute(opened);
  await looks(page, 'yellow');
  await page.locator('.matters li').waitFor();
  const matter = madeId('mat', id);
  await node.execute(await signTransaction(police, chain, { matter_settle: { matter } }, { validUntil }));
  await looks(page, 'blue');
  await page.locator('.matters li').waitFor({ state: 'hidden' });
  assertClean(watched);
});

test('without a network it renews itself until its end, opens again, and then is unknown', async () => {
  const watched = await open(browser);
  const { page, context } = watched;
  await page.clock.install();
  await page.goto(CARD.pages.blue);
  await looks(page, 'blue');
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  const text = await pictureText(page);
  await context.setOffline(true);
  await page.clock.fastForward(61_000);
  await pictureText(page, text);
  await looks(page, 'blue');
  await page.reload();
  await looks(page, 'blue');
  await page.getByText('没有网络').waitFor();
  await page.clock.fastForward(25 * 3_600_000);
  await looks(page, 'unknown');
  assert.equal(await page.locator('.word').innerText(), '未知');
  assert.equal(await page.locator('.picture').count(), 0);
  await keep(page, 'show-offline-over');
  await context.setOffline(false);
});
