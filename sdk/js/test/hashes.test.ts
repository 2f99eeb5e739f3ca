// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  type Action,
  actionDigest,
  affiliationId,
  automaticMatterId,
  capacityDigest,
  type CapacityTerms,
  chainId,
  Change,
  codeIdOf,
  erasureId,
  fromHex,
  Genesis,
  genesisOrganisationId,
  giveCapacity,
  giveRelease,
  Header,
  headerHash,
  historyLeaf,
  type Identity,
  interfaceId,
  type InterfaceKind,
  leafHash,
  LocalSigner,
  madeId,
  mattersDigest,
  NameKind,
  parseId,
  type Proposal,
  readGenesis,
  readHeader,
  readTransaction,
  Receipt,
  registeredKeyId,
  type Release,
  releaseDigest,
  releaseHolds,
  releaseOf,
  rootOf,
  stateKey,
  type Statement,
  statementHolds,
  statementId,
  statementMessage,
  statementsOf,
  TAGS,
  tagged,
  tagSecretCommitment,
  toHex,
  Transaction,
  transactionBytes,
  transactionFault,
  transactionId,
  transactionMessage,
  uniqueNameId,
  valueDigest,
  valueOf,
  verify,
  Version,
  versionHash,
  waybillNumberDigest,
  withStatements,
} from '../src/index.js';
import { codecOf, doc, vectors } from './support.js';
import { decode, encode, parse } from './under.js';

interface Hashes {
  readonly genesis: { readonly json: unknown; readonly bytes: string; readonly chain: string };
  readonly transaction: {
    readonly json: unknown;
    readonly bytes: string;
    readonly id: string;
    readonly leaf: string;
    readonly signed: string;
    readonly statement: Record<
      'action_without_statements' | 'digest' | 'id' | 'signature' | 'signed' | 'signer',
      string
    >;
  };
  readonly capacity: {
    readonly release: {
      readonly release: Release;
      readonly bytes: string;
      readonly digest: string;
      readonly statement: Statement;
      readonly signed: string;
    };
    readonly terms: CapacityTerms;
    readonly bytes: string;
    readonly digest: string;
    readonly statement: Statement;
    readonly signed: string;
    readonly id: string;
  };
  readonly pairs: {
    readonly affiliation: { readonly enterprise: string; readonly code: string; readonly id: string };
    readonly erasure: { readonly application: string; readonly id: string };
  };
  readonly proposal: Record<'bytes' | 'payload_hash' | 'proposer' | 'signature' | 'signed', string>;
  readonly versions: readonly {
    readonly bytes: string;
    readonly digest: string;
    readonly hash: string;
    readonly state_key: string;
    readonly value: string;
    readonly version: Version;
  }[];
  readonly block: {
    readonly changes: readonly { readonly bytes: string; readonly leaf: string }[];
    readonly receipts: readonly { readonly bytes: string; readonly leaf: string }[];
    readonly empty_bucket: string;
    readonly header: unknown;
    readonly header_bytes: string;
    readonly header_hash: string;
    readonly header_leaf: string;
    readonly next_history_root: string;
  };
  readonly ids: {
    readonly codes: readonly { readonly code: string; readonly transaction: string }[];
    readonly interfaces: readonly {
      readonly organisation: string;
      readonly interface: InterfaceKind;
      readonly id: string;
    }[];
    readonly made: readonly { readonly id: string; readonly index: number; readonly transaction: string }[];
    readonly organisations: readonly { readonly id: string; readonly identity: Identity }[];
    readonly registered_key: { readonly id: string; readonly key: string };
    readonly unique_name: { readonly digest: string; readonly id: string; readonly kind: NameKind };
  };
  readonly matters: {
    readonly digest: string;
    readonly matters: readonly { readonly id: string; readonly points: number; readonly settle_by: string }[];
  };
  readonly tag_secret: { readonly secret: string; readonly commitment: string };
}

const HASHES = vectors<Hashes>('hashes');

test('every tag is one that the document names', () => {
  const text = doc('docs/proofs.md');
  for (const tag of Object.values(TAGS)) assert.ok(text.includes(`\`${tag}\``), tag);
  const named = new Set(text.match(/dy\/[a-z-]+\/1/g));
  assert.deepEqual([...named].sort(), Object.values(TAGS).sort());
});

