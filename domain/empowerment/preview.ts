/**
 * The path that lies before a case: each step with the people who act, the clause that asks for it and its earliest
 * dates. A step that people take has no length in law, so it is shown as taken on the day it opens; windows are counted.
 * Where the institution gives a step a time, its end is told beside.
 */
import { assess, type Assessment } from '../collective/index.ts';
import { departmentLabels, inWords, stepLabels } from '../labels.ts';
import type { BodyFacts, DeadlineRow, PersonStatus, Refusal, Role } from '../process.ts';
import { isTimed } from '../timedSteps.ts';
import { stepTimeOn } from '../casework/stepTimes.ts';
import { openWindow, type Notice } from '../publicity/index.ts';
import { ruleOf, valueOf, type Citation, type RuleKey, type RuleSnapshot } from '../rules.ts';
import { outlivesProtection } from '../terms/index.ts';
import { addDays, dateOfInstant, startOfDay, type Calendar, type CivilDate } from '../time/index.ts';
import type { ActType, Application, DecidingBody, Step } from './acts.ts';
import { ahead } from './ahead.ts';
import { applicationFault, barOfLaw, submissionFault } from './decide/guards.ts';
import { protectionLeft } from './decide/useRight.ts';
import { noticesNeeded, route } from './route.ts';
import type { OpenState } from './state.ts';
import { actTable } from './table.ts';

/** Who is there to act, as the institution stands today. */
export interface Directory {
  people: Record<string, { status: PersonStatus; departments: string[] }>;
  bodies: { leadingGroup?: BodyFacts; leadership?: BodyFacts };
  relations: [string, string][];
  /** Who has objected in time in a running case, and so does not vote. */
  objectors?: string[];
  /** Members by role; departments only for department reviewers. */
  roles: Partial<Record<Role, { personId: string; departments: string[] }[]>>;
}

export interface PreviewStep {
  step: Step;
  acts: { act: ActType; zh: string; en: string }[];
  /** Of a deciding body all its members; `assessment` says who of them may vote. */
  people: { role: Role; department?: string; body?: DecidingBody; personIds: string[] }[];
  /** Earliest day on which the step opens and is done; where the case stands, the day on which it came there, and today. */
  from: CivilDate;
  to: CivilDate;
  /** Last day of the institution's own time for the step, counted from its earliest entry; of one that runs, as it stands. */
  dueBy?: CivilDate;
  window?: {
    kind: string;
    lastDay: CivilDate;
    endsAt: string;
    n: number;
    unit: string;
    provisional: boolean;
    skipped: { date: string; reason: string }[];
  };
  clauses: (Citation & { key: RuleKey; reading?: string })[];
  /** For a deciding body: who may vote. */
  assessment?: Assessment;
}

export interface Preview {
  steps: PreviewStep[];
  /** What stands against the application: a bar of law ends it, a fault can be put right. */
  bar?: { code: string; clause: string; zh: string; en: string };
  fault?: Refusal;
  warnings: { code: string; zh: string; en: string }[];
}

/** The rules that each step rests on; absent ones are left out. */
const basis: Partial<Record<Step, RuleKey[]>> = {
  consent: ['empowerment.teamConsent'],
  check: ['empowerment.conditions', 'empowerment.exclusions', 'empowerment.secret', 'empowerment.kinds'],
  departmentReview: ['review.departments'],
  groupDecision: ['decision.collective', 'decision.group.departments', 'decision.group.quorum', 'decision.majority'],
  leadershipDecision: ['decision.collective', 'decision.majorMatters', 'decision.leadership.quorum', 'decision.majority'],
  noticePreparation: ['publicity.empowerment.contents'],
  objectionHandling: ['objection.handling', 'objection.review'],
  amendment: ['empowerment.teamConsent'],
  statement: ['publicity.order'],
  agreement: ['empowerment.agreement.terms', 'empowerment.coOwnership.writtenAgreement'],
  titleChange: ['empowerment.titleChange'],
  useRightGrant: ['empowerment.useRight.term'],
};

const mainAct: Partial<Record<Step, ActType[]>> = {
  consent: ['consent', 'recordCoOwnerConsent', 'submit'],
  check: ['passCheck', 'returnForCorrection', 'refuseApplication'],
  returned: ['amendApplication'],
  departmentReview: ['reviewAsDepartment'],
  groupDecision: ['recordDecision'],
  leadershipDecision: ['recordDecision'],
  noticePreparation: ['publishNotice'],
  publicity: ['fileObjection', 'closeWindow'],
  objectionHandling: ['admitObjection', 'recordFinding', 'recordReview'],
  amendment: ['proposeAmendment', 'signAmendment'],
  statement: ['stateResult'],
  agreement: ['proposeAgreement', 'signAgreement'],
  titleChange: ['recordTitleChange'],
  useRightGrant: ['grantUseRight'],
  registration: ['tagLedger'],
};

