// SPDX-License-Identifier: Apache-2.0
/** An organisation and its two interfaces: it applies, asks for other terms, withdraws, gives back. */
import type { Action, Interface } from '@dianyun/sdk';

import { element, setShown, setText } from '../parts/dom.js';
import { labelled, say, type Words } from '../parts/language.js';
import { type Actor, reasonsOf } from '../waybill/actor.js';
import { Live } from '../waybill/live.js';
import { SCOPES_OF } from '../words/interfaces.js';
import { type Act, type ActForm, Field, TermsFields } from './acts.js';
import { InterfaceList } from './card.js';
import { keepPurpose, ownPurpose, purposeDigest } from './purpose.js';
import { interfacesOf } from './records.js';

const WORDS = {
  apply: { zh: '申领', en: 'Apply' },
  replace: { zh: '修改申领', en: 'Change the request' },
  change: { zh: '变更或续期', en: 'Change or renew' },
  withdraw: { zh: '撤回申领', en: 'Withdraw the request' },
  release: { zh: '交还授权', en: 'Give the grant back' },
  purpose: { zh: '用途说明', en: 'What it is for' },
  purpose_hint: {
    zh: '全文只留在本机，链上只记它的摘要。请把同一份全文交给行管部门。请勿写入个人信息。',
    en: 'The text stays here; the chain has its digest alone. Give the same text to the regulator. No personal data.',
  },
  no_purpose: { zh: '请填写用途。', en: 'Say what it is for.' },
  sure_withdraw: { zh: '撤回后可以重新申领；已有的授权不受影响。', en: 'You may apply again. A grant in force stays.' },
  sure_release: {
    zh: '交还后立即失效，需要时须重新申领。',
    en: 'The grant ends at once. To have one again, apply again.',
  },
  nothing: { zh: '没有接口。', en: 'There is no interface.' },
  help: { zh: '接口密钥（API key）', en: 'API keys' },
  help_text: {
    zh: '程序用接口密钥调用本机构获准的接口。密钥只在节点上生成，由运行节点的人执行下面的命令；密文只显示一次，不经过网页。',
    en: 'Programs use an API key for what your organisation is granted. Keys are made on the node alone, by who runs it, with this command; the secret is shown once, and never in a page.',
  },
  help_scopes: {
    zh: '范围只能收窄链上的授权；--days 为有效天数，命令 dianyun apikey revoke 可随时作废。',
    en: 'Scopes only narrow what the chain grants; --days is how long it is good; dianyun apikey revoke ends it at any time.',
  },
} satisfies Record<string, Words>;

function sure(words: Words, action: Action): ActForm {
  return { fields: [labelled(element('p'), words)], read: async () => action };
}

function applyForm(record: Interface): ActForm {
  const terms = new TermsFields(record, record.request?.terms ?? record.grant?.terms ?? null, null);
  const hint = labelled(element('p', { class: 'small' }), WORDS.purpose_hint);
  const input = element('textarea', { name: 'purpose', rows: '3', maxlength: '2000', autocomplete: 'off' });
  const purpose = new Field(WORDS.purpose, input, hint);
  const read = async (): Promise<Action | null> => {
    const text = input.value.trim();
    purpose.say(text === '' ? say(WORDS.no_purpose) : null);
    if (text === '') input.focus();
    const asked = terms.read();
    if (asked === null || text === '') return null;
    await keepPurpose(text);
    return { interface_apply: { interface: record.interface, terms: asked, purpose: purposeDigest(text) } };
  };
  return { fields: [...terms.elements, purpose.element], read };
}

function acts(record: Interface): readonly Act[] {
  const { request, grant, interface: kind } = record;
  const words = request !== null ? WORDS.replace : grant !== null ? WORDS.change : WORDS.apply;
  const look = request === null && grant === null ? 'primary' : null;
  const found: Act[] = [{ name: 'apply', words, look, form: () => applyForm(record) }];
  if (request !== null) {
    const form = (): ActForm => sure(WORDS.sure_withdraw, { interface_withdraw: { interface: kind } });
    found.push({ name: 'withdraw', words: WORDS.withdraw, look: 'quiet', form });
  }
  if (grant !== null) {
    const form = (): ActForm => sure(WORDS.sure_release, { interface_release: { interface: kind } });
    found.push({ name: 'release', words: WORDS.release, look: 'quiet', form });
  }
  return found;
}

/** How a key for programs is made on the node. */
class KeyHelp {
  private readonly command = element('code');
  readonly element: HTMLElement;

  constructor(private readonly organisation: string) {
    const command = element('pre', { tabindex: '0', class: 'command' }, this.command);
    this.element = element(
      'section',
      { class: 'panel', id: 'keys' },
      labelled(element('h2'), WORDS.help),
      labelled(element('p'), WORDS.help_text),
      command,
      labelled(element('p', { class: 'small' }), WORDS.help_scopes),
    );
    this.take([]);
  }

  /** Fills in the organisation and what it is granted. */
  take(records: readonly Interface[]): void {
    const held = records.flatMap(({ interface: kind, grant }) =>
      SCOPES_OF[kind].filter((name) => grant?.terms.scopes[name] === true),
    );
    const scopes = held.length === 0 ? '' : ` \\\n  --scopes ${held.join(',')}`;
    const words = `dianyun apikey new --dir NODE_FOLDER \\\n  --organisation ${this.organisation}`;
    setText(this.command, `${words} \\\n  --label tms${scopes} --days 90`);
  }
}

/** What an organisation sees. */
export class ApplicantPage {
  private readonly list: InterfaceList;
  private readonly help: KeyHelp;
  private readonly notice = element('p', { class: 'wrong', role: 'status', hidden: '' });
  private readonly live: Live;

  readonly elements: readonly HTMLElement[];

  /** @param maySign false: its key here is none of an administrator, so nothing can be done with it. */
  constructor(
    private readonly actor: Actor,
    maySign: boolean,
  ) {
    this.help = new KeyHelp(actor.subject.id);
    const place = {
      actor,
      title: () => null,
      acts: (record: Interface) => (maySign ? acts(record) : []),
      beside: ({ request }: Interface) => (request === null ? [] : [ownPurpose(request.purpose)]),
      changed: () => void this.live.run(),
    };
    this.list = new InterfaceList(place, WORDS.nothing);
    this.elements = [this.notice, this.list.element, this.help.element];
    this.live = new Live(actor, () => this.look());
  }

  /** Asks for the first time. */
  async start(): Promise<void> {
    await this.live.run();
  }

  /** Draws it in the language and at the time now. */
  update(): void {
    this.list.update();
  }

  private async look(): Promise<void> {
    try {
      const records = await interfacesOf(this.actor.client, this.actor.subject.id);
      this.list.take(records);
      this.help.take(records);
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