test('the chain id is the hash of genesis', () => {
  const genesis = readGenesis(HASHES.genesis.json);
  assert.equal(toHex(encode(Genesis, genesis)), HASHES.genesis.bytes);
  assert.equal(chainId(genesis), HASHES.genesis.chain);
});

test('a transaction has its bytes, id, leaf and signed bytes', () => {
  const { json, bytes, id, leaf, signed } = HASHES.transaction;
  const transaction = parse(Transaction, json);
  assert.equal(toHex(transactionBytes(transaction)), bytes);
  assert.deepEqual(readTransaction(fromHex(bytes)), transaction);
  assert.equal(transactionId(transaction), id);
  assert.equal(toHex(leafHash(TAGS.transactionLeaf, fromHex(bytes))), leaf);
  assert.equal(toHex(transactionMessage(transaction)), signed);
  assert.equal(transactionFault(transaction, HASHES.genesis.chain), null);
});

test('a statement has its digest, id and signed bytes', () => {
  const { action, chain } = parse(Transaction, HASHES.transaction.json);
  const wanted = HASHES.transaction.statement;
  const [statement] = statementsOf(action);
  assert.ok(statement !== undefined);
  assert.equal(toHex(encode(codecOf('Action'), withStatements(action, []))), wanted.action_without_statements);
  assert.equal(actionDigest(action), wanted.digest);
  assert.equal(toHex(statementMessage(chain, action, statement)), wanted.signed);
  assert.equal(statementId(chain, action, statement), wanted.id);
  assert.equal(statement.signer, wanted.signer);
  assert.equal(statement.signature, wanted.signature);
  assert.ok(statementHolds(chain, action, statement));
});

test('the word on a verification code is on its terms, whoever uses it', async () => {
  const { terms, bytes, digest, statement, signed, id } = HASHES.capacity;
  const { chain } = HASHES.genesis;
  assert.equal(toHex(encode(codecOf('CapacityTerms'), terms)), bytes);
  assert.equal(capacityDigest(terms), digest);
  const { release: word, statement: release } = HASHES.capacity.release;
  for (const request of ['0'.repeat(64), 'f'.repeat(64)]) {
    const use = { terms, by: word.by, request, release, statements: [statement] };
    const action: Action = { consent_use: use };
    assert.equal(actionDigest(action), digest);
    assert.equal(toHex(statementMessage(chain, action, statement)), signed);
    assert.equal(statementId(chain, action, statement), id);
    assert.ok(statementHolds(chain, action, statement));
    const other: Action = { consent_use: { ...use, terms: { ...terms, fields: [] }, statements: [] } };
    assert.ok(!statementHolds(chain, other, statement));
    const given = await giveCapacity(new LocalSigner(new Uint8Array(32)), chain, terms);
    assert.ok(statementHolds(chain, action, given));
  }
});

test('the word of a node is on who entered the digits, and on the request', async () => {
  const { release, bytes, digest, statement: ofNode, signed } = HASHES.capacity.release;
  const { terms, statement } = HASHES.capacity;
  const { chain } = HASHES.genesis;
  assert.equal(toHex(encode(codecOf('Release'), release)), bytes);
  assert.equal(releaseDigest(release), digest);
  const { by, request } = release;
  const use = { terms, by, request, release: ofNode, statements: [statement] };
  assert.deepEqual(releaseOf(chain, use), release);
  assert.ok(releaseHolds(chain, { consent_use: use }));
  assert.ok(verify(ofNode.signer, fromHex(signed), ofNode.signature));
  const others = [
    { ...use, by: HASHES.pairs.affiliation.enterprise },
    { ...use, request: '0'.repeat(64) },
    { ...use, statements: [] },
  ];
  for (const other of others) assert.ok(!releaseHolds(chain, { consent_use: other }));
  const given = await giveRelease(new LocalSigner(new Uint8Array(32)), chain, release);
  assert.ok(releaseHolds(chain, { consent_use: { ...use, release: given } }));
});

