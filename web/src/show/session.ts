// SPDX-License-Identifier: Apache-2.0
/**
 * What a holder shows now: facts that a node witnessed, asked for again and again, and signed anew every minute. One
 * tick a second drives it all, so that a phone that slept goes on where the time is. It knows no element of the page.
 */
import {
  type Client,
  type Facts,
  formatTime,
  fromHex,
  packWitnessed,
  parseTime,
  type PublicKey,
  readWitnessed,
  show,
  SHOWN_RENEWED_MS,
  type Signer,
  toHex,
  unpackWitnessed,
  type Witnessed,
} from '@dianyun/sdk';

import type { Subject } from '../parts/keyring.js';
import { codeOf, isUnreached, type Place } from '../parts/node.js';

/** The witness is asked for again after so long; sooner where the end is near. */
const ASKED_MS = { most: 60_000, least: 3_000, after_failure: 4_000, after_event: 1_000 };

/** Why there is nothing newer. */
export type Trouble = 'unreached' | 'not_found' | 'key_not_held' | 'not_a_witness' | 'other';

/** What is kept of it for when there is no network. */
export interface Kept {
  readonly place: Place;
  /** Facts and witnesses, packed, in digits. */
  readonly packed: string;
}

/** What is signed and shown, and since when. */
export interface Signed {
  readonly text: string;
  readonly at: number;
}

/** Where a session takes everything from. */
export interface Sources {
  readonly subject: Subject;
  readonly signer: Signer;
  readonly client: Client;
  keep(kept: Kept): Promise<void>;
}

/** Shows one subject. */
export class Session {
  /** What is shown; null until there is anything. */
  signed: Signed | null = null;
  trouble: Trouble | null = null;
  /** When the node answered last; null: not yet. */
  answered: number | null = null;
  private witnessed: Witnessed | null = null;
  private asked = Number.NEGATIVE_INFINITY;
  private isUrgent = false;
  private isAsking = false;
  private isSigning = false;

  constructor(
    private readonly sources: Sources,
    private readonly place: Place,
    kept: Kept | null,
    private readonly changed: () => void,
  ) {
    if (kept !== null && kept.place.chain === place.chain) this.restore(kept);
  }

  /** What the witnesses say; null until there is anything. */
  get facts(): Facts | null {
    return this.witnessed?.facts ?? null;
  }

  /** Something may have changed: the node is asked as soon as may be. */
  hurry(): void {
    this.isUrgent = true;
  }

  /** Goes on at an instant by the node's clock. */
  async tick(now: number): Promise<void> {
    const work = [];
    if (!this.isAsking && this.isDue(now)) work.push(this.ask(now));
    work.push(this.renew(now));
    await Promise.all(work);
  }

  private restore({ packed }: Kept): void {
    try {
      const found = unpackWitnessed(fromHex(packed));
      if (isAbout(found.facts, this.sources.subject, this.sources.signer.key)) this.witnessed = found;
    } catch {
      // Of an older version of the pages: the node is asked anyway.
    }
  }

  private isOver(now: number): boolean {
    return this.facts === null || now >= parseTime(this.facts.valid_until);
  }

  private isDue(now: number): boolean {
    const since = now - this.asked;
    if (this.trouble !== null) return since >= ASKED_MS.after_failure || since < 0;
    if (this.isUrgent) return since >= ASKED_MS.after_event || since < 0;
    if (this.facts === null || this.isOver(now)) return since >= ASKED_MS.least || since < 0;
    const left = parseTime(this.facts.valid_until) - now;
    const period = Math.min(ASKED_MS.most, Math.max(ASKED_MS.least, left / 4));
    return since >= period || since < 0;
  }

  private async ask(now: number): Promise<void> {
    this.isAsking = true;
    this.isUrgent = false;
    this.asked = now;
    try {
      const found = await this.askWitness();
      this.trouble = null;
      this.answered = now;
      if (this.takes(found)) await this.sources.keep({ place: this.place, packed: toHex(packWitnessed(found)) });
    } catch (error) {
      this.trouble = troubleOf(error);
    } finally {
      this.isAsking = false;
    }
    await this.renew(now);
    this.changed();
  }

  private async askWitness(): Promise<Witnessed> {
    const { client, signer, subject } = this.sources;
    const given = { path: { id: subject.id }, query: { key: signer.key } };
    const answer =
      subject.kind === 'code'
        ? await client.get('/v1/codes/{id}/witness', given)
        : await client.get('/v1/organisations/{id}/witness', given);
    return readWitnessed(answer);
  }

  /** Takes facts that are newer, and really about whom they were asked for. */
  private takes(found: Witnessed): boolean {
    if (!isAbout(found.facts, this.sources.subject, this.sources.signer.key)) throw new TypeError('facts of another');
    const isOlder = this.facts !== null && found.facts.height < this.facts.height;
    if (isOlder) return false;
    const isSame = this.facts !== null && sayTheSame(this.facts, found.facts);
    this.witnessed = found;
    // The same facts of a newer block are shown with the next signature.
    if (!isSame) this.signed = null;
    return true;
  }

  private async renew(now: number): Promise<void> {
    const { witnessed, signed } = this;
    if (this.isSigning || witnessed === null) return;
    if (this.isOver(now)) {
      if (signed !== null) {
        this.signed = null;
        this.changed();
      }
      return;
    }
    const isFresh = signed !== null && now - signed.at < SHOWN_RENEWED_MS && now >= signed.at;
    if (isFresh) return;
    this.isSigning = true;
    try {
      const text = await show(this.sources.signer, this.place.chain, witnessed, formatTime(now));
      if (this.witnessed === witnessed) this.signed = { text, at: now };
    } finally {
      this.isSigning = false;
    }
    this.changed();
  }
}

/** True if two facts differ only in the block that they are of. */
function sayTheSame(one: Facts, other: Facts): boolean {
  return JSON.stringify(one.shows) === JSON.stringify(other.shows) && one.key === other.key;
}

function isAbout(facts: Facts, { kind, id }: Subject, key: PublicKey): boolean {
  const { shows } = facts;
  const shown =
    'code' in shows ? { kind: 'code', id: shows.code.id } : { kind: 'organisation', id: shows.organisation.id };
  return shown.kind === kind && shown.id === id && facts.key === key;
}

const KNOWN: readonly Trouble[] = ['not_found', 'key_not_held', 'not_a_witness'];

function troubleOf(error: unknown): Trouble {
  if (isUnreached(error)) return 'unreached';
  return KNOWN.find((word) => word === codeOf(error)) ?? 'other';
}
