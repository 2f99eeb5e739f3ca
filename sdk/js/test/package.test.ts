// SPDX-License-Identifier: Apache-2.0
/** What the package as a whole must be: fit for every host, and its generated types those of the interface. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

import openapiTS, { astToString } from 'openapi-typescript';

import { doc, ROOT } from './support.js';

const HOME = new URL('sdk/js/', ROOT);
const GENERATED = 'src/api/openapi.ts';

function sources(folders: readonly string[]): [name: string, text: string][] {
  return folders.flatMap((folder) =>
    readdirSync(new URL(folder, HOME), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name): [string, string] => [`${folder}/${name}`, readFileSync(new URL(`${folder}/${name}`, HOME), 'utf8')]),
  );
}

test('the types of the interface are those that its description gives', async () => {
  const text = astToString(await openapiTS(new URL('docs/openapi.json', ROOT), { immutable: true }));
  const checkedIn = readFileSync(new URL(GENERATED, HOME), 'utf8');
  assert.ok(checkedIn.endsWith(text), 'npm run openapi, and look at what changed');
});

test('the library names nothing that only Node has', () => {
  for (const [name, text] of sources(['src'])) {
    const imports = [...text.matchAll(/from '([^']+)'/g)].map(([, from]) => from ?? '');
    for (const from of imports) assert.match(from, /^(\.|@noble\/(curves|hashes)\/|qr$)/, name);
    if (name === GENERATED) continue;
    for (const word of ['Buffer', 'process.', 'require(', 'TextEncoder(', 'TextDecoder(']) {
      assert.ok(!text.includes(word), `${name} names ${word}`);
    }
  }
});

test('source files are short and say their licence', () => {
  for (const [name, text] of sources(['src', 'test', 'examples']).filter(([name]) => name !== GENERATED)) {
    assert.ok(text.startsWith('// SPDX-License-Identifier: Apache-2.0\n'), name);
    const lines = text.split('\n');
    assert.ok(lines.length <= 500, `${name} has ${lines.length} lines`);
    for (const [number, line] of lines.entries()) assert.ok(line.length <= 120, `${name}:${number + 1} is too long`);
  }
});

/** What mini-programs and old hosts lack; `require` and timers stay. */
const BARE = `
  for (const name of ['crypto', 'TextEncoder', 'TextDecoder', 'fetch', 'ReadableStream', 'AbortController', 'Buffer']) {
    Reflect.deleteProperty(globalThis, name);
  }
  const sdk = await import(process.argv[1]);
  const proofs = JSON.parse((await import('node:fs')).readFileSync(process.argv[2], 'utf8'));
  const header = sdk.readHeader(proofs.trusted);
  for (const { proof } of proofs.true.filter((one) => one.header === undefined)) {
    sdk.verifyProof(sdk.readProof(JSON.stringify(proof)), header, proofs.genesis.depth);
  }
  const { list, accept: [{ text, now }] } = JSON.parse((await import('node:fs')).readFileSync(process.argv[3], 'utf8'));
  console.log(sdk.verifyShown(text, list, { now }).verdict, sdk.qrSvg(text).startsWith('<svg'));
  const signer = await sdk.LocalSigner.generate(async (length) => new Uint8Array(length).fill(7));
  const action = { matter_settle: { matter: 'mat_7ghpqe884c8hyz3p2ebyjw072h' } };
  const random = (length) => new Uint8Array(length);
  const transaction = await sdk.signTransaction(signer, header.chain, action, { random });
  console.log(sdk.transactionFault(transaction, header.chain));
  await sdk.signTransaction(signer, header.chain, action).catch((error) => console.log(error.name));
`;

test('proofs are verified and transactions signed where the host has next to nothing', () => {
  const index = new URL('../src/index.js', import.meta.url).href;
  const files = ['proofs', 'shown'].map((name) => fileURLToPath(new URL(`docs/vectors/${name}.json`, ROOT)));
  const arguments_ = ['--input-type=module', '--eval', BARE, index, ...files];
  const written = execFileSync(process.execPath, arguments_, { encoding: 'utf8' });
  assert.equal(written, 'verified true\nnull\nHostError\n');
});

test('what the manifest pins is what is locked', () => {
  const read = (name: string) => JSON.parse(readFileSync(new URL(name, HOME), 'utf8'));
  const { dependencies, devDependencies } = read('package.json');
  const { packages } = read('package-lock.json');
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
    assert.match(String(version), /^\d+\.\d+\.\d+$/, name);
    assert.equal(packages[`node_modules/${name}`].version, version);
  }
  assert.ok(!readFileSync(new URL('package-lock.json', HOME), 'utf8').includes('"resolved"'));
});

test('what the readme shows is what the package has', async () => {
  const sdk = (await import('../src/index.js')) as Record<string, unknown>;
  const shown = [...doc('sdk/js/README.md').matchAll(/import \{([^}]*)\} from '@dianyun\/sdk'/g)];
  assert.ok(shown.length > 0);
  for (const name of shown.flatMap(([, names]) => (names ?? '').split(',').map((one) => one.trim())).filter(Boolean)) {
    assert.ok(name in sdk, name);
  }
});
