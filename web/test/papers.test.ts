// SPDX-License-Identifier: Apache-2.0
/** Which certificates are asked for, what is filled in by itself, and what gets no signature. No browser. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  type Action,
  type CertificateKind,
  fieldsRoot,
  giveStatement,
  LocalSigner,
  saltFields,
} from '../../sdk/js/src/index.js';
import { agreeLink, askedBy, OtherWordError, readWord, wordText } from '../src/apply/agree.js';
import { checkApplication, checkCorrection, checkNewKey, OtherDraftError } from '../src/apply/check.js';
import type { Asked, Correction, Draft, DraftClaim, NewKey, Paper } from '../src/apply/node.js';
import {
  kindsFor,
  kindsOf,
  NO_WISH,
  prefectureFor,
  proposed,
  saidBy,
  tidied,
  type Typed,
  wantedOf,
  type Wish,
} from '../src/apply/papers.js';

const key = new LocalSigner(new Uint8Array(32).fill(7)).key;
const other = new LocalSigner(new Uint8Array(32).fill(8)).key;
const ORG = 'org_30s3k7mym9yskrhcmphngxgwnx';
const APPLICATION = 'app_03edkk4n0eassmapd011zx8e21';
const OWN: Wish = { ...NO_WISH, vehicle: 'own' };
const weighing = (grossMass: string): Typed => ({ vehicle_licence: { grossMass } });

test('above 4.5 t a vehicle of one\'s own needs permits, and its driver a qualification', () => {
  for (const mass of ['4.49', '4.50']) {
    assert.deepEqual(kindsOf(OWN, weighing(mass)), ['identity', 'driving_licence', 'vehicle_licence', 'policy'], mass);
    assert.deepEqual(wantedOf('code', OWN, weighing(mass), key, 'veh_1'), {
      code: { driver: { vehicles: ['veh_1'], operator: null } },
    });
  }
  const heavy = weighing('4.51');
  assert.deepEqual(kindsFor('vehicle', OWN, heavy), ['vehicle_licence', 'policy', 'transport_permit']);
  assert.deepEqual(kindsFor('code', OWN, heavy), ['identity', 'driving_licence', 'qualification', 'business_permit']);
  assert.deepEqual(wantedOf('code', OWN, heavy, key, 'veh_1'), {
    code: { driver: { vehicles: ['veh_1'], operator: 'applicant' } },
  });
  // Once the licence is attested and forgotten, what was found of it still holds.
  assert.deepEqual(kindsFor('code', { ...OWN, isHeavy: true }, {}), kindsFor('code', OWN, heavy));
});

test('without a vehicle, with an enterprise\'s, and for an enterprise', () => {
  assert.deepEqual(kindsOf(NO_WISH, {}), ['identity', 'driving_licence']);
  const given: Wish = { ...NO_WISH, vehicle: 'given', given: 'veh_2', isHeavy: true };
  assert.deepEqual(kindsOf(given, {}), ['identity', 'driving_licence', 'qualification']);
  assert.deepEqual(wantedOf('code', given, {}, key, null), {
    code: { driver: { vehicles: ['veh_2'], operator: null } },
  });
  assert.deepEqual(wantedOf('code', { ...given, operator: ORG }, {}, key, null), {
    code: { driver: { vehicles: ['veh_2'], operator: { organisation: ORG } } },
  });
  const enterprise: Wish = { ...NO_WISH, who: 'enterprise', organisation: ORG };
  assert.deepEqual(kindsOf(enterprise, {}), ['business_permit']);
  assert.deepEqual(wantedOf('code', enterprise, {}, key, null), { code: { enterprise: ORG } });
  assert.deepEqual(wantedOf('vehicle', OWN, {}, key, null), { vehicle: { holder: key } });
});

test('a vehicle is applied for where its plate is from', () => {
  const typed: Typed = { vehicle_licence: { vehicleNumber: '云D12345' } };
  assert.equal(prefectureFor('vehicle', OWN, typed), 5303);
  assert.equal(prefectureFor('code', OWN, typed), 5301);
  assert.equal(prefectureFor('vehicle', OWN, { vehicle_licence: { vehicleNumber: '?' } }), 5301);
});

test('what is known is filled in, and days are taken with marks', () => {
  const typed: Typed = { identity: { driverName: '甲', identityNumber: '1' }, driving_licence: { driverName: '乙' } };
  assert.deepEqual(proposed('driving_licence', typed), { drivingLicense: '1' });
  assert.deepEqual(proposed('policy', {}), { policyKind: '交强险' });
  assert.deepEqual(saidBy('539902198704187177'), { birthDate: '19870418', sex: '男' });
  assert.deepEqual(saidBy('53'), {});
  for (const text of ['2026-01-31', '2026.1.31', '2026年1月31日', ' 20260131 '])
    assert.equal(tidied('validPeriodFrom', text), '20260131');
  assert.equal(tidied('validPeriodTo', '长期'), '长期');
  assert.equal(tidied('policyNumber', '2026-01-31'), '2026-01-31');
});

async function claimed({ kind, values }: Paper): Promise<DraftClaim> {
  const fields = await saltFields(kind, values);
  return { place: 0, kind, attester: ORG, root: fieldsRoot(kind, fields), fields };
}

const paper = (kind: CertificateKind, values: Record<string, string>): Paper => ({ kind, values });
const bare = ({ kind, root, attester }: DraftClaim) => ({ kind, root, attester });
const draft = (action: Action, claims: readonly DraftClaim[]): Draft => ({ draft: '00', action, sponsor: ORG, claims });

test('an application is signed only if it is the very one that was read over', async () => {
  const papers = [paper('identity', { driverName: '甲' }), paper('driving_licence', { vehicleClass: 'C1' })];
  const asked: Asked = {
    ticket: '',
    for: { code: { driver: { vehicles: [], operator: null } } },
    holder_key: key,
    custody: 'device',
    prefecture: 5301,
    certificates: papers,
    contact: {},
  };
  const claims = await Promise.all(papers.map(claimed));
  const right = {
    wanted: { driver: { vehicles: [], operator: null } },
    holder_key: key,
    custody: 'device' as const,
    prefecture: 5301,
    claims: claims.map(bare),
    statements: [],
  };
  checkApplication(draft({ code_apply: right }, claims), asked);
  const [first, second] = claims as [DraftClaim, DraftClaim];
  const altered = { ...second, fields: second.fields.map((field) => ({ ...field, value: field.value || 'x' })) };
  const forged = { ...altered, root: fieldsRoot(altered.kind, altered.fields) };
  const more = { driver: { vehicles: ['veh_2'], operator: null } };
  const swapped = [bare(first), bare(forged)];
  const wrong: [string, Draft][] = [
    ['another key', draft({ code_apply: { ...right, holder_key: other } }, claims)],
    ['custody elsewhere', draft({ code_apply: { ...right, custody: { platform: ORG } } }, claims)],
    ['another prefecture', draft({ code_apply: { ...right, prefecture: 5303 } }, claims)],
    ['a vehicle more', draft({ code_apply: { ...right, wanted: more } }, claims)],
    ['a certificate less', draft({ code_apply: { ...right, claims: [bare(first)] } }, [first])],
    ['another order', draft({ code_apply: { ...right, claims: [bare(second), bare(first)] } }, [second, first])],
    ['a root of other values', draft({ code_apply: { ...right, claims: swapped } }, [first, forged])],
    ['a root that opens otherwise', draft({ code_apply: { ...right, claims: swapped } }, claims)],
    ['another action', draft({ application_withdraw: { application: APPLICATION } }, claims)],
  ];
  for (const [name, one] of wrong) assert.throws(() => checkApplication(one, asked), OtherDraftError, name);
});

test('a word is asked for by a link and comes back as a text, and neither reads anything else', async () => {
  const apply: Action = {
    code_apply: {
      wanted: { driver: { vehicles: ['veh_03edkk4n0eassmapd011zx8e21'], operator: null } },
      holder_key: key,
      custody: 'device',
      prefecture: 5301,
      claims: [],
      statements: [],
    },
  };
  const link = agreeLink('http://here', apply);
  assert.deepEqual(askedBy(new URL(link).hash), apply);
  const withdraw: Action = { application_withdraw: { application: APPLICATION } };
  for (const none of ['', '#agree=', '#agree=AAAA', '#agree=%', new URL(agreeLink('http://here', withdraw)).hash])
    assert.equal(askedBy(none), null, none);
  const signer = new LocalSigner(new Uint8Array(32).fill(9));
  const word = await giveStatement(signer, '0'.repeat(64), apply);
  assert.deepEqual(readWord(` ${wordText(word)}\n`), word);
  for (const none of ['', 'AAAA', '%', `${wordText(word)}AAAA`])
    assert.throws(() => readWord(none), OtherWordError, none);
});

test('so is a vehicle, a correction, and a new key', async () => {
  const papers = [paper('vehicle_licence', { vin: 'A' })];
  const claims = await Promise.all(papers.map(claimed));
  const vehicle: Asked = {
    ticket: '',
    for: { vehicle: { holder: key } },
    holder_key: key,
    custody: 'device',
    prefecture: 5301,
    certificates: papers,
    contact: {},
  };
  const apply = { owner: { holder: key }, prefecture: 5301, claims: claims.map(bare), statements: [] };
  checkApplication(draft({ vehicle_apply: apply }, claims), vehicle);
  const theirs = draft({ vehicle_apply: { ...apply, owner: { organisation: ORG } } }, claims);
  assert.throws(() => checkApplication(theirs, vehicle), OtherDraftError);

  const [certificate] = papers as [Paper];
  const [claim] = claims as [DraftClaim];
  const correction: Correction = { ticket: '', application: APPLICATION, place: 1, certificate };
  const correct = { application: APPLICATION, claim: bare(claim), replaces: 1, statements: [] };
  checkCorrection(draft({ claim_correct: correct }, claims), correction);
  const elsewhere = draft({ claim_correct: { ...correct, replaces: 0 } }, claims);
  assert.throws(() => checkCorrection(elsewhere, correction), OtherDraftError);

  const wish: NewKey = { ticket: '', holder_key: key, custody: 'device', identity_number: '', name: '' };
  const register = { person: 'per_45406eev7k6kemjz2ejqnhj4sb', key, custody: 'device' as const, statements: [] };
  assert.equal(checkNewKey(draft({ person_key_register: register }, []), wish), register.person);
  const foreign = draft({ person_key_register: { ...register, key: other } }, []);
  assert.throws(() => checkNewKey(foreign, wish), OtherDraftError);
});
