/**
 * The bounds of every number that a case reads, under the rules of each sample institution: one below, at and above. The
 * numbers are the rules' own; a key with a number that code begins to read fails here until its bounds are told.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { Pool } from 'pg';
import type { Bodies, DecidingBody, Step } from '../../domain/empowerment/index.ts';
import type { Mode, RuleKey, RuleSnapshot, RuleValues } from '../../domain/rules.ts';
import { timedSteps, type TimedStep } from '../../domain/timedSteps.ts';
import { addDays, addYears, computeDeadline, dateOfInstant, startOfDay, type CivilDate } from '../../domain/time/index.ts';
import { keyTable, sampleNames, type SampleName } from '../../policies/index.ts';
import { titleChangeReminders } from '../../worker/probes/reminders.ts';
import { numericKeys } from '../unit/policies/numbers.ts';
import { Case, caseAt } from '../unit/empowerment/case.ts';
import { rulesOf, sealed, type Plan } from '../unit/empowerment/world.ts';

const today = '2026-03-02';
const start = `${today} 09:00`;

/** The value of the sample's rule; the rows below ask only where there is one. */
function given<K extends RuleKey>(rules: RuleSnapshot, key: K): RuleValues[K] {
  const rule = rules.rules[key];
  if (!rule) throw new Error(`No rule ${key}`);
  return rule.value;
}

/** A plan of the mode as the institution allows it; a sale has a price. */
function planOf(rules: RuleSnapshot, mode: Mode): Plan {
  if (mode !== 'fullOwnership') return { mode };
  const road = given(rules, 'empowerment.fullOwnership.road');
  return { mode, road, ...(road === 'saleOfRetainedShare' ? { priceFen: '1' } : {}) };
}

const firstPlan = (rules: RuleSnapshot): Plan => planOf(rules, given(rules, 'empowerment.modes')[0] as Mode);

/** A case of the sample at the step; where the step needs a leadership, every matter is major. */
function at(step: Step, name: SampleName, rules: RuleSnapshot, changes: Partial<RuleValues> = {}, plan = firstPlan(rules)): Case {
  return caseAt(step, start, plan, { name, changes });
}

type Refused = string | undefined;

/** What refuses the act, if anything; every try is on a case of its own. */
function refusal(tried: ReturnType<Case['tries']>): Refused {
  return 'refused' in tried ? tried.refused.code : undefined;
}

/** The window of a notice: too short a one is refused with its clause, and the last day is the last day. */
function window(kind: Bodies['publishNotice']['kind'], mode: Mode, key: RuleKey, name: SampleName, rules: RuleSnapshot): void {
  const rule = rules.rules[key] as { value: RuleValues['publicity.price']; cite: { clause: string } };
  const { bound, n, unit } = rule.value;
  const ready = (): Case => at('noticePreparation', name, rules, {}, planOf(rules, mode));
  const one = ready();
  expect(one.isRefused('officer', 'publishNotice', one.noticeBody(kind, n - 1), 'windowTooShort').clause).toBe(rule.cite.clause);
  for (const length of [n, n + 1]) {
    const shown = ready();
    const other = (['empowerment', 'price'] as const).filter((each) => each !== kind && shown.application.price);
    shown.does('officer', 'publishNotice', shown.noticeBody(kind, length));
    for (const each of other) shown.does('officer', 'publishNotice', shown.noticeBody(each));
    const { lastDay } = computeDeadline({ start: today, bound, n: length, unit }, shown.world.calendar);
    if (unit === 'calendarDay') expect(lastDay).toBe(addDays(today, length));
    expect(shown.notice(kind).deadline).toMatchObject({ n: length, lastDay, endsAt: startOfDay(addDays(lastDay, 1)) });
    expect(shown.on(`${lastDay} 23:59:59.999`).notice(kind).state).toBe('open');
    expect(shown.step).toBe('publicity');
    shown.objects('ding', 1, shown.notice(kind).id);
    shown.now = startOfDay(addDays(lastDay, 1));
    shown.objects('eva', 1, shown.notice(kind).id);
    expect(shown.state.objections.map(({ objectorId, inTime }) => [objectorId, inTime])).toEqual([
      ['ding', true],
      ['eva', false],
    ]);
  }
}

