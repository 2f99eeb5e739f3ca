// SPDX-License-Identifier: Apache-2.0
/** A shape of its own for each look, so that nobody has to tell colours apart. */
import { drawing } from './dom.js';
import type { Look } from './looks.js';

const BOX = '0 0 48 48';

/** Outline and sign: a disc with a tick, a triangle, an octagon, a barred square, a shield, a broken ring. */
const SHAPES: Readonly<Record<Look, { readonly outline: string; readonly sign: string; readonly isBroken?: true }>> = {
  blue: { outline: 'M24 3a21 21 0 1 1 0 42a21 21 0 1 1 0-42z', sign: 'M14 25l7 7 13-15' },
  yellow: { outline: 'M24 4 46 43H2z', sign: 'M24 17v13M24 36v.5' },
  red: {
    outline: 'M15.300 3h17.400L45 15.300v17.400L32.700 45H15.300L3 32.700V15.300z',
    sign: 'M16 16l16 16M32 16L16 32',
  },
  suspended: {
    outline: 'M7 3h34a4 4 0 0 1 4 4v34a4 4 0 0 1-4 4H7a4 4 0 0 1-4-4V7a4 4 0 0 1 4-4z',
    sign: 'M18 15v18M30 15v18',
  },
  cancelled: { outline: 'M7 3h34a4 4 0 0 1 4 4v34a4 4 0 0 1-4 4H7a4 4 0 0 1-4-4V7a4 4 0 0 1 4-4z', sign: 'M14 24h20' },
  badge: { outline: 'M24 3 43 9v14c0 11-8 18-19 22C13 41 5 34 5 23V9z', sign: 'M15 24l6.500 6.500L33 18' },
  unknown: {
    outline: 'M24 4a20 20 0 1 1 0 40a20 20 0 1 1 0-40z',
    sign: 'M18 19a6 6 0 1 1 8.500 5.500c-2 1-2.500 2-2.500 4M24 35v.5',
    isBroken: true,
  },
};

/** The shape of a look; what it means stands beside it in words. */
export function shape(look: Look): SVGSVGElement {
  const { outline, sign, isBroken } = SHAPES[look];
  const kind = isBroken === true ? 'outline broken' : 'outline';
  return drawing(
    'svg',
    { class: 'shape', viewBox: BOX, 'aria-hidden': 'true', focusable: 'false' },
    drawing('path', { class: kind, d: outline }),
    drawing('path', { class: 'sign', d: sign }),
  );
}
