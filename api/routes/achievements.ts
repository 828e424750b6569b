/** Achievements: the results that cases are about. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { civilDate, code, resultKinds, text, TEXT, uuid } from '../../contracts/schemas.ts';
import type { SealedRef } from '../../domain/process.ts';
import { audit } from '../audit.ts';
import { caseWorkers } from '../caseAccess.ts';
import { sql } from '../db.ts';
import { etagOf, refuseLostRace, requireMatch } from '../etag.ts';
import { dateOf, dayOf } from '../law.ts';
import { Problem } from '../problems.ts';
import { route, type Context } from '../route.ts';
import { openAll, refJson, sealInto } from '../seal.ts';
import { wholeCases } from './cases.ts';
import { inInstitution, isoDate, listId, openedText, pageFrom, pageOf, pageQuery, startOf } from './common.ts';

const shownSchema = z.object({
  id: z.string(),
  title: openedText,
  kind: z.string(),
  number: z.string().optional(),
  protectedUntil: isoDate.optional(),
  attribute: z.string().optional(),
  stage: z.string().optional(),
  conversion: z.string().optional(),
});

const change = z.strictObject({
  title: text(TEXT.title),
  kind: z.enum(resultKinds),
  number: code.optional(),
  protectedUntil: civilDate.optional(),
});

interface Row {
  id: string;
  title: unknown;
  kind: string;
  number: string | null;
  protectedUntil: Date | null;
  attribute: string | null;
  stage: string | null;
  conversion: string | null;
}

function unopened({ id, title, kind, number, protectedUntil, attribute, stage, conversion }: Row) {
  return {
    id,
    title: title as SealedRef,
    kind,
    ...(number === null ? {} : { number }),
    ...(protectedUntil === null ? {} : { protectedUntil: dayOf(protectedUntil) }),
    ...(attribute === null ? {} : { attribute }),
    ...(stage === null ? {} : { stage }),
    ...(conversion === null ? {} : { conversion }),
  };
}

/** Ids of results that somebody who works on no cases may change: which they entered, or for whose case they apply. */
async function ownIds({ deps, caller }: Context): Promise<string[]> {
  const institution = caller.institution.id;
  const rows = await deps.prisma.$queryRaw<{ id: string }[]>`
    SELECT a.subject AS id FROM audit a WHERE a.institution_id = ${institution}::uuid AND a.action = 'createAchievement'
       AND a.actor_person = ${caller.personId}::uuid
     UNION
    SELECT c.achievement_id::text FROM cases c JOIN case_party p ON p.case_id = c.id
     WHERE c.institution_id = ${institution}::uuid AND p.person_id = ${caller.personId}::uuid
       AND p.role IN ('inventor', 'representative') AND c.achievement_id IS NOT NULL AND c.status <> 'draft'`;
  return rows.map(({ id }) => id);
}

/** Ids of results that the caller may read, those of cases that they read among them; undefined for all. */
async function readableIds(context: Context): Promise<string[] | undefined> {
  const { deps, caller } = context;
  if (caller.has(...caseWorkers)) return undefined;
  // Anybody may name any result in a draft.
  const [own, cases] = await Promise.all([
    ownIds(context),
    deps.db.rows<{ id: string }>(
      sql`SELECT DISTINCT c.achievement_id AS id FROM cases c
           WHERE c.achievement_id IS NOT NULL AND c.status <> 'draft' AND ${wholeCases(caller)}`,
    ),
  ]);
  return [...new Set([...own, ...cases.map(({ id }) => id)])];
}

type Db = Pick<Context['deps']['prisma'], 'achievement'>;

async function read(context: Context, id: string, db: Db = context.deps.prisma) {
  const row = await db.achievement.findFirst({ where: { id, institutionId: context.caller.institution.id } });
  const readable = await readableIds(context);
  if (row === null || (readable !== undefined && !readable.includes(id))) throw new Problem('notFound');
  const shown = unopened(row);
  return { shown, etag: etagOf(shown) };
}

async function answer(context: Context, id: string, status: 200 | 201 = 200) {
  const { shown, etag } = await read(context, id);
  return { status, body: await openAll(shown, context.deps.sealer), etag };
}

