// SPDX-License-Identifier: Apache-2.0
/**
 * What the tests of the pages share: a testnet's card, a browser, pages that are watched for errors and for requests
 * that go elsewhere, and pictures of what was seen.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

import { Client, formatTime, fromHex, LocalSigner, qrModules, readWitnessed, show } from '../../sdk/js/src/index.js';

function environment(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`set ${name}: tests/tests/pages.rs does`);
  return value;
}

type PageName =
  | 'home'
  | 'scan'
  | 'blue'
  | 'yellow'
  | 'red'
  | 'badge'
  | 'driver'
  | 'sales'
  | 'interfaces'
  | 'regulator';

interface Card {
  readonly chain_id: string;
  readonly keys: Readonly<Record<string, string>>;
  readonly nodes: readonly { readonly api: string; readonly name: string; readonly dir: string }[];
  readonly samples: Readonly<Record<string, string>>;
  readonly pages: Readonly<Record<PageName, string>>;
}

/** What the testnet's card says. */
export const CARD = JSON.parse(readFileSync(environment('DIANYUN_CARD'), 'utf8')) as Card;
/** Where the pages come from. */
export const NODE = new URL(CARD.pages.home).origin;
const PICTURES = environment('DIANYUN_PICTURES');

/** A client of the node that serves the pages. */
export const node = new Client(NODE);

/** The seed of an organisation of the demo: of its working key, or of that which administers it. */
export function seedOf(name: string, role: 'working' | 'admin' = 'working'): string {
  const file = CARD.keys[name] ?? assert.fail(name);
  const text = readFileSync(role === 'admin' ? file.replace(/\.key$/, '-admin.key') : file, 'utf8');
  return /^seed = "([0-9a-f]{64})"$/m.exec(text)?.[1] ?? assert.fail(name);
}

/** The working key of an organisation of the demo. */
export function officeKey(name: string): LocalSigner {
  return new LocalSigner(fromHex(seedOf(name)));
}

/** What a link hands over. */
export function handed(link: string): {
  readonly id: string;
  readonly kind: 'code' | 'organisation' | 'admin';
  readonly seed: string;
} {
  const parts = new URLSearchParams(new URL(link).hash.slice(1));
  const kind = (['code', 'organisation', 'admin'] as const).find((one) => parts.has(one)) ?? assert.fail(link);
  return { id: parts.get(kind) ?? '', kind, seed: parts.get('key') ?? '' };
}

/** The text that the holder of a link shows now. */
export async function shownText(link: string): Promise<string> {
  const { id, seed } = handed(link);
  const signer = new LocalSigner(fromHex(seed));
  const answer = await node.get('/v1/codes/{id}/witness', { path: { id }, query: { key: signer.key } });
  return show(signer, CARD.chain_id, readWitnessed(answer), formatTime(Date.now()));
}

/** A browser; with the path of a video, its camera shows that. */
export async function launch(video?: string): Promise<Browser> {
  const camera =
    video === undefined
      ? []
      : [
          '--use-fake-ui-for-media-stream',
          '--use-fake-device-for-media-stream',
          `--use-file-for-fake-video-capture=${video}`,
        ];
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const executablePath = process.env['DIANYUN_BROWSER'] ?? '/usr/bin/chromium';
  return chromium.launch({ executablePath, args: [...sandbox, ...camera, '--force-color-profile=srgb'] });
}

/** Everything that a page sent and complained about. */
export interface Watched {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Addresses, headers and bodies of all requests. */
  readonly sent: string[];
  /** Errors of scripts, and what the console was told of as an error. */
  readonly errors: string[];
}

/** A page of its own, watched. */
export async function open(browser: Browser, options: BrowserContextOptions = {}): Promise<Watched> {
  const context = await browser.newContext({ locale: 'zh-CN', viewport: { width: 390, height: 844 }, ...options });
  const page = await context.newPage();
  const [sent, errors]: [string[], string[]] = [[], []];
  context.on('request', (request) => {
    sent.push(`${request.url()} ${JSON.stringify(request.headers())} ${request.postData() ?? ''}`);
  });
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    // What a server answers is told here as an error too; the page says it in words.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      errors.push(message.text());
  });
  return { page, context, sent, errors };
}

/** Nothing went wrong on a page, and nothing went elsewhere. */
export function assertClean({ sent, errors }: Watched): void {
  assert.deepEqual(errors, []);
  for (const request of sent) assert.ok(request.startsWith(`${NODE}/`) || request.startsWith(`blob:${NODE}/`), request);
}

/** Waits until the card or the verdict looks so. */
export async function looks(page: Page, look: string, place = '.card'): Promise<void> {
  await page.locator(`${place}.look-${look}:visible`).waitFor({ timeout: 30_000 });
}

/** The text of the picture that is shown, once there is one; another than `than`. */
export async function pictureText(page: Page, than = ''): Promise<string> {
  const handle = await page.waitForFunction((old) => {
    const text = document.querySelector('.picture-place')?.getAttribute('data-text') ?? '';
    return text !== '' && text !== old ? text : null;
  }, than);
  return (await handle.jsonValue()) ?? assert.fail();
}

/** Keeps a picture of a page. */
export async function keep(page: Page, name: string): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}

const WIDTH = 640;
const HEIGHT = 480;

/** The brightness of a picture of a text, as a camera sees it: grey around, black on white within. */
function frame(text: string): Buffer {
  const rows = qrModules(text);
  const size = Math.floor(HEIGHT / (rows.length + 2));
  const [left, top] = [Math.floor((WIDTH - size * rows.length) / 2), Math.floor((HEIGHT - size * rows.length) / 2)];
  const pixels = Buffer.alloc(WIDTH * HEIGHT, 110);
  for (const [y, row] of rows.entries()) {
    for (const [x, isDark] of row.entries()) {
      for (let line = 0; line < size; line += 1) {
        const start = (top + y * size + line) * WIDTH + left + x * size;
        pixels.fill(isDark ? 30 : 225, start, start + size);
      }
    }
  }
  return pixels;
}

/** A video of somebody who holds up a text, and what removes it. */
export function video(text: string): { readonly path: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'dianyun-pages-'));
  const colour = Buffer.alloc((WIDTH * HEIGHT) / 2, 128);
  const one = Buffer.concat([Buffer.from('FRAME\n'), frame(text), colour]);
  const head = Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420jpeg\n`);
  const path = join(folder, 'camera.y4m');
  writeFileSync(path, Buffer.concat([head, ...Array.from({ length: 10 }, () => one)]));
  return { path, remove: () => rmSync(folder, { recursive: true }) };
}

/** A photograph of a text, as a file to choose. */
export async function photograph(
  browser: Browser,
  text: string,
): Promise<{ name: string; mimeType: string; buffer: Buffer }> {
  const page = await browser.newPage({ viewport: { width: 500, height: 500 } });
  const rows = qrModules(text);
  const dark = rows.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : []))).join('');
  const svg = `<svg viewBox="0 0 ${rows.length} ${rows.length}" width="480"><path d="${dark}"/></svg>`;
  await page.setContent(`<body style="margin:10px;background:#fff;transform:rotate(3deg)">${svg}</body>`);
  const buffer = await page.screenshot();
  await page.close();
  return { name: 'photograph.png', mimeType: 'image/png', buffer };
}
