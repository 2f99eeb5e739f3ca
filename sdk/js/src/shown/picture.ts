// SPDX-License-Identifier: Apache-2.0
/** Pictures of texts (QR codes) as SVG, with the quiet zone of four modules that ISO/IEC 18004 asks for. */
import { encodeQR } from 'qr';

import { FormatError } from '../errors.js';

const QUIET = 4;

/** The modules of a text with their quiet zone, row by row: true is dark. Errors are corrected at level M. */
export function qrModules(text: string): boolean[][] {
  const symbols = text.length;
  // A text of nothing else than alphanumeric symbols needs no `TextEncoder`, which some hosts lack.
  if (symbols === 0 || symbols > 2_331) throw new FormatError('the text is empty, or too long for a picture');
  return encodeQR(text, 'raw', { ecc: 'medium', border: QUIET });
}

/**
 * A text as SVG: black on white whatever surrounds it, since scanners need that. Without `pixels` it fills the room
 * that it is given.
 */
export function qrSvg(text: string, pixels?: number): string {
  const rows = qrModules(text);
  const side = rows.length;
  const size = pixels === undefined ? '' : ` width="${pixels}" height="${pixels}"`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}"${size} shape-rendering="crispEdges">` +
    `<path fill="#fff" d="M0 0h${side}v${side}H0z"/><path fill="#000" d="${rows.map(strokes).join('')}"/></svg>`
  );
}

/** One stroke for each run of dark modules. */
function strokes(row: readonly boolean[], y: number): string {
  let path = '';
  for (let x = 0; x < row.length; x += 1) {
    const start = x;
    while (row[x] === true) x += 1;
    if (x > start) path += `M${start} ${y}h${x - start}v1h${start - x}z`;
  }
  return path;
}