const inAchievement = inInstitution.extend({ achievementId: uuid });
const tag = 'achievements';

export const achievementRoutes = [
  route({
    id: 'listAchievements',
    method: 'get',
    path: '/institutions/{institution}/achievements',
    tag,
    zh: '科技成果',
    en: 'Achievements',
    params: inInstitution,
    query: pageQuery.extend({ number: code.optional() }),
    answers: { 200: pageOf(shownSchema) },
    problems: ['request.badCursor'],
    handler: async (context) => {
      const { deps, caller, query } = context;
      const list = listId(context, 'achievements', query);
      const [after] = startOf(context, list, query.cursor, 1) ?? [];
      const readable = await readableIds(context);
      const rows = await deps.prisma.achievement.findMany({
        where: {
          institutionId: caller.institution.id,
          ...(query.number === undefined ? {} : { number: query.number }),
          AND: [readable === undefined ? {} : { id: { in: readable } }, after === undefined ? {} : { id: { gt: after } }],
        },
        orderBy: { id: 'asc' },
        take: query.limit + 1,
      });
      const page = pageFrom(context, list, query.limit, rows, ({ id }) => [id], unopened);
      return { status: 200, body: await openAll(page, deps.sealer) };
    },
  }),
  route({
    id: 'createAchievement',
    method: 'post',
    path: '/institutions/{institution}/achievements',
    tag,
    zh: '登记科技成果',
    en: 'Enter an achievement',
    params: inInstitution,
    body: change,
    answers: { 201: shownSchema },
    handler: async (context) => {
      const { deps, caller, body } = context;
      const id = randomUUID();
      const institutionId = caller.institution.id;
      await deps.prisma.$transaction(async (tx) => {
        const title = await sealInto(tx, deps.sealer, institutionId, { kind: 'achievement', id }, body.title);
        await tx.achievement.create({
          data: {
            id,
            institutionId,
            title: refJson(title),
            kind: body.kind,
            number: body.number ?? null,
            protectedUntil: body.protectedUntil === undefined ? null : dateOf(body.protectedUntil),
          },
        });
        await audit(tx, context, 'createAchievement', id, {}, 'member');
      });
      return answer(context, id, 201);
    },
  }),
  route({
    id: 'getAchievement',
    method: 'get',
    path: '/institutions/{institution}/achievements/{achievementId}',
    tag,
    zh: '查看科技成果',
    en: 'An achievement',
    params: inAchievement,
    answers: { 200: shownSchema },
    handler: async (context) => answer(context, context.params.achievementId),
  }),
  route({
    id: 'updateAchievement',
    method: 'put',
    path: '/institutions/{institution}/achievements/{achievementId}',
    tag,
    zh: '修改科技成果；已有申请的由转化专员修改',
    en: 'Change an achievement; once a case claims it, officers alone may',
    params: inAchievement,
    body: change,
    headers: ['ifMatch'],
    answers: { 200: shownSchema },
    handler: async (context) => {
      const { deps, caller, params, body } = context;
      const id = params.achievementId;
      const { etag } = await read(context, id);
      const claimed = (await deps.prisma.achievementClaim.count({ where: { achievementId: id } })) > 0;
      const free = !claimed && !caller.has(...caseWorkers);
      const works = caller.has('officer') || (free && (await ownIds(context)).includes(id));
      if (!works) throw new Problem('access.denied');
      requireMatch(context.ifMatch, etag);
      const institutionId = caller.institution.id;
      await deps.prisma.$transaction(async (tx) => {
        await tx.$queryRaw`SELECT 1 FROM achievement WHERE id = ${id}::uuid FOR UPDATE`;
        refuseLostRace(etag, (await read(context, id, tx)).etag);
        const title = await sealInto(tx, deps.sealer, institutionId, { kind: 'achievement', id }, body.title);
        await tx.achievement.update({
          where: { id },
          data: {
            title: refJson(title),
            kind: body.kind,
            number: body.number ?? null,
            protectedUntil: body.protectedUntil === undefined ? null : dateOf(body.protectedUntil),
          },
        });
        await audit(tx, context, 'updateAchievement', id, {}, caller.has('officer') ? 'officer' : 'member');
      });
      return answer(context, id);
    },
  }),
];
