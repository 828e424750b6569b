/** Plays a script in a rehearsal: acts at given moments, time in between, and then time alone. */
import type { ProcessKind } from '../../contracts/messages.ts';
import type { RehearsalResult, RehearsalScript, ScriptedAct } from '../../contracts/rehearsals.ts';
import { processOf } from '../../domain/index.ts';
import type { Refusal, Task } from '../../domain/process.ts';
import { addDays, compareInstants, dateOfInstant, instantMs, startOfDay } from '../../domain/time/index.ts';
import type { Rehearsal } from './rehearsal.ts';

/** Work that comes by the day beside the cases: the letters by which people are reminded. */
export type Daily = () => Promise<unknown>;

interface Due {
  at: string;
}

/** Days between two instants on which somebody may be reminded of something: near an end, on it, and weekly after. */
async function remindedOn(rehearsal: Rehearsal, from: string, to: string): Promise<string[]> {
  const { rows } = await rehearsal.pool.query<Due>(
    `SELECT DISTINCT iso(day) AS at FROM (
       SELECT t.due + make_interval(days => late) AS day FROM task t, unnest(ARRAY[-3, 0, 7, 14, 21, 28]) AS late WHERE t.due IS NOT NULL
       UNION SELECT d.ends_at - make_interval(days => before) FROM deadline d, unnest(ARRAY[0, 1, 7, 14, 30, 60, 90, 180, 365]) AS before
              WHERE d.state = 'running') AS days
      WHERE day > $1 AND day < $2 ORDER BY 1`,
    [from, to],
  );
  return rows.map(({ at }) => at);
}

/** Time passes until the instant; on the days that ask for it people are reminded. */
async function pass(rehearsal: Rehearsal, until: string, daily: Daily): Promise<void> {
  for (;;) {
    const now = await rehearsal.now();
    const wake = await rehearsal.nextWake(until);
    const end = wake && compareInstants(wake.at, now) > 0 ? wake.at : until;
    for (const day of await remindedOn(rehearsal, now, end)) {
      await rehearsal.tick(day);
      await daily();
    }
    await rehearsal.advanceTo(wake ? (compareInstants(wake.at, now) > 0 ? wake.at : now) : until);
    if (!wake) return;
  }
}

/** Every clause that an event names, wherever in it. */
function clausesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, entry]) =>
    name === 'clause' && typeof entry === 'string' ? [entry] : name === 'rules' ? [] : clausesIn(entry),
  );
}

/** Last days and ends that an event sets, for people to read. */
function daysIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, entry]) =>
    name === 'lastDay' && typeof entry === 'string' ? [entry] : name === 'rules' ? [] : daysIn(entry),
  );
}

const unique = (items: string[]): string[] => [...new Set(items)];

const waiting = ({ act, role, personId, since, due, alert }: Task) => ({
  act,
  ...(role === undefined ? {} : { role }),
  ...(personId === undefined ? {} : { personId }),
  since,
  ...(due === undefined ? {} : { due }),
  ...(alert === undefined ? {} : { alert }),
});

/** An act's moment: an instant, a date, or days after the rehearsal's beginning. */
function momentOf({ at, afterDays }: ScriptedAct, startsAt: string): string {
  if (at !== undefined) return at.length === 10 ? startOfDay(at) : at;
  return new Date(instantMs(startsAt) + (afterDays ?? 0) * 86_400_000).toISOString();
}

/** Plays the script to its end, or to where it stands still, and tells what happened. */
export async function playScript(rehearsal: Rehearsal, script: RehearsalScript, daily: Daily): Promise<RehearsalResult> {
  const startsAt = await rehearsal.now();
  const { institutionId } = script;
  const acts = script.acts.map((act, n) => ({ ...act, n, moment: momentOf(act, startsAt) }));
  const until = script.until === undefined ? undefined : startOfDay(addDays(script.until, 1));
  let { caseId } = script;
  const answers: RehearsalResult['acts'] = [];
  const told = (n: number, moment: string, type: string, refusal: Refusal | undefined): void =>
    void answers.push({ n, at: moment, type, outcome: refusal ? 'refused' : 'done', ...(refusal ? { refusal } : {}) });
  if (caseId !== undefined) await rehearsal.resume(caseId);
  for (const { n, moment, ...act } of acts.toSorted((a, b) => compareInstants(a.moment, b.moment) || a.n - b.n)) {
    const now = await rehearsal.now();
    if (compareInstants(moment, now) > 0) await pass(rehearsal, moment, daily);
    const own = { institutionId, personId: act.personId, type: act.type, body: act.body };
    const given = { ...own, ...(act.onBehalfOf === undefined ? {} : { onBehalfOf: act.onBehalfOf }) };
    if (act.open !== undefined) {
      const begun = await rehearsal.begin(act.open as ProcessKind, given);
      caseId ??= begun.caseId;
      told(n, moment, act.type, begun.outcome.outcome === 'refused' ? begun.outcome.refusal : undefined);
    } else {
      const target = act.caseId ?? caseId;
      if (target === undefined) throw new Error('The script begins with no case');
      const outcome = await rehearsal.perform({ ...given, caseId: target });
      told(n, moment, act.type, outcome.outcome === 'refused' ? outcome.refusal : undefined);
    }
  }
  await pass(rehearsal, until ?? (await rehearsal.lastEnd()), daily);
  return {
    startsAt,
    endsAt: await rehearsal.now(),
    acts: answers.toSorted((a, b) => a.n - b.n),
    ...(await whatHappened(rehearsal)),
  };
}

/** Ledger, letters and to-dos of every case that there is by now. */
async function whatHappened(rehearsal: Rehearsal): Promise<Pick<RehearsalResult, 'cases'>> {
  const cases: RehearsalResult['cases'] = [];
  for (const { caseId, kind, status } of await rehearsal.cases()) {
    const process = processOf(kind);
    const { tasks, wake, step } = await rehearsal.standing(caseId);
    const entries = await rehearsal.timeline(caseId);
    cases.push({
      caseId,
      kind,
      status,
      step,
      ...(process?.stepLabels[step] ? { stepLabel: process.stepLabels[step] } : {}),
      timeline: entries.map(({ seq, type, effectiveAt, actor, data }) => ({
        seq,
        on: dateOfInstant(effectiveAt),
        at: effectiveAt,
        type,
        by: actor.kind === 'person' ? actor.personId : 'system',
        clauses: unique(clausesIn(data)),
        lastDays: unique(daysIn(data)),
      })),
      letters: (await rehearsal.told(caseId)).map(({ seq, template, recipient, createdAt }) => ({
        seq,
        template,
        to: recipient,
        at: createdAt,
      })),
      // Where it stands: who must do what, and what time alone would bring.
      waitsFor: status === 'open' ? tasks.map(waiting) : [],
      ...(wake ? { wake } : {}),
    });
  }
  return { cases };
}
