// SPDX-License-Identifier: Apache-2.0
/** What the sources of the pages as a whole must be. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const HOME = new URL('../', import.meta.url);

const read = (name: string): string => readFileSync(new URL(name, HOME), 'utf8');

function sources(): [name: string, text: string][] {
  return ['src', 'test', 'build', 'styles'].flatMap((folder) =>
    readdirSync(new URL(folder, HOME), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|mjs|css)$/.test(name))
      .map((name): [string, string] => [`${folder}/${name}`, read(`${folder}/${name}`)]),
  );
}

test('source files are short and say their licence', () => {
  for (const [name, text] of sources()) {
    assert.ok(text.slice(0, 60).includes('SPDX-License-Identifier: Apache-2.0'), name);
    const lines = text.split('\n');
    assert.ok(lines.length <= 500, `${name} has ${lines.length} lines`);
    for (const [number, line] of lines.entries()) {
      assert.ok(line.length <= 120 || line.includes("'"), `${name}:${number + 1} is too long`);
    }
  }
});

test('no page writes markup, a style or a script out of texts', () => {
  for (const [name, text] of sources().filter(([name]) => name.startsWith('src/'))) {
    for (const word of ['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'document.write', 'eval(', 'new Function', '.style.']) {
      assert.ok(!text.includes(word), `${name} names ${word}`);
    }
    assert.ok(!/https?:\/\/(?!www\.w3\.org\/2000\/svg)/.test(text), `${name} names another origin`);
  }
});

test('what the pages and the package share is of one version', () => {
  const own = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };
  const sdk = JSON.parse(read('../sdk/js/package.json')) as { dependencies: Record<string, string> };
  assert.deepEqual(own.dependencies, sdk.dependencies);
});
