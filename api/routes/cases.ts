/** Cases: lists, one case, and what lies before it. */
import { z } from 'zod';
import { modes, text, TEXT } from '../../contracts/schemas.ts';
import type { Application, Step } from '../../domain/empowerment/index.ts';
import type { PartyRole, SealedRef } from '../../domain/process.ts';
import type { Prisma } from '../../prisma/generated/client.ts';
import type { Caller } from '../access.ts';
import { caseWorkers, partsIn, rolesIn, sightOf, visibleCase } from '../caseAccess.ts';
import { readCase, readSome } from '../caseRead.ts';
import { caseShown } from '../caseShown.ts';
import { previewFor } from '../preview.ts';
import { processShown } from '../processShown.ts';
import { Problem } from '../problems.ts';
import { deliberated, deputised, openlyObjected, standingOut, tellsOfObjectors } from '../readable.ts';
import { route, type Context } from '../route.ts';
import { openAll } from '../seal.ts';
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
 * Cases that the caller sees by more than parts of the kinds left out, as a condition on rows. What one condition covers is
 * not asked again by another: a list of many cases is then read by its index, and not row by row.
 */
function casesBut(caller: Caller, leftOut: readonly PartyRole[]): Prisma.CaseWhereInput {
  const institutionId = caller.institution.id;
  if (caller.has('supervisor')) return { institutionId };
  const own: Prisma.CaseWhereInput = { status: 'draft', createdBy: caller.personId };
  if (caller.has(...caseWorkers)) return { institutionId, OR: [own, { status: { not: 'draft' } }] };
  const changing: PartyRole[] = ['bodyMember', 'deceased', ...(caller.isMember ? [] : ['handler' as const]), ...leftOut];
  const mine: Prisma.CaseWhereInput[] = [
    own,
    { status: { not: 'draft' }, parties: { some: { personId: caller.personId, role: { notIn: changing } } } },
    { AND: [{ status: { not: 'draft' } }, deliberated(caller)] },
  ];
  if (caller.namedGrants.length > 0) mine.push({ AND: [{ status: { not: 'draft' } }, deputised(caller, 'all')] });
  // Who neither sits in a body nor stands in for another is a party of whatever they see, of a draft from its first day.
  const partyAlone = caller.seats.length === 0 && caller.namedGrants.length === 0;
  return { institutionId, OR: mine, ...(partyAlone ? { parties: { some: { personId: caller.personId } } } : {}) };
}

/** Cases that the caller may see. */
export const visibleCases = (caller: Caller): Prisma.CaseWhereInput => casesBut(caller, []);

/** Cases of which the caller may see all, and not only the notices to which they object. */
export const wholeCases = (caller: Caller): Prisma.CaseWhereInput => casesBut(caller, ['objector']);

interface Alerted {
  id: string;
  tasks: { alert: string | null }[];
}

/** Which of the cases that stand out by what tells of objectors the caller may know. */
async function openAmong({ deps, caller }: Context, rows: readonly Alerted[]): Promise<ReadonlySet<string>> {
  const told = rows.filter(({ tasks }) => tasks.some(({ alert }) => alert === tellsOfObjectors)).map(({ id }) => id);
  if (told.length === 0) return new Set();
  const open = await deps.prisma.case.findMany({
    where: { id: { in: told }, AND: openlyObjected(caller) },
    select: { id: true },
  });
  return new Set(open.map(({ id }) => id));
}

/** Why the case stands out; `open` are those of whose objectors the caller may know. */
function alertsOf({ id, tasks }: Alerted, open: ReadonlySet<string>): string[] {
  const alerts = new Set(tasks.flatMap(({ alert }) => alert ?? []));
  if (!open.has(id)) alerts.delete(tellsOfObjectors);
  return [...alerts];
}

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
      const { status, step, mode, number, alert } = query;
      const rows = await deps.prisma.case.findMany({
        where: {
          ...visibleCases(caller),
          ...(status === undefined ? {} : { status }),
          ...(step === undefined ? {} : { step }),
          ...(mode === undefined ? {} : { mode }),
          ...(number === undefined ? {} : { number }),
          // The first says nothing that the second does not; by it the index begins at the page.
          ...(changed === undefined ? {} : { updatedAt: { lte: new Date(changed) } }),
          AND: [
            ...(changed === undefined || id === undefined
              ? []
              : [{ OR: [{ updatedAt: { lt: new Date(changed) } }, { id: { lt: id } }] }]),
            ...(alert === undefined ? [] : [alert === 'true' ? standingOut(caller) : { NOT: standingOut(caller) }]),
          ],
        },
        include: {
          parties: { where: { personId: caller.personId } },
          tasks: { where: { alert: { not: null } }, select: { alert: true } },
        },
        orderBy: [{ updatedAt: 'desc' }, { id: 'desc' }],
        take: query.limit + 1,
      });
      const partOf = (row: (typeof rows)[number]) => row.parties.map(({ role }) => role) as PartyRole[];
      const [achievements, parts, open] = await Promise.all([
        deps.prisma.achievement.findMany({
          where: { institutionId: caller.institution.id, id: { in: rows.flatMap((row) => row.achievementId ?? []) } },
          select: { id: true, title: true },
        }),
        partsIn(
          deps.prisma,
          caller,
          rows.map((row) => ({ id: row.id, roles: partOf(row) })),
        ),
        openAmong(context, rows),
      ]);
      const titles = new Map(achievements.map((one) => [one.id, one.title as unknown as SealedRef]));
      const page = pageFrom(
        context,
        list,
        query.limit,
        rows,
        (row) => [row.updatedAt.toISOString(), row.id],
        (row) => {
          const roles = rolesIn(caller, row.id, partOf(row), parts);
          const { status: stands, createdBy } = row;
          // But for an alert a row tells nothing of objections, so nothing else hangs on whose matter it is.
          const part = { deputy: parts.deputy.get(row.id), ownMatter: true, impartial: false };
          const sight = sightOf(caller, { roles, status: stands, createdBy, ...part });
          const title = row.achievementId === null ? undefined : titles.get(row.achievementId);
          return {
            id: row.id,
            ...(row.number === null ? {} : { number: row.number }),
            mode: row.mode,
            step: row.step,
            status: row.status,
            ...(sight?.kind === 'whole' && title ? { title } : {}),
            myRoles: roles,
            alerts: sight?.kind === 'whole' ? alertsOf(row, open) : [],
            createdAt: row.createdAt.toISOString(),
            updatedAt: row.updatedAt.toISOString(),
          };
        },
      );
      return { status: 200, body: await openAll(page, deps.sealer) };
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
      const { facts, sight } = await visibleCase(deps.prisma, caller, params.caseId);
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
    zh: '自当前环节起的流程预览',
    en: 'The path from where the case stands',
    params: inCase,
    query: previewQuery,
    answers: { 200: [previewShown, 'text/plain'] },
    problems: ['rules.missing'],
    handler: async (context) => {
      const { deps, caller, params } = context;
      const { facts, sight } = await visibleCase(deps.prisma, caller, params.caseId);
      const { state } = await readCase(deps.prisma, caller.institution.id, facts.id);
      if (sight.kind === 'objector' || !state.application || !state.rules) throw new Problem('notFound');
      const application: Application = { ...state.application, representativeId: state.representativeId };
      const from: Step = state.step;
      return answerPreview(context, await previewFor(context, application, state.rules, from));
    },
  }),
];
