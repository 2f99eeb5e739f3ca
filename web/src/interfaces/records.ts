// SPDX-License-Identifier: Apache-2.0
/** Interfaces as a node answers them, and where one stands. */
import { type Client, type GrantTerms, type Interface, type InterfaceKind, parseTime, readRecord } from '@dianyun/sdk';

import { now } from '../parts/clock.js';
import type { Row } from '../parts/facts.js';
import { say, type Words } from '../parts/language.js';
import { instant, left } from '../parts/times.js';
import { SCOPES, SCOPES_OF, type Standing } from '../words/interfaces.js';

/** More are not shown at once. */
const MOST = 400;
const PAGE = 200;

const ROWS = {
  scopes: { zh: '范围', en: 'Scopes' },
  rate: { zh: '每分钟', en: 'A minute' },
  until: { zh: '截止', en: 'Until' },
} satisfies Record<string, Words>;

/** Both interfaces of an organisation, whether it ever asked for them or not. */
export async function interfacesOf(client: Client, id: string): Promise<readonly Interface[]> {
  const { interfaces } = await client.get('/v1/organisations/{id}/interfaces', { path: { id } });
  const found = interfaces.flatMap((one): Interface[] => {
    const record = readRecord({ interface: one });
    return record.kind === 'interface' ? [record.value] : [];
  });
  return Object.keys(SCOPES_OF).map((name) => {
    const none = { organisation: id, requests: 0, request: null, grant: null, denied: null };
    const kind = name as InterfaceKind;
    return found.find((one) => one.interface === kind) ?? { ...none, interface: kind };
  });
}

/** Interfaces of all organisations with an open request, or with a grant in force; at most the limit. */
export async function interfacesWith(
  client: Client,
  asked: { readonly requested: true } | { readonly granted: true },
): Promise<readonly Interface[]> {
  const found: Interface[] = [];
  for await (const { value } of client.list('/v1/interfaces', { query: { limit: PAGE, ...asked } })) {
    const record = readRecord(value);
    if (record.kind === 'interface') found.push(record.value);
    if (found.length >= MOST) break;
  }
  return found;
}

/** What tells one from the others. */
export function nameOfInterface({ organisation, interface: kind }: Interface): string {
  return `${organisation} ${kind}`;
}

/** Where it stands: a request that waits comes first, then what is in force, then the last no. */
export function standing({ request, grant, denied }: Interface): Standing {
  if (request !== null) return 'requested';
  if (grant !== null && parseTime(grant.terms.until) > now()) return 'granted';
  if (denied === null) return 'none';
  return denied.revoked ? 'revoked' : 'refused';
}

/** Terms, row by row. */
export function termRows(kind: InterfaceKind, { scopes, calls_a_minute, until }: GrantTerms, at: number): Row[] {
  const held = SCOPES_OF[kind].filter((name) => scopes[name]).map((name) => say(SCOPES[name]));
  const end = parseTime(until);
  const calls = calls_a_minute.toLocaleString('en-GB');
  return [
    [ROWS.scopes, held.join(say({ zh: '、', en: '; ' }))],
    [ROWS.rate, say({ zh: `${calls} 次`, en: calls_a_minute === 1 ? '1 call' : `${calls} calls` })],
    [ROWS.until, end > at ? `${instant(end, at)} · ${left(end - at)}` : instant(end, at)],
  ];
}