function cited(rules: RuleSnapshot, keys: RuleKey[]): PreviewStep['clauses'] {
  return keys.flatMap((key) => {
    const rule = rules.rules[key];
    return rule ? [{ key, ...rule.cite, ...(rule.reading === undefined ? {} : { reading: rule.reading }) }] : [];
  });
}

function peopleOf(step: Step, application: Application, rules: RuleSnapshot, directory: Directory): PreviewStep['people'] {
  const inventors = application.inventors.map((i) => i.personId);
  const role = (name: Role): PreviewStep['people'][number] => ({
    role: name,
    personIds: (directory.roles[name] ?? []).map((p) => p.personId),
  });
  const representative: PreviewStep['people'][number] = {
    role: 'representative',
    personIds: [application.representativeId],
  };
  switch (step) {
    case 'consent':
    case 'amendment':
      return [{ role: 'inventor', personIds: inventors }, representative];
    case 'returned':
      return [representative];
    case 'departmentReview':
      return valueOf(rules, 'review.departments').departments.map((department) => ({
        role: 'departmentReviewer',
        department,
        personIds: (directory.roles.departmentReviewer ?? [])
          .filter((p) => p.departments.includes(department))
          .map((p) => p.personId),
      }));
    case 'groupDecision':
    case 'leadershipDecision': {
      const body = step === 'groupDecision' ? 'leadingGroup' : 'leadership';
      const members = (directory.bodies[body]?.members ?? []).map((member) => member.personId);
      return [{ role: 'bodyMember', body, personIds: members }, role('secretary')];
    }
    case 'publicity':
      return [role('member')].map((people) => ({ ...people, personIds: [] }));
    case 'agreement':
      return [role('officer'), { role: 'inventor', personIds: inventors }, role('signatory')];
    case 'done':
    case 'refused':
      return [];
    default:
      return [role('officer')];
  }
}

function assessment(step: Step, application: Application, rules: RuleSnapshot, directory: Directory): Assessment | undefined {
  const body =
    step === 'groupDecision'
      ? directory.bodies.leadingGroup
      : step === 'leadershipDecision'
        ? directory.bodies.leadership
        : undefined;
  if (!body) return undefined;
  const group = step === 'groupDecision';
  const interests = {
    inventors: application.inventors.map((i) => i.personId),
    buyers: application.price?.buyerIds ?? [],
    objectors: directory.objectors ?? [],
    relations: directory.relations,
  };
  return assess(
    body,
    [],
    interests,
    valueOf(rules, group ? 'decision.group.quorum' : 'decision.leadership.quorum'),
    group ? valueOf(rules, 'decision.group.departments') : [],
  );
}

interface Window {
  window: NonNullable<PreviewStep['window']>;
  from: CivilDate;
  key: RuleKey;
}

/** The windows that the case waits for: of a notice that is out its own, as it was counted or lengthened since; of others from `day`. */
function windows(
  application: Application,
  rules: RuleSnapshot,
  day: CivilDate,
  calendar: Calendar,
  notices: readonly Notice[],
): Window[] {
  return noticesNeeded(application).flatMap((kind): Window[] => {
    const out = notices.find((notice) => notice.kind === kind);
    if (out?.state === 'closed') return [];
    const key: RuleKey = kind === 'price' ? 'publicity.price' : `publicity.${application.mode}`;
    const rule = kind === 'price' ? ruleOf(rules, 'publicity.price') : ruleOf(rules, `publicity.${application.mode}`);
    const deadline: DeadlineRow = out?.deadline ?? openWindow('preview', startOfDay(day), rule.value, rule, calendar);
    const { startDate, lastDay, endsAt, n, unit, provisional, skipped } = deadline;
    return [{ key, from: startDate, window: { kind, lastDay, endsAt, n, unit, provisional, skipped } }];
  });
}

