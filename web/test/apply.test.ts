// SPDX-License-Identifier: Apache-2.0
/** Applying on the page until the code is issued, against the demo's authorities; and a new phone for a lost one. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';

import type { Page } from 'playwright-core';

import { later, readRecord, signTransaction } from '../../sdk/js/src/index.js';
import { violations } from './accessible.js';
import {
  assertClean,
  CARD,
  handed,
  keep,
  launch,
  looks,
  NODE,
  node,
  officeKey,
  open,
  type Watched,
} from './support.js';

type Values = Readonly<Record<string, string>>;
type Papers = Readonly<Record<string, Values>>;

interface Newcomer {
  readonly phone: string;
  readonly person: { readonly prefecture: number; readonly certificates: Papers };
  readonly vehicle: { readonly prefecture: number; readonly certificates: Papers };
}

interface Applicants {
  readonly light: Newcomer;
  readonly misprinted: Newcomer;
  readonly corrected: Newcomer;
  readonly guest: Newcomer;
  readonly drivers: readonly { readonly phone: string; readonly identity: Values; readonly key: string }[];
  readonly haulier: {
    readonly credit_code: string;
    readonly prefecture: number;
    readonly seed: string;
    readonly business_permit: Values;
  };
}

const PEOPLE = JSON.parse(readFileSync(process.env['DIANYUN_APPLICANTS'] ?? '', 'utf8')) as Applicants;
const PATIENT = { timeout: 30_000 };
const DESKTOP = { locale: 'en-GB', colorScheme: 'dark', viewport: { width: 1280, height: 800 } } as const;
/** The node that serves the pages is the first one of the card; it prints the one-time codes of the demo. */
const LOG = join((CARD.nodes[0] ?? assert.fail()).dir, '..', 'logs', `${CARD.nodes[0]?.name}.log`);

const browser = await launch();
after(() => browser.close());

/** The newest one-time code of the log, other than one that was seen. */
async function oneTimeCode(than = ''): Promise<string> {
  for (const end = Date.now() + PATIENT.timeout; Date.now() < end; ) {
    const lines = readFileSync(LOG, 'utf8').split('\n').filter((line) => line.includes('one-time code'));
    const { code } = JSON.parse(lines.at(-1) ?? '{}') as { readonly code?: string };
    if (code !== undefined && code !== than) return code;
    await new Promise((again) => setImmediate(again));
  }
  return assert.fail('no one-time code in the log');
}

const at = (page: Page, stage: string): Promise<void> => page.locator(`[data-stage=${stage}]`).waitFor(PATIENT);
const next = (page: Page): Promise<void> => page.locator('form button[type=submit]:visible').click();

/** Asks for a code, and enters it; the first time a wrong one. */
async function prove(page: Page, phone: string, isWrongFirst = false): Promise<void> {
  await page.locator('#phone').fill(phone);
  const before = await lastCode();
  await next(page);
  await page.locator('#one-time-code:visible').waitFor(PATIENT);
  const code = await oneTimeCode(before);
  if (isWrongFirst) {
    await page.locator('#one-time-code').fill(code === '000000' ? '000001' : '000000');
    await next(page);
    await page.locator('#wrong-one-time-code', { hasText: /不对|wrong/ }).waitFor(PATIENT);
    await keep(page, 'apply-code-wrong');
  }
  await page.locator('#one-time-code').fill(code);
  await next(page);
}

async function lastCode(): Promise<string> {
  const seen = readFileSync(LOG, 'utf8').includes('one-time code');
  return seen ? oneTimeCode() : '';
}

/** Types a certificate as it is printed. */
async function type(page: Page, kind: string, values: Values = {}): Promise<void> {
  await page.locator(`#${kind}-validPeriodTo`).waitFor(PATIENT);
  for (const [name, value] of Object.entries(values)) {
    const input = page.locator(`#${kind}-${name}`);
    if ((await input.evaluate((found) => found.tagName)) === 'SELECT') await input.selectOption(value);
    else await input.fill(value);
  }
}

/** All that the page keeps of an application, as text. */
async function kept(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const request = indexedDB.open('dianyun');
    const base = await new Promise<IDBDatabase>((done, fail) => {
      request.onsuccess = () => done(request.result);
      request.onerror = () => fail(request.error);
    });
    const all = base.transaction('applying').objectStore('applying').getAll();
    await new Promise((done) => {
      all.onsuccess = done;
    });
    base.close();
    return JSON.stringify(all.result);
  });
}

