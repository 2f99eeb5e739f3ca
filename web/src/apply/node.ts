// SPDX-License-Identifier: Apache-2.0
/** What the node is asked while somebody applies. What it prepares is read here, and believed nowhere. */
import {
  Action,
  ApiError,
  type CertificateKind,
  type Client,
  type CodeFor,
  type Custody,
  type Field,
  type Hash,
  parse,
  type PublicKey,
  type RecordId,
  type Statement,
  type VehicleOwner,
} from '@dianyun/sdk';

import type { Words } from '../parts/language.js';

/** What is applied for. */
export type For = { readonly code: CodeFor } | { readonly vehicle: { readonly owner: VehicleOwner } };

/** A certificate as it was typed. */
export interface Paper {
  readonly kind: CertificateKind;
  readonly values: Readonly<Record<string, string>>;
}

/** How the applicant is reached, beside the phone that the ticket is of. */
export interface Contact {
  readonly email?: string;
  readonly emergency?: string;
}

/** What an application is made of. */
export interface Asked {
  readonly ticket: string;
  readonly for: For;
  readonly holder_key: PublicKey;
  readonly custody: Custody;
  readonly prefecture: number;
  readonly certificates: readonly Paper[];
  readonly contact: Contact;
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
export interface DraftClaim {
  readonly kind: CertificateKind;
  readonly attester: RecordId;
  readonly root: Hash;
  readonly fields: readonly Field[];
}

/** What the node prepared, to be signed. */
export interface Draft {
  readonly draft: string;
  readonly action: Action;
  /** The organisation that sends it. */
  readonly sponsor: RecordId;
  readonly claims: readonly DraftClaim[];
}

/** What was asked for, and what it is good for. */
export interface CodeAsked {
  readonly request: string;
  readonly resend_after_s: number;
  readonly good_for_s: number;
}

/** What proves a phone for a while. */
export interface Ticket {
  readonly ticket: string;
  readonly good_for_s: number;
}

type Loose = (path: string, body: unknown, names?: Readonly<Record<string, string>>) => Promise<unknown>;

/** The routes of applying, asked by a client. */
export class ApplyingNode {
  constructor(private readonly client: Client) {}

  /** Sends a one-time code to a phone. */
  async askCode(phone: string): Promise<CodeAsked> {
    return (await this.post('/v1/applying/codes', { phone })) as CodeAsked;
  }

  /** Proves the phone by the code that it was sent. */
  async verifyCode(request: string, code: string): Promise<Ticket> {
    return (await this.post('/v1/applying/codes/verify', { request, code })) as Ticket;
  }

  /** Prepares an application. */
  async prepare(asked: Asked): Promise<Draft> {
    return readDraft(await this.post('/v1/applying', asked));
  }

  /** Prepares a correction. */
  async correct(asked: Correction): Promise<Draft> {
    return readDraft(await this.post('/v1/applying/corrections', asked));
  }

  /** Prepares a new key in the place of a lost one. */
  async renewKey(asked: NewKey): Promise<Draft> {
    return readDraft(await this.post('/v1/applying/keys', asked));
  }

  /** Submits what was prepared; the same once more answers the same. */
  async submit(draft: string, ticket: string, statements: readonly Statement[]): Promise<SubmittedJson> {
    const body = { ticket, statements };
    return (await this.post('/v1/applying/{draft}/submit', body, { draft })) as SubmittedJson;
  }

  private async post(...asked: Parameters<Loose>): Promise<unknown> {
    return (this.client.post.bind(this.client) as unknown as Loose)(...asked);
  }
}

/** What became of what was submitted: an application, or the person who is to get a new key. */
export interface SubmittedJson {
  readonly application?: RecordId | null;
  readonly person?: RecordId | null;
}

interface DraftJson {
  readonly draft: string;
  readonly action: unknown;
  readonly sponsor: RecordId;
  readonly claims: readonly DraftClaim[];
}

function readDraft(json: unknown): Draft {
  const { action, ...rest } = json as DraftJson;
  return { ...rest, action: parse(Action, action) };
}

/** A field that the node says is wrong, of which certificate by its place in what was sent; null: none is. */
export function wrongThere(error: unknown): { readonly place: number; readonly field: string; readonly words: Words } | null {
  if (!(error instanceof ApiError) || error.code !== 'field_wrong') return null;
  const parts = /^certificates?(?:\[(\d+)\])?\.(\w+)$/.exec(error.problem.field ?? '');
  const text = error.problem.detail.replace(/^.*?[:：]\s*/, '');
  return parts === null ? null : { place: Number(parts[1] ?? '0'), field: parts[2] ?? '', words: { zh: text, en: text } };
}
