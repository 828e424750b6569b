/**
 * A case told as a story: who does what on which day. It plays on a rehearsal, so everything that happens is the real
 * procedure's; the story only supplies people's acts, and checks that each is taken or refused as it should be.
 */
import { createHash } from 'node:crypto';
import { noticeText, type NoticeContent } from '../../contracts/schemas.ts';
import type { EmpowermentEvent, EmpowermentEvents, EventType } from '../../domain/empowerment/events.ts';
import type { EmpowermentState } from '../../domain/empowerment/index.ts';
import { empowerment, noticesNeeded } from '../../domain/empowerment/index.ts';
import { valueOf, type NoticeItem, type NoticeKind } from '../../domain/rules.ts';
import type { Rehearsal } from '../../runtime/rehearsing/rehearsal.ts';
import { sampleSeats } from '../../runtime/samplePeople.ts';
import type { ActAnswer } from '../../contracts/messages.ts';
import { document, Play } from './play.ts';

export interface ApplicationPlan {
  mode: 'coOwnership' | 'fullOwnership' | 'useRight';
  road?: 'agreedIncome' | 'saleOfRetainedShare';
  /** Inventors by key with their share in per cent; the first is the representative. */
  team: Record<string, string>;
  unitShare?: string;
  incomeUnitShare?: string;
  kind?: string;
  secret?: boolean;
  years?: number;
  priceFen?: string;
  title?: string;
  achievementId?: string;
}

/** Where a story plays: a rehearsal, or anything that takes acts, lets time pass and shows the ledger as one does. */
export type Stage = Pick<Rehearsal, 'draft' | 'perform' | 'advanceTo' | 'timeline'>;

export class Story<S extends Stage = Rehearsal> extends Play<S> {
  achievementId = '';

  /** The state as the ledger gives it. */
  async state(): Promise<EmpowermentState> {
    let state = empowerment.initial(this.caseId, this.institutionId);
    for (const entry of await this.rehearsal.timeline(this.caseId)) {
      state = empowerment.evolve(state, { ...entry, actId: '', actor: { kind: 'system' }, v: 1 } as unknown as EmpowermentEvent);
    }
    return state;
  }

  /** Data of all events of a type, oldest first. */
  async events<T extends EventType>(type: T): Promise<(EmpowermentEvents[T] & { recordedAt: string })[]> {
    const entries = await this.rehearsal.timeline(this.caseId);
    return entries
      .filter((e) => e.type === type)
      .map((e) => ({ ...(e.data as unknown as EmpowermentEvents[T]), recordedAt: e.recordedAt }));
  }

  /** What the representative fills in. */
  application(plan: ApplicationPlan): Record<string, unknown> {
    const evidence = [document('证明材料')];
    const affirmed = { affirmed: true, evidence };
    const kind = plan.kind ?? 'patent';
    return {
      mode: plan.mode,
      ...(plan.road ? { road: plan.road } : {}),
      achievementId: this.achievementId,
      title: plan.title ?? '示例成果：稀土永磁材料制备方法',
      summary: '一种降低能耗的制备方法（示例）。',
      resultKind: kind,
      ...(kind === 'patent' ? { resultNumber: 'ZL202610000001.0' } : {}),
      inventors: Object.entries(plan.team).map(([key, share]) => ({ personId: this.person(key), share })),
      coOwners: [],
      representativeId: this.person(Object.keys(plan.team)[0] ?? ''),
      unitShare: plan.unitShare ?? (plan.mode === 'coOwnership' ? '30' : plan.mode === 'fullOwnership' ? '0' : '100'),
      incomeUnitShare: plan.incomeUnitShare ?? '30',
      exclusions: {
        nationalSecurity: false,
        defenceSecurity: false,
        publicSecurity: false,
        economicSecurity: false,
        socialStability: false,
      },
      secrecy: { secret: plan.secret ?? false, screened: document('保密审查表') },
      conditions: { clearTitle: affirmed, clearProspects: affirmed, definiteRecipient: affirmed, strongWill: affirmed },
      burdens: [],
      exportCheck: { needed: false },
      ethicsCheck: { needed: false },
      ...(plan.years === undefined ? {} : { years: plan.years }),
      ...(plan.mode === 'useRight' ? { plan: { document: document('成果转化实施方案'), partners: [] } } : {}),
      ...(plan.priceFen === undefined
        ? {}
        : { price: { intendedFen: plan.priceFen, buyerIds: Object.keys(plan.team).map((key) => this.person(key)) } }),
    };
  }

  /** Sends the draft, and everybody else consents. */
  async apply(plan: ApplicationPlan): Promise<void> {
    const [first = '', ...others] = Object.keys(plan.team);
    const achievement = {
      kind: plan.kind ?? 'patent',
      title: plan.title ?? '示例成果',
      ...(plan.achievementId ? { id: plan.achievementId } : {}),
    };
    const draft = await this.rehearsal.draft(this.institutionId, this.person(first), achievement);
    this.caseId = draft.caseId;
    this.achievementId = draft.achievementId;
    await this.does(first, 'sendForConsent', { application: this.application(plan) });
    for (const other of others) await this.does(other, 'consent', { applicationVersion: 1 });
  }

  submit(who: string): Promise<ActAnswer> {
    return this.does(who, 'submit', { representationConfirmed: true });
  }