/** Waits until the page keeps a text. */
async function keeps(page: Page, text: string): Promise<void> {
  for (const end = Date.now() + PATIENT.timeout; Date.now() < end; ) if ((await kept(page)).includes(text)) return;
  assert.fail(`${text} is not kept`);
}

/** Nothing that axe finds, nothing too wide, on a narrow phone neither; and a picture to look at. */
async function inOrder({ page }: Watched, name: string): Promise<void> {
  const size = page.viewportSize() ?? assert.fail(name);
  for (const width of size.width < 500 ? [360, size.width] : [size.width]) {
    await page.setViewportSize({ ...size, width });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${name}: ${wide} px too wide for ${width}`);
  }
  assert.deepEqual(await violations(page), [], name);
  await keep(page, `apply-${name}`);
}

test('a driver with a small lorry applies on a phone until the code is issued, and it is blue', async () => {
  const { phone, person, vehicle } = PEOPLE.light;
  const watched = await open(browser);
  const { page } = watched;
  await page.goto(`${NODE}/apply`);
  await at(page, 'phone');
  await inOrder(watched, 'phone-zh');
  await page.locator('#phone').fill('12345');
  await next(page);
  await page.locator('#wrong-phone:visible').waitFor();
  await prove(page, phone, true);
  await at(page, 'who');
  await page.locator('#prefecture').selectOption(String(person.prefecture));
  await page.locator('#vehicle-own').check();
  await inOrder(watched, 'who-zh');
  await next(page);
  await at(page, 'papers');
  // What is missing or mistyped is said beside its input, and nothing is sent.
  await page.locator('#identity-identityNumber').fill('53990119900307777X');
  await next(page);
  await page.locator('#wrong-identity-driverName', { hasText: '必填' }).waitFor();
  await page.locator('#wrong-identity-identityNumber:visible').waitFor();
  const described = await page.locator('#identity-identityNumber').getAttribute('aria-describedby');
  assert.ok(described?.includes('wrong-identity-identityNumber'));
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'identity-driverName');
  await inOrder(watched, 'papers-wrong-zh');
  await type(page, 'identity', person.certificates['identity']);
  await next(page);
  await type(page, 'driving_licence', person.certificates['driving_licence']);
  // What was typed is still there after a reload.
  await page.locator('#driving_licence-driverName').focus();
  await keeps(page, `"vehicleClass":"${person.certificates['driving_licence']?.['vehicleClass']}"`);
  await page.reload();
  await page.locator('#driving_licence-fileNumber').waitFor(PATIENT);
  const file = await page.locator('#driving_licence-fileNumber').inputValue();
  assert.equal(file, person.certificates['driving_licence']?.['fileNumber']);
  await next(page);
  await type(page, 'vehicle_licence', vehicle.certificates['vehicle_licence']);
  await inOrder(watched, 'vehicle-zh');
  await next(page);
  await type(page, 'policy', vehicle.certificates['policy']);
  await next(page);
  await at(page, 'review');
  await inOrder(watched, 'review-zh');
  await page.locator('.read-over .primary').click();
  await at(page, 'sent');
  await page.locator('[data-applied=vehicle] .claim').first().waitFor(PATIENT);
  await keep(page, 'apply-sent-zh');
  await page.reload();
  await at(page, 'issued');
  await inOrder(watched, 'issued-zh');
  const left = await kept(page);
  for (const name of ['identityNumber', 'driverName', 'address'])
    assert.ok(!left.includes(person.certificates['identity']?.[name] ?? name), `${name} is forgotten`);
  await page.locator('a.primary').click();
  await looks(page, 'blue');
  await keep(page, 'apply-shown-zh');
  assertClean(watched);
  await watched.context.close();
});

test('a licence that is refused is corrected on the desktop, in English, and the code is issued', async () => {
  const watched = await open(browser, DESKTOP);
  const { page } = watched;
  const { phone, person } = PEOPLE.misprinted;
  const right = PEOPLE.corrected.person.certificates['driving_licence'] ?? {};
  await page.goto(`${NODE}/apply`);
  await at(page, 'phone');
  await inOrder(watched, 'phone-en');
  await prove(page, phone);
  await at(page, 'who');
  await page.locator('#prefecture').selectOption(String(person.prefecture));
  await inOrder(watched, 'who-en');
  await next(page);
  await type(page, 'identity', person.certificates['identity']);
  await next(page);
  await type(page, 'driving_licence', person.certificates['driving_licence']);
  await inOrder(watched, 'papers-en');
  await next(page);
  await at(page, 'review');
  await inOrder(watched, 'review-en');
  // A node that prepares something else gets no signature.
  await page.route('**/v1/applying', async (route) => {
    const answer = await route.fetch();
    const text = (await answer.text()).replace(/"prefecture":\d+/g, '"prefecture":5334');
    await route.fulfill({ response: answer, body: text });
  });
  await page.locator('.read-over .primary').click();
  await page.getByText('nothing was signed').waitFor(PATIENT);
  assert.equal(watched.sent.filter((request) => request.includes('/submit')).length, 0);
  await page.unroute('**/v1/applying');
  await page.locator('.read-over .primary').click();
  const licence = page.locator('[data-claim=driving_licence]');
  await page.locator('[data-claim=driving_licence][data-standing=refused]').waitFor(PATIENT);
  await licence.getByText('not what the register says').waitFor();
  await page.getByRole('status').getByText('1 refused').waitFor();
  await licence.getByRole('button').click();
  await inOrder(watched, 'refused-en');
  const said = await page.locator('body').innerText();
  const own = /滇测|\(测\)|长期|云南省|^中文$/;
  assert.deepEqual(said.split('\n').filter((line) => /\p{Script=Han}/u.test(line) && !own.test(line)), []);
  await type(page, 'driving_licence', right);
  await licence.locator('form button[type=submit]').click();
  await at(page, 'issued');
  await inOrder(watched, 'issued-en');
  await page.locator('a.primary').click();
  await page.locator('.card .id').waitFor(PATIENT);
  assertClean(watched);
  await watched.context.close();
});

test('an enterprise applies by its own key, and shows its code', async () => {
  const { credit_code, prefecture, seed, business_permit } = PEOPLE.haulier;
  const organisation = await freed(credit_code);
  const watched = await open(browser);
  const { page } = watched;
  await page.goto(`${NODE}/apply#organisation=${organisation}&key=${seed}`);
  await at(page, 'phone');
  assert.ok(!page.url().includes(seed), 'the address no longer has the key');
  await prove(page, `164${String(Date.now()).slice(-8)}`);
  await at(page, 'who');
  await page.locator('#who-enterprise').check();
  await page.locator('#organisation').selectOption(organisation);
  await page.locator('#prefecture').selectOption(String(prefecture));
  await inOrder(watched, 'enterprise-zh');
  await next(page);
  await type(page, 'business_permit', business_permit);
  await next(page);
  await at(page, 'review');
  // The answer is lost on its way: after a reload the same is sent again, and done once.
  await page.route('**/submit', async (route) => {
    await route.fetch();
    await route.abort();
  });
  await page.locator('.read-over .primary').click();
  await page.getByText('没有网络').waitFor(PATIENT);
  await page.unroute('**/submit');
  await page.reload();
  await at(page, 'issued');
  await page.locator('a.primary').click();
  await page.locator('.card .id').waitFor(PATIENT);
  assertClean(watched);
  await watched.context.close();
});

