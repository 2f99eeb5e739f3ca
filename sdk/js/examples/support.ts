// SPDX-License-Identifier: Apache-2.0
/**
 * What the examples share: a testnet's nodes and demo keys from the environment, JSON on standard output, and an
 * exit code that is not zero on any surprise.
 */
import { readdirSync, readFileSync } from 'node:fs';

import { Client, fromHex, LocalSigner, type Organisation, type PublicKey, readRecord } from '../src/index.js';

/** A variable that must be there. */
export function environment(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`set ${name}; the head of the example says to what`);
  return value;
}

/** The node at `DIANYUN_NODE`, such as `http://127.0.0.1:8080`. */
export function nodeOf(): Client {
  return new Client(environment('DIANYUN_NODE'));
}

/**
 * The working keys of a testnet's folder `keys`, at `DIANYUN_KEYS`; those that rotate keys are left out. They are
 * test keys: real ones are sealed and cannot be read so.
 */
export function demoKeys(): ReadonlyMap<PublicKey, LocalSigner> {
  const folder = environment('DIANYUN_KEYS');
  const signers = readdirSync(folder)
    .filter((name) => name.endsWith('.key') && !name.endsWith('-admin.key'))
    .map((name) => /^seed = "([0-9a-f]{64})"$/m.exec(readFileSync(`${folder}/${name}`, 'utf8'))?.[1])
    .filter((seed) => seed !== undefined)
    .map((seed) => new LocalSigner(fromHex(seed)));
  if (signers.length === 0) throw new Error(`${folder} has no test keys`);
  return new Map(signers.map((signer) => [signer.key, signer]));
}

/** An organisation with the working key that is in hand. */
export interface Office {
  readonly organisation: Organisation;
  readonly signer: LocalSigner;
}

/** The organisations of the chain whose keys are in hand, in the order in which they came to be. */
export async function offices(node: Client): Promise<readonly Office[]> {
  const keys = demoKeys();
  const found: Office[] = [];
  for await (const { value } of node.list('/v1/organisations')) {
    const record = readRecord(value);
    if (record.kind !== 'organisation') throw new Error(`a ${record.kind} among organisations`);
    const signer = record.value.keys.map((key) => keys.get(key)).find((one) => one !== undefined);
    if (signer !== undefined) found.push({ organisation: record.value, signer });
  }
  return found;
}

/** Fails with a message unless something is so. */
export function expect(isSo: boolean, message: string): asserts isSo {
  if (!isSo) throw new Error(message);
}

/** Runs an example: its answer as JSON on standard output, or what went wrong on standard error and exit code 1. */
export async function run(example: () => Promise<unknown>): Promise<void> {
  try {
    console.log(JSON.stringify(await example(), null, 2));
  } catch (error) {
    console.error(error instanceof Error ? `${error.name}: ${error.message}` : error);
    process.exitCode = 1;
  }
}
