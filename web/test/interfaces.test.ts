// SPDX-License-Identifier: Apache-2.0
/** An interface on the pages of both sides: applied for, refused, applied for again, granted, revoked, given back. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import type { Locator, Page } from 'playwright-core';

import { fromHex, type Interface, LocalSigner, readRecord } from '../../sdk/js/src/index.js';
import { assertClean, CARD, handed, keep, launch, NODE, node, open, seedOf, type Watched } from './support.js';

const browser = await launch();
after(() => browser.close());

const PATIENT = { timeout: 30_000 };
const PURPOSE = '测试用途：为虚构司机申领运输码';
const DESKTOP = { viewport: { width: 1280, height: 800 } };

/** An enterprise whose grants no other test needs. */
const ENTERPRISE = 'enterprise-3';

async function organisationOf(name: string): Promise<string> {
  const { key } = new LocalSigner(fromHex(seedOf(name)));
  for await (const { value } of node.list('/v1/organisations', {})) {
    const record = readRecord(value);
    if (record.kind === 'organisation' && record.value.keys.includes(key)) return record.value.id;
  }
  return assert.fail(name);
}

const enterprise = await organisationOf(ENTERPRISE);
const adminLink = `${NODE}/interfaces#admin=${enterprise}&key=${seedOf(ENTERPRISE, 'admin')}`;

async function opened(link: string, options = {}): Promise<Watched> {
  const watched = await open(browser, options);
  await watched.page.goto(link);
  await watched.page.locator('.interface:visible, .none:visible').first().waitFor(PATIENT);
  return watched;
}

/** The card of the interface for applications for codes; on the regulator's page that of the enterprise. */
const card = (page: Page, name = ''): Locator =>
  page.locator('[data-interface=code_application]:visible').filter({ hasText: name });

async function stands(page: Page, state: string): Promise<void> {
  await page.locator(`[data-interface=code_application][data-state=${state}]`).waitFor(PATIENT);
}

/** Opens the form of an act, fills it in, signs it, and waits until the chain has it. */
async function act(at: Locator, name: string, fill: (form: Locator) => Promise<void> = async () => {}): Promise<void> {
  await at.locator(`[data-act=${name}]`).click(PATIENT);
  const form = at.locator('form.step');
  await fill(form);
  await form.locator('button[type=submit]').click();
}

/** What the chain has. */
async function onChain(): Promise<Interface> {
  const path = { id: enterprise };
  const { interfaces } = await node.get('/v1/organisations/{id}/interfaces', { path });
  const found = interfaces.map((one) => readRecord({ interface: one }));
  const wanted = found.find((one) => one.kind === 'interface' && one.value.interface === 'code_application');
  return wanted?.kind === 'interface' ? wanted.value : assert.fail('no record');
}

async function apply(page: Page, calls: string): Promise<void> {
  await act(card(page), 'apply', async (form) => {
    await form.locator('[name=calls]').fill(calls);
    await form.locator('[name=purpose]').fill(PURPOSE);
  });
  await stands(page, 'requested');
}