test('a proposal has its payload hash and signed bytes', () => {
  const { bytes, payload_hash, proposer, signature, signed } = HASHES.proposal;
  const proposal = decode(codecOf('Proposal'), fromHex(bytes)) as Proposal;
  assert.equal(proposal.proposer, proposer);
  assert.equal(toHex(tagged(TAGS.proposal, fromHex(bytes))), payload_hash);
  const message = tagged(TAGS.proposalSigned, fromHex(bytes).subarray(0, -68));
  assert.equal(toHex(message), signed);
  assert.ok(verify(proposer, message, signature));
});

test('versions have their keys, digests and hashes', () => {
  for (const { bytes, digest, hash, state_key, value, version } of HASHES.versions) {
    assert.deepEqual(decode(Version, fromHex(bytes)), version);
    assert.equal(valueDigest(fromHex(value)), digest);
    assert.equal(versionHash(version), hash);
    assert.equal(toHex(stateKey(version)), state_key);
    assert.equal(valueOf(version, fromHex(value)).kind, version.kind);
  }
});

test('a block has its header, leaves and roots', () => {
  const { block } = HASHES;
  const header = readHeader(block.header);
  assert.equal(toHex(encode(Header, header)), block.header_bytes);
  assert.equal(headerHash(header), block.header_hash);
  assert.equal(toHex(historyLeaf(header)), block.header_leaf);
  const leaves = (tag: (typeof TAGS)[keyof typeof TAGS], list: typeof block.changes): Uint8Array[] =>
    list.map(({ bytes, leaf }) => {
      assert.equal(toHex(leafHash(tag, fromHex(bytes))), leaf);
      return fromHex(leaf);
    });
  assert.equal(toHex(rootOf(leaves(TAGS.changeLeaf, block.changes))), header.change_root);
  assert.equal(toHex(rootOf(leaves(TAGS.receiptLeaf, block.receipts))), header.receipt_root);
  for (const { bytes } of block.changes) decode(Change, fromHex(bytes));
  for (const { bytes } of block.receipts) decode(Receipt, fromHex(bytes));
  assert.equal(toHex(leafHash(TAGS.bucketLeaf)), block.empty_bucket);
});

test('ids follow from what is on chain', () => {
  const { ids } = HASHES;
  for (const { code, transaction } of ids.codes) assert.equal(codeIdOf(transaction), code);
  for (const { id, index, transaction } of ids.made) {
    assert.equal(toHex(parseId('way', madeId('way', transaction, index))), id);
  }
  for (const { id, identity } of ids.organisations) assert.equal(genesisOrganisationId(identity), id);
  assert.equal(registeredKeyId(ids.registered_key.key), ids.registered_key.id);
  assert.equal(ids.interfaces.length, 2);
  for (const one of ids.interfaces) assert.equal(interfaceId(one.organisation, one.interface), one.id);
  const { affiliation, erasure } = HASHES.pairs;
  assert.equal(affiliationId(affiliation.enterprise, affiliation.code), affiliation.id);
  assert.equal(erasureId(erasure.application), erasure.id);
  assert.equal(uniqueNameId(ids.unique_name.kind, ids.unique_name.digest), ids.unique_name.id);
});

test('other digests are those of their vectors', () => {
  assert.equal(mattersDigest(HASHES.matters.matters), HASHES.matters.digest);
  const { secret, commitment } = HASHES.tag_secret;
  assert.equal(tagSecretCommitment(fromHex(secret)), commitment);
});

/** No vector has these two; they are computed by hand from the document with the primitives above. */
test('ids without vectors have the parts that the document names', () => {
  const maker = 'org_7ghpqe884c8hyz3p2ebyjw072h';
  const digest = waybillNumberDigest(maker, 'YD-1', '0000');
  assert.notEqual(digest, waybillNumberDigest(maker, 'YD-10', '000'));
  const openedAt = '2026-11-24T12:00:00.000+08:00';
  const matter = { subject: { organisation: maker }, kind: 'other', openedAt } as const;
  const certificate = 'cer_7ghpqe884c8hyz3p2ebyjw072h';
  const id = automaticMatterId({ ...matter, certificate });
  const whole = tagged(
    TAGS.autoId,
    Uint8Array.of(2, 0, 0, 0),
    parseId('org', maker),
    Uint8Array.of(6, 0, 0, 0),
    parseId('cer', certificate),
    fromHex('00e6b50ba2010000'),
  );
  assert.equal(toHex(parseId('mat', id)), toHex(whole.subarray(0, 16)));
});
