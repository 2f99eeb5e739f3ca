// SPDX-License-Identifier: Apache-2.0
/** Which addresses may be run as scripts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { scriptAddress } from '../src/parts/trusted.js';

test('scripts of this node are run, and those of no other host', () => {
  for (const path of ['/service.js', '/assets/decode.0123456789ab.js']) assert.equal(scriptAddress(path), path);
  const foreign = ['//host/x.js', '/assets//x.js', 'https://host/x.js', '/\\host/x.js', 'x.js', '/x.js?y', '/x.css'];
  for (const path of foreign) assert.throws(() => scriptAddress(path), TypeError, path);
});
