/** The acts of a case as a story tells them: who, what, on which day. */
import type { Application, Bodies, DecidingBody, EmpowermentState, Step } from '../../../domain/empowerment/index.ts';
import { valueOf, type NoticeKind, type RuleSnapshot, type RuleValues } from '../../../domain/rules.ts';
import { addDays, dateOfInstant } from '../../../domain/time/index.ts';
import type { SampleName } from '../../../policies/index.ts';
import { RecordedCase } from './recordedCase.ts';
import { applicationOf, paper, rulesOf, sealed, shanghai, type Plan, type World } from './world.ts';

interface Options {
  id?: string;
  world?: World;
  changes?: Partial<RuleValues>;
}

export class Case extends RecordedCase {
  /** A case of a sample institution, with the rules of its first day. */
  static of(name: SampleName, startsAt: string, options: Options = {}): Case {
    return new Case(rulesOf(name, startsAt.slice(0, 10), options.changes), startsAt, options);
  }

  /** The draft is sent, and all others consent. */
  applies(plan: Plan): this {
    const application = applicationOf(plan);
    this.does(application.representativeId, 'sendForConsent', { application });
    for (const { personId } of application.inventors)
      if (personId !== application.representativeId) this.does(personId, 'consent', { applicationVersion: 1 });
    return this;
  }

  submits(who = this.state.representativeId): this {
    return this.does(who, 'submit', { representationConfirmed: true });
  }

  passes(): this {
    const conditions = valueOf(this.state.rules as RuleSnapshot, 'empowerment.conditions');
    return this.does('officer', 'passCheck', { conditions, secrecyChecked: true });
  }

  /** All departments that are asked agree. */
  reviewed(): this {
    const { departments } = valueOf(this.state.rules as RuleSnapshot, 'review.departments');
    for (const department of departments)
      if (this.step === 'departmentReview')
        this.does(`reviewer-${department}`, 'reviewAsDepartment', { department, outcome: 'agree', opinion: sealed('agreed') });
    return this;
  }

  /** Minutes of a meeting today: all who may vote approve or reject, all who must stand aside do. */
  minutes(change: Partial<Bodies['recordDecision']> = {}): Bodies['recordDecision'] {
    const body: DecidingBody = change.body ?? (this.step === 'leadershipDecision' ? 'leadership' : 'leadingGroup');
    const { assessment, substitutes, decisions } = this.state;
    const eligible = assessment?.eligible ?? [];
    const outcome = change.outcome ?? 'approved';
    return {
      body,
      heldOn: dateOfInstant(this.now),
      minutesNumber: `纪要〔2026〕${decisions.length + 1}号`,
      minutes: paper('minutes'),
      present: [...new Set([...this.world.bodies[body].members.map((m) => m.personId), ...eligible])],
      substitutes: substitutes[body],
      recusals: (assessment?.barred ?? []).map(({ personId }) => ({ personId, reason: sealed('interest') })),
      votes: eligible.map((personId) => ({ personId, vote: outcome === 'approved' ? 'approve' : 'reject' })),
      outcome,
      conditions: [],
      ...(outcome === 'rejected' ? { grounds: sealed('grounds') } : {}),
      ...change,
    };
  }

  decides(change: Partial<Bodies['recordDecision']> = {}): this {
    return this.does('secretary', 'recordDecision', this.minutes(change));
  }

  /** All bodies that the path asks for approve today. */
  approved(): this {
    while (this.step === 'groupDecision' || this.step === 'leadershipDecision') this.decides();
    return this;
  }

  noticeBody(kind: Bodies['publishNotice']['kind'], n?: number): Bodies['publishNotice'] {
    const key = kind === 'price' ? 'publicity.price.contents' : 'publicity.empowerment.contents';
    const items = [...valueOf(this.state.rules as RuleSnapshot, key)];
    return {
      kind,
      content: sealed('notice'),
      contentDigest: 'digest',
      items,
      place: 'intranet',
      ...(n === undefined ? {} : { n }),
    };
  }

  /** Everything that must be shown goes out today. */
  publishes(): this {
    this.does('officer', 'publishNotice', this.noticeBody('empowerment'));
    return this.application.price ? this.does('officer', 'publishNotice', this.noticeBody('price')) : this;
  }

  notice(kind: NoticeKind = 'empowerment'): EmpowermentState['notices'][number] {
    const notice = this.state.notices.findLast((n) => n.kind === kind);
    if (!notice) throw new Error(`There is no ${kind} notice`);
    return notice;
  }

  /** Goes to the morning after the last window's last day. */
  windowsClose(): this {
    const last = this.state.notices
      .filter((n) => n.state === 'open')
      .map((n) => n.deadline.lastDay)
      .toSorted()
      .at(-1);
    return last === undefined ? this : this.on(`${addDays(last, 1)} 09:00`);
  }

  /** Objects by name with so many grounds; answers the objection's id. */
  objects(who: string, grounds = 1, noticeId = this.notice().id): string {
    const outcome = this.tries(who, 'fileObjection', {
      noticeId,
      name: sealed(`name of ${who}`),
      contact: sealed(`contact of ${who}`),
      grounds: Array.from({ length: grounds }, (_, i) => sealed(`ground ${i + 1}`)),
      evidence: [],
    });
    if ('refused' in outcome) throw new Error(`${who} objects: ${outcome.refused.code}`);
    return this.state.objections.at(-1)?.id ?? '';
  }