function warningsFor(application: Application, rules: RuleSnapshot, steps: PreviewStep[], today: CivilDate): Preview['warnings'] {
  const warnings: Preview['warnings'] = [];
  for (const step of steps) {
    if (step.assessment && !step.assessment.enough)
      warnings.push({
        code: 'quorumLost',
        zh: `${stepLabels[step.step].zh}：回避后仅余 ${step.assessment.eligible.length} 人，不足 ${step.assessment.quorum} 人，需指定替补。`,
        en: `${stepLabels[step.step].en}: ${step.assessment.eligible.length} may vote after recusals, ${step.assessment.quorum} are needed; substitutes must be named.`,
      });
    for (const department of step.assessment?.missingDepartments ?? []) {
      const { zh, en } = inWords(departmentLabels, [department]);
      warnings.push({
        code: 'bodyLacksDepartment',
        zh: `领导小组缺少“${zh}”成员。`,
        en: `The leading group has no member of ${en}.`,
      });
    }
    if (step.window?.provisional)
      warnings.push({
        code: 'provisional',
        zh: '期限涉及尚未公布的年度放假安排，暂按周一至周五计算。',
        en: 'The window touches a year whose calendar is not out; counted Monday to Friday for now.',
      });
    if (step.people.some((people) => people.personIds.length === 0) && !['publicity', 'done', 'refused'].includes(step.step))
      warnings.push({
        code: 'nobodyToAct',
        zh: `${stepLabels[step.step].zh}：没有可办理的人员。`,
        en: `${stepLabels[step.step].en}: nobody is there to act.`,
      });
  }
  const { mode, protectedUntil, years } = application;
  if (mode === 'useRight' && protectedUntil !== undefined && years !== undefined) {
    const term = { startsOn: today, years, countsFirstDay: false, protectedUntil };
    const cut = rules.rules['empowerment.useRight.shortProtection']?.value === 'termToExpiry';
    if (outlivesProtection(term))
      warnings.push({
        code: 'protectionShorter',
        zh: `知识产权保护期至 ${protectedUntil}，短于所申请的使用期限${cut ? '，使用权将止于该日' : ''}。`,
        en: `The legal protection ends on ${protectedUntil}, before the term asked for${cut ? '; the right would end with it' : ''}.`,
      });
  }
  return warnings;
}

/** The time for the step: where the case stands, the one that runs, unless a hold stops it; else counted from `day`. */
function timeOf(
  step: Step,
  rules: RuleSnapshot,
  day: CivilDate,
  calendar: Calendar,
  here?: OpenState,
): Pick<PreviewStep, 'dueBy'> {
  if (here?.mending.hold) return {};
  const time = here ? here.stepTime : stepTimeOn(rules, step, day, calendar);
  return time ? { dueBy: time.lastDay } : {};
}

const latest = (...dates: CivilDate[]): CivilDate => dates.toSorted().at(-1) as CivilDate;

/** The whole path of an application from `now`, or of a running case what of it is still ahead; nothing of a closed one. */
export function preview(
  application: Application,
  rules: RuleSnapshot,
  calendar: Calendar,
  directory: Directory,
  now: string,
  running?: OpenState,
): Preview {
  const path = running ? ahead(running) : { steps: route(application, rules), notices: [] };
  if (path.steps.length === 0) return { steps: [], warnings: [] };
  const today = dateOfInstant(now);
  let day = today;
  const steps: PreviewStep[] = [];
  for (const [at, step] of path.steps.entries()) {
    const here = at === 0 ? running : undefined;
    const from = here ? dateOfInstant(here.stepSince) : day;
    const common = {
      step,
      acts: (mainAct[step] ?? []).map((act) => ({ act, zh: actTable[act].zh, en: actTable[act].en })),
      people: peopleOf(step, application, rules, directory),
    };
    const voters = assessment(step, application, rules, directory);
    if (step !== 'publicity') {
      const keys: RuleKey[] = [
        ...(basis[step] ?? []),
        ...(step === 'noticePreparation' && application.price ? (['publicity.price.contents'] as const) : []),
        ...(isTimed(step) ? ([`stepTime.${step}`] as const) : []),
      ];
      const due = timeOf(step, rules, day, calendar, here);
      steps.push({ ...common, from, to: day, ...due, clauses: cited(rules, keys), ...(voters ? { assessment: voters } : {}) });
      continue;
    }
    const open = windows(application, rules, day, calendar, path.notices);
    for (const { window, from: since, key } of open)
      steps.push({ ...common, from: since, to: window.lastDay, window, clauses: cited(rules, [key]) });
    // Closed at 24:00 of the last day: the next step opens the day after the longest window.
    day = latest(day, ...open.map(({ window }) => addDays(window.lastDay, 1)));
  }
  const dead = running?.team.filter(({ status }) => status === 'deceased').map(({ personId }) => personId);
  const bar = barOfLaw(application, rules);
  const fault =
    applicationFault(application, rules, directory.people, dead) ??
    submissionFault(application, rules) ??
    protectionLeft(application, rules, today);
  return {
    steps,
    ...(bar ? { bar } : {}),
    ...(fault ? { fault: fault.refusal } : {}),
    warnings: warningsFor(application, rules, steps, today),
  };
}
