/** A case led by HTTP alone, as a client would: every step through the public endpoints, with a real worker behind. */
import type { Test } from 'supertest';
import type { EmpowermentState } from '../../domain/empowerment/index.ts';
import { sampleSeats } from '../../runtime/samplePeople.ts';
import type { SampleName } from '../../policies/load.ts';
import { samplePersonId } from '../../runtime/samplePeople.ts';
import type { Client, TestApi } from './service.ts';

/** A PDF that differs by its text. */
export const pdf = (text: string): Buffer => Buffer.from(`%PDF-1.4\n% ${text}\n%%EOF\n`);

export class Walk {
  readonly api: TestApi;
  readonly institution: SampleName;
  caseId = '';
  readonly #clients = new Map<string, Client>();

  constructor(api: TestApi, institution: SampleName) {
    this.api = api;
    this.institution = institution;
  }

  get base(): string {
    return `/institutions/${this.institution}`;
  }

  person(key: string): string {
    return samplePersonId(key === 'interested' || key === 'operator' ? 'outside' : this.institution, key);
  }

  async client(key: string): Promise<Client> {
    const known =
      this.#clients.get(key) ??
      (await this.api.as(key === 'interested' || key === 'operator' ? 'outside' : this.institution, key));
    this.#clients.set(key, known);
    return known;
  }

  async get(who: string, path: string): Promise<Awaited<Test>> {
    return (await this.client(who)).get(`${this.base}${path}`);
  }

  async tries(who: string, type: string, body?: object, onBehalfOf?: string): Promise<Awaited<Test>> {
    const client = await this.client(who);
    return client.act(this.institution, this.caseId, { type, body, ...(onBehalfOf === undefined ? {} : { onBehalfOf }) });
  }

  async does(who: string, type: string, body?: object, onBehalfOf?: string): Promise<Record<string, unknown>> {
    const answer = await this.tries(who, type, body, onBehalfOf);
    if (answer.status !== 200) throw new Error(`${who} ${type}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body as Record<string, unknown>;
  }

  async upload(who: string, text: string): Promise<{ document: string }> {
    const client = await this.client(who);
    const answer = await client
      .send('post', `${this.base}/documents`)
      .attach('file', pdf(text), { filename: `${text}.pdf`, contentType: 'application/pdf' });
    if (answer.status !== 201) throw new Error(`upload: ${answer.status} ${JSON.stringify(answer.body)}`);
    return { document: (answer.body as { document: string }).document };
  }

  /** A draft of a patent's co-ownership; the first inventor is the representative. */
  async draft(team: Record<string, string>, more: object = {}): Promise<void> {
    const [first = ''] = Object.keys(team);
    const client = await this.client(first);
    const achievement = await client.send('post', `${this.base}/achievements`, {
      title: '示例催化剂',
      kind: 'patent',
      number: 'ZL202610000001.0',
    });
    if (achievement.status !== 201) throw new Error(`achievement: ${achievement.status} ${JSON.stringify(achievement.body)}`);
    const evidence = [await this.upload(first, '证明材料')];
    const affirmed = { affirmed: true, evidence };
    const application = {
      mode: 'coOwnership',
      achievementId: (achievement.body as { id: string }).id,
      title: '示例催化剂制备方法',
      resultKind: 'patent',
      resultNumber: 'ZL202610000001.0',
      inventors: Object.entries(team).map(([key, share]) => ({ personId: this.person(key), share })),
      coOwners: [],
      representativeId: this.person(first),
      unitShare: '30',
      incomeUnitShare: '30',
      exclusions: {
        nationalSecurity: false,
        defenceSecurity: false,
        publicSecurity: false,
        economicSecurity: false,
        socialStability: false,
      },
      secrecy: { secret: false, screened: await this.upload(first, '保密审查表') },
      conditions: { clearTitle: affirmed, clearProspects: affirmed, definiteRecipient: affirmed, strongWill: affirmed },
      burdens: [],
      exportCheck: { needed: false },
      ethicsCheck: { needed: false },
      ...more,
    };
    const made = await client.send('post', `${this.base}/cases`, { application });
    if (made.status !== 201) throw new Error(`draft: ${made.status} ${JSON.stringify(made.body)}`);
    this.caseId = (made.body as { caseId: string }).caseId;
  }

  async toCheck(team: Record<string, string> = { inventor1: '60', inventor2: '40' }): Promise<void> {
    await this.draft(team);
    const [first = '', ...others] = Object.keys(team);
    await this.does(first, 'sendForConsent');
    for (const other of others) await this.does(other, 'consent', { applicationVersion: 1 });
    await this.does(first, 'submit', { representationConfirmed: true });
  }

  async passCheck(): Promise<void> {
    await this.does('officer1', 'passCheck', {
      conditions: ['clearTitle', 'clearProspects', 'definiteRecipient', 'strongWill'],
      secrecyChecked: true,
    });
  }

  async toDecision(): Promise<void> {
    await this.toCheck();
    await this.passCheck();
    for (const department of ['research', 'stateAssets']) {
      await this.does(`reviewer-${department}`, 'reviewAsDepartment', { department, outcome: 'agree', opinion: '同意。' });
    }
  }

  async decide(minutesNumber = '领纪〔2026〕1号'): Promise<void> {
    const ledger = await this.get('supervisor', `/cases/${this.caseId}/ledger?limit=200`);
    const events = (ledger.body as { items: { type: string; data: { assessment?: EmpowermentState['assessment'] } }[] }).items;
    const assessment = events.findLast(({ data }) => data.assessment !== undefined)?.data.assessment;
    const seats = sampleSeats.filter(({ body, substitute }) => body === 'leadingGroup' && !substitute);
    await this.does('secretary', 'recordDecision', {
      body: 'leadingGroup',
      heldOn: (await this.today()).slice(0, 10),
      minutesNumber,
      minutes: await this.upload('secretary', '会议纪要'),
      present: [...new Set([...seats.map(({ key }) => this.person(key)), ...(assessment?.eligible ?? [])])],
      substitutes: [],
      recusals: [],
      votes: (assessment?.eligible ?? []).map((personId) => ({ personId, vote: 'approve' })),
      outcome: 'approved',
      conditions: [],
    });
  }

  async today(): Promise<string> {
    const me = await (await this.client('officer1')).get('/me');
    return (me.body as { today: string }).today;
  }

  /** Publishes the notice as the service composes it; answers its id. */
  async publish(): Promise<string> {
    const draft = await this.get('officer1', `/cases/${this.caseId}/notice-draft`);
    const { content, contentDigest, kind } = draft.body as { content: object; contentDigest: string; kind: string };
    const done = await this.does('officer1', 'publishNotice', { kind, content, contentDigest, place: '单位网站公示栏' });
    return done['actId'] as string;
  }

  async toPublicity(): Promise<string> {
    await this.toDecision();
    await this.decide();
    return this.publish();
  }
}