/** So many of the body present, all against; a meeting without a quorum decides not even that. */
function quorum(
  body: DecidingBody,
  key: 'decision.group.quorum' | 'decision.leadership.quorum',
  name: SampleName,
  rules: RuleSnapshot,
): void {
  const step = body === 'leadingGroup' ? 'groupDecision' : 'leadershipDecision';
  const n = given(rules, key);
  const { mode } = firstPlan(rules);
  const meeting = (present: number): Refused => {
    const one = at(step, name, rules, { 'decision.majorMatters': [mode] });
    const minutes = one.minutes({ outcome: 'rejected', grounds: sealed('grounds') });
    expect(minutes.votes.length).toBeGreaterThan(n);
    const votes = minutes.votes.slice(0, present);
    return refusal(one.tries('secretary', 'recordDecision', { ...minutes, votes, present: votes.map((vote) => vote.personId) }));
  };
  expect([n - 1, n, n + 1].map(meeting)).toEqual(['quorumLost', undefined, undefined]);
}

/** So many in favour, all others present abstaining, with everybody there and with one away. */
function majority(name: SampleName, rules: RuleSnapshot): void {
  const { of, numerator, denominator, compare } = given(rules, 'decision.majority');
  for (const away of [0, 1]) {
    const meeting = (approve: number): Refused => {
      const one = at('groupDecision', name, rules);
      const minutes = one.minutes();
      const votes = minutes.votes
        .slice(away)
        .map(({ personId }, i) => ({ personId, vote: i < approve ? ('approve' as const) : ('abstain' as const) }));
      return refusal(
        one.tries('secretary', 'recordDecision', { ...minutes, votes, present: votes.map((vote) => vote.personId) }),
      );
    };
    const eligible = at('groupDecision', name, rules).state.assessment?.eligible.length ?? 0;
    const share = ((of === 'present' ? eligible - away : eligible) * numerator) / denominator;
    const needed = compare === 'moreThan' ? Math.floor(share) + 1 : Math.ceil(share);
    expect([needed - 1, needed, needed + 1].map(meeting)).toEqual(['outcomeContradictsVotes', undefined, undefined]);
  }
}

/** A case with an objection of which so much has happened: its handling, or its review, under a rule of this length. */
function objected(name: SampleName, rules: RuleSnapshot, changes: Partial<RuleValues>): { one: Case; objectionId: string } {
  const one = at('publicity', name, rules, changes);
  const objectionId = one.objects('ding');
  return { one: one.admits(objectionId), objectionId };
}

const lastDayOf = (one: Case, { bound, n, unit }: RuleValues['objection.handling']): CivilDate =>
  computeDeadline({ start: today, bound, n, unit }, one.world.calendar).lastDay;

function handling(name: SampleName, rules: RuleSnapshot): void {
  const rule = given(rules, 'objection.handling');
  for (const n of [rule.n - 1, rule.n, rule.n + 1]) {
    const value = { ...rule, n };
    const { one } = objected(name, rules, { 'objection.handling': value });
    const endsAt = startOfDay(addDays(lastDayOf(one, value), 1));
    expect(one.state.objections[0]?.handling).toMatchObject({ n, endsAt });
    expect(one.tasks.find(({ act }) => act === 'recordFinding')?.due).toBe(endsAt);
  }
}

function review(name: SampleName, rules: RuleSnapshot): void {
  const rule = given(rules, 'objection.review');
  const { askWithin, within, body } = rule;
  for (const step of [-1, 0, 1]) {
    const value = { body, askWithin: { ...askWithin, n: askWithin.n + step }, within: { ...within, n: within.n + step } };
    const asks = (when: (lastDay: CivilDate) => string): Case => {
      const { one, objectionId } = objected(name, rules, { 'objection.review': value });
      one.finds(objectionId, [false]);
      const lastDay = lastDayOf(one, value.askWithin);
      expect(one.state.objections[0]?.review).toMatchObject({ n: value.askWithin.n, lastDay });
      one.on(when(lastDay));
      one.tries('ding', 'requestReview', { objectionId, grounds: sealed('not convinced') });
      return one;
    };
    const inTime = asks((lastDay) => `${lastDay} 23:59:59.999`);
    const asked = inTime.now.slice(0, 10);
    expect(inTime.state.objections[0]).toMatchObject({ state: 'underReview', reviewing: { n: value.within.n } });
    expect(inTime.state.objections[0]?.reviewing?.lastDay).toBe(
      computeDeadline({ start: asked, ...value.within }, inTime.world.calendar).lastDay,
    );
    expect(asks((lastDay) => `${addDays(lastDay, 1)} 00:00`).state.objections[0]?.state).toBe('dismissed');
  }
}

