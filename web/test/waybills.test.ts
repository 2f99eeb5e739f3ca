// SPDX-License-Identifier: Apache-2.0
/** A waybill on the pages of both sides: made, shared, scanned, seen, accepted, carried, settled; and refused. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';

import type { Locator, Page } from 'playwright-core';

import { readWaybillLink, waybillLink } from '../src/waybill/link.js';
import {
  assertClean,
  CARD,
  handed,
  keep,
  launch,
  NODE,
  open,
  photograph,
  pictureText,
  shownText,
  video,
  type Watched,
} from './support.js';
import { offered } from './waybills.js';

const browser = await launch();
after(() => browser.close());

const PATIENT = { timeout: 30_000 };
/** What the example fills in that is nobody's but the parties'. */
const PRIVATE = ['瓷砖', '虚构路', '1200.000', '539901000001'];

/** The salesman's page with a sheet that is filled in, but for whom it is offered to. */
async function salesman(on = browser, permissions: string[] = []): Promise<Watched> {
  const watched = await open(on, { permissions });
  await watched.page.goto(CARD.pages.sales);
  await watched.page.locator('.sheet').waitFor();
  await watched.page.getByRole('button', { name: '填入虚构示例' }).click();
  return watched;
}

async function driver(tab = 'offered'): Promise<Watched> {
  const watched = await open(browser);
  await watched.page.goto(CARD.pages.driver);
  await watched.page.locator(`[data-tab=${tab}]`).click();
  return watched;
}

const blue = handed(CARD.pages.blue).id;

/** Sends what is on the sheet; the link of the waybill that its code shows. */
async function publish(page: Page): Promise<string> {
  await page.locator('.sheet button[type=submit]').click();
  await page.locator('dialog.share[open]').waitFor(PATIENT);
  return page.locator('#link').inputValue();
}

function idOf(link: string): string {
  return new URLSearchParams(new URL(link).hash.slice(1)).get('id') ?? assert.fail(link);
}

const card = (page: Page, link: string): Locator => page.locator(`[data-waybill="${idOf(link)}"]`);

async function reaches(page: Page, link: string, state: string): Promise<void> {
  await page.locator(`[data-waybill="${idOf(link)}"][data-state=${state}]:visible`).waitFor(PATIENT);
}

/** Steps that are signed by the one tap. */
const PLAIN = ['accept', 'settle_agree'];

/** Taps a step, and confirms what it asks for. */
async function take(page: Page, link: string, step: string): Promise<void> {
  await card(page, link).locator(`[data-step=${step}]`).click(PATIENT);
  if (!PLAIN.includes(step)) await card(page, link).locator('form.step button[type=submit]').click(PATIENT);
}

/** Loads with a photograph, which stays on the phone and can be saved from there. */
async function photographed(page: Page, link: string): Promise<void> {
  const buffer = await page.screenshot();
  await card(page, link).locator('[data-step=load]').click();
  await card(page, link).locator('input[type=file]').setInputFiles({ name: 'load.png', mimeType: 'image/png', buffer });
  await card(page, link).getByText('已拍照').waitFor();
  await card(page, link).locator('form.step button[type=submit]').click();
  await reaches(page, link, 'loaded');
  await card(page, link).locator('summary').click();
  const saving = page.waitForEvent('download');
  await card(page, link).getByRole('button', { name: '装货照片' }).click();
  assert.deepEqual(readFileSync(await (await saving).path()), buffer);
}

