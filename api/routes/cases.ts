/** Cases: lists, one case, and what lies before it. */
import { z } from 'zod';
import { modes, text, TEXT } from '../../contracts/schemas.ts';
import type { StoredValue } from '../../contracts/sealing.ts';
import type { Application } from '../../domain/empowerment/index.ts';
import { interestsOf } from '../../domain/empowerment/interests.ts';
import type { PartyRole, SealedRef } from '../../domain/process.ts';
import type { Caller } from '../access.ts';
import { caseWorkers, partsIn, rolesIn, rowsOf, sightOf, toldNumbersAlone, visibleCase } from '../caseAccess.ts';
import { readCase, readSome } from '../caseRead.ts';
import { caseShown } from '../caseShown.ts';
import { allOf, anyOf, sql, type Db, type Sql } from '../db.ts';
import { previewFor } from '../preview.ts';
import { processShown } from '../processShown.ts';
import { Problem } from '../problems.ts';
import { deliberated, deputised, openlyObjected, standingOut, tellsOfObjectors } from '../readable.ts';
import { route } from '../route.ts';
import { storedColumns, storedOf } from '../seal.ts';
import {
  bilingual,
  inCase,
  inInstitution,
  isoDate,
  isoInstant,
  listId,
  openedText,
  pageFrom,
  pageOf,
  pageQuery,
  startOf,
} from './common.ts';
import { answerPreview, previewQuery, previewShown } from './drafts.ts';

/**
 * Cases `c` that the caller sees by more than parts of the kinds left out, as a condition. What one condition covers is not
 * asked again by another: a list of many cases is then read by its index, and not row by row.
 */
function casesBut(caller: Caller, leftOut: readonly PartyRole[]): Sql {
  const here = sql`c.institution_id = ${caller.institution.id}::uuid`;
  if (caller.has('supervisor')) return here;
  const own = sql`(c.status = 'draft' AND c.created_by = ${caller.personId}::uuid)`;
  if (caller.has(...caseWorkers)) return sql`${here} AND (${own} OR c.status <> 'draft')`;
  const changing: PartyRole[] = ['bodyMember', 'deceased', ...(caller.isMember ? [] : ['handler' as const]), ...leftOut];
  const party = sql`EXISTS (SELECT FROM case_party p
    WHERE p.case_id = c.id AND p.person_id = ${caller.personId}::uuid AND p.role <> ALL (${changing}::text[]))`;
  const mine = anyOf([party, deliberated(caller), deputised(caller, 'all')]);
  // Who neither sits in a body nor stands in for another is a party of whatever they see, of a draft from its first day.
  const partyAlone = caller.seats.length === 0 && caller.namedGrants.length === 0;
  const among = partyAlone
    ? sql`c.id IN (SELECT p.case_id FROM case_party p
                    WHERE p.institution_id = ${caller.institution.id}::uuid AND p.person_id = ${caller.personId}::uuid)`
    : sql`true`;
  return sql`${here} AND ${among} AND (${own} OR (c.status <> 'draft' AND ${mine}))`;
}

/** Cases `c` that the caller may see. */
export const visibleCases = (caller: Caller): Sql => casesBut(caller, []);

/** Cases `c` of which the caller may see all, and not only the notices to which they object. */
export const wholeCases = (caller: Caller): Sql => casesBut(caller, ['objector']);

const caseRow = z.object({
  id: z.string(),
  number: z.string().optional(),
  mode: z.string(),
  step: z.string(),
  status: z.string(),
  title: openedText.optional(),
  myRoles: z.array(z.string()),
  alerts: z.array(z.string()),
  createdAt: isoInstant,
  updatedAt: isoInstant,
});

const record = z.record(z.string(), z.unknown());
const act = bilingual.extend({ act: z.string() });

export const deadlineShown = z.object({
  key: z.string(),
  kind: z.string(),
  startDate: isoDate,
  lastDay: isoDate,
  endsAt: isoInstant,
  bound: z.string(),
  n: z.number().int(),
  unit: z.string(),
  countsFirstDay: z.boolean(),
  clause: z.string(),
  phrase: z.string(),
  reading: z.string().optional(),
  calendarVersion: z.string(),
  provisional: z.boolean(),
  skipped: z.array(z.object({ date: isoDate, reason: z.string() })),
  /** The institution's own time for its own work, or a floor or ceiling; and who set it. */
  nature: z.enum(['internal', 'floor', 'ceiling']),
  source: z.enum(['institution', 'law']),
  /** Holds and moves that the end rests on beside the rule. */
  adjustments: z.array(record).optional(),
  state: z.string(),
  arithmetic: z.array(z.string()),
});

