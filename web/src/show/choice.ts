// SPDX-License-Identifier: Apache-2.0
/** Which holder is shown: by the address, by a link that hands a key over, or the one that was shown last. */
import { takeHanded } from '../parts/handover.js';
import { type Holder, holderOf, holders, keepHolder, type Subject } from '../parts/keyring.js';

/** The address of a subject's page. */
export function addressOf({ kind, id }: Subject): string {
  return `/show?${kind}=${encodeURIComponent(id)}`;
}

function named(): Subject | null {
  const query = new URLSearchParams(location.search);
  const [code, organisation] = [query.get('code'), query.get('organisation')];
  if (code !== null) return { kind: 'code', id: code };
  return organisation === null ? null : { kind: 'organisation', id: organisation };
}

/**
 * The holder to show; null: no key of it is in this browser. An address that hands a key over no longer holds it.
 */
export async function chosen(): Promise<Holder | null> {
  await takeHanded(['code', 'organisation'], addressOf);
  const wanted = named();
  if (wanted !== null) {
    const found = await holderOf(wanted);
    return found === undefined ? null : keepHolder(found.subject, found.key);
  }
  return (await holders())[0] ?? null;
}

/** The others whose keys are in this browser. */
export async function others({ subject }: Holder): Promise<readonly Holder[]> {
  return (await holders()).filter((one) => one.subject.id !== subject.id);
}