test('a waybill is made, its code is scanned, it is seen, accepted, carried and settled', async () => {
  const sales = await salesman();
  await sales.page.locator('input[name=code]').fill(blue);
  const link = await publish(sales.page);
  assert.ok(link.startsWith(`${NODE}/waybill#id=way_`));
  assert.equal(await pictureText(sales.page), link);
  await keep(sales.page, 'flow-1-code');
  // The driver's phone: their key first, then the camera that sees the code.
  const held = video(link);
  const phone = await launch(held.path);
  try {
    const watched = await open(phone, { permissions: ['camera'] });
    const { page } = watched;
    await page.goto(CARD.pages.driver);
    await page.locator('.tabs').waitFor();
    await page.goto(CARD.pages.scan);
    await page.waitForURL(/\/waybill#id=/, PATIENT);
    await reaches(page, link, 'offered');
    await page.locator('[data-proof=holds]').waitFor(PATIENT);
    await page.getByText('已在本机与链上承诺核对一致').waitFor();
    await page.locator('.waybill .facts', { hasText: '瓷砖' }).waitFor();
    await keep(page, 'flow-2-scanned');
    await take(page, link, 'accept');
    await reaches(page, link, 'accepted');
    await sales.page.getByRole('button', { name: '关闭' }).click();
    await sales.page.locator('[data-tab=way]').click();
    await reaches(sales.page, link, 'accepted');
    await page.goto(`${NODE}/driver`);
    await page.locator('[data-tab=way]').click();
    for (const [step, state] of [
      ['load', 'loaded'],
      ['depart', 'in_transit'],
      ['arrive', 'arrived'],
    ] as const) {
      if (step === 'load') await photographed(page, link);
      else await take(page, link, step);
      await reaches(page, link, state);
      await reaches(sales.page, link, state);
    }
    await keep(page, 'flow-3-arrived');
    const form = card(sales.page, link).locator('form.step');
    await card(sales.page, link).locator('[data-step=sign]').click();
    await form.locator('[name=weight]').fill('990');
    await form.locator('[name=distance]').fill('160');
    await form.locator('button[type=submit]').click();
    await form.getByText('请填写完整').waitFor();
    await form.locator('[name=why]').fill('两件破损');
    await keep(sales.page, 'flow-4-signing');
    await form.locator('button[type=submit]').click();
    await reaches(sales.page, link, 'signed');
    await card(sales.page, link).locator('[data-step=settle]').click();
    await form.locator('[name=reference]').fill('TR-0001');
    await form.locator('button[type=submit]').click();
    await take(page, link, 'settle_agree');
    await page.locator('[data-tab=done]').click();
    await reaches(page, link, 'settled');
    await keep(page, 'flow-5-settled');
    assertClean(watched);
  } finally {
    await phone.close();
    held.remove();
  }
  assertClean(sales);
  // Into the vault of the node, and nowhere else.
  const left = (request: string): boolean => request.startsWith(`${NODE}/v1/waybills/${idOf(link)}/holdings `);
  assert.ok(sales.sent.some(left), 'the fields are left in the vault');
  const others = sales.sent.filter((request) => !left(request));
  for (const request of others) for (const word of PRIVATE) assert.ok(!request.includes(word), word);
  for (const request of sales.sent) assert.ok(!request.includes(handed(CARD.pages.sales).seed));
});

test("a driver's shown code is scanned and offered to at once; the driver sees it live and refuses", async () => {
  const waits = await driver();
  await waits.page.locator('.tabs').waitFor();
  const held = video(await shownText(CARD.pages.blue));
  const other = await launch(held.path);
  try {
    const sales = await salesman(other, ['camera']);
    await sales.page.getByRole('button', { name: '扫司机的码' }).click();
    await sales.page.locator('.chip.look-blue').waitFor(PATIENT);
    await keep(sales.page, 'offer-scanned');
    assert.equal(await sales.page.locator('video').evaluate((one) => (one as HTMLVideoElement).srcObject), null);
    const link = await publish(sales.page);
    await reaches(waits.page, link, 'offered');
    await card(waits.page, link).locator('[data-step=decline]').click();
    await card(waits.page, link).locator('form.step select').selectOption('price');
    await keep(waits.page, 'driver-refuses');
    await card(waits.page, link).locator('form.step button[type=submit]').click();
    await card(waits.page, link).waitFor({ state: 'detached', ...PATIENT });
    await sales.page.getByRole('button', { name: '关闭' }).click();
    await sales.page.locator('[data-tab=done]').click();
    await reaches(sales.page, link, 'declined');
    await card(sales.page, link).locator('summary').click();
    await card(sales.page, link).getByText('司机 · 运费不合适').waitFor();
    assertClean(sales);
  } finally {
    await other.close();
    held.remove();
  }
  assertClean(waits);
});

test('who has scanned a driver on the page that scans goes on to offer, if an organisation has its key here', async () => {
  const watched = await open(browser);
  const { page } = watched;
  await page.goto(CARD.pages.scan);
  await page.getByText(/见证节点 \d+ 个/).waitFor();
  await page.locator('#text').fill(await shownText(CARD.pages.blue));
  await page.locator('form button').click();
  await page.getByText('联网确认').waitFor();
  assert.equal(await page.getByRole('link', { name: '给此司机派单' }).count(), 0);
  await page.goto(CARD.pages.sales);
  await page.locator('.sheet').waitFor();
  await page.goto(CARD.pages.scan);
  await page.getByText(/见证节点 \d+ 个/).waitFor();
  await page.locator('#text').fill(await shownText(CARD.pages.blue));
  await page.locator('form button').click();
  await page.getByRole('link', { name: '给此司机派单' }).click(PATIENT);
  await page.locator('.sheet').waitFor();
  assert.equal((await page.locator('input[name=code]').inputValue()).replaceAll(' ', ''), blue);
  assertClean(watched);
});

test('a public waybill is found by filters, accepted, and cancelled', async () => {
  const sales = await salesman();
  await sales.page.locator('#to-all').check();
  await sales.page.locator('#sheet-to').selectOption('5329');
  const link = await publish(sales.page);
  const watched = await driver('public');
  const { page } = watched;
  await reaches(page, link, 'offered');
  const filters = page.locator('.filters select');
  await filters.nth(1).selectOption('5303');
  await card(page, link).waitFor({ state: 'detached', ...PATIENT });
  await filters.nth(1).selectOption('5329');
  await reaches(page, link, 'offered');
  await keep(page, 'driver-public-found');
  await take(page, link, 'accept');
  await page.locator('[data-tab=way]').click();
  await reaches(page, link, 'accepted');
  // No link was opened here: the maker's node tells who accepted it, and it is checked against the chain.
  // The tab of public waybills may have it still.
  const own = card(page, link).filter({ visible: true });
  await own.locator('.price', { hasText: '1200' }).waitFor(PATIENT);
  await own.locator('summary').click();
  await own.locator('.facts', { hasText: '瓷砖' }).waitFor(PATIENT);
  await own.getByText('已在本机与链上承诺核对一致').waitFor();
  await keep(page, 'driver-told');
  await take(page, link, 'cancel');
  await page.locator('[data-tab=done]').click();
  await reaches(page, link, 'cancelled');
  assertClean(watched);
  assertClean(sales);
});

test('a refusal of the chain is told in words, and nothing changes', async () => {
  const sales = await salesman();
  await sales.page.locator('#sheet-GoodsItemGrossWeight').fill('90000');
  await sales.page.locator('input[name=code]').fill(blue);
  const link = await publish(sales.page);
  const watched = await driver();
  await take(watched.page, link, 'accept');
  await card(watched.page, link).getByText('合计重量超过核定载质量').waitFor(PATIENT);
  await reaches(watched.page, link, 'offered');
  await sales.page.getByRole('button', { name: '关闭' }).click();
  await take(sales.page, link, 'withdraw');
  await card(watched.page, link).waitFor({ state: 'detached', ...PATIENT });
  assertClean(watched);
});

test('what was signed before a reload is sent again as it was, and no form is filled in for it', async () => {
  const link = await offered('blue');
  const watched = await driver();
  const { page } = watched;
  await reaches(page, link, 'offered');
  const sent = /\/v1\/transactions\?/;
  const bodies: string[] = [];
  page.on('request', (request) => {
    if (sent.test(request.url())) bodies.push(request.postDataBuffer()?.toString('hex') ?? '');
  });
  await page.route(sent, (route) => route.abort());
  await card(page, link).locator('[data-step=decline]').click();
  const first = page.waitForRequest(sent);
  await card(page, link).locator('form.step button[type=submit]').click();
  await first;
  await page.reload();
  await page.unroute(sent);
  await page.locator('[data-tab=offered]').click();
  const before = bodies.length;
  await card(page, link).locator('[data-step=decline]').click(PATIENT);
  await card(page, link).waitFor({ state: 'detached', ...PATIENT });
  assert.ok(bodies.length > before, 'it is sent again');
  assert.equal(new Set(bodies).size, 1);
  assertClean(watched);
});

test('what is missing or mistyped is marked, and nothing is sent', async () => {
  const watched = await open(browser);
  const { page } = watched;
  await page.goto(CARD.pages.sales);
  await page.locator('.sheet button[type=submit]').click();
  await page.locator('#wrong-DescriptionOfGoods', { hasText: '必填' }).waitFor();
  await page.locator('#wrong-PermitNumber:visible').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'sheet-DescriptionOfGoods');
  await page.getByRole('button', { name: '填入虚构示例' }).click();
  await page.locator('#sheet-ConsignorID').fill('91539902MA09T4R149');
  await page.locator('input[name=code]').fill(blue);
  await page.locator('.sheet button[type=submit]').click();
  await page.locator('#wrong-ConsignorID:visible').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'sheet-ConsignorID');
  await page.locator('#sheet-ConsignorID').fill('91539901MA2000P18R');
  await page.locator('input[name=code]').fill('53AAAA');
  await page.locator('.sheet button[type=submit]').click();
  await page.getByText('这不是运输码').waitFor();
  assert.equal(watched.sent.filter((request) => request.includes('/v1/transactions')).length, 0);
  assertClean(watched);
});

