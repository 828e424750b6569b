/**
 * The path that lies before a case: each step with the people who act, the clause that asks for it and its earliest
 * dates. A step that people take has no length in law, so it is shown as taken on the day it opens; windows are counted.
 */
import { assess, type Assessment } from '../collective/index.ts';
import { departmentLabels, inWords, stepLabels } from '../labels.ts';
import type { BodyFacts, PersonStatus, Refusal, Role } from '../process.ts';
import { openWindow } from '../publicity/index.ts';
import { ruleOf, valueOf, type Citation, type RuleKey, type RuleSnapshot } from '../rules.ts';
import { outlivesProtection } from '../terms/index.ts';
import { addDays, dateOfInstant, startOfDay, type Calendar, type CivilDate } from '../time/index.ts';
import type { ActType, Application, DecidingBody, Step } from './acts.ts';
import { applicationFault, barOfLaw, submissionFault } from './decide/guards.ts';
import { protectionLeft } from './decide/useRight.ts';
import { noticesNeeded, route } from './route.ts';
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
  /** Earliest day on which the step opens and is done. */
  from: CivilDate;
  to: CivilDate;
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
  statement: ['publicity.order'],
  agreement: ['empowerment.agreement.terms', 'empowerment.coOwnership.writtenAgreement'],
  titleChange: ['empowerment.titleChange'],
  useRightGrant: ['empowerment.useRight.term'],
};

const mainAct: Partial<Record<Step, ActType[]>> = {
  consent: ['consent', 'recordCoOwnerConsent', 'submit'],
  check: ['passCheck', 'returnForCorrection', 'refuseApplication'],
  departmentReview: ['reviewAsDepartment'],
  groupDecision: ['recordDecision'],
  leadershipDecision: ['recordDecision'],
  noticePreparation: ['publishNotice'],
  publicity: ['fileObjection', 'closeWindow'],
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
  switch (step) {
    case 'consent':
      return [
        { role: 'inventor', personIds: inventors },
        { role: 'representative', personIds: [application.representativeId] },
      ];
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

/** The longest of the windows that the case must publish, if all are published on `day`. */
function windows(
  application: Application,
  rules: RuleSnapshot,
  day: CivilDate,
  calendar: Calendar,
): { window: NonNullable<PreviewStep['window']>; key: RuleKey }[] {
  return noticesNeeded(application).map((kind) => {
    const key: RuleKey = kind === 'price' ? 'publicity.price' : `publicity.${application.mode}`;
    const rule = kind === 'price' ? ruleOf(rules, 'publicity.price') : ruleOf(rules, `publicity.${application.mode}`);
    const { lastDay, endsAt, n, unit, provisional, skipped } = openWindow('preview', startOfDay(day), rule.value, rule, calendar);
    return { key, window: { kind, lastDay, endsAt, n, unit, provisional, skipped } };
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
    if (step.people.some((people) => people.personIds.length === 0) && !['publicity', 'done'].includes(step.step))
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

/** The whole path of an application from `now`; `from` starts at the step where a running case stands. */
export function preview(
  application: Application,
  rules: RuleSnapshot,
  calendar: Calendar,
  directory: Directory,
  now: string,
  from: Step = 'consent',
): Preview {
  const path = route(application, rules);
  let day = dateOfInstant(now);
  const steps: PreviewStep[] = [];
  for (const step of path.slice(Math.max(0, path.indexOf(from)))) {
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
      ];
      steps.push({ ...common, from: day, to: day, clauses: cited(rules, keys), ...(voters ? { assessment: voters } : {}) });
      continue;
    }
    const open = windows(application, rules, day, calendar);
    for (const { window, key } of open)
      steps.push({ ...common, from: day, to: window.lastDay, window, clauses: cited(rules, [key]) });
    // Closed at 24:00 of the last day: the next step opens the day after the longest window.
    day = addDays(
      open
        .map((w) => w.window.lastDay)
        .toSorted()
        .at(-1) ?? day,
      1,
    );
  }
  const bar = barOfLaw(application, rules);
  const fault =
    applicationFault(application, rules, directory.people) ??
    submissionFault(application, rules) ??
    protectionLeft(application, rules, dateOfInstant(now));
  return {
    steps,
    ...(bar ? { bar } : {}),
    ...(fault ? { fault: fault.refusal } : {}),
    warnings: warningsFor(application, rules, steps, dateOfInstant(now)),
  };
}