  async passCheck(): Promise<ActAnswer> {
    const { rules } = await this.state();
    return this.does('officer1', 'passCheck', {
      conditions: rules ? valueOf(rules, 'empowerment.conditions') : [],
      secrecyChecked: true,
    });
  }

  async departmentsAgree(): Promise<void> {
    const { rules } = await this.state();
    for (const department of rules ? valueOf(rules, 'review.departments').departments : []) {
      if ((await this.state()).step !== 'departmentReview') return;
      await this.does(`reviewer-${department}`, 'reviewAsDepartment', { department, outcome: 'agree', opinion: '同意。' });
    }
  }

  /** The body that sits decides; whoever must stand aside does. */
  async decide(minutesNumber: string, heldOn: string, outcome: 'approved' | 'rejected' = 'approved'): Promise<ActAnswer> {
    const { step, assessment, substitutes } = await this.state();
    const body = step === 'groupDecision' ? 'leadingGroup' : 'leadership';
    const seats = sampleSeats.filter((seat) => seat.body === body && !seat.substitute).map((seat) => this.person(seat.key));
    const eligible = assessment?.eligible ?? [];
    return this.does('secretary', 'recordDecision', {
      body,
      heldOn,
      minutesNumber,
      minutes: document(`会议纪要 ${minutesNumber}`),
      present: [...new Set([...seats, ...eligible])],
      substitutes: substitutes[body],
      recusals: (assessment?.barred ?? []).map(({ personId }) => ({ personId, reason: '与本事项有利害关系，回避。' })),
      votes: eligible.map((personId) => ({ personId, vote: outcome === 'approved' ? 'approve' : 'reject' })),
      outcome,
      conditions: [],
      ...(outcome === 'rejected' ? { grounds: '经审议不同意。' } : {}),
    });
  }

  /** What the notice shows, as the service composes it from the case. */
  async noticeBody(kind: NoticeKind, n?: number): Promise<Record<string, unknown>> {
    const { rules, application, number, team } = await this.state();
    if (!rules || !application) throw new Error('The case is not open');
    const shares = team.map(({ personId, ppm }) => `${this.keyOf(personId)} ${ppm / 10_000}%`).join('、');
    const items = valueOf(rules, kind === 'price' ? 'publicity.price.contents' : 'publicity.empowerment.contents');
    const content: NoticeContent = {
      heading: kind === 'price' ? '拟交易价格公示（示例）' : '职务科技成果赋权公示（示例）',
      unit: this.institution,
      items: items.map((item: NoticeItem) => ({
        item,
        zh: item,
        en: item,
        value: `${item}：${item === 'sharesOrTerm' ? shares : `见 ${number ?? '申请'}`}（示例）`,
      })),
    };
    const contentDigest = createHash('sha256').update(noticeText(content)).digest('hex');
    return { kind, content, contentDigest, place: '单位内网公示栏', ...(n === undefined ? {} : { n }) };
  }

  async publish(): Promise<void> {
    const { application } = await this.state();
    for (const kind of application ? noticesNeeded(application) : [])
      await this.does('officer1', 'publishNotice', await this.noticeBody(kind));
  }

  /** The notice in force of a kind. */
  async notice(kind: NoticeKind = 'empowerment'): Promise<EmpowermentState['notices'][number]> {
    const found = (await this.state()).notices.findLast((notice) => notice.kind === kind);
    if (!found) throw new Error(`No notice of kind ${kind}`);
    return found;
  }

  async objects(who: string, grounds: string[]): Promise<string> {
    const noticeId = (await this.notice()).id;
    await this.does(who, 'fileObjection', {
      noticeId,
      name: '示例异议人',
      contact: '联系方式（示例）',
      grounds,
      evidence: [document('异议材料')],
    });
    return (await this.state()).objections.at(-1)?.id ?? '';
  }

  stateResult(): Promise<ActAnswer> {
    return this.does('officer1', 'stateResult', { document: document('公示情况说明') });
  }

  /** The agreement with its terms, signed by everybody. */
  async agree(more: Record<string, unknown> = {}): Promise<void> {
    const text = '按协议约定（示例）。';
    const terms = { incomeSplit: text, decisionMechanism: text, costSharing: text, maintenanceFees: text };
    await this.does('officer1', 'proposeAgreement', { document: document('协议'), terms, countsFirstDay: false, ...more });
    await this.sign();
  }

  async sign(): Promise<void> {
    const { team, agreements } = await this.state();
    const agreementVersion = agreements;
    for (const member of team.filter((m) => m.status !== 'deceased')) {
      await this.does(this.keyOf(member.personId), 'signAgreement', { agreementVersion });
    }
    await this.does('signatory', 'signAgreement', { agreementVersion });
  }

  /** The key of one of the sample people. */
  keyOf(personId: string): string {
    const keys = [
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
      'group4',
    ];
    return keys.find((key) => this.person(key) === personId) ?? '';
  }

  register(number: string, on: string): Promise<ActAnswer> {
    return this.does('officer1', 'recordTitleChange', { kind: 'registry', number, on, document: document('登记回执') });
  }

  tag(): Promise<ActAnswer> {
    return this.does('officer1', 'tagLedger', { attribute: 'granted', stage: 'development', conversion: 'intended' });
  }
}

export { document as paperOf };
