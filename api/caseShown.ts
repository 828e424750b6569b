/** How a case, its deadlines and its decisions are told to one caller. */
import { percentOfPpm } from '../contracts/schemas.ts';
import { route, type EmpowermentState } from '../domain/empowerment/index.ts';
import { project } from '../domain/empowerment/project.ts';
import { natureOf, sourceOf } from '../domain/mending/index.ts';
import type { Adjustment, DeadlineRow, PartyRole, PartyRow } from '../domain/process.ts';
import { computeDeadline, TimeError, type Calendar } from '../domain/time/index.ts';
import type { Caller } from './access.ts';
import { amendedParts, applicationShown } from './amended.ts';
import { toldNumbersAlone, type CaseFacts, type Sight } from './caseAccess.ts';
import { mendingsFor, objectionsFor, stateAt, tasksFor, type CaseRecord } from './caseRead.ts';
import type { Deps } from './deps.ts';
import { offeredActs } from './offered.ts';
import { namesOf } from './people.ts';
import { openAll } from './seal.ts';

/** What a hold or a move made of the end, a line each. */
function adjustmentLine(one: Adjustment): string {
  if (one.kind === 'move') return `${one.on} 变更为 ${one.lastDay} / moved to ${one.lastDay} on ${one.on}`;
  const { from, until, left, lastDay } = one;
  const [zh, en] = left.unit === 'workingDay' ? ['个工作日', 'working day(s)'] : ['日', 'calendar day(s)'];
  return (
    `${from} 暂停时尚余 ${left.n} ${zh}，${until} 恢复后续算至 ${lastDay} / ` +
    `${left.n} ${en} were left on ${from} when it was put on hold; counted on from ${until} to ${lastDay}`
  );
}

/** How the end was counted, so that anyone can count it again. A window made longer by days off line says so. */
function arithmetic(row: DeadlineRow, calendar: Calendar): string[] {
  try {
    const { startDate: start, bound, n, unit, countsFirstDay } = row;
    const counted = computeDeadline({ start, bound, n, unit, countsFirstDay }, calendar);
    if (row.adjustments) {
      const lines = [...counted.arithmetic, ...row.adjustments.map(adjustmentLine)];
      if (row.adjustments.at(-1)?.lastDay === row.lastDay) return lines;
      return [...lines, `此后计算为 ${row.lastDay}，以此为准 / counted since to ${row.lastDay}, which stands`];
    }
    if (counted.lastDay === row.lastDay) return counted.arithmetic;
    return [...counted.arithmetic, `其后改为 ${row.lastDay} / moved to ${row.lastDay} afterwards`];
  } catch (error) {
    if (error instanceof TimeError) return [];
    throw error;
  }
}

/** Deadlines with their clause, their arithmetic, and closed from their end on. */
export async function deadlinesShown(deps: Deps, rows: readonly DeadlineRow[], now: string) {
  const versions = [...new Set(rows.map(({ calendarVersion }) => calendarVersion))];
  const calendars = new Map(
    await Promise.all(versions.map(async (version) => [version, await deps.law.calendar(version)] as const)),
  );
  return rows
    .map((row) => ({
      ...row,
      nature: natureOf(row),
      source: sourceOf(row),
      state: stateAt(row, now),
      arithmetic: arithmetic(row, calendars.get(row.calendarVersion) as Calendar),
    }))
    .toSorted((a, b) => (a.endsAt < b.endsAt ? -1 : 1));
}

/** The steps that still lie before the case, the present one first. */
function ahead({ application, rules, step }: EmpowermentState): string[] {
  if (!application || !rules) return [];
  const path = route(application, rules);
  const at = path.indexOf(step);
  return at < 0 ? [step] : path.slice(at);
}

/** Who objects stands with the objections, who may vote with the decisions, each for those who may know; who died, nowhere. */
const unlisted: ReadonlySet<PartyRole> = new Set(['objector', 'bodyMember', 'deceased']);

/** Parties with names. */
export async function partiesShown(deps: Deps, parties: readonly PartyRow[]) {
  const rows = parties.filter(({ role }) => !unlisted.has(role));
  const names = await namesOf(
    deps,
    rows.map(({ personId }) => personId),
  );
  return rows.map(({ personId, role }) => ({ personId, role, name: names.get(personId) ?? null }));
}

/** Notices of the case as its readers see them. */
function noticesShown(state: EmpowermentState, now: string) {
  return state.notices.map(({ id, kind, edition, audience, publishedAt, deadline, state: stands, addenda }) => ({
    id,
    kind,
    edition,
    audience,
    publishedAt,
    lastDay: deadline.lastDay,
    endsAt: deadline.endsAt,
    state: stateAt({ state: stands, endsAt: deadline.endsAt }, now),
    addenda,
  }));
}

/** The case as the caller may see it. */
export async function caseShown(deps: Deps, caller: Caller, facts: CaseFacts, sight: Sight, record: CaseRecord) {
  const { state, now } = record;
  const projection = project(state);
  const base = {
    id: facts.id,
    kind: 'empowerment',
    step: facts.step,
    status: facts.status,
    version: facts.version,
    ...(state.number === undefined ? {} : { number: state.number }),
    ...(state.application ? { mode: state.application.mode } : {}),
    myRoles: facts.roles,
    /** Acts received and not yet answered: what is shown may be about to change. */
    pending: facts.pending,
    allowedActs: await offeredActs(deps, caller, facts.roles, record),
    notices: noticesShown(state, now),
    now,
  };
  const objections = objectionsFor(caller, sight, state);
  if (sight.kind === 'objector') return { ...base, objections: await openAll(objections, deps.sealer) };
  const [parties, deadlines, amended] = await Promise.all([
    partiesShown(deps, projection.parties),
    deadlinesShown(deps, projection.deadlines, now),
    amendedParts(deps, record.events),
  ]);
  const {
    amendment,
    agreement,
    agreements,
    linkedCases,
    returns,
    returnItems,
    raised,
    applicationVersion,
    mending,
    rights,
    statement,
  } = state;
  const mendings = mendingsFor(sight, toldNumbersAlone(caller, facts), state);
  const whole = {
    applicationVersion,
    ...(state.application ? { application: applicationShown(state.application) } : {}),
    ...(state.rules ? { rules: { hash: state.rules.hash, on: state.rules.on } } : {}),
    parties,
    next: { steps: ahead(state), tasks: tasksFor(sight, projection.tasks) },
    deadlines,
    returns,
    returnItems,
    linkedCases,
    agreements,
    rights,
    objections,
    ...(statement ? { statement } : {}),
    ...(agreement ? { agreement } : {}),
    ...(amendment
      ? {
          amendment: {
            version: amendment.version,
            inventors: amendment.inventors.map(({ personId, ppm }) => ({ personId, share: percentOfPpm(ppm) })),
            unitShare: percentOfPpm(amendment.unitPpm),
            incomeUnitShare: percentOfPpm(amendment.incomeUnitPpm),
            ...(amendment.priceFen === undefined ? {} : { priceFen: amendment.priceFen }),
            grounds: amendment.grounds,
            mustSign: amendment.mustSign,
            signed: amendment.signed,
          },
        }
      : {}),
    ...(raised ? { raised } : {}),
    ...(mending.hold ? { hold: mending.hold } : {}),
    ...(mendings.length > 0 ? { mendings } : {}),
  };
  return { ...base, ...(await openAll(whole, deps.sealer)), ...(amended ? { amended } : {}) };
}
