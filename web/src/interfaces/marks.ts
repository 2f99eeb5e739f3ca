// SPDX-License-Identifier: Apache-2.0
/** What tells how far an interface has gone on. Knows no element. */
import type { Interface } from '@dianyun/sdk';

/** What changes whenever something is asked for, answered, taken or given back. */
export function marksOf({ requests, request, grant }: Interface): string {
  return `${requests} ${request !== null} ${grant?.from ?? ''}`;
}
