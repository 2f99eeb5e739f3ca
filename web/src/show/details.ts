// SPDX-License-Identifier: Apache-2.0
/**
 * What is open on a code, and by when. How much is open the code says to everybody; what it is, the node tells the
 * holder alone. Names of organisations are on the chain in the clear.
 */
import { type Client, type Code, type Matter, parseTime, readRecord, type Summary } from '@dianyun/sdk';

/** Whom a matter is about, as the holder calls it. */
export type About = 'holder' | 'vehicle' | 'trailer';

/** Something to settle. */
export interface Open {
  readonly matter: Matter;
  readonly about: About;
  /** Name of the organisation that settles it; null: it has none in the clear. */
  readonly source: string | null;
}

/** A suspension in force. */
export interface Suspended {
  readonly by: string | null;
  readonly at: number;
}

/** What a holder is told about a code. */
export interface Details {
  readonly code: Code;
  /** In order of the instants by which they are to be settled. */
  readonly open: readonly Open[];
  /** How many are open beyond those. */
  readonly more: number;
  /** The earliest instant by which any is to be settled, ms. */
  readonly settleBy: number | null;
  readonly suspended: readonly Suspended[];
}

/** More are not listed; the code says how many there are. */
const LISTED = 50;

/** Names of organisations, each asked for once. */
export class Names {
  private readonly known = new Map<string, Promise<string | null>>();

  constructor(private readonly node: Client) {}

  /** The name of an organisation; null where it has none in the clear, or nobody answers. */
  of(id: string): Promise<string | null> {
    const asked = this.known.get(id) ?? this.ask(id);
    this.known.set(id, asked);
    return asked;
  }

  private async ask(id: string): Promise<string | null> {
    try {
      const { record: value } = await this.node.get('/v1/organisations/{id}', { path: { id } });
      const record = readRecord({ organisation: value });
      const identity = record.kind === 'organisation' ? record.value.identity : null;
      return identity !== null && 'open' in identity ? identity.open.name : null;
    } catch {
      this.known.delete(id);
      return null;
    }
  }
}

function summaries({ own, of_vehicle, of_trailer }: Code): readonly Summary[] {
  return [own, of_vehicle, of_trailer].filter((summary) => summary !== null);
}

type Asked = Readonly<Record<string, string>>;

/** The subjects that count for a code, each with the parameter that lists its matters. */
function subjects({ holder, current, trailer }: Code): readonly (readonly [About, Asked])[] {
  const vehicle = (about: About, id: string | null) => (id === null ? [] : [[about, { vehicle: id }] as const]);
  return [['holder', holder], ...vehicle('vehicle', current), ...vehicle('trailer', trailer)];
}

async function listed(client: Client, query: Asked): Promise<readonly Matter[]> {
  const page = await client.get('/v1/matters', { query: { ...query, state: 'open', limit: LISTED } });
  return page.items
    .map(({ value }) => readRecord(value))
    .flatMap((record) => (record.kind === 'matter' ? [record.value] : []));
}

/** Everything a holder is told about a code now; null: the chain does not know it. */
export async function detailsOf(client: Client, names: Names, id: string): Promise<Details | null> {
  const { record } = await client.get('/v1/codes/{id}', { path: { id } });
  if (record === null || record === undefined) return null;
  const found = readRecord({ code: record });
  if (found.kind !== 'code') return null;
  const code = found.value;
  const counted = summaries(code);
  const total = counted.reduce((sum, { open }) => sum + open, 0);
  const lists =
    total === 0 ? [] : subjects(code).map(async ([about, query]) => ({ about, all: await listed(client, query) }));
  const open = (await Promise.all(lists)).flatMap(({ about, all }) => all.map((matter) => ({ about, matter })));
  const named = open.map(async (one) => ({ ...one, source: await names.of(one.matter.source.organisation) }));
  const dues = counted.flatMap(({ earliest_settle_by }) =>
    earliest_settle_by === null ? [] : [parseTime(earliest_settle_by)],
  );
  const suspended = code.suspensions.map(async ({ by, at }) => ({ by: await names.of(by), at: parseTime(at) }));
  return {
    code,
    open: (await Promise.all(named)).sort((a, b) => parseTime(a.matter.settle_by) - parseTime(b.matter.settle_by)),
    more: Math.max(0, total - open.length),
    settleBy: dues.length === 0 ? null : Math.min(...dues),
    suspended: await Promise.all(suspended),
  };
}
