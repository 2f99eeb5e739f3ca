// SPDX-License-Identifier: Apache-2.0
/** What the chain begins with. Its hash is the chain id. */
import { list, struct, type Value, words } from '../codec.js';
import * as p from '../primitives.js';
import { Scope } from './certificates.js';
import { GrantTerms, InterfaceKind } from './interfaces.js';
import { ParameterName } from './parameters.js';
import { Identity, NameKind, OrganisationKind } from './parties.js';
import { KeyGrant } from './signed.js';

/** Demo chains have invented people alone. */
export const Mode = words('Mode', ['demo', 'production']);
export type Mode = Value<typeof Mode>;

/** A parameter that differs from its default. */
export const ParameterChoice = struct('ParameterChoice', { name: ParameterName, value: p.u64Wide });
export type ParameterChoice = Value<typeof ParameterChoice>;

/** A grant that is there from the beginning. */
export const FirstGrant = struct('FirstGrant', { interface: InterfaceKind, terms: GrantTerms });
export type FirstGrant = Value<typeof FirstGrant>;

/** An organisation that is there from the beginning. */
export const FirstOrganisation = struct('FirstOrganisation', {
  kind: OrganisationKind,
  identity: Identity,
  prefecture: p.u16,
  scopes: list(Scope),
  keys: list(KeyGrant),
  interfaces: list(FirstGrant),
});
export type FirstOrganisation = Value<typeof FirstOrganisation>;

/** What a node does. */
export const NodeRole = words('NodeRole', ['validator', 'observer']);
export type NodeRole = Value<typeof NodeRole>;

/** A node that may speak. */
export const GenesisNode = struct('GenesisNode', {
  number: p.u32,
  name: p.word,
  role: NodeRole,
  key: p.key,
  organisation: p.u32,
});
export type GenesisNode = Value<typeof GenesisNode>;

/** Commitment to a secret that attesters share, and a tag to test it with. */
export const TagSecret = struct('TagSecret', { kind: NameKind, commitment: p.hash, test_tag: p.hash });
export type TagSecret = Value<typeof TagSecret>;

/** What the chain begins with. */
export const Genesis = struct('Genesis', {
  protocol: p.u16,
  name: p.word,
  mode: Mode,
  time: p.time,
  depth: p.u8,
  heartbeat_ms: p.u32,
  parameters: list(ParameterChoice),
  prefectures: list(p.u16),
  organisations: list(FirstOrganisation),
  nodes: list(GenesisNode),
  tag_secrets: list(TagSecret),
});
export type Genesis = Value<typeof Genesis>;