  /** A letter that bears `receivedAt`, entered now; answers the objection's id. */
  letter(receivedAt: string, objectorId?: string, noticeId = this.notice().id): string {
    this.does('officer', 'enterPaperObjection', {
      noticeId,
      name: sealed('name'),
      contact: sealed('contact'),
      grounds: [sealed('ground 1')],
      evidence: [],
      receivedAt: shanghai(receivedAt),
      proof: paper('envelope'),
      ...(objectorId === undefined ? {} : { objectorId }),
    });
    return this.state.objections.at(-1)?.id ?? '';
  }

  confirms(objectionId: string, who = 'officer2'): this {
    return this.does(who, 'confirmPaperObjection', { objectionId });
  }

  admits(objectionId: string, handler = 'fang'): this {
    return this.does('officer', 'admitObjection', { objectionId, handlers: [handler] });
  }

  /** The handler's finding on each ground, and what follows. */
  finds(
    objectionId: string,
    upheld: boolean[],
    consequence: 'none' | 'amend' | 'refuse' = upheld.some(Boolean) ? 'amend' : 'none',
  ): this {
    const handler = this.state.objections.find((o) => o.id === objectionId)?.handlers[0] ?? '';
    const findings = upheld.map((yes, i) => ({ ground: i + 1, upheld: yes, reasons: sealed('reasons') }));
    return this.does(handler, 'recordFinding', { objectionId, findings, consequence, reply: sealed('reply') });
  }

  /** A new split in per cent, proposed by the representative; in a sale the price too, if it changes. */
  proposes(team: Record<string, number>, unitPpm = this.application.unitPpm, priceFen?: string): this {
    const inventors = Object.entries(team).map(([personId, percent]) => ({ personId, ppm: Math.round(percent * 10_000) }));
    const { incomeUnitPpm } = this.application;
    return this.does(this.state.representativeId, 'proposeAmendment', {
      inventors,
      unitPpm,
      incomeUnitPpm,
      ...(priceFen === undefined ? {} : { priceFen }),
      grounds: sealed('grounds'),
    });
  }

  signsAmendment(...who: string[]): this {
    for (const person of who) this.does(person, 'signAmendment', { amendmentVersion: this.state.amendments });
    return this;
  }

  states(): this {
    return this.does('officer', 'stateResult', { document: paper('statement') });
  }

  agreementText(change: Partial<Bodies['proposeAgreement']> = {}): Bodies['proposeAgreement'] {
    const term = sealed('term');
    const { mode, years, price } = this.application;
    return {
      document: paper('agreement'),
      terms: { incomeSplit: term, decisionMechanism: term, costSharing: term, maintenanceFees: term },
      countsFirstDay: false,
      ...(mode === 'useRight'
        ? { startsOn: addDays(dateOfInstant(this.now), 1), years: years ?? 10, survivesLeaving: true }
        : {}),
      ...(price ? { priceFen: price.intendedFen } : {}),
      ...change,
    };
  }

  signs(...who: string[]): this {
    for (const person of who) this.does(person, 'signAgreement', { agreementVersion: this.state.agreements });
    return this;
  }

  /** Drawn up and signed by all today. */
  agrees(change: Partial<Bodies['proposeAgreement']> = {}): this {
    this.does('officer', 'proposeAgreement', this.agreementText(change));
    for (const { personId, status } of this.state.team) if (status !== 'deceased') this.signs(personId);
    return this.signs('signatory');
  }

  registers(number = '国知变更1号'): this {
    return this.does('officer', 'recordTitleChange', {
      kind: 'registry',
      number,
      on: dateOfInstant(this.now),
      document: paper('receipt'),
    });
  }

  tags(): this {
    return this.does('officer', 'tagLedger', { attribute: 'granted', stage: 'development', conversion: 'intended' });
  }

  dies(personId: string): this {
    return this.does('officer', 'recordLifeEvent', {
      personId,
      kind: 'died',
      on: dateOfInstant(this.now),
      document: paper('certificate'),
    });
  }

  /** The usual act of the step at which the case is. */
  goesOn(): this {
    const { mode } = this.application;
    const usual: Record<string, () => unknown> = {
      consent: () => this.submits(),
      check: () => this.passes(),
      departmentReview: () => this.reviewed(),
      groupDecision: () => this.decides(),
      leadershipDecision: () => this.decides(),
      noticePreparation: () => this.publishes(),
      publicity: () => this.windowsClose(),
      statement: () => this.states(),
      agreement: () => this.agrees(),
      titleChange: () => this.registers(),
      useRightGrant: () => this.does('officer', 'grantUseRight', { startsOn: this.state.agreement?.text.startsOn ?? '' }),
      registration: () => this.tags(),
    };
    const act = usual[this.step];
    if (!act) throw new Error(`Nothing is usual for ${mode} at ${this.step}`);
    act();
    return this;
  }

  /** To the end, or to the step, if nothing unusual happens any more. */
  finishes(step = 'done'): this {
    for (let i = 0; i < 30 && this.state.status === 'open' && this.step !== step; i += 1) this.goesOn();
    return this;
  }
}

/** A case taken to the step on its usual way: the start of a story. By default co-ownership, of the university in Hohhot. */
export function caseAt(
  step: Step,
  start = '2026-03-02 09:00',
  plan: Plan = { mode: 'coOwnership' },
  options: Options & { name?: SampleName } = {},
): Case {
  return Case.of(options.name ?? 'hohhot-university', start, options)
    .applies(plan)
    .finishes(step);
}

/** The application with better evidence of a condition: what nobody consents to anew. */
export const better = ({ application }: Case, evidence: string): Application => ({
  ...application,
  conditions: { ...application.conditions, clearTitle: { affirmed: true, evidence: [paper(evidence)] } },
});