/** An enterprise whose code a regulator cancelled: it may apply anew. */
async function freed(creditCode: string): Promise<string> {
  const { chain, time } = await node.get('/v1/status');
  for await (const { value } of node.list('/v1/organisations')) {
    const found = readRecord(value);
    if (found.kind !== 'organisation' || !('open' in found.value.identity)) continue;
    if (found.value.identity.open.credit_code !== creditCode) continue;
    const { id, code } = found.value;
    if (code === null) return id;
    const action = { code_cancel: { code, reason: 'by_request' } };
    const validUntil = later(time, 120_000);
    await node.execute(await signTransaction(officeKey('regulator'), chain, action, { validUntil }));
    return id;
  }
  return assert.fail(creditCode);
}

/** A light vehicle of an organisation with all its papers in order. */
async function lightVehicle(owner: string): Promise<string> {
  for await (const { value } of node.list('/v1/vehicles')) {
    const found = readRecord(value);
    if (found.kind !== 'vehicle' || !('organisation' in found.value.owner)) continue;
    const { id, dossier, drivers, named_by } = found.value;
    const isSound = dossier.certificates.every(({ state }) => state === 'valid') && dossier.matters.length === 0;
    const licence = dossier.certificates.find(({ kind }) => kind === 'vehicle_licence')?.terms.class;
    const isLight = typeof licence === 'object' && 'vehicle' in licence && licence.vehicle.total_mass_kg <= 4_500;
    const hasRoom = drivers.length < 2 && named_by.length === 0;
    if (found.value.owner.organisation === owner && isSound && isLight && hasRoom) return id;
  }
  return assert.fail(`${owner} has no light vehicle`);
}