const noticeRow = z.object({
  id: z.string(),
  kind: z.string(),
  edition: z.number().int(),
  audience: z.string(),
  publishedAt: isoInstant,
  lastDay: isoDate,
  endsAt: isoInstant,
  state: z.string(),
  addenda: z.array(record),
});

const caseSchema = z
  .object({
    id: z.string(),
    kind: z.string(),
    step: z.string(),
    status: z.string(),
    version: z.number().int(),
    number: z.string().optional(),
    mode: z.string().optional(),
    myRoles: z.array(z.string()),
    pending: z.number().int(),
    allowedActs: z.array(act),
    notices: z.array(noticeRow),
    objections: z.array(record).optional(),
    applicationVersion: z.number().int().optional(),
    application: record.optional(),
    /** What the latest version of the application changed against the one before. */
    amended: z
      .object({
        version: z.number().int(),
        changes: z.array(z.object({ at: z.string(), before: z.unknown(), after: z.unknown() })),
      })
      .optional(),
    /** Of another process than empowerment: what it keeps of the case. */
    facts: record.optional(),
    rules: z.object({ hash: z.string(), on: isoDate }).optional(),
    parties: z.array(z.object({ personId: z.string(), role: z.string(), name: openedText })).optional(),
    next: z.object({ steps: z.array(z.string()), tasks: z.array(record) }).optional(),
    deadlines: z.array(deadlineShown).optional(),
    returns: z.number().int().optional(),
    returnItems: z.array(z.object({ at: z.string(), text: openedText })).optional(),
    linkedCases: z.array(z.string()).optional(),
    agreements: z.number().int().optional(),
    agreement: record.optional(),
    amendment: record.optional(),
    statement: record.optional(),
    rights: z.array(record).optional(),
    raised: record.optional(),
    hold: record.optional(),
    mendings: z.array(record).optional(),
    now: isoInstant,
  })
  .meta({ id: 'Case' });

const filters = pageQuery.extend({
  status: z.enum(['draft', 'open', 'done', 'refused', 'withdrawn', 'merged']).optional(),
  step: text(64).optional(),
  mode: z.enum(modes).optional(),
  number: text(TEXT.name).optional(),
  /** Cases that stand out: quorum lost, linked, rules changed. */
  alert: z.enum(['true', 'false']).optional(),
});

interface PageRow extends StoredValue {
  id: string;
  number: string | null;
  mode: string;
  step: string;
  status: string;
  createdBy: string;
  createdAt: Date;
  updatedAt: Date;
  roles: PartyRole[];
  alerts: string[];
  title: SealedRef | null;
}

/** Stands in the text itself: for a limit that comes as a parameter PostgreSQL plans as for a tenth of all cases. */
const rowsFor = (limit: number): Sql => (limit <= 50 ? sql`51` : sql`201`);

/** One page and at least a row more, if there is one; `after` is the sort key of the last row seen. */
function readPage(
  db: Db,
  caller: Caller,
  { status, step, mode, number, alert, limit }: z.output<typeof filters>,
  after: { changed: string; id: string } | undefined,
): Promise<PageRow[]> {
  const wanted = allOf([
    visibleCases(caller),
    ...(after === undefined ? [] : [sql`(c.updated_at, c.id) < (${after.changed}::timestamptz, ${after.id}::uuid)`]),
    ...(status === undefined ? [] : [sql`c.status = ${status}`]),
    ...(step === undefined ? [] : [sql`c.step = ${step}`]),
    ...(mode === undefined ? [] : [sql`c.mode = ${mode}`]),
    ...(number === undefined ? [] : [sql`c.number = ${number}`]),
    ...(alert === undefined ? [] : [alert === 'true' ? standingOut(caller) : sql`NOT ${standingOut(caller)}`]),
  ]);
  return db.rows<PageRow>(sql`
    WITH page AS (
      SELECT c.* FROM cases c WHERE ${wanted} ORDER BY c.updated_at DESC, c.id DESC LIMIT ${rowsFor(limit)}
    )
    SELECT c.id, c.number, c.mode, c.step, c.status, c.created_by AS "createdBy", c.created_at AS "createdAt",
           c.updated_at AS "updatedAt", a.title, ${storedColumns}, ${rowsOf(caller)} AS roles,
           ARRAY(SELECT DISTINCT t.alert FROM task t WHERE t.case_id = c.id AND t.alert IS NOT NULL) AS alerts
      FROM page c LEFT JOIN achievement a ON a.institution_id = c.institution_id AND a.id = c.achievement_id
      ${storedOf(sql`a.title`)}
     ORDER BY c.updated_at DESC, c.id DESC`);
}