test('an enterprise applies, is refused with a reason, applies again, and sees the grant at once', async () => {
  const applicant = await opened(adminLink);
  const regulator = await opened(CARD.pages.regulator, DESKTOP);
  const [its, office] = [applicant.page, regulator.page];
  assert.ok(!its.url().includes('key='), 'the address holds no key');
  const name = (await its.locator('.named').innerText()).split(' · ')[0] ?? '';
  await act(card(its), 'release');
  await stands(its, 'none');
  assert.equal((await onChain()).grant, null);
  await apply(its, '1200');
  await its.getByText(PURPOSE).waitFor(PATIENT);
  await keep(its, 'interfaces-flow-1-requested');

  // The regulator sees it by itself, checks the text against the chain's digest, and refuses.
  await card(office, name).waitFor(PATIENT);
  await card(office, name).locator('summary').click();
  await card(office, name).locator('textarea').fill('另一段文字');
  await card(office, name).getByText('与链上摘要不一致').waitFor();
  await card(office, name).locator('textarea').fill(PURPOSE);
  await card(office, name).getByText('与链上摘要一致').waitFor();
  await act(card(office, name), 'refuse', async (form) => {
    await form.locator('[name=reason]').selectOption('rate_too_high');
    await keep(office, 'interfaces-flow-2-refusing');
  });
  await stands(its, 'refused');
  await card(its).getByText('申请次数过高').waitFor(PATIENT);
  await keep(its, 'interfaces-flow-3-refused');

  await apply(its, '600');
  await act(card(office, name), 'grant', async (form) => {
    // No more than was asked for: the form says so, and signs nothing.
    await form.locator('[name=calls]').fill('601');
    await form.locator('button[type=submit]').click();
    await form.locator('[aria-invalid=true]').waitFor();
    await form.locator('[name=calls]').fill('300');
    await form.locator('[name=vehicles]').uncheck();
    await keep(office, 'interfaces-flow-4-granting');
  });
  await stands(its, 'granted');
  await card(its).locator('[data-part=granted]').getByText('300 次').waitFor(PATIENT);
  await its.locator('.command', { hasText: `--organisation ${enterprise}` }).waitFor();
  await its.locator('.command', { hasText: '--scopes codes,' }).waitFor();
  await keep(its, 'interfaces-flow-5-granted');
  const { grant, request, denied } = await onChain();
  assert.deepEqual([grant?.terms.calls_a_minute, grant?.terms.scopes.vehicles, request], [300, false, null]);
  assert.equal(denied?.reason, 'rate_too_high');
  for (const watched of [applicant, regulator]) {
    const seed = watched === applicant ? seedOf(ENTERPRISE, 'admin') : handed(CARD.pages.regulator).seed;
    assert.ok(watched.sent.every((request) => !request.includes(seed) && !request.includes(PURPOSE)));
    assertClean(watched);
    await watched.context.close();
  }
});

test('a request is withdrawn, a grant is revoked, and the enterprise sees why', async () => {
  const applicant = await opened(adminLink);
  const regulator = await opened(CARD.pages.regulator, DESKTOP);
  const [its, office] = [applicant.page, regulator.page];
  const name = (await its.locator('.named').innerText()).split(' · ')[0] ?? '';
  await apply(its, '500');
  await card(office, name).waitFor(PATIENT);
  await act(card(its), 'withdraw');
  await card(office, name).waitFor({ state: 'hidden', ...PATIENT });
  await stands(its, 'granted');
  await office.locator('[data-tab=grants]').click();
  await act(card(office, name), 'revoke', async (form) => {
    await form.locator('[name=reason]').selectOption('misuse');
  });
  await stands(its, 'revoked');
  await card(its).getByText('违规使用').waitFor(PATIENT);
  assert.equal((await onChain()).grant, null);
  for (const watched of [applicant, regulator]) {
    assertClean(watched);
    await watched.context.close();
  }
});

test('a working key that is no administrator looks and does nothing, nor does an authority', async () => {
  const watched = await opened(`${NODE}/interfaces#organisation=${enterprise}&key=${seedOf(ENTERPRISE)}`);
  await watched.page.getByText('这把密钥不是管理员密钥').waitFor(PATIENT);
  assert.equal(await watched.page.locator('[data-act]').count(), 0);
  assertClean(watched);
  await watched.context.close();
  const badge = handed(CARD.pages.badge);
  const office = await open(browser);
  await office.page.goto(`${NODE}/interfaces#organisation=${badge.id}&key=${badge.seed}`);
  await office.page.getByText('不需要申领接口').waitFor(PATIENT);
  assertClean(office);
  await office.context.close();
});

test("an administrator's key shows nothing, and stands beside the working key of the same organisation", async () => {
  const watched = await opened(CARD.pages.interfaces);
  const { page } = watched;
  await page.goto(`${NODE}/show`);
  await page.locator('.lonely').waitFor();
  await page.goto(CARD.pages.sales);
  await page.locator('.sheet').waitFor(PATIENT);
  await page.goto(`${NODE}/interfaces`);
  await page.locator('[data-act=apply]').first().waitFor(PATIENT);
  // By keyboard alone: to the form, and back to the button that opened it.
  await page.locator('[data-act=apply]').first().focus();
  await page.keyboard.press('Enter');
  await page.locator('form.step h3:focus').waitFor();
  await page.locator('form.step button[type=button]').focus();
  await page.keyboard.press('Enter');
  await page.locator('[data-act=apply]:focus').waitFor();
  assertClean(watched);
  await watched.context.close();
});
