// SPDX-License-Identifier: Apache-2.0
/** A text as a QR picture: one path, so that it is sharp at any size, with the quiet zone that scanners need. */
import { qrModules } from '@dianyun/sdk';

import { drawing } from './dom.js';

/** The path of all dark modules, row by row. */
function pathOf(rows: readonly (readonly boolean[])[]): string {
  const runs: string[] = [];
  for (const [y, row] of rows.entries()) {
    for (let x = 0; x < row.length; x += 1) {
      if (row[x] !== true) continue;
      const begin = x;
      while (row[x + 1] === true) x += 1;
      runs.push(`M${begin} ${y}h${x + 1 - begin}v1H${begin}z`);
    }
  }
  return runs.join('');
}

/** The picture of a text. */
export function picture(text: string): SVGSVGElement {
  const rows = qrModules(text);
  const side = rows.length;
  return drawing(
    'svg',
    { class: 'picture', viewBox: `0 0 ${side} ${side}`, 'shape-rendering': 'crispEdges', 'aria-hidden': 'true' },
    drawing('path', { d: pathOf(rows) }),
  );
}
