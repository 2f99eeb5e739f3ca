// SPDX-License-Identifier: Apache-2.0
/**
 * An insurer asks for a driver's data: without a consent it gets none, with one it gets values that it checks against
 * the chain, and after the driver took it back none again. The driver sees who saw what. The data lie at the platform's
 * node; the insurer asks at its own.
 *
 * DIANYUN_NODE           a node of a testnet, such as http://127.0.0.1:8080
 * DIANYUN_KEYS           the folder `keys` of the testnet, with its demo keys
 * DIANYUN_GENESIS        the genesis file of the chain
 * DIANYUN_PAPERS         what `dianyun testnet newcomer --json` prints
 * DIANYUN_PLATFORM_NODE  the platform's node, where the driver applies
 * DIANYUN_INSURER_NODE   the insurer's node, where it asks
 */
import { readFileSync } from 'node:fs';

import {
  type Action,
  ApiError,
  type Client,
  exchangeHolds,
  type ExchangeField,
  formatTime,
  type Genesis,
  madeId,
  type OpenedCertificate,
  type Ordered,
  parseJson,
  readGenesis,
  type Schemas,
  signTransaction,
  verifyProof,
} from '../src/index.js';
import { type Applied, applied, asking, officeOf } from './applied.js';
import { environment, expect, nodeOf, run } from './support.js';

const HOUR_MS = 3_600_000;
const PURPOSE = 'insurance_quote';
/** In the order of the table, as a set of fields always is. */
const FIELDS: ExchangeField[] = ['name', 'validity', 'driving_licence'];

/** What the node answers when it gives nothing. */
async function refusal(asked: Promise<unknown>): Promise<string> {
  try {
    await asked;
  } catch (error) {
    if (error instanceof ApiError) return error.code;
    throw error;
  }
  throw new Error('the node gave what nobody agreed to');
}

/** That the chain has the commitments, a proof says, under a header of another node. */
async function proven(
  found: Schemas['ExchangeAnswer'],
  node: Client,
  headers: Client,
  genesis: Genesis,
): Promise<void> {
  for (const { subject, kind, root } of found.certificates) {
    const [what, id] = Object.entries(subject as Record<string, string>)[0] ?? [];
    expect(what === 'person' && id !== undefined, `the certificate is of a ${what ?? 'nobody'}`);
    const file = await node.recordProof('person', id);
    const seen = verifyProof(file, await headers.header(file.anchor.height), genesis.depth);
    expect(seen.what === 'record' && seen.kind === 'person', 'the proof is about something else');
    const own = seen.value.dossier.certificates.find((held) => held.kind === kind);
    expect(own?.terms.root === root, `the chain has no such ${kind}`);
  }
}

/** The driver's own steps, by the key that nobody else has. */
class Driver {
  constructor(
    private readonly who: Applied,
    private readonly node: Client,
  ) {}

  async send(action: Action): Promise<Ordered> {
    return this.node.execute(await signTransaction(this.who.holder, this.who.chain, action));
  }

  async consent(to: string): Promise<string> {
    const until = formatTime(Date.now() + HOUR_MS);
    const terms = { code: this.who.code, to, purpose: PURPOSE, fields: FIELDS, until, uses: 3 } as const;
    const given = await this.send({ consent_give: { terms, statements: [] } });
    return madeId('con', given.id);
  }

  async accesses(): Promise<readonly Schemas['AnyRecord'][]> {
    const own = await asking(this.who.node, this.who.holder);
    return (await own.get('/v1/codes/{id}/accesses', { path: { id: this.who.code } })).items;
  }
}

await run(async () => {
  const genesis = readGenesis(parseJson(readFileSync(environment('DIANYUN_GENESIS'), 'utf8')));
  const who = await applied();
  const insurer = await officeOf(nodeOf(), 'insurer');
  const asker = await asking(environment('DIANYUN_INSURER_NODE'), insurer.signer);
  const wish = { about: { code: who.code }, fields: FIELDS, purpose: PURPOSE } as const;
  const ask = (): Promise<Schemas['ExchangeAnswer']> => asker.post('/v1/exchange', wish);
  const before = await refusal(ask());

  const driver = new Driver(who, nodeOf());
  const consent = await driver.consent(insurer.organisation.id);
  // Another node than the one that has the consent may need a moment to have it too.
  const found = await eventually(ask);
  const opened = { fields: found.fields, certificates: found.certificates as readonly OpenedCertificate[] };
  expect(exchangeHolds(opened), 'a value does not open its commitment');
  await proven(found, nodeOf(), asker, genesis);
  const name = found.certificates.flatMap(({ fields }) => fields).find((field) => field.name === 'driverName');
  expect(name !== undefined && name.value !== '', 'the name is missing');

  const seen = await driver.accesses();
  expect(seen.length === 1, `the driver sees ${seen.length} accesses`);
  await driver.send({ consent_revoke: { consent } });
  const after = await eventually(async () => refusal(ask()));
  return { code: who.code, before, opened: found.certificates.length, seen_by_the_driver: seen.length, after };
});

/** Asks again for a while: a block takes a moment to be everywhere. */
async function eventually<T>(asked: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await asked();
    } catch (error) {
      if (attempt === 20) throw error;
      await new Promise((soon) => setTimeout(soon, 100));
    }
  }
}
