// SPDX-License-Identifier: Apache-2.0
/**
 * Every error that this package throws: one class for each kind of trouble, each with a stable `code`.
 * What a node refuses is not here but in `api/problem.ts`.
 */

/** What all errors of this package have in common. */
export abstract class DianyunError extends Error {
  /** A stable word for programs. */
  abstract readonly code: string;

  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }
}

/** Bytes, a text or a value that is not what it should be. `path` says where in it. */
export class FormatError extends DianyunError {
  readonly code = 'format';

  /**
   * @param detail what is wrong, without saying where.
   * @param path names of members and places in lists, outermost first.
   */
  constructor(
    readonly detail: string,
    readonly path: readonly string[] = [],
  ) {
    super(path.length === 0 ? detail : `${path.join('.')}: ${detail}`);
  }

  /** The same error, seen from what holds the value. */
  inside(name: string): FormatError {
    return new FormatError(this.detail, [name, ...this.path]);
  }
}

/** Runs `work` and says where it was, if it finds something wrong. */
export function at<T>(name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof FormatError ? error.inside(name) : error;
  }
}

/** Why a proof does not hold: one word for each rule of docs/proofs.md under *Verifying*. */
export type ProofFault =
  | 'layout'
  | 'chain'
  | 'anchor'
  | 'depth'
  | 'history'
  | 'tx_root'
  | 'receipt_root'
  | 'change_root'
  | 'state_root'
  | 'transaction'
  | 'receipt'
  | 'value'
  | 'bucket_length'
  | 'bucket_order'
  | 'bucket_key'
  | 'not_present'
  | 'not_absent'
  | 'successor'
  | 'change';

/** A proof that does not hold, or not under the header that is trusted. */
export class ProofError extends DianyunError {
  constructor(
    readonly code: ProofFault,
    message: string,
  ) {
    super(message);
  }
}

/** The host has no source of randomness or no key store: inject one. */
export class HostError extends DianyunError {
  readonly code = 'host';
}