test('a link that was altered shows none of what it says, and the chain what it has', async () => {
  const link = await offered('blue');
  const at = link.indexOf('&open=') + 70;
  const altered = `${link.slice(0, at)}${link[at] === 'A' ? 'B' : 'A'}${link.slice(at + 1)}`;
  const watched = await driver();
  await watched.page.locator('.tabs').waitFor();
  await watched.page.goto(altered);
  await watched.page.getByText('可能被改动过').waitFor(PATIENT);
  assert.equal(await watched.page.getByText('瓷砖').count(), 0);
  await watched.page.locator('[data-proof=holds]').waitFor(PATIENT);
  await keep(watched.page, 'waybill-altered');
  assertClean(watched);
});

test('a link that says more than the chain committed to: neither its payment nor its maker is shown', async () => {
  const link = await offered('blue');
  const { id, details } = readWaybillLink(link) ?? assert.fail(link);
  assert.ok(details !== null);
  const watched = await driver();
  const { page } = watched;
  await page.locator('.tabs').waitFor();
  const payment = { amount: '9999.000', reference: 'TR-9999' };
  await page.goto(waybillLink(NODE, id, { ...details, payment }));
  await page.getByText('不是链上承诺的').waitFor(PATIENT);
  await page.locator('.waybill .facts', { hasText: '瓷砖' }).waitFor(PATIENT);
  for (const word of ['TR-9999', '9999 元', '结算金额与链上承诺一致']) {
    assert.equal(await page.locator('.waybill').getByText(word).count(), 0, word);
  }
  await page.goto(`${NODE}/driver`);
  await page.locator('.tabs').waitFor();
  const values = { ...details.values, Carrier: '别的物流公司' };
  await page.goto(waybillLink(NODE, id, { ...details, values }));
  await page.getByText('可能被改动过').waitFor(PATIENT);
  assert.equal(await page.getByText('别的物流公司').count(), 0);
  assertClean(watched);
});