/** A case that has just entered the step. */
function entered(step: TimedStep, name: SampleName, rules: RuleSnapshot, changes: Partial<RuleValues>): Case {
  const { mode } = firstPlan(rules);
  if (step === 'leadershipDecision') return at(step, name, rules, { ...changes, 'decision.majorMatters': [mode] });
  if (step === 'useRightGrant') return at(step, name, rules, changes, planOf(rules, 'useRight'));
  if (step === 'returned') {
    const items = [{ at: '/application', text: sealed('more') }];
    return at('check', name, rules, changes).does('officer', 'returnForCorrection', { items });
  }
  if (step !== 'amendment') return at(step, name, rules, changes);
  const { one, objectionId } = objected(name, rules, changes);
  return one.finds(objectionId, [true], 'amend').windowsClose();
}

/** What is asked for at the step is due at the end of so many days, counted from the day on which it is entered. */
const stepTime =
  (step: TimedStep): Check =>
  (name, rules) => {
    const rule = given(rules, `stepTime.${step}`);
    for (const n of [rule.n - 1, rule.n, rule.n + 1]) {
      const value = { ...rule, n };
      const one = entered(step, name, rules, { [`stepTime.${step}`]: value });
      const { lastDay } = computeDeadline({ start: dateOfInstant(one.state.stepSince), ...value }, one.world.calendar);
      expect([one.step, one.state.stepTime]).toMatchObject([step, { n, lastDay }]);
      expect(one.tasks.filter(({ since }) => since === one.state.stepSince).map(({ due }) => due)).toContain(
        startOfDay(addDays(lastDay, 1)),
      );
    }
  };

/** The price of the retained share: from this amount on the leadership decides. */
function majorPrice(name: SampleName, rules: RuleSnapshot): void {
  const fen = given(rules, 'decision.majorPriceFen');
  const decidedAt = (priceFen: number): string => {
    const plan = { ...planOf(rules, 'fullOwnership'), priceFen: String(priceFen) };
    return at('groupDecision', name, rules, { 'decision.majorMatters': ['priceAtOrAbove'] }, plan).decides().step;
  };
  expect([fen - 1, fen, fen + 1].map((price) => decidedAt(price) === 'leadershipDecision')).toEqual([false, true, true]);
}

/** Asked for, agreed on and granted: shorter is refused at each, and the last day is the one of so many years later. */
function term(name: SampleName, rules: RuleSnapshot): void {
  const floor = given(rules, 'empowerment.useRight.term').n;
  const clause = rules.rules['empowerment.useRight.term']?.cite.clause;
  const useRight = (step: Step, years: number): Case => at(step, name, rules, {}, { mode: 'useRight', years });
  const short = Case.of(name, start).applies({ mode: 'useRight', years: floor - 1 });
  expect(short.isRefused('an', 'submit', { representationConfirmed: true }, 'termTooShort').clause).toBe(clause);
  const agreeing = useRight('agreement', floor);
  const text: Bodies['proposeAgreement'] = agreeing.agreementText({ years: floor - 1 });
  expect(agreeing.isRefused('officer', 'proposeAgreement', text, 'termTooShort').clause).toBe(clause);
  for (const years of [floor, floor + 1]) {
    const one = useRight('useRightGrant', years).goesOn();
    const startsOn = one.state.agreement?.text.startsOn ?? '';
    expect(one.state.rights).toMatchObject([{ startDate: startsOn, lastDay: addYears(startsOn, years) }]);
  }
}

