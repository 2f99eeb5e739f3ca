// SPDX-License-Identifier: Apache-2.0
/**
 * An invented driver on the way to a code: a platform applies for a light lorry and then for the driver, whose own
 * key gives its word; the authorities answer. The example plays the authorities too, with the testnet's demo keys:
 * on a real chain each is an institution of its own, which compares the fields that it is sent with its register.
 */
import {
  type Action,
  Application,
  type CertificateKind,
  type Class,
  type Client,
  codeIdOf,
  type Field,
  fieldsRoot,
  formatTime,
  giveStatement,
  hostRandom,
  LocalSigner,
  madeId,
  type NewClaim,
  type Ordered,
  parse,
  type RecordId,
  saltFields,
  sha256,
  signTransaction,
  toHex,
  withStatements,
} from '../src/index.js';
import { expect, type Office, offices } from './support.js';

const DAY_MS = 86_400_000;
/** Kunming. */
const PREFECTURE = 5301;
/** The bit of class C1 among the classes of a driving licence: light lorries, below 4,500 kg. */
const LICENCE_C1 = 1 << 5;

/** A certificate that is claimed, with what its authority will say of it. */
interface Paper {
  readonly kind: CertificateKind;
  readonly values: Readonly<Record<string, string>>;
  readonly class: Class;
  /** How many keyed tags the authority's yes brings. */
  readonly tags: number;
}

/** What became of it all. */
export interface Newcomer {
  readonly application: RecordId;
  readonly code: string;
  readonly vehicle: RecordId;
  /** The driver's key. */
  readonly holder: LocalSigner;
  readonly platform: Office;
  readonly chain: string;
}

const LORRY: readonly Paper[] = [
  {
    kind: 'vehicle_licence',
    values: { vehicleNumber: '云A00001', vehiclePlateColorCode: '1', vehicleType: 'H31', grossMass: '4495' },
    class: {
      vehicle: {
        vehicle_type: 'H31',
        total_mass_kg: 4_495,
        rated_load_kg: 1_495,
        axles: 2,
        trailer: false,
        energy: 'diesel',
        hazardous: false,
        prefecture: PREFECTURE,
      },
    },
    tags: 2,
  },
  { kind: 'policy', values: { policyNumber: 'DEMO000001' }, class: { policy: { kind: 'compulsory' } }, tags: 0 },
];

const DRIVER: readonly Paper[] = [
  { kind: 'identity', values: { driverName: '测试司机', sex: '1' }, class: 'none', tags: 1 },
  {
    kind: 'driving_licence',
    values: { driverName: '测试司机', vehicleClass: 'C1' },
    class: { licence: { classes: LICENCE_C1 } },
    tags: 0,
  },
];

/** Takes a newcomer from nothing to an issued code. */
export async function newcomer(node: Client): Promise<Newcomer> {
  const { chain } = await node.get('/v1/status');
  const all = await offices(node);
  const platform = all.find(({ organisation }) => organisation.kind === 'platform');
  expect(platform !== undefined, 'the keys have no platform among them');
  const clerk = new Clerk(node, chain, all, platform);
  const lorry = await clerk.apply(LORRY, async (claims) => ({
    vehicle_apply: {
      owner: { organisation: platform.organisation.id },
      prefecture: PREFECTURE,
      claims,
      statements: [],
    },
  }));
  const { vehicle } = lorry.application;
  expect(vehicle !== null, 'the vehicle was not registered');
  const holder = await LocalSigner.generate();
  const driver = await clerk.apply(DRIVER, async (claims) => {
    const action: Action = {
      code_apply: {
        wanted: { driver: { vehicles: [vehicle], operator: null } },
        holder_key: holder.key,
        custody: 'device',
        prefecture: PREFECTURE,
        claims,
        statements: [],
      },
    };
    return withStatements(action, [await giveStatement(holder, chain, action)]);
  });
  const { id, code, state } = driver.application;
  expect(state === 'issued' && code !== null, `the application is ${state}`);
  expect(code === codeIdOf(driver.sent.id), 'the id of the code does not follow from its application');
  return { application: id, code, vehicle, holder, platform, chain };
}

/** Sends an application and has every authority answer it. */
class Clerk {
  constructor(
    private readonly node: Client,
    private readonly chain: string,
    private readonly all: readonly Office[],
    private readonly platform: Office,
  ) {}

  async apply(
    papers: readonly Paper[],
    make: (claims: readonly NewClaim[]) => Promise<Action>,
  ): Promise<{ application: Application; sent: Ordered }> {
    const sealed = await Promise.all(papers.map(({ kind, values }) => saltFields(kind, values)));
    const claims = papers.map((paper, place) => this.claim(paper, sealed[place] ?? []));
    const transaction = await signTransaction(this.platform.signer, this.chain, await make(claims));
    const sent = await this.node.execute(transaction);
    const id = madeId('app', sent.id);
    for (const [place, paper] of papers.entries()) await this.answer(id, place, paper, claims);
    const { record } = await this.node.get('/v1/applications/{id}', { path: { id } });
    return { application: parse(Application, record), sent };
  }

  private attester(kind: CertificateKind): Office {
    const found = this.all.find(({ organisation }) => {
      const covers = (prefectures: readonly number[]) => prefectures.length === 0 || prefectures.includes(PREFECTURE);
      return organisation.scopes.some((scope) => scope.kind === kind && covers(scope.prefectures));
    });
    expect(found !== undefined, `nobody whose key is in hand attests ${kind}`);
    return found;
  }

  private claim({ kind }: Paper, fields: readonly Field[]): NewClaim {
    return { kind, root: fieldsRoot(kind, fields), attester: this.attester(kind).organisation.id };
  }

  private async answer(
    application: RecordId,
    claim: number,
    paper: Paper,
    claims: readonly NewClaim[],
  ): Promise<void> {
    const { root } = claims[claim] ?? {};
    expect(root !== undefined, 'no such claim');
    const tags = await Promise.all(Array.from({ length: paper.tags }, inventedTag));
    const yes = {
      valid_from: formatTime(Date.now() - DAY_MS),
      valid_until: formatTime(Date.now() + 300 * DAY_MS),
      class: paper.class,
      tags,
    };
    const action: Action = { claim_answer: { application, claim, root, answer: { yes } } };
    await this.node.execute(await signTransaction(this.attester(paper.kind).signer, this.chain, action));
  }
}

/** Authorities take tags of numbers by a common secret; nobody here has a number, so any new one does. */
async function inventedTag(): Promise<string> {
  return toHex(sha256(await hostRandom(32)));
}
