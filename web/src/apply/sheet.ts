// SPDX-License-Identifier: Apache-2.0
/** One certificate to type in, field by field as they are printed on it; each says what is wrong as it is left. */
import { type CertificateKind, type FormatRules, TABLES } from '@dianyun/sdk';

import { element } from '../parts/dom.js';
import { labelled, type Words } from '../parts/language.js';
import { PAPER_CHOICES, PAPER_HINTS, paperField, PAPERS } from '../words/papers.js';
import { Field, type Looks } from './field.js';
import { optionalOf, saidBy, tidied, type Values, wrongField } from './papers.js';

const DIGITS = /^(?:birthDate|registerDate|validPeriodFrom|fileNumber|axles|permitNumber|roadTransport)/;
const TONNES = /^(?:vehicleTonnage|grossMass)$/;
/** Short ones stand side by side. */
const SHORT = /^(?:sex|birthDate|validPeriod|vehicleNumber|vehiclePlateColorCode|vehicleType|useCharacter)/;
const SHORT_TOO = /^(?:registerDate|vehicleEnergyType|vehicleTonnage|grossMass|axles|engineNumber|vehicleClass|file)/;
const FILLS: Readonly<Record<string, string>> = { driverName: 'name', address: 'street-address' };

function looksOf(kind: CertificateKind, name: string, isOptional: boolean): Looks {
  const [hint, choices, fills] = [PAPER_HINTS[name], PAPER_CHOICES[name], FILLS[name]];
  return {
    id: `${kind}-${name}`,
    words: paperField(name),
    isOptional,
    mode: DIGITS.test(name) ? 'numeric' : TONNES.test(name) ? 'decimal' : 'text',
    ...(hint === undefined ? {} : { hint }),
    ...(choices === undefined ? {} : { choices }),
    ...(fills === undefined ? {} : { fills }),
  };
}

/** Neighbours that are short in pairs. */
function paired(rows: readonly (readonly [string, HTMLElement])[]): HTMLElement[] {
  const placed: HTMLElement[] = [];
  let open: HTMLElement | null = null;
  for (const [name, row] of rows) {
    if (!SHORT.test(name) && !SHORT_TOO.test(name)) {
      open = null;
      placed.push(row);
    } else if (open === null || name === 'validPeriodFrom') {
      open = element('div', { class: 'pair' }, row);
      placed.push(open);
    } else {
      open.append(row);
      open = null;
    }
  }
  return placed;
}

/** The sheet of one certificate. */
export class PaperSheet {
  readonly element: HTMLFieldSetElement;
  private readonly fields = new Map<string, Field>();

  /** @param changed runs with all that is typed whenever a field is left or changed. */
  constructor(
    kind: CertificateKind,
    values: Values,
    rules: FormatRules,
    changed: (values: Values) => void,
  ) {
    const optional = optionalOf(kind, rules);
    const rows = TABLES[kind].map((name): [string, HTMLElement] => {
      const field = new Field(looksOf(kind, name, optional.has(name)));
      field.value = values[name] ?? '';
      this.fields.set(name, field);
      field.watch(() => wrongField(name, tidied(name, field.value), rules));
      field.input.addEventListener('change', () => {
        this.tidy(name, field);
        changed(this.values);
      });
      return [name, field.element];
    });
    const legend = labelled(element('legend', { tabindex: '-1' }), PAPERS[kind]);
    this.element = element('fieldset', { class: 'panel' }, legend, ...paired(rows));
  }

  /** All that is typed. */
  get values(): Values {
    return Object.fromEntries([...this.fields].map(([name, { value }]) => [name, value]));
  }

  /** Says what is wrong beside each field, and goes to the first one. */
  say(wrong: ReadonlyMap<string, Words>): void {
    for (const [name, field] of this.fields) field.say(wrong.get(name) ?? null);
    const first = [...this.fields].find(([name]) => wrong.has(name));
    first?.[1].input.focus();
  }

  /** A field that was left is tidied; what it says of others is proposed to them. */
  private tidy(name: string, field: Field): void {
    field.value = tidied(name, field.value);
    if (name !== 'identityNumber') return;
    for (const [other, value] of Object.entries(saidBy(field.value))) {
      const empty = this.fields.get(other);
      if (empty === undefined || empty.value !== '') continue;
      empty.value = value;
      empty.say(null);
    }
  }
}
