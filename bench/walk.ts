/** One case led by HTTP as far as a measure needs it; copies are made of it where a load wants many. */
import { randomUUID } from 'node:crypto';
import type { EmpowermentState } from '../domain/empowerment/index.ts';
import { sampleSeats } from '../runtime/samplePeople.ts';
import { personId, type Product } from './product.ts';

/** The first is the representative; the others consent, one act each. */
export const TEAM = [
  'inventor1',
  'inventor2',
  'inventor3',
  'inventor4',
  'colleague1',
  'colleague2',
  'colleague3',
  'group1',
  'group2',
  'group3',
];

export class Walk {
  readonly #product: Product;
  readonly #team: string[];
  caseId = '';
  achievementId = '';

  constructor(product: Product, team: string[] = TEAM) {
    this.#product = product;
    this.#team = team;
  }

  does(who: string, type: string, body?: unknown): Promise<Record<string, unknown>> {
    return this.#product.does(
      who,
      'POST',
      `/cases/${this.caseId}/acts`,
      { type, ...(body === undefined ? {} : { body }) },
      randomUUID(),
    );
  }

  read<T = Record<string, unknown>>(who: string, path: string): Promise<T> {
    return this.#product.does<T>(who, 'GET', `/cases/${this.caseId}${path}`);
  }

  async draft(): Promise<void> {
    const [first = ''] = this.#team;
    const product = this.#product;
    const evidence = [await product.paper(first, '证明材料')];
    const affirmed = { affirmed: true, evidence };
    const made = await product.does<{ id: string }>(first, 'POST', '/achievements', {
      title: '示例催化剂',
      kind: 'patent',
      number: 'ZL202610000001.0',
    });
    this.achievementId = made.id;
    const share = Math.floor(100 / this.#team.length);
    const application = {
      mode: 'coOwnership',
      achievementId: made.id,
      title: '示例催化剂制备方法',
      resultKind: 'patent',
      resultNumber: 'ZL202610000001.0',
      inventors: this.#team.map((key, i) => ({
        personId: personId(key),
        share: String(i === 0 ? 100 - share * (this.#team.length - 1) : share),
      })),
      coOwners: [],
      representativeId: personId(first),
      unitShare: '30',
      incomeUnitShare: '30',
      exclusions: {
        nationalSecurity: false,
        defenceSecurity: false,
        publicSecurity: false,
        economicSecurity: false,
        socialStability: false,
      },
      secrecy: { secret: false, screened: await product.paper(first, '保密审查表') },
      conditions: { clearTitle: affirmed, clearProspects: affirmed, definiteRecipient: affirmed, strongWill: affirmed },
      burdens: [],
      exportCheck: { needed: false },
      ethicsCheck: { needed: false },
    };
    const drafted = await product.does<{ caseId: string }>(first, 'POST', '/cases', { application });
    this.caseId = drafted.caseId;
  }

  async open(): Promise<void> {
    await this.draft();
    await this.does(this.#team[0]!, 'sendForConsent');
  }

  async toDecision(): Promise<void> {
    await this.open();
    for (const other of this.#team.slice(1)) await this.does(other, 'consent', { applicationVersion: 1 });
    await this.does(this.#team[0]!, 'submit', { representationConfirmed: true });
    await this.does('officer1', 'passCheck', {
      conditions: ['clearTitle', 'clearProspects', 'definiteRecipient', 'strongWill'],
      secrecyChecked: true,
    });
    for (const department of ['research', 'stateAssets']) {
      await this.does(`reviewer-${department}`, 'reviewAsDepartment', { department, outcome: 'agree', opinion: '同意。' });
    }
  }

  /** As far as a window that runs. */
  async toPublicity(): Promise<void> {
    await this.toDecision();
    const ledger = await this.read<{ items: { data: { assessment?: EmpowermentState['assessment'] } }[] }>(
      'supervisor',
      '/ledger?limit=200',
    );
    const assessment = ledger.items.findLast(({ data }) => data.assessment !== undefined)?.data.assessment;
    const { body: me } = await this.#product.as<{ today: string }>('officer1', 'GET', '/me');
    const eligible = assessment?.eligible ?? [];
    const seats = sampleSeats
      .filter(({ body, substitute }) => body === 'leadingGroup' && !substitute)
      .map(({ key }) => personId(key));
    await this.does('secretary', 'recordDecision', {
      body: 'leadingGroup',
      heldOn: me.today.slice(0, 10),
      minutesNumber: '领纪〔2026〕1号',
      minutes: await this.#product.paper('secretary', '会议纪要'),
      present: [...new Set([...seats, ...eligible])],
      substitutes: [],
      recusals: (assessment?.barred ?? []).map((one) => ({ personId: one.personId, reason: '回避。' })),
      votes: eligible.map((voter) => ({ personId: voter, vote: 'approve' })),
      outcome: 'approved',
      conditions: [],
    });
    const draft = await this.read<{ content: object; contentDigest: string; kind: string }>('officer1', '/notice-draft');
    const { content, contentDigest, kind } = draft;
    await this.does('officer1', 'publishNotice', { kind, content, contentDigest, place: '单位网站公示栏' });
  }
}
