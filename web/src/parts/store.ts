// SPDX-License-Identifier: Apache-2.0
/**
 * What this browser keeps for the pages, in IndexedDB: keys (handles of them, where it can), what was shown last,
 * the witnesses that a scanner knows, what opens the commitments of waybills, what was signed and perhaps not done yet,
 * and how far an application is. Of it are sent what was signed, what somebody typed into an application, once they
 * sign it, and the fields of a waybill, by its maker into the vault of a node.
 */
const NAME = 'dianyun';
const VERSION = 3;

/** The tables: holders by what they show, settings by their names, what opens waybills by the waybill's id, and how
 * far an application or a change of phones is. */
export type Table = 'holders' | 'settings' | 'waybills' | 'applying';
const TABLES: readonly Table[] = ['holders', 'settings', 'waybills', 'applying'];

let opened: Promise<IDBDatabase> | null = null;

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('the browser keeps nothing'));
  });
}

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(NAME, VERSION);
  request.onupgradeneeded = () => {
    const { result } = request;
    for (const table of TABLES) if (!result.objectStoreNames.contains(table)) result.createObjectStore(table);
  };
  return done(request).then((base) => {
    // Pages of a later build want another version: who holds on to this one would keep them waiting.
    base.onversionchange = () => {
      base.close();
      opened = null;
    };
    return base;
  });
}

async function table(name: Table, mode: IDBTransactionMode): Promise<IDBObjectStore> {
  opened ??= open().catch((error: unknown) => {
    opened = null;
    throw error;
  });
  return (await opened).transaction(name, mode).objectStore(name);
}

/** What is kept under a key. */
export async function read<T>(name: Table, key: string): Promise<T | undefined> {
  return (await done((await table(name, 'readonly')).get(key))) as T | undefined;
}

/** All that is kept in a table. */
export async function readAll<T>(name: Table): Promise<readonly T[]> {
  return (await done((await table(name, 'readonly')).getAll())) as T[];
}

/** Keeps something under a key. */
export async function write(name: Table, key: string, value: unknown): Promise<void> {
  await done((await table(name, 'readwrite')).put(value, key));
}

/** Forgets what is kept under a key. */
export async function remove(name: Table, key: string): Promise<void> {
  await done((await table(name, 'readwrite')).delete(key));
}
