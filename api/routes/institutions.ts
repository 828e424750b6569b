/** Institutions, and who the caller is in them. */
import { z } from 'zod';
import { text, TEXT } from '../../contracts/schemas.ts';
import { objectionActs } from '../../contracts/schemas/objections.ts';
import type { Prisma } from '../../prisma/generated/client.ts';
import { audit } from '../audit.ts';
import { allOf, sql } from '../db.ts';
import { etagOf, refuseLostRace, requireMatch } from '../etag.ts';
import { namesOf } from '../people.ts';
import { ownTo } from '../readable.ts';
import { route, type Context } from '../route.ts';
import { openAll } from '../seal.ts';
import {
  inInstitution,
  isoDate,
  isoInstant,
  listId,
  listOf,
  openedText,
  pageFrom,
  pageOf,
  pageQuery,
  present,
  startOf,
} from './common.ts';

const institutionShown = z.object({
  id: z.string(),
  code: z.string(),
  name: z.string(),
  kind: z.string(),
  province: z.string(),
  city: z.string().optional(),
  stateFounded: z.boolean(),
});

const institutionChange = z.strictObject({
  name: text(TEXT.title),
  kind: z.enum(['university', 'institute', 'stateEnterprise', 'publicInstitution']),
  province: z.string().regex(/^\d{6}$/),
  city: z
    .string()
    .regex(/^\d{6}$/)
    .optional(),
  stateFounded: z.boolean(),
});

/** Who tried to object is hidden from a supervisor whose own matter the case is, as it is in the case itself. */
async function refusedObjections({ deps, caller }: Context): Promise<Prisma.AuditWhereInput> {
  const own = await deps.db.rows<{ id: string }>(sql`
    SELECT c.id FROM cases c
     WHERE c.institution_id = ${caller.institution.id}::uuid AND ${allOf(caller.holding('supervisor').map(ownTo))}`);
  return {
    action: 'refusedAct',
    subject: { in: own.map(({ id }) => id) },
    OR: Object.keys(objectionActs).map((type) => ({ detail: { path: ['type'], equals: type } })),
  };
}

type Row = { id: string; code: string; name: string; kind: string; province: string; city: string | null; stateFounded: boolean };

const shown = ({ id, code, name, kind, province, city, stateFounded }: Row) =>
  present({ id, code, name, kind, province, city, stateFounded });

const read = async (context: Context, tx: Pick<Context['deps']['prisma'], 'institution'> = context.deps.prisma) =>
  shown(await tx.institution.findUniqueOrThrow({ where: { id: context.caller.institution.id } }));

export const institutionRoutes = [
  route({
    id: 'whoAmI',
    method: 'get',
    path: '/me',
    tag: 'people',
    zh: '我是谁，在各单位有哪些角色与委托',
    en: 'Who I am, with my roles and delegations in each institution',
    answers: {
      200: z.object({
        personId: z.string(),
        name: openedText,
        globalRoles: z.array(z.string()),
        today: isoDate,
        institutions: z.array(
          z.object({
            code: z.string(),
            name: z.string(),
            grants: z.array(
              z.object({
                onBehalfOf: z.string().optional(),
                roles: z.array(z.string()),
                departments: z.array(z.string()),
                acts: z.array(z.string()),
              }),
            ),
          }),
        ),
      }),
    },
    handler: async ({ deps, caller, request }) => {
      const mine = await deps.prisma.membership.findMany({
        where: { personId: caller.personId, ended: false },
        include: { institution: true },
        orderBy: { institutionId: 'asc' },
      });
      const institutions = await Promise.all(
        mine.map(async ({ institution }) => {
          const { grants } = await deps.access.callerFor('token', request.headers.authorization, institution.code);
          // Who is related to whom is for the checks alone.
          const granted = grants.map(({ hands: _hands, kin: _kin, ...grant }) => grant);
          return { code: institution.code, name: institution.name, grants: granted };
        }),
      );
      const names = await namesOf(deps, [caller.personId]);
      const { personId, globalRoles, today } = caller;
      return { status: 200, body: { personId, name: names.get(personId) ?? null, globalRoles, today, institutions } };
    },
  }),
  route({
    id: 'listInstitutions',
    method: 'get',
    path: '/institutions',
    tag: 'institutions',
    zh: '单位名录（名称与代码）',
    en: 'The institutions, by name and code',
    answers: { 200: listOf(z.object({ code: z.string(), name: z.string() })) },
    handler: async ({ deps }) => ({
      status: 200,
      body: { items: await deps.prisma.institution.findMany({ select: { code: true, name: true }, orderBy: { code: 'asc' } }) },
    }),
  }),
  route({
    id: 'getInstitution',
    method: 'get',
    path: '/institutions/{institution}',
    tag: 'institutions',
    zh: '查看单位',
    en: 'An institution',
    params: inInstitution,
    answers: { 200: institutionShown },
    handler: async (context) => {
      const body = await read(context);
      return { status: 200, body, etag: etagOf(body) };
    },
  }),
  route({
    id: 'updateInstitution',
    method: 'put',
    path: '/institutions/{institution}',
    tag: 'institutions',
    zh: '修改单位信息',
    en: 'Change an institution',
    params: inInstitution,
    body: institutionChange,
    headers: ['ifMatch'],
    answers: { 200: institutionShown },
    handler: async (context) => {
      const matched = etagOf(await read(context));
      requireMatch(context.ifMatch, matched);
      const { id } = context.caller.institution;
      const body = await context.deps.prisma.$transaction(async (tx) => {
        await tx.$queryRaw`SELECT 1 FROM institution WHERE id = ${id}::uuid FOR UPDATE`;
        refuseLostRace(matched, etagOf(await read(context, tx)));
        const row = await tx.institution.update({ where: { id }, data: { ...context.body, city: context.body.city ?? null } });
        await audit(tx, context, 'updateInstitution', id, context.body);
        return shown(row);
      });
      return { status: 200, body, etag: etagOf(body) };
    },
  }),
  route({
    id: 'listLog',
    method: 'get',
    path: '/institutions/{institution}/log',
    tag: 'institutions',
    zh: '单位日志：谁改了什么，谁的办理被拒；仅监督人员可见',
    en: 'The log of the institution: who changed what, whose acts were refused; for supervisors alone',
    params: inInstitution,
    query: pageQuery,
    answers: {
      200: pageOf(
        z.object({
          id: z.string(),
          at: isoInstant,
          personId: z.string().optional(),
          action: z.string(),
          subject: z.string(),
          detail: z.record(z.string(), z.unknown()),
        }),
      ),
    },
    problems: ['request.badCursor'],
    handler: async (context) => {
      const { deps, caller, query } = context;
      const list = listId(context, 'log', query);
      const [before] = startOf(context, list, query.cursor, 1) ?? [];
      const rows = await deps.prisma.audit.findMany({
        where: {
          institutionId: caller.institution.id,
          ...(before === undefined ? {} : { id: { lt: BigInt(before) } }),
          NOT: await refusedObjections(context),
        },
        orderBy: { id: 'desc' },
        take: query.limit + 1,
      });
      const body = pageFrom(
        context,
        list,
        query.limit,
        rows,
        ({ id }) => [String(id)],
        ({ id, at, actorPerson, action, subject, detail }) => ({
          id: String(id),
          at: at.toISOString(),
          ...(actorPerson === null ? {} : { personId: actorPerson }),
          action,
          subject,
          detail,
        }),
      );
      // Why somebody had a thing repaired is sealed, and is opened here for who supervises it.
      return { status: 200, body: await openAll(body, deps.sealer) };
    },
  }),
];