test('a link that is opened without a network says so, shows what it says as unchecked, and goes on by itself', async () => {
  const link = await offered('blue');
  const watched = await driver();
  const { page, context } = watched;
  await page.locator('.tabs').waitFor();
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await context.setOffline(true);
  await page.goto(link);
  await page.getByText('没有网络').waitFor(PATIENT);
  await page.locator('.unchecked', { hasText: '瓷砖' }).waitFor();
  assert.equal(await page.locator('[data-step]').count(), 0);
  await keep(page, 'waybill-offline');
  await context.setOffline(false);
  await reaches(page, link, 'offered');
  await page.locator('[data-proof=holds]').waitFor(PATIENT);
  await page.getByText('已在本机与链上承诺核对一致').waitFor();
  assert.equal(await page.locator('.unchecked').count(), 0);
});

test('a waybill for somebody else is not told, and without a key a link is only what it says', async () => {
  const link = await offered('yellow');
  const watched = await driver();
  await watched.page.locator('.tabs').waitFor();
  await watched.page.goto(link);
  await watched.page.getByText('这张运单没有派给您').waitFor(PATIENT);
  assert.equal(await watched.page.locator('[data-step]').count(), 0);
  assertClean(watched);
  const nobody = await open(browser);
  await nobody.page.goto(link);
  await nobody.page.getByText('尚未与链上核对').waitFor();
  assert.equal(await nobody.page.locator('[data-step]').count(), 0);
  await keep(nobody.page, 'waybill-nobody');
  assertClean(nobody);
});

test('the picture that is saved shows the code, and scanned from a file it leads to the waybill', async () => {
  const sales = await salesman();
  await sales.page.locator('input[name=code]').fill(blue);
  const link = await publish(sales.page);
  const saving = sales.page.waitForEvent('download');
  await sales.page.getByRole('button', { name: '保存图片' }).click();
  const path = await (await saving).path();
  const watched = await open(browser);
  await watched.page.goto(CARD.pages.scan);
  const file = { name: 'code.png', mimeType: 'image/png', buffer: readFileSync(path) };
  await watched.page.locator('#picture').setInputFiles(file);
  await watched.page.waitForURL(`${NODE}/waybill${new URL(link).hash}`, PATIENT);
  const again = await open(browser);
  await again.page.goto(CARD.pages.scan);
  await again.page.locator('#picture').setInputFiles(await photograph(browser, link));
  await again.page.waitForURL(/\/waybill#id=/, PATIENT);
  await sales.page.getByRole('button', { name: '关闭' }).click();
  await take(sales.page, link, 'withdraw');
  assertClean(watched);
  assertClean(sales);
});
