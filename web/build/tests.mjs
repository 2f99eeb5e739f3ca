// SPDX-License-Identifier: Apache-2.0
/** Compiles the tests, each with what it takes from the pages and the package, into .build. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const HOME = fileURLToPath(new URL('..', import.meta.url));

rmSync(join(HOME, '.build'), { force: true, recursive: true });
await build({
  absWorkingDir: HOME,
  alias: { '@dianyun/sdk': '../sdk/js/src/index.ts' },
  bundle: true,
  entryPoints: readdirSync(join(HOME, 'test'))
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `test/${name}`),
  format: 'esm',
  logLevel: 'warning',
  outdir: '.build',
  packages: 'external',
  platform: 'node',
  target: 'node20',
});
