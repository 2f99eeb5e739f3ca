// SPDX-License-Identifier: Apache-2.0
/** A regulator: the open requests of all, which it grants or refuses, and the grants in force, which it revokes. */
import type { Action, Interface } from '@dianyun/sdk';

import { element, setShown, setText } from '../parts/dom.js';
import type { Words } from '../parts/language.js';
import { type Actor, nameOf, reasonsOf } from '../waybill/actor.js';
import { choiceOf, labelledField } from '../waybill/form.js';
import { Live } from '../waybill/live.js';
import { Tabs } from '../waybill/tabs.js';
import { REFUSE_REASONS, REVOKE_REASONS } from '../words/interfaces.js';
import { type Act, type ActForm, TermsFields } from './acts.js';
import { InterfaceList } from './card.js';
import { purposeCheck } from './purpose.js';
import { interfacesWith } from './records.js';

const WORDS = {
  requests: { zh: '待批复', en: 'Requests' },
  grants: { zh: '已授权', en: 'Grants' },
  no_requests: { zh: '没有待批复的申领。', en: 'No request waits for an answer.' },
  no_grants: { zh: '没有有效的授权。', en: 'No grant is in force.' },
  grant: { zh: '授权', en: 'Grant' },
  refuse: { zh: '不予通过', en: 'Refuse' },
  revoke: { zh: '收回授权', en: 'Revoke the grant' },
  why: { zh: '原因', en: 'Reason' },
} satisfies Record<string, Words>;

function reasoned(reasons: Readonly<Record<string, Words>>, action: (reason: string) => Action): ActForm {
  const select = choiceOf(reasons);
  select.name = 'reason';
  return { fields: [labelledField(WORDS.why, select)], read: async () => action(select.value) };
}

function grantForm(record: Interface): ActForm {
  const { organisation, interface: kind, requests, request } = record;
  const terms = new TermsFields(record, request?.terms ?? null, request?.terms ?? null);
  const read = async (): Promise<Action | null> => {
    const given = terms.read();
    return given && { interface_grant: { organisation, interface: kind, request: requests, terms: given } };
  };
  return { fields: terms.elements, read };
}

function answers(record: Interface): readonly Act[] {
  const { organisation, interface: kind, requests, request } = record;
  if (request === null) return [];
  const refuse = (reason: string): Action => ({
    interface_refuse: { organisation, interface: kind, request: requests, reason },
  });
  return [
    { name: 'grant', words: WORDS.grant, look: 'primary', form: () => grantForm(record) },
    { name: 'refuse', words: WORDS.refuse, look: 'danger', form: () => reasoned(REFUSE_REASONS, refuse) },
  ];
}

function revocations({ organisation, interface: kind, grant }: Interface): readonly Act[] {
  if (grant === null) return [];
  const revoke = (reason: string): Action => ({ interface_revoke: { organisation, interface: kind, reason } });
  const form = (): ActForm => reasoned(REVOKE_REASONS, revoke);
  return [{ name: 'revoke', words: WORDS.revoke, look: 'danger', form }];
}

/** What a regulator sees. */
export class RegulatorPage {
  private readonly requests: InterfaceList;
  private readonly grants: InterfaceList;
  private readonly tabs: Tabs;
  private readonly notice = element('p', { class: 'wrong', role: 'status', hidden: '' });
  private readonly live: Live;

  readonly elements: readonly HTMLElement[];

  /** @param maySign false: its key here may not act for it. */
  constructor(
    private readonly actor: Actor,
    maySign: boolean,
  ) {
    const place = (acts: (record: Interface) => readonly Act[], isAsked: boolean) => ({
      actor,
      title: ({ organisation }: Interface) => nameOf(organisation),
      acts: (record: Interface) => (maySign ? acts(record) : []),
      beside: ({ request }: Interface) => (request === null || !isAsked ? [] : [purposeCheck(request.purpose)]),
      changed: () => void this.live.run(),
    });
    this.requests = new InterfaceList(place(answers, true), WORDS.no_requests);
    this.grants = new InterfaceList(place(revocations, false), WORDS.no_grants);
    this.tabs = new Tabs(
      [
        { name: 'requests', words: WORDS.requests, content: this.requests.element },
        { name: 'grants', words: WORDS.grants, content: this.grants.element },
      ],
      () => void this.live.run(),
    );
    this.elements = [this.notice, this.tabs.element];
    this.live = new Live(actor, () => this.look());
  }

  /** Asks for the first time. */
  async start(): Promise<void> {
    await this.live.run();
  }

  /** Draws it in the language and at the time now. */
  update(): void {
    this.requests.update();
    this.grants.update();
    this.tabs.update();
  }

  private async look(): Promise<void> {
    try {
      const requests = await interfacesWith(this.actor.client, { requested: true });
      const grants = await interfacesWith(this.actor.client, { granted: true });
      this.requests.take(requests);
      this.grants.take(grants);
      this.tabs.count('requests', requests.length);
      this.tabs.count('grants', grants.length);
      this.tell([]);
    } catch (error) {
      this.tell(reasonsOf(error));
    }
  }

  private tell(lines: readonly string[]): void {
    setText(this.notice, lines.join(' '));
    setShown(this.notice, lines.length > 0);
  }
}