/** Which of the cases that stand out by what tells of objectors the caller may know. */
async function openAmong(db: Db, caller: Caller, rows: readonly PageRow[]): Promise<ReadonlySet<string>> {
  const told = rows.filter(({ alerts }) => alerts.includes(tellsOfObjectors)).map(({ id }) => id);
  if (told.length === 0) return new Set();
  const open = await db.rows<{ id: string }>(sql`
    SELECT c.id FROM cases c WHERE c.id = ANY (${told}::uuid[]) AND ${openlyObjected(caller)}`);
  return new Set(open.map(({ id }) => id));
}

const tag = 'cases';

export const caseRoutes = [
  route({
    id: 'listCases',
    method: 'get',
    path: '/institutions/{institution}/cases',
    tag,
    zh: '我能看到的案件，最近变动的在前',
    en: 'Cases that I may see, the latest change first',
    params: inInstitution,
    query: filters,
    answers: { 200: pageOf(caseRow) },
    problems: ['request.badCursor'],
    handler: async (context) => {
      const { deps, caller, query } = context;
      const list = listId(context, 'cases', query);
      const [changed, id] = startOf(context, list, query.cursor, 2) ?? [];
      const rows = await readPage(
        deps.db,
        caller,
        query,
        changed === undefined || id === undefined ? undefined : { changed, id },
      );
      const [partIn, open] = await Promise.all([partsIn(deps.db, caller, rows), openAmong(deps.db, caller, rows)]);
      const body = pageFrom(
        context,
        list,
        query.limit,
        rows,
        (row) => [row.updatedAt.toISOString(), row.id],
        (row) => {
          const { status, createdBy, title } = row;
          const part = partIn(row.id);
          const roles = rolesIn(caller, row.roles, part);
          // But for an alert a row tells nothing of objections, so nothing else hangs on whose matter it is.
          const facts = { roles, status, createdBy, deputy: part.deputy ?? undefined, ownMatter: true, impartial: false };
          const whole = sightOf(caller, facts)?.kind === 'whole';
          return {
            id: row.id,
            ...(row.number === null ? {} : { number: row.number }),
            mode: row.mode,
            step: row.step,
            status,
            ...(whole && title ? { title: deps.sealer.openStored(title, row) ?? null } : {}),
            myRoles: roles,
            alerts: whole ? row.alerts.filter((alert) => alert !== tellsOfObjectors || open.has(row.id)) : [],
            createdAt: row.createdAt.toISOString(),
            updatedAt: row.updatedAt.toISOString(),
          };
        },
      );
      return { status: 200, body };
    },
  }),
  route({
    id: 'getCase',
    method: 'get',
    path: '/institutions/{institution}/cases/{caseId}',
    tag,
    zh: '案件：环节、可办事项、期限与依据、当事人、下一步',
    en: 'A case: where it stands, what I may do, deadlines with clause and arithmetic, parties, what is next',
    params: inCase,
    answers: { 200: caseSchema },
    handler: async ({ deps, caller, params }) => {
      const { facts, sight } = await visibleCase(deps.db, caller, params.caseId);
      const { id: institutionId } = caller.institution;
      const body =
        facts.kind === 'empowerment'
          ? await caseShown(deps, caller, facts, sight, await readCase(deps.prisma, institutionId, facts.id))
          : await processShown(deps, caller, facts, sight, await readSome(deps.prisma, institutionId, facts.id));
      return { status: 200, body, etag: `"v${facts.version}"` };
    },
  }),
  route({
    id: 'getCasePreview',
    method: 'get',
    path: '/institutions/{institution}/cases/{caseId}/preview',
    tag,
    zh: '自当前环节起的流程预览；已结案的没有后续环节',
    en: 'The path from where the case stands; of a closed case none',
    params: inCase,
    query: previewQuery,
    answers: { 200: [previewShown, 'text/plain'] },
    problems: ['rules.missing'],
    handler: async (context) => {
      const { deps, caller, params } = context;
      const { facts, sight } = await visibleCase(deps.db, caller, params.caseId);
      const { state } = await readCase(deps.prisma, caller.institution.id, facts.id);
      if (sight.kind === 'objector' || !state.application || !state.rules) throw new Problem('notFound');
      const application: Application = { ...state.application, representativeId: state.representativeId };
      const running = { ...state, application, rules: state.rules };
      const voters = sight.objectors === 'all' ? 'all' : toldNumbersAlone(caller, facts) ? 'numbers' : 'interest';
      // A number that falls as somebody objects would tell the applicants that a member of the body did.
      const { objectors } = voters === 'numbers' ? { objectors: [] } : interestsOf(running, []);
      return answerPreview(context, await previewFor(context, application, state.rules, running, objectors), voters);
    },
  }),
];