/** The days after the agreement on which an open title change is recalled, asked of the probe with a case of that age. */
async function reminders(name: SampleName, rules: RuleSnapshot): Promise<void> {
  const days = given(rules, 'empowerment.titleChange.reminderDays').toSorted((a, b) => a - b);
  const recalled = async (age: number): Promise<number | undefined> => {
    const sent: { values: { days: number } }[] = [];
    const query = (sql: string, [first]: string[] = []): Promise<unknown> => {
      if (sql.startsWith('INSERT')) sent.push(...(JSON.parse(first ?? '[]') as typeof sent));
      return Promise.resolve({ rows: [{ id: name, concluded_on: today, days: age, rules }], rowCount: 0 });
    };
    await titleChangeReminders({ query } as unknown as Pool).run();
    return sent[0]?.values.days;
  };
  for (const [i, n] of days.entries())
    expect([await recalled(n - 1), await recalled(n), await recalled(n + 1)]).toEqual([
      days[i - 1],
      n,
      days.includes(n + 1) ? n + 1 : n,
    ]);
}

type Check = (name: SampleName, rules: RuleSnapshot) => void | Promise<void>;

const allows = (rules: RuleSnapshot, mode: Mode): boolean => given(rules, 'empowerment.modes').includes(mode);
const sells = (rules: RuleSnapshot): boolean =>
  allows(rules, 'fullOwnership') && given(rules, 'empowerment.fullOwnership.road') === 'saleOfRetainedShare';

/** For each key: in which institutions a case comes upon its number, and what happens there about its bounds. */
const checks: Partial<Record<RuleKey, [(rules: RuleSnapshot) => boolean, Check]>> = {
  'empowerment.useRight.term': [(rules) => allows(rules, 'useRight'), term],
  'empowerment.titleChange.reminderDays': [() => true, reminders],
  'publicity.price': [sells, (name, rules) => window('price', 'fullOwnership', 'publicity.price', name, rules)],
  'decision.group.quorum': [() => true, (name, rules) => quorum('leadingGroup', 'decision.group.quorum', name, rules)],
  'decision.leadership.quorum': [() => true, (name, rules) => quorum('leadership', 'decision.leadership.quorum', name, rules)],
  'decision.majority': [() => true, majority],
  'decision.majorPriceFen': [sells, majorPrice],
  'objection.handling': [() => true, handling],
  'objection.review': [() => true, review],
};
for (const mode of ['coOwnership', 'fullOwnership', 'useRight'] as const) {
  const key = `publicity.${mode}` as const;
  checks[key] = [(rules) => allows(rules, mode), (name, rules) => window('empowerment', mode, key, name, rules)];
}

for (const step of timedSteps)
  checks[`stepTime.${step}`] = [
    (rules) =>
      (step !== 'useRightGrant' || allows(rules, 'useRight')) && (step !== 'titleChange' || firstPlan(rules).mode !== 'useRight'),
    stepTime(step),
  ];

/** Whether a step reads the key, or any code names it. */
const sources = ['domain', 'workflows', 'activities', 'worker', 'api']
  .flatMap((folder) => {
    const root = new URL(`../../${folder}/`, import.meta.url);
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
    return files.filter((file) => !/^rule(s|Labels)\.ts$/.test(file)).map((file) => readFileSync(new URL(file, root), 'utf8'));
  })
  .join('\n');

const read = numericKeys.map(({ key }) => key).filter((key) => keyTable[key].steps.length > 0 || sources.includes(`'${key}'`));

const rows = read.flatMap((key) =>
  sampleNames
    .filter((name) => {
      const rules = rulesOf(name, today);
      return rules.rules[key] && checks[key]?.[0](rules);
    })
    .map((name) => [key, name] as const),
);

describe('a number that a case reads, one below, at and above', () => {
  it('is checked under the rules of some institution, whichever key gives it', () => {
    expect(read.filter((key) => !rows.some(([checked]) => checked === key))).toEqual([]);
    expect(Object.keys(checks).filter((key) => !(read as string[]).includes(key))).toEqual([]);
  });

  it.each(rows)('%s of %s', async (key, name) => {
    await checks[key]?.[1](name, rulesOf(name, today));
  });
});