test('a driver with an enterprise\'s vehicle asks for its word, which it gives on its own page', async () => {
  const { phone, person } = PEOPLE.guest;
  const { id, seed } = handed(CARD.pages.sales);
  const driver = await open(browser);
  const { page } = driver;
  await page.goto(`${NODE}/apply`);
  await at(page, 'phone');
  await prove(page, phone);
  await at(page, 'who');
  await page.locator('#prefecture').selectOption(String(person.prefecture));
  await page.locator('#vehicle-given').check();
  await page.locator('#given').fill('veh_1');
  await next(page);
  await page.locator('#wrong-given:visible').waitFor();
  await page.locator('#given').fill(await lightVehicle(id));
  await inOrder(driver, 'given-zh');
  await next(page);
  await type(page, 'identity', person.certificates['identity']);
  await next(page);
  await type(page, 'driving_licence', person.certificates['driving_licence']);
  await next(page);
  await at(page, 'review');
  await page.locator('.read-over .primary').click();
  await page.locator('#agree').waitFor(PATIENT);
  await inOrder(driver, 'word-asked-zh');
  const link = await page.locator('#agree').inputValue();

  const enterprise = await open(browser, DESKTOP);
  await enterprise.page.goto(`${NODE}/apply#organisation=${id}&key=${seed}`);
  await at(enterprise.page, 'phone');
  await enterprise.page.goto(link);
  await at(enterprise.page, 'agree');
  await next(enterprise.page);
  await enterprise.page.locator('#word').waitFor(PATIENT);
  await inOrder(enterprise, 'word-given-en');
  const word = await enterprise.page.locator('#word').inputValue();
  assertClean(enterprise);
  await enterprise.context.close();

  // A word for something else is none, and what waits for one is still there after a reload.
  await page.locator('#answer').fill(word.slice(0, -4));
  await page.locator('.asked button[type=submit]').click();
  await page.getByText('这不是对本次申领的答复').waitFor(PATIENT);
  await page.reload();
  await page.locator('#answer').fill(word);
  await page.locator('.asked button[type=submit]').click();
  await at(page, 'issued');
  await page.locator('a.primary').click();
  await page.locator('.card .id').waitFor(PATIENT);
  assertClean(driver);
  await driver.context.close();
});

test('who lost the phone gets a new key on another one, and every old one ends', async () => {
  const issued = new Map<string, string>();
  for await (const { value } of node.list('/v1/applications')) {
    const found = readRecord(value);
    if (found.kind === 'application' && found.value.state === 'issued' && found.value.code !== null)
      issued.set(found.value.holder_key, found.value.code);
  }
  const shown = [CARD.samples['blue'], CARD.samples['yellow'], CARD.samples['red']];
  const isFree = ({ key }: { key: string }): boolean => issued.has(key) && !shown.includes(issued.get(key));
  const { phone, identity, key } = PEOPLE.drivers.find(isFree) ?? assert.fail('no driver has a code');
  const watched = await open(browser);
  const { page } = watched;
  await page.goto(`${NODE}/apply`);
  await at(page, 'phone');
  await page.locator('a[href="#lost"]').click();
  await page.locator('#phone').waitFor(PATIENT);
  await inOrder(watched, 'lost-phone-zh');
  await prove(page, phone);
  await page.locator('#driverName').fill(identity['driverName'] ?? '');
  await page.locator('#identityNumber').fill('539901199003077777');
  await next(page);
  await page.locator('#wrong-identityNumber:visible').waitFor();
  await inOrder(watched, 'lost-who-zh');
  await page.locator('#driverName').fill('别人(测)');
  await page.locator('#identityNumber').fill(identity['identityNumber'] ?? '');
  await next(page);
  await page.getByText('没有找到相符的申领记录').waitFor(PATIENT);
  await page.locator('#driverName').fill(identity['driverName'] ?? '');
  await next(page);
  await at(page, 'found');
  await inOrder(watched, 'lost-found-zh');
  await page.locator('a.primary').click();
  await page.locator('.card .id', { hasText: /53/ }).waitFor(PATIENT);
  assert.ok(!(await kept(page)).includes(identity['identityNumber'] ?? '?'));
  const code = issued.get(key) ?? '';
  const old = await node.get('/v1/codes/{id}/witness', { path: { id: code }, query: { key } }).catch(() => null);
  assert.equal(old, null, 'the old key shows nothing any more');
  assertClean(watched);
  await watched.context.close();
});
