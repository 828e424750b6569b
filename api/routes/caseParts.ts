/** Parts of a case: its objections, decisions, deadlines, ledger, and the notice that could be published now. */
import { z } from 'zod';
import type { Caller } from '../access.ts';
import { caseWorkers, toldNumbersAlone, visibleCase } from '../caseAccess.ts';
import { deadlinesOf, eventsFor, objectionsFor, readSome, stateAt } from '../caseRead.ts';
import { deadlinesShown } from '../caseShown.ts';
import { allOf, anyOf, sql, type Sql } from '../db.ts';
import { draftNotice } from '../noticeCheck.ts';
import { processKinds } from '../../contracts/messages.ts';
import { noticeContent } from '../../contracts/schemas.ts';
import { natureOf, sourceOf } from '../../domain/mending/index.ts';
import type { DeadlineRow } from '../../domain/process.ts';
import { planTransition } from '../../policies/index.ts';
import { Problem } from '../problems.ts';
import { deliberated, deputised } from '../readable.ts';
import { route, type Context } from '../route.ts';
import { openAll } from '../seal.ts';
import { inCase, inInstitution, isoInstant, listId, listOf, pageFrom, pageOf, pageQuery, startOf } from './common.ts';
import { deadlineShown, visibleCases } from './cases.ts';

const record = z.record(z.string(), z.unknown());

const DAY_MS = 86_400_000;

/** The case, the caller's sight of it, and its ledger. */
async function read(context: Context<{ caseId: string }>) {
  const { deps, caller, params } = context;
  const { facts, sight } = await visibleCase(deps.db, caller, params.caseId);
  return {
    sight,
    numbersAlone: toldNumbersAlone(caller, facts),
    record: await readSome(deps.prisma, caller.institution.id, facts.id),
  };
}

/**
 * Deadlines `d` of cases `c` as with a single case: whoever only objected sees the windows, and what is done about
 * objections of their own.
 */
function shownDeadlines(caller: Caller): Sql {
  if (caller.has(...caseWorkers)) return sql`true`;
  const { personId } = caller;
  return anyOf([
    sql`d.kind = 'window'`,
    sql`(c.status = 'draft' AND c.created_by = ${personId}::uuid)`,
    sql`EXISTS (SELECT FROM case_party p WHERE p.case_id = c.id AND p.person_id = ${personId}::uuid
                   AND p.role IN ('inventor', 'representative', 'handler', 'holder', 'applicant', 'leader'))`,
    deliberated(caller),
    deputised(caller, 'all'),
    sql`EXISTS (SELECT FROM objection o WHERE o.case_id = c.id AND o.objector_id = ${personId}::uuid
                   AND right(d.key, length(o.id)) = o.id)`,
  ]);
}

interface DeadlineOfCase extends Omit<DeadlineRow, 'reading' | 'source' | 'adjustments' | 'endsAt'> {
  caseId: string;
  caseKind: string;
  number: string | null;
  endsAt: Date;
  reading: string | null;
  source: 'institution' | 'law' | null;
  adjustments: Record<string, unknown>[] | null;
}

/** One page of deadlines and a row more; `after` is the sort key of the last row seen. */
function readDeadlines(
  { deps, caller }: Context,
  query: { limit: number; kind?: string | undefined; until: Date | undefined } & Partial<
    Record<'caseKind' | 'provisional', string | undefined>
  >,
  standing: Sql,
  after: { end: string; caseId: string; key: string } | undefined,
): Promise<DeadlineOfCase[]> {
  return deps.db.rows<DeadlineOfCase>(sql`
    SELECT d.case_id AS "caseId", c.kind AS "caseKind", c.number, d.key, d.kind, d.start_date::text AS "startDate", d.last_day::text AS "lastDay",
           d.ends_at AS "endsAt", d.bound, d.n, d.unit, d.counts_first_day AS "countsFirstDay", d.clause, d.phrase, d.reading,
           d.calendar_version AS "calendarVersion", d.provisional, d.skipped, d.source, d.adjustments, d.state
      FROM deadline d JOIN cases c ON c.institution_id = d.institution_id AND c.id = d.case_id
     WHERE ${allOf([
       sql`d.institution_id = ${caller.institution.id}::uuid`,
       visibleCases(caller),
       shownDeadlines(caller),
       standing,
       ...(query.kind === undefined ? [] : [sql`d.kind = ${query.kind}`]),
       ...(after ? [sql`(d.ends_at, d.case_id, d.key) > (${after.end}::timestamptz, ${after.caseId}::uuid, ${after.key})`] : []),
     ])}
     ORDER BY d.ends_at, d.case_id, d.key LIMIT ${query.limit + 1}`);
}

