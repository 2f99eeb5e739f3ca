// SPDX-License-Identifier: Apache-2.0
/**
 * The full fields of a waybill in the vault of its maker's node: the salesman leaves them there once the waybill is on
 * chain, and the driver who accepted it is told them. Who gets them checks them here against the chain's root.
 */
import { fieldsRoot, type Identity, type Waybill } from '@dianyun/sdk';

import { read, write } from '../parts/store.js';
import type { Actor } from './actor.js';
import { clearValues, fieldsOf, type Values } from './details.js';
import { detailsOf } from './kept.js';

const markOf = (id: string): string => `left ${id}`;

/** Leaves what opens the maker's waybills with the node, each once; what it does not take stays in this browser. */
export class Leaver {
  private readonly tried = new Set<string>();

  constructor(
    private readonly actor: Actor,
    private readonly identity: Identity | null,
  ) {}

  /** Leaves those of which this browser has the details and that were not left before. */
  async leave(all: readonly Waybill[]): Promise<void> {
    for (const waybill of all) {
      if (this.tried.has(waybill.id)) continue;
      this.tried.add(waybill.id);
      // No vault here, a node of the maker's elsewhere, no network: tried again when the page is next opened.
      await this.one(waybill).catch(() => undefined);
    }
  }

  private async one({ id, offer }: Waybill): Promise<void> {
    const details = await detailsOf(id);
    if (details === null || (await read<boolean>('waybills', markOf(id))) === true) return;
    await this.actor.client.leaveWaybillFields(id, await fieldsOf(details, clearValues(offer, this.identity)));
    await write('waybills', markOf(id), true);
  }
}

/** What the maker's node tells of a waybill to the driver who accepted it; null: nothing, or not what the chain has. */
export async function toldOf(actor: Actor, { id, offer, carrier }: Waybill): Promise<Values | null> {
  const { kind, id: own } = actor.subject;
  if (kind !== 'code' || carrier?.code !== own) return null;
  try {
    const fields = await actor.client.waybillFields(id);
    if (fieldsRoot('waybill', fields) !== offer.fields_root) return null;
    return Object.fromEntries(fields.map(({ name, value }) => [name, value]));
  } catch {
    // It is told elsewhere, or not any more: what the link opened is here all the same.
    return null;
  }
}
