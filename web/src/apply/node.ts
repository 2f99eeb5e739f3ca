// SPDX-License-Identifier: Apache-2.0
/** What the node is asked while somebody applies. What it prepares is read here, and believed nowhere. */
import {
  Action,
  ApiError,
  type CertificateKind,
  type Client,
  type Custody,
  type Hash,
  parse,
  type PublicKey,
  type RecordId,
  type Schemas,
  type Statement,
  type Wanted,
} from '@dianyun/sdk';

import type { Words } from '../parts/language.js';

/** A certificate as it was typed. */
export interface Paper {
  readonly kind: CertificateKind;
  readonly values: Readonly<Record<string, string>>;
}

/** What an application is made of. */
export interface Asked {
  readonly ticket: string;
  readonly for: Wanted;
  readonly holder_key: PublicKey;
  readonly custody: Custody;
  readonly prefecture: number;
  readonly certificates: readonly Paper[];
  /** Beside the phone that the ticket is of. */
  readonly contact: Schemas['ContactTyped'];
}

/** A certificate in the place of one that was refused. */
export interface Correction {
  readonly ticket: string;
  readonly application: RecordId;
  readonly place: number;
  readonly certificate: Paper;
}

/** A new key in the place of a lost one, and who asks for it. */
export interface NewKey {
  readonly ticket: string;
  readonly holder_key: PublicKey;
  readonly custody: Custody;
  readonly identity_number: string;
  readonly name: string;
}

/** A claim as the node made it, with what opens its root. */
export type DraftClaim = Schemas['ClaimReady'];

/** What the node prepared, to be signed. */
export interface Draft {
  readonly draft: string;
  readonly action: Action;
  /** The organisation that sends it. */
  readonly sponsor: RecordId;
  readonly claims: readonly DraftClaim[];
}

/** The routes of applying, asked by a client. */
export class ApplyingNode {
  constructor(private readonly client: Client) {}

  /** Sends a one-time code to a phone. */
  async askCode(phone: string): Promise<Schemas['CodeSent']> {
    return this.client.post('/v1/applying/codes', { phone });
  }

  /** Proves the phone by the code that it was sent. */
  async verifyCode(request: string, code: string): Promise<Schemas['TicketGiven']> {
    return this.client.post('/v1/applying/codes/verify', { request, code });
  }

  /** Prepares an application. */
  async prepare(asked: Asked): Promise<Draft> {
    return readDraft(await this.client.post('/v1/applying', asked));
  }

  /** Prepares a correction. */
  async correct(asked: Correction): Promise<Draft> {
    return readDraft(await this.client.post('/v1/applying/corrections', asked));
  }

  /** Prepares a new key in the place of a lost one. */
  async renewKey(asked: NewKey): Promise<Draft> {
    return readDraft(await this.client.post('/v1/applying/keys', asked));
  }

  /** Submits what was prepared; the same once more answers the same. */
  async submit(draft: string, ticket: string, statements: readonly Statement[]): Promise<Schemas['DraftDone']> {
    return this.client.post('/v1/applying/{draft}/submit', { ticket, statements }, { draft });
  }
}

function readDraft({ draft, action, sponsor, claims }: Schemas['DraftReady']): Draft {
  return { draft, action: parse(Action, action), sponsor, claims };
}

/** The roots of what was prepared, in the order of its claims. */
export function rootsOf({ claims }: Draft): readonly Hash[] {
  return claims.map(({ root }) => root);
}

/** A field that the node says is wrong: of which certificate, by its place in what was sent. */
export interface WrongThere {
  readonly place: number;
  readonly field: string;
  readonly words: Words;
}

/** The field that a refusal is about; null: it is about none of a certificate. */
export function wrongThere(error: unknown): WrongThere | null {
  if (!(error instanceof ApiError) || error.code !== 'field_wrong') return null;
  const parts = /^certificates?(?:\[(\d+)\])?\.(\w+)$/.exec(error.problem.field ?? '');
  const text = error.problem.detail.replace(/^.*?[:：]\s*/, '');
  if (parts === null) return null;
  return { place: Number(parts[1] ?? '0'), field: parts[2] ?? '', words: { zh: text, en: text } };
}