const event = z.object({
  seq: z.number().int(),
  type: z.string(),
  v: z.number().int(),
  effectiveAt: isoInstant,
  recordedAt: isoInstant,
  actId: z.string(),
  actor: record,
  data: record,
});

export const casePartRoutes = [
  route({
    id: 'listObjections',
    method: 'get',
    path: '/institutions/{institution}/cases/{caseId}/objections',
    tag: 'objections',
    zh: '异议；异议人只对办理人员可见',
    en: 'Objections; who objects is seen only by those who handle it',
    params: inCase,
    answers: { 200: listOf(record) },
    handler: async (context) => {
      const { sight, record: found } = await read(context);
      const rows = objectionsFor(context.caller, sight, found.state).map((objection) => ({
        ...objection,
        ...(objection.handling ? { handling: { ...objection.handling, state: stateAt(objection.handling, found.now) } } : {}),
        ...(objection.review ? { review: { ...objection.review, state: stateAt(objection.review, found.now) } } : {}),
      }));
      return { status: 200, body: { items: await openAll(rows, context.deps.sealer) } };
    },
  }),
  route({
    id: 'listDecisions',
    method: 'get',
    path: '/institutions/{institution}/cases/{caseId}/decisions',
    tag: 'decisions',
    zh: '集体决策；表决明细不对申请人公开',
    en: 'Collective decisions; applicants are not shown who voted how',
    params: inCase,
    answers: { 200: listOf(record) },
    handler: async (context) => {
      const { sight, numbersAlone, record: found } = await read(context);
      if (sight.kind === 'objector') throw new Problem('notFound');
      const shown = eventsFor(context.caller, sight, numbersAlone, found)
        .filter(({ type }) => type === 'decisionRecorded')
        .map(({ seq, recordedAt, data }) => ({ seq, recordedAt, ...(data as Record<string, unknown>) }));
      return { status: 200, body: { items: await openAll(shown, context.deps.sealer) } };
    },
  }),
  route({
    id: 'listCaseDeadlines',
    method: 'get',
    path: '/institutions/{institution}/cases/{caseId}/deadlines',
    tag: 'deadlines',
    zh: '本案期限：依据、起止、算法',
    en: 'Deadlines of the case, each with clause and arithmetic',
    params: inCase,
    answers: { 200: listOf(deadlineShown) },
    handler: async (context) => {
      const { sight, record: found } = await read(context);
      const own = new Set(objectionsFor(context.caller, sight, found.state).map(({ id }) => id));
      const rows = deadlinesOf(found).filter(
        ({ key, kind }) => sight.kind === 'whole' || kind === 'window' || [...own].some((id) => key.endsWith(id)),
      );
      return { status: 200, body: { items: await deadlinesShown(context.deps, rows, found.now) } };
    },
  }),
  route({
    id: 'getLedger',
    method: 'get',
    path: '/institutions/{institution}/cases/{caseId}/ledger',
    tag: 'ledger',
    zh: '留痕：发生过的每一件事',
    en: 'The ledger: everything that happened',
    params: inCase,
    query: pageQuery,
    answers: { 200: pageOf(event) },
    problems: ['request.badCursor'],
    handler: async (context) => {
      const { query, caller, deps, params } = context;
      const { sight, numbersAlone, record: found } = await read(context);
      if (sight.kind === 'objector') throw new Problem('notFound');
      const list = listId(context, 'ledger', { caseId: params.caseId });
      const [after = '0'] = startOf(context, list, query.cursor, 1) ?? [];
      const rows = eventsFor(caller, sight, numbersAlone, found)
        .filter(({ seq }) => seq > Number(after))
        .slice(0, query.limit + 1);
      const page = pageFrom(
        context,
        list,
        query.limit,
        rows,
        ({ seq }) => [String(seq)],
        (row) => row,
      );
      return { status: 200, body: await openAll(page, deps.sealer) };
    },
  }),
  route({
    id: 'getNoticeDraft',
    method: 'get',
    path: '/institutions/{institution}/cases/{caseId}/notice-draft',
    tag: 'notices',
    zh: '由案件生成的公示内容，及其中不得公开之处',
    en: 'The notice as the case composes it, and what in it must not be shown',
    params: inCase,
    query: z.object({
      kind: z.enum(['empowerment', 'price']).default('empowerment'),
      n: z.coerce.number().int().min(1).max(2_500).optional(),
    }),
    answers: {
      200: z.object({
        kind: z.string(),
        content: noticeContent,
        contentDigest: z.string(),
        items: z.array(z.string()),
        missing: z.array(z.string()),
        findings: z.array(z.object({ pointer: z.string(), zh: z.string(), en: z.string() })),
      }),
    },
    handler: async (context) => {
      const { sight } = await read(context);
      if (sight.kind === 'objector') throw new Problem('notFound');
      return { status: 200, body: await draftNotice(context, context.params.caseId, context.query.kind, context.query.n) };
    },
  }),
  route({
    id: 'getTransition',
    method: 'get',
    path: '/institutions/{institution}/cases/{caseId}/transition',
    tag: 'policies',
    zh: '本案所依据的规则与今日规则的不同，以及改用今日规则会涉及哪些步骤',
    en: 'How today’s rules differ from those the case stands on, and which steps a move to them touches',
    params: inCase,
    answers: {
      200: z.object({
        fromHash: z.string(),
        toHash: z.string(),
        changed: z.array(record),
        touches: z.array(z.string()),
        newNotice: z.boolean(),
        prevails: z.boolean(),
      }),
    },
    handler: async (context) => {
      const { deps, caller } = context;
      const { sight, record: found } = await read(context);
      const { rules } = found.state;
      if (sight.kind === 'objector' || !rules) throw new Problem('notFound');
      const plan = planTransition(rules, await deps.law.rulesOn(caller.institution.id, caller.today));
      return { status: 200, body: JSON.parse(JSON.stringify(plan)) as typeof plan & { changed: Record<string, unknown>[] } };
    },
  }),
  route({
    id: 'listDeadlines',
    method: 'get',
    path: '/institutions/{institution}/deadlines',
    tag: 'deadlines',
    zh: '我能看到的案件的期限，先到期的在前',
    en: 'Deadlines of the cases I may see, the nearest first',
    params: inInstitution,
    query: pageQuery.extend({
      kind: z.enum(['window', 'handling', 'review', 'term', 'internal']).optional(),
      state: z.enum(['running', 'paused', 'closed']).default('running'),
      /** What ends within so many days from now. */
      within: z.coerce.number().int().min(0).max(40_000).optional(),
      /** Of cases of one process. */
      caseKind: z.enum(processKinds).optional(),
      /** Counted by a calendar that is not out yet. */
      provisional: z.enum(['true', 'false']).optional(),
    }),
    answers: {
      200: pageOf(
        deadlineShown
          .omit({ arithmetic: true })
          .extend({ caseId: z.string(), caseKind: z.string(), number: z.string().optional() }),
      ),
    },
    problems: ['request.badCursor'],
    handler: async (context) => {
      const { deps, query } = context;
      const list = listId(context, 'deadlines', query);
      const [end, caseId, key] = startOf(context, list, query.cursor, 3) ?? [];
      const [clock] = await deps.db.rows<{ now: Date }>(sql`SELECT service_clock() AS now`);
      const now = clock?.now as Date;
      // Running is what has not ended yet, whether or not anybody has closed it.
      const running = sql`(d.state = 'running' AND d.ends_at > ${now.toISOString()}::timestamptz)`;
      const standing =
        query.state === 'running'
          ? running
          : query.state === 'paused'
            ? sql`d.state = 'paused'`
            : sql`NOT ${running} AND d.state <> 'paused'`;
      const after = end === undefined || caseId === undefined || key === undefined ? undefined : { end, caseId, key };
      const until = query.within === undefined ? undefined : new Date(now.getTime() + query.within * DAY_MS);
      const rows = await readDeadlines(context, { ...query, until }, standing, after);
      const body = pageFrom(
        context,
        list,
        query.limit,
        rows,
        (row) => [row.endsAt.toISOString(), row.caseId, row.key],
        ({ number, reading, source, adjustments, endsAt, ...rest }) => {
          const told = { ...rest, ...(source === null ? {} : { source }) };
          return {
            ...rest,
            ...(number === null ? {} : { number }),
            ...(reading === null ? {} : { reading }),
            nature: natureOf(told),
            source: sourceOf(told),
            ...(adjustments === null ? {} : { adjustments }),
            endsAt: endsAt.toISOString(),
            state: rest.state === 'running' && endsAt <= now ? 'closed' : rest.state,
          };
        },
      );
      return { status: 200, body };
    },
  }),
];
