// SPDX-License-Identifier: Apache-2.0
/** Every type that docs/proofs.md gives a layout; a test compares the two. */
export * from './actions.js';
export * from './affiliations.js';
export * from './blocks.js';
export * from './certificates.js';
export * from './codes.js';
export * from './exchange.js';
export * from './exchange_actions.js';
export * from './genesis.js';
export * from './interface_actions.js';
export * from './interfaces.js';
export * from './parameters.js';
export * from './parties.js';
export * from './signed.js';
export * from './waybill_actions.js';
export * from './waybills.js';
export * from './words.js';
