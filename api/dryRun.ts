/**
 * A dry run of an act: authorised, parsed and decided as the act itself would be, on the case as it stands, by the same
 * pure functions. It writes nothing: no inbox row, no sealed value, no log entry. What is received meanwhile, and what the
 * record checks under its locks, may make the act itself come out otherwise.
 */
import { randomUUID } from 'node:crypto';
import { sealBody } from '../contracts/sealing.ts';
import type { SomeProcess, SomeState } from '../domain/index.ts';
import type { Actor, DeadlineRow, Envelope, LedgerEvent, Message, NewEvent, Task } from '../domain/process.ts';
import { natureOf } from '../domain/mending/index.ts';
import { sightOf, toldNumbersAlone, type Sight, type Standing } from './caseAccess.ts';
import { eventsFor, readSome, tasksFor, type SomeRecord } from './caseRead.ts';
import { keptTexts } from './keptTexts.ts';
import { refusalBody } from './problems.ts';
import { checkDocuments, pointer, prepare, type SentAct } from './receive.ts';
import type { Answer, Context } from './route.ts';
import { openAll } from './seal.ts';

/** The state after events as the ledger would hold them, with what would be told. */
function after(process: SomeProcess, state: SomeState, act: Envelope, events: readonly NewEvent[]) {
  const told: Message[] = [];
  const rows: LedgerEvent[] = [];
  let next = state;
  for (const event of events) {
    const { actId, actor, receivedAt: recordedAt } = act;
    const row: LedgerEvent = { ...event, seq: next.version + 1, recordedAt, actId, actor };
    rows.push(row);
    next = process.evolve(next, row);
    told.push(...process.tell(next, row));
  }
  return { state: next, rows, told };
}

/** What time has brought by now comes first, as it does for the act itself. */
async function caughtUp({ deps, caller }: Context, caseId: string, { process, state: from, now }: SomeRecord) {
  let state = from;
  const { id: institutionId } = caller.institution;
  for (let wake = nextWake(process, state); wake && wake.at <= now; wake = nextWake(process, state)) {
    const { type, at, body } = wake;
    const facts = await deps.facts.read({ caseId, institutionId, kind: process.kind, type, at, body: null });
    const act: Envelope = { actId: randomUUID(), type, receivedAt: at, actor: { kind: 'system' }, body, timely: {}, facts };
    const decision = process.decide(state, act);
    if ('refusal' in decision) break;
    state = after(process, state, act, decision.events).state;
  }
  return state;
}

const nextWake = (process: SomeProcess, state: SomeState) => (state.version > 0 ? process.nextWake(state) : undefined);

function actorOf({ caller }: Context, { onBehalfOf, roles, departments }: Standing): Actor {
  return {
    kind: 'person',
    personId: caller.personId,
    ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
    roles,
    departments,
  };
}

const endOf = ({ lastDay, endsAt, state }: DeadlineRow) => ({ lastDay, endsAt, state });
const sameEnd = (a: DeadlineRow, b: DeadlineRow): boolean => a.endsAt === b.endsAt && a.state === b.state;

/** Deadlines that begin, move, stop or end by the act. */
function deadlineChanges(before: readonly DeadlineRow[], now: readonly DeadlineRow[]) {
  const known = new Map(before.map((row) => [row.key, row]));
  return now.flatMap((row) => {
    const was = known.get(row.key);
    if (was && sameEnd(was, row)) return [];
    return [{ key: row.key, kind: row.kind, nature: natureOf(row), ...(was ? { from: endOf(was) } : {}), to: endOf(row) }];
  });
}

const nameOf = ({ key, personId }: Task): string => `${key} ${personId ?? ''}`;

const shown = ({ key, act, role, personId, due }: Task) => ({
  key,
  act,
  ...(role === undefined ? {} : { role }),
  ...(personId === undefined ? {} : { personId }),
  ...(due === undefined ? {} : { due }),
});

/** Tasks of `some` that are not among `others`, by key and person. */
function without(some: readonly Task[], others: readonly Task[]) {
  const known = new Set(others.map(nameOf));
  return some.filter((task) => !known.has(nameOf(task))).map(shown);
}

/** Tasks that begin and end by the act, as the caller may see them. */
function taskChanges(sight: Sight, before: readonly Task[], now: readonly Task[]) {
  const [was, is] = [tasksFor(sight, before), tasksFor(sight, now)];
  return { begun: without(is, was), ended: without(was, is) };
}

/** Answers what the act would do, or by what it would be refused. */
export async function dryRun(context: Context, caseId: string, act: SentAct): Promise<Answer> {
  const { deps, caller } = context;
  const { body, standing, facts: known } = await prepare(context, caseId, act);
  // Stand-ins: sealing makes keys and rows, and a dry run leaves nothing behind.
  const { id: institutionId } = caller.institution;
  const kept = await keptTexts(
    deps.sealer,
    { kind: known.kind, type: act.type },
    async () => (await readSome(deps.prisma, institutionId, caseId)).events,
  );
  const referenced = sealBody(body, (...text) => kept(...text) ?? { sealed: randomUUID(), digest: '' });
  await checkDocuments(context, referenced);
  const record = await readSome(deps.prisma, institutionId, caseId);
  const { process, state: stored, now } = record;
  const windows = await deps.prisma.deadline.findMany({ where: { caseId, kind: 'window', state: 'running' } });
  const envelope: Envelope = {
    actId: randomUUID(),
    type: act.type,
    receivedAt: now,
    actor: actorOf(context, standing),
    body: referenced,
    timely: Object.fromEntries(windows.map(({ key, endsAt }) => [key, now < endsAt.toISOString()])),
    facts: await deps.facts.read({ caseId, institutionId, kind: process.kind, type: act.type, at: now, body: referenced }),
  };
  const state = await caughtUp(context, caseId, record);
  const sight = sightOf(caller, known);
  // Whoever is shown a notice alone cannot watch by it how the case behind it goes.
  const stands = sight ? { version: stored.version, pending: known.pending } : {};
  const base = { type: act.type, caseId, at: now, ...stands };
  const decision = process.decide(state, envelope);
  if ('refusal' in decision)
    return { status: 200, body: { ...base, outcome: 'wouldBeRefused', problem: refusalBody(decision.refusal, pointer) } };
  const done = after(process, state, envelope, decision.events);
  if (!sight) return { status: 200, body: { ...base, outcome: 'wouldDo', events: done.rows.map(({ type }) => ({ type })) } };
  const seen = eventsFor(caller, sight, toldNumbersAlone(caller, known), { state: done.state, events: done.rows });
  const [was, is] = [process.project(state), process.project(done.state)];
  const whole =
    sight.kind === 'whole'
      ? { deadlines: deadlineChanges(was.deadlines, is.deadlines), tasks: taskChanges(sight, was.tasks, is.tasks) }
      : {};
  const told =
    sight.kind === 'whole' && sight.objectors === 'all' ? done.told.map(({ template, to }) => ({ template, to })) : undefined;
  return {
    status: 200,
    body: await openAll(
      {
        ...base,
        outcome: 'wouldDo',
        step: { from: state.step, to: done.state.step },
        status: is.status,
        events: done.rows.map(({ type }, i) => ({ type, ...(seen[i] ? { data: seen[i].data } : {}) })),
        ...whole,
        ...(told ? { messages: told } : {}),
        checkedWhenRecorded: (decision.guards ?? []).map(({ kind }) => kind),
      },
      deps.sealer,
    ),
  };
}
