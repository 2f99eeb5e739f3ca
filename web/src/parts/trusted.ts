// SPDX-License-Identifier: Apache-2.0
/**
 * The one place that names scripts to run, which the content security policy asks for: workers of this node, by
 * names that were fixed when the pages were built.
 */
interface Policy {
  createScriptURL(path: string): string;
}

interface PolicyMaker {
  createPolicy(name: string, rules: { createScriptURL(path: string): string }): Policy;
}

/** A path of this node: two slashes in a row would name another host. */
const OWN = /^(?:\/[A-Za-z0-9.-]+)+\.js$/;

function own(path: string): string {
  if (!OWN.test(path)) throw new TypeError(`${path} is no script of these pages`);
  return path;
}

const maker = (globalThis as { trustedTypes?: PolicyMaker }).trustedTypes;
const policy: Policy = maker?.createPolicy('dianyun', { createScriptURL: own }) ?? { createScriptURL: own };

/** The address of a script of these pages, as workers take it. */
export function scriptAddress(path: string): string {
  return policy.createScriptURL(path);
}
