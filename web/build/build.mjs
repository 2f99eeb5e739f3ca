// SPDX-License-Identifier: Apache-2.0
/**
 * Builds the pages into api/assets/pages, which is checked in so that the node is built without Node. Every part of a
 * page has a digest of its content in its name. With --check it builds beside it, and fails if anything differs.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const HOME = fileURLToPath(new URL('..', import.meta.url));
const OUT = join(HOME, '../api/assets/pages');
const PAGES = ['home', 'show', 'scan', 'driver', 'sales', 'waybill', 'apply', 'interfaces'];
/** What the oldest browsers must have that are served: ES2022, modules, Ed25519 with a fallback. */
const TARGET = ['es2022', 'chrome100', 'firefox115', 'safari15.4'];

const LICENCES = `/*! Dianyun Chain pages, Apache-2.0. With parts of @noble/curves, @noble/hashes and qr,
    (c) Paul Miller (paulmillr.com): MIT License, or MIT or Apache-2.0; see assets/README.md beside the node's source. */`;

const SHARED = {
  absWorkingDir: HOME,
  alias: {
    '@dianyun/sdk': '../sdk/js/src/index.ts',
    '@noble/curves': './node_modules/@noble/curves',
    '@noble/hashes': './node_modules/@noble/hashes',
    'qr/decode.js': './node_modules/qr/decode.js',
    qr: './node_modules/qr/index.js',
  },
  banner: { js: LICENCES },
  bundle: true,
  charset: 'utf8',
  legalComments: 'eof',
  logLevel: 'warning',
  minify: true,
  target: TARGET,
  write: false,
};

/** What was built: names below the folder, and their bytes. */
const files = new Map();

function digest(bytes) {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 12);
}

/** Keeps a part under a name with its digest; the path that pages load it by. */
function keep(stem, ending, bytes) {
  const name = `${stem}.${digest(bytes)}.${ending}`;
  files.set(`assets/${name}`, bytes);
  return `/assets/${name}`;
}

async function bundled(entry, more = {}) {
  const { outputFiles } = await build({ ...SHARED, entryPoints: [entry], outdir: 'out', ...more });
  return outputFiles;
}

async function one(entry, more) {
  const [file] = await bundled(entry, more);
  return Buffer.from(file.contents);
}

/** The scripts of all pages; what several need is in parts of its own. */
async function scripts(define) {
  const { outputFiles, metafile } = await build({
    ...SHARED,
    entryPoints: PAGES.map((page) => `src/pages/${page}.ts`),
    chunkNames: 'assets/part.[hash]',
    define,
    entryNames: 'assets/[name].[hash]',
    format: 'esm',
    metafile: true,
    outdir: 'out',
    publicPath: '/',
    splitting: true,
  });
  for (const file of outputFiles) files.set(relative(join(HOME, 'out'), file.path), Buffer.from(file.contents));
  const loads = new Map();
  for (const [path, { entryPoint, imports }] of Object.entries(metafile.outputs)) {
    if (entryPoint === undefined) continue;
    const page = entryPoint.replace(/^.*\/(\w+)\.ts$/, '$1');
    const named = (name) => `/${name.replace(/^out\//, '')}`;
    const parts = imports.filter(({ kind }) => kind === 'import-statement').map((part) => named(part.path));
    loads.set(page, { script: named(path), parts });
  }
  return loads;
}

async function pages() {
  const style = keep('pages', 'css', await one('styles/pages.css'));
  const icon = keep('icon', 'svg', readFileSync(join(HOME, 'html/icon.svg')));
  const decoder = keep('decode', 'js', await one('src/scan/decode.worker.ts', { format: 'iife' }));
  const loads = await scripts({ DECODER: JSON.stringify(decoder) });
  for (const page of PAGES) {
    const { script, parts } = loads.get(page);
    const preloads = parts.map((part) => `<link rel="modulepreload" href="${part}">`).join('\n');
    const html = readFileSync(join(HOME, `html/${page}.html`), 'utf8');
    const filled = { style, icon, script, preloads };
    files.set(`${page}.html`, Buffer.from(html.replace(/\{\{(\w+)\}\}/g, (_, name) => filled[name])));
  }
  // The worker that keeps all of it is another one whenever anything is.
  const kept = [...files.keys()].sort();
  const version = digest(Buffer.concat(kept.map((name) => Buffer.from(`${name}\n${digest(files.get(name))}\n`))));
  const define = { KEPT: JSON.stringify(kept.filter((name) => name.startsWith('assets/')).map((name) => `/${name}`)) };
  const options = { define: { ...define, VERSION: JSON.stringify(version) }, format: 'iife' };
  files.set('service.js', await one('src/offline/service.worker.ts', options));
}

function present(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

function check() {
  const names = new Set([...files.keys(), ...present(OUT)]);
  const differs = (name) => {
    const built = files.get(name);
    return built === undefined || !present(OUT).includes(name) || !built.equals(readFileSync(join(OUT, name)));
  };
  const bad = [...names].filter(differs).sort();
  if (bad.length > 0) {
    console.error(`api/assets/pages is not what web/ builds: run npm run build in web/\n  ${bad.join('\n  ')}`);
    process.exitCode = 1;
  }
}

function write() {
  rmSync(OUT, { force: true, recursive: true });
  for (const [name, bytes] of files) {
    mkdirSync(dirname(join(OUT, name)), { recursive: true });
    writeFileSync(join(OUT, name), bytes);
  }
  const sizes = [...files].map(([name, bytes]) => `${String(bytes.length).padStart(8)}  ${name}`);
  console.log(sizes.sort().join('\n'));
}

await pages();
if (process.argv.includes('--check')) check();
else write();
