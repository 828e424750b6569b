/** What I have to do, and what I have been told. */
import { z } from 'zod';
import type { DecidingBody } from '../../domain/empowerment/index.ts';
import { actLabels } from '../../domain/index.ts';
import { stepOf } from '../../domain/casework/index.ts';
import { inWords } from '../../domain/labels.ts';
import type { SealedRef } from '../../domain/process.ts';
import { text } from '../../contracts/schemas.ts';
import type { Caller } from '../access.ts';
import { anyOf, sql } from '../db.ts';
import { dateOf } from '../law.ts';
import { Problem } from '../problems.ts';
import { deliberated, openlyObjected } from '../readable.ts';
import { route, type Context } from '../route.ts';
import { renderLetter } from '../../letters/index.ts';
import type { LetterValues, Rendered } from '../../letters/letter.ts';
import { openAll } from '../seal.ts';
import { inInstitution, isoInstant, listId, openedText, pageFrom, pageOf, pageQuery, startOf } from './common.ts';

const taskRow = z.object({
  caseId: z.string(),
  number: z.string().optional(),
  title: openedText.optional(),
  key: z.string(),
  act: z.string(),
  zh: z.string(),
  en: z.string(),
  step: z.string(),
  onBehalfOf: z.string().optional(),
  since: isoInstant,
  due: isoInstant.optional(),
  alert: z.string().optional(),
  /** Who of the office was put in charge; it stays in the to-do of all who hold it. */
  inCharge: z.object({ personId: z.string(), name: openedText }).optional(),
  /** For information: somebody else does the act, and the caller takes part in what it records. */
  information: z.literal(true).optional(),
});

interface Row {
  caseId: string;
  number: string | null;
  title: { sealed: string; digest: string } | null;
  key: string;
  act: string;
  step: string;
  onBehalfOf: string | null;
  since: string;
  due: string | null;
  alert: string | null;
  information: boolean;
  inCharge: string | null;
  inChargeName: SealedRef | null;
  /** Due as it sorts: what has no end comes last. */
  sort: string;
}

/** The grants as the query joins them: one row for each role, with what limits it. */
function rights(caller: Caller): string {
  return JSON.stringify(
    caller.grants.flatMap(({ onBehalfOf, roles, departments, acts }) =>
      roles.map((role) => ({ role, departments, acts, onBehalfOf: onBehalfOf ?? null })),
    ),
  );
}

/** What members of a body are shown of the secretary's task. */
const deliberate = { act: 'deliberate', zh: '参加审议（由秘书记录结果）', en: 'deliberate; the secretary records the result' };

/** Cases that lie today before a body in which the caller votes. */
async function toDeliberate({ deps, caller }: Context): Promise<string[]> {
  const { institution, personId, today } = caller;
  const day = dateOf(today);
  const listed = await deps.prisma.bodyMember.findMany({
    where: { institutionId: institution.id, personId, from: { lte: day }, OR: [{ until: null }, { until: { gte: day } }] },
  });
  const steps = listed.map(({ body }) => stepOf(body as DecidingBody));
  if (steps.length === 0) return [];
  const rows = await deps.db.rows<{ id: string }>(sql`
    SELECT c.id FROM cases c
     WHERE c.institution_id = ${institution.id}::uuid AND c.step = ANY (${steps}::text[]) AND ${deliberated(caller)}`);
  return rows.map(({ id }) => id);
}

function shown({ number, title, onBehalfOf, due, alert, information, inCharge, inChargeName, sort: _sort, ...rest }: Row) {
  const { zh, en } = inWords(actLabels, [rest.act]);
  return {
    ...rest,
    ...(information ? { ...deliberate, information: true as const } : {}),
    ...(information ? {} : { zh, en }),
    ...(number === null ? {} : { number }),
    ...(title === null ? {} : { title }),
    ...(onBehalfOf === null ? {} : { onBehalfOf }),
    ...(due === null ? {} : { due }),
    ...(alert === null ? {} : { alert }),
    ...(inCharge === null ? {} : { inCharge: { personId: inCharge, name: inChargeName } }),
  };
}

const messageRow = z.object({
  id: z.string(),
  institution: z.string(),
  caseId: z.string().optional(),
  template: z.string(),
  values: z.record(z.string(), z.unknown()),
  /** The letter as it is also mailed, Chinese and English. */
  subject: z.string(),
  text: z.string(),
  createdAt: isoInstant,
  readAt: isoInstant.optional(),
});

/** The message as a letter; a text that was erased is said to be. */
function letterOf({ template, values }: { template: string; values: Record<string, unknown> }): Rendered {
  const entries = Object.entries(values).map(([name, value]) => [name, value ?? undefined]);
  return renderLetter(template, Object.fromEntries(entries) as LetterValues);
}

