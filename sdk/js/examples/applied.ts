// SPDX-License-Identifier: Apache-2.0
/**
 * An invented driver applies at the node of a platform, which keeps what opens the commitments: the papers are
 * checked, the driver's own key gives its word, the platform's key sends it, and the testnet's authorities answer.
 */
import {
  Action,
  type CertificateKind,
  Client,
  fieldsRoot,
  formatTime,
  giveStatement,
  LocalSigner,
  parse,
  parseJson,
  type Schemas,
  type Signer,
  signToken,
  signTransaction,
  tokenAudience,
  withStatements,
} from '../src/index.js';
import { environment, expect, type Office, offices } from './support.js';

type Values = Readonly<Record<string, string>>;

/** What `dianyun testnet newcomer --json` prints, as far as it is needed here. */
interface Papers {
  readonly phone: string;
  readonly person: {
    readonly prefecture: number;
    readonly certificates: Readonly<Partial<Record<CertificateKind, Values>>>;
  };
}

/** Who applied. */
export interface Applied {
  readonly code: string;
  readonly application: string;
  readonly holder: LocalSigner;
  readonly chain: string;
  /** The node that keeps the data. */
  readonly node: string;
}

const PAUSE_MS = 200;
const PATIENCE_MS = 60_000;

/** A client that shows a token by a key, good for five minutes: longer than an example takes. */
export async function asking(address: string, signer: Signer): Promise<Client> {
  const { chain, name } = await new Client(address).get('/v1/status');
  const token = await signToken(signer, tokenAudience(chain, name), Date.now());
  return new Client(address, { headers: { authorization: `Bearer ${token}` } });
}

/** The organisation of a kind whose key is in hand. */
export async function officeOf(node: Client, kind: string): Promise<Office> {
  const office = (await offices(node)).find(({ organisation }) => organisation.kind === kind);
  expect(office !== undefined, `the keys have no ${kind} among them`);
  return office;
}

/** Nothing is signed that was not meant: holder, kinds and every value are those that were sent. */
function check(draft: Schemas['DraftReady'], action: Action, papers: Papers, holder: LocalSigner): void {
  expect('code_apply' in action, 'the node prepared another action');
  const { holder_key, claims } = action.code_apply;
  expect(holder_key === holder.key, 'the node prepared it for another key');
  expect(claims.length === Object.keys(papers.person.certificates).length, 'a certificate more or less');
  for (const [place, claim] of claims.entries()) {
    const fields = draft.claims[place]?.fields ?? [];
    const typed = papers.person.certificates[claim.kind];
    const isMeant = fields.every(({ name, value }) => value === (typed?.[name] ?? ''));
    expect(isMeant && claim.root === fieldsRoot(claim.kind, fields), `${claim.kind} is not what was sent`);
  }
}

/** From papers to an issued code. */
export async function applied(): Promise<Applied> {
  const at = environment('DIANYUN_PLATFORM_NODE');
  const papers = parseJson(environment('DIANYUN_PAPERS')) as unknown as Papers;
  const { signer } = await officeOf(new Client(environment('DIANYUN_NODE')), 'platform');
  const node = await asking(at, signer);
  const { chain } = await node.get('/v1/status');
  const holder = await LocalSigner.generate();
  const certificates = Object.entries(papers.person.certificates).map(([kind, values]) => ({
    kind: kind as CertificateKind,
    values: values,
  }));
  const draft = await node.post('/v1/applying', {
    for: { code: { driver: { vehicles: [], operator: null } } },
    holder_key: holder.key,
    custody: 'device',
    prefecture: papers.person.prefecture,
    certificates,
    contact: { phone: papers.phone },
  });
  const action = parse(Action, draft.action);
  check(draft, action, papers, holder);
  const whole = withStatements(action, [await giveStatement(holder, chain, action)]);
  const transaction = await signTransaction(signer, chain, whole);
  const { statements } = 'code_apply' in whole ? whole.code_apply : { statements: [] };
  const signed = { statements: [...statements], transaction: transaction as unknown as Schemas['Transaction'] };
  const done = await node.post('/v1/applying/{draft}/submit', signed, { draft: draft.draft });
  const { application, code } = done;
  expect(typeof application === 'string' && typeof code === 'string', 'no application came of it');
  await issued(await asking(at, holder), application);
  return { code, application, holder, chain, node: at };
}

/** Follows an application by the holder's own token until its code is issued. */
async function issued(node: Client, id: string): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const { record } = await node.get('/v1/applications/{id}', { path: { id } });
    if (record.state === 'issued') return;
    const refused = record.claims.find(({ state }) => typeof state !== 'string' && 'refused' in state);
    expect(refused === undefined, `${refused?.kind ?? ''} was refused`);
    expect(Date.now() < end, `the authorities did not answer by ${formatTime(end)}`);
    await new Promise((soon) => setTimeout(soon, PAUSE_MS));
  }
}