export const todoRoutes = [
  route({
    id: 'listTasks',
    method: 'get',
    path: '/institutions/{institution}/tasks',
    tag: 'tasks',
    zh: '我的待办，先到期的在前',
    en: 'My to-do, the nearest deadline first',
    params: inInstitution,
    query: pageQuery,
    answers: { 200: pageOf(taskRow) },
    problems: ['request.badCursor'],
    handler: async (context) => {
      const { deps, caller, query } = context;
      const list = listId(context, 'tasks', query);
      const [sort, caseId, key] = startOf(context, list, query.cursor, 3) ?? [];
      const deliberating = await toDeliberate(context);
      // Whoever objects is in charge no more, which would tell of them. Until something is published nobody can object.
      const nobodyBetrayed = anyOf([
        sql`m.person_id = ${caller.personId}::uuid`,
        sql`NOT EXISTS (SELECT FROM notice n WHERE n.case_id = c.id)`,
        openlyObjected(caller),
      ]);
      // A task that one of an office was put in charge of has their name beside the role: it stays the office’s.
      const rows = await deps.prisma.$queryRaw<Row[]>`
        WITH held AS (
          SELECT * FROM jsonb_to_recordset(${rights(caller)}::jsonb) AS h(role text, departments jsonb, acts jsonb, "onBehalfOf" uuid)
        ), mine AS (
          SELECT DISTINCT ON (t.case_id, t.key) t.*, h."onBehalfOf",
                 (t.person_id IS DISTINCT FROM ${caller.personId}::uuid AND h.role IS NULL) AS information,
                 coalesce(iso(t.due), '9999') || ' ' || iso(t.since) AS sort
            FROM task t LEFT JOIN held h ON h.role = t.role AND (t.department IS NULL OR h.departments ? t.department)
                 AND (h.acts = '[]' OR h.acts ? t.act)
           WHERE t.institution_id = ${caller.institution.id}::uuid
             AND (t.person_id = ${caller.personId}::uuid OR h.role IS NOT NULL
                  OR (t.act = 'recordDecision' AND t.case_id = ANY (${deliberating}::uuid[])))
           ORDER BY t.case_id, t.key, (h."onBehalfOf" IS NOT NULL)
        )
        SELECT m.case_id::text AS "caseId", c.number, a.title, m.key, m.act, c.step, m."onBehalfOf"::text, iso(m.since) AS since,
               iso(m.due) AS due, m.alert, m.information, p.id::text AS "inCharge", p.name AS "inChargeName",
               m.sort
          FROM mine m JOIN cases c ON c.id = m.case_id
          LEFT JOIN person p ON p.id = m.person_id AND m.role IS NOT NULL AND NOT m.information AND ${nobodyBetrayed}
          LEFT JOIN achievement a ON a.id = c.achievement_id AND a.institution_id = c.institution_id
         WHERE (${sort ?? null}::text IS NULL OR (m.sort, m.case_id::text, m.key) > (${sort ?? ''}, ${caseId ?? ''}, ${key ?? ''}))
         ORDER BY m.sort COLLATE "C", m.case_id::text COLLATE "C", m.key COLLATE "C" LIMIT ${query.limit + 1}`;
      const page = pageFrom(context, list, query.limit, rows, (row) => [row.sort, row.caseId, row.key], shown);
      return { status: 200, body: await openAll(page, deps.sealer) };
    },
  }),
  route({
    id: 'listMessages',
    method: 'get',
    path: '/messages',
    tag: 'messages',
    zh: '我的站内消息，新的在前',
    en: 'Messages to me, the newest first',
    query: pageQuery.extend({ unread: z.enum(['true', 'false']).optional() }),
    answers: { 200: pageOf(messageRow) },
    problems: ['request.badCursor'],
    handler: async (context) => {
      const { deps, caller, query } = context;
      const list = listId(context, 'messages', query);
      const [created, id] = startOf(context, list, query.cursor, 2) ?? [];
      const createdAt = created === undefined ? undefined : new Date(created);
      const rows = await deps.prisma.message.findMany({
        where: {
          personId: caller.personId,
          ...(query.unread === undefined ? {} : { readAt: query.unread === 'true' ? null : { not: null } }),
          ...(createdAt === undefined || id === undefined
            ? {}
            : { OR: [{ createdAt: { lt: createdAt } }, { createdAt, id: { lt: id } }] }),
        },
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
        take: query.limit + 1,
      });
      const institutions = await deps.prisma.institution.findMany({ select: { id: true, code: true } });
      const codes = new Map(institutions.map((one) => [one.id, one.code]));
      const page = pageFrom(
        context,
        list,
        query.limit,
        rows,
        (row) => [row.createdAt.toISOString(), row.id],
        (row) => ({
          id: row.id,
          institution: codes.get(row.institutionId) ?? '',
          ...(row.caseId === null ? {} : { caseId: row.caseId }),
          template: row.template,
          values: row.values as Record<string, unknown>,
          createdAt: row.createdAt.toISOString(),
          ...(row.readAt === null ? {} : { readAt: row.readAt.toISOString() }),
        }),
      );
      const opened = await openAll(page, deps.sealer);
      return { status: 200, body: { ...opened, items: opened.items.map((item) => ({ ...item, ...letterOf(item) })) } };
    },
  }),
  route({
    id: 'markMessageRead',
    method: 'post',
    path: '/messages/{messageId}/read',
    tag: 'messages',
    zh: '标为已读',
    en: 'Mark a message as read',
    params: z.object({ messageId: text(200) }),
    answers: { 204: null },
    handler: async ({ deps, caller, params }) => {
      const where = { id: params.messageId, personId: caller.personId };
      if ((await deps.prisma.message.count({ where })) === 0) throw new Problem('notFound');
      await deps.prisma.$executeRaw`UPDATE message SET read_at = service_clock()
        WHERE id = ${params.messageId} AND person_id = ${caller.personId}::uuid AND read_at IS NULL`;
      return { status: 204 };
    },
  }),
];
