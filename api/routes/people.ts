/** People of an institution: who they are and which roles they have there. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { civilDate, department, LIST, text, TEXT, uuid } from '../../contracts/schemas.ts';
import { institutionRoles, type SealedRef } from '../../domain/process.ts';
import type { PrismaClient } from '../../prisma/generated/client.ts';
import { audit } from '../audit.ts';
import { etagOf, refuseLostRace, requireMatch } from '../etag.ts';
import { dateOf, dayOf } from '../law.ts';
import { Problem } from '../problems.ts';
import { route, type Context } from '../route.ts';
import { openAll, refJson, sealInto } from '../seal.ts';
import { inInstitution, isoDate, openedText, pageFrom, pageOf, pageQuery, startOf, listId } from './common.ts';

const personShown = z.object({
  id: z.string(),
  name: openedText,
  status: z.string(),
  roles: z.array(z.string()),
  departments: z.array(z.string()),
  from: isoDate,
  until: isoDate.optional(),
  ended: z.boolean(),
});

const membership = {
  roles: z.array(z.enum(institutionRoles)).max(institutionRoles.length),
  departments: z.array(department).max(LIST.items),
  from: civilDate.optional(),
  until: civilDate.optional(),
};

const inPerson = inInstitution.extend({ personId: uuid });

interface Row {
  personId: string;
  roles: string[];
  departments: string[];
  from: Date;
  until: Date | null;
  ended: boolean;
  person: { name: unknown; status: string };
}

const withPerson = { person: { select: { name: true, status: true } } } as const;

function unnamed({ personId, roles, departments, from, until, ended, person }: Row) {
  const { status, name } = person;
  return {
    id: personId,
    name: name as SealedRef,
    status,
    roles: roles.toSorted(),
    departments,
    from: dayOf(from),
    ...(until === null ? {} : { until: dayOf(until) }),
    ended,
  };
}

/** The member and their ETag, which covers person and membership; 404 for anybody who is none. */
async function readMember(context: Context, personId: string, db: Pick<PrismaClient, 'membership'> = context.deps.prisma) {
  const { id } = context.caller.institution;
  const key = { institutionId_personId: { institutionId: id, personId } };
  const row = await db.membership.findUnique({ where: key, include: withPerson });
  if (row === null) throw new Problem('notFound');
  const shown = unnamed(row);
  return { shown, etag: etagOf(shown) };
}

async function answerMember(context: Context, personId: string, status: 200 | 201 = 200) {
  const { shown, etag } = await readMember(context, personId);
  return { status, body: await openAll(shown, context.deps.sealer), etag };
}

/** Changes a member under the locks of person and membership, if they are still what was read. */
async function change(
  context: Context,
  personId: string,
  action: string,
  write: (tx: Parameters<typeof audit>[0]) => Promise<unknown>,
) {
  const { etag } = await readMember(context, personId);
  requireMatch(context.ifMatch, etag);
  const institutionId = context.caller.institution.id;
  await context.deps.prisma.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT 1 FROM person p JOIN membership m ON m.person_id = p.id
      WHERE p.id = ${personId}::uuid AND m.institution_id = ${institutionId}::uuid FOR UPDATE`;
    refuseLostRace(etag, (await readMember(context, personId, tx)).etag);
    await write(tx);
    await audit(tx, context, action, personId);
  });
}

const tag = 'people';

export const peopleRoutes = [
  route({
    id: 'listPeople',
    method: 'get',
    path: '/institutions/{institution}/people',
    tag,
    zh: '本单位人员',
    en: 'People of the institution',
    params: inInstitution,
    query: pageQuery.extend({ role: z.enum([...institutionRoles, 'member']).optional(), department: department.optional() }),
    answers: { 200: pageOf(personShown) },
    problems: ['request.badCursor'],
    handler: async (context) => {
      const { deps, caller, query } = context;
      const list = listId(context, 'people', query);
      const [after] = startOf(context, list, query.cursor, 1) ?? [];
      const rows = await deps.prisma.membership.findMany({
        where: {
          institutionId: caller.institution.id,
          ended: false,
          ...(query.role === undefined || query.role === 'member' ? {} : { roles: { has: query.role } }),
          ...(query.department === undefined ? {} : { departments: { has: query.department } }),
          ...(after === undefined ? {} : { personId: { gt: after } }),
        },
        include: withPerson,
        orderBy: { personId: 'asc' },
        take: query.limit + 1,
      });
      const page = pageFrom(context, list, query.limit, rows, ({ personId }) => [personId], unnamed);
      return { status: 200, body: await openAll(page, deps.sealer) };
    },
  }),
  route({
    id: 'createPerson',
    method: 'post',
    path: '/institutions/{institution}/people',
    tag,
    zh: '登记人员；已有登录号的，加入本单位',
    en: 'Add a person; somebody whose login id is known joins the institution',
    params: inInstitution,
    body: z.strictObject({ name: text(TEXT.name), externalId: text(255).optional(), ...membership }),
    // Somebody known elsewhere joins by id alone: who they are there is not told to whoever can guess a login id.
    answers: { 201: z.union([personShown, z.strictObject({ id: z.string() })]) },
    problems: ['conflict.exists'],
    handler: async (context) => {
      const { deps, caller, body } = context;
      const institutionId = caller.institution.id;
      const { name, externalId, roles, departments, from, until } = body;
      const { personId, joined } = await deps.prisma.$transaction(async (tx) => {
        const known = externalId === undefined ? null : await tx.person.findUnique({ where: { externalId } });
        const id = known?.id ?? randomUUID();
        if (known === null) {
          const ref = await sealInto(tx, deps.sealer, null, { kind: 'person', id }, name);
          await tx.person.create({ data: { id, externalId: externalId ?? null, name: refJson(ref), globalRoles: [] } });
        }
        const dates = { from: dateOf(from ?? caller.today), until: until === undefined ? null : dateOf(until) };
        const inserted = await tx.membership.createMany({
          data: [{ institutionId, personId: id, roles, departments, ...dates }],
          skipDuplicates: true,
        });
        if (inserted.count === 0) throw new Problem('conflict.exists');
        await audit(tx, context, 'createPerson', id, { roles, departments });
        return { personId: id, joined: known !== null };
      });
      return joined ? { status: 201, body: { id: personId } } : answerMember(context, personId, 201);
    },
  }),
  route({
    id: 'getPerson',
    method: 'get',
    path: '/institutions/{institution}/people/{personId}',
    tag,
    zh: '查看人员',
    en: 'A person',
    params: inPerson,
    answers: { 200: personShown },
    handler: async (context) => answerMember(context, context.params.personId),
  }),
  route({
    id: 'updatePerson',
    method: 'put',
    path: '/institutions/{institution}/people/{personId}',
    tag,
    zh: '修改姓名与状态',
    en: "Change a person's name and status",
    params: inPerson,
    body: z.strictObject({ name: text(TEXT.name), status: z.enum(['active', 'retired', 'left', 'deceased']) }),
    headers: ['ifMatch'],
    answers: { 200: personShown },
    problems: ['person.elsewhere'],
    handler: async (context) => {
      const { personId } = context.params;
      const { name, status } = context.body;
      const institutionId = context.caller.institution.id;
      await change(context, personId, 'updatePerson', async (tx) => {
        // The person's row is locked: nobody joins another institution between this look and the change.
        const elsewhere = await tx.membership.count({ where: { personId, institutionId: { not: institutionId } } });
        if (elsewhere > 0) throw new Problem('person.elsewhere');
        const ref = await sealInto(tx, context.deps.sealer, null, { kind: 'person', id: personId }, name);
        await tx.person.update({ where: { id: personId }, data: { name: refJson(ref), status } });
      });
      return answerMember(context, personId);
    },
  }),
  route({
    id: 'putMembership',
    method: 'put',
    path: '/institutions/{institution}/people/{personId}/membership',
    tag,
    zh: '修改角色、部门与任期',
    en: 'Change roles, departments and dates',
    params: inPerson,
    body: z.strictObject(membership),
    headers: ['ifMatch'],
    answers: { 200: personShown },
    handler: async (context) => {
      const { personId } = context.params;
      const { roles, departments, from, until } = context.body;
      const key = { institutionId: context.caller.institution.id, personId };
      await change(context, personId, 'putMembership', (tx) =>
        tx.membership.update({
          where: { institutionId_personId: key },
          data: {
            roles,
            departments,
            ended: false,
            until: until === undefined ? null : dateOf(until),
            ...(from === undefined ? {} : { from: dateOf(from) }),
          },
        }),
      );
      return answerMember(context, personId);
    },
  }),
  route({
    id: 'deleteMembership',
    method: 'delete',
    path: '/institutions/{institution}/people/{personId}/membership',
    tag,
    zh: '结束在本单位的身份；记录保留',
    en: 'End the membership; the record stays',
    params: inPerson,
    headers: ['ifMatch'],
    answers: { 204: null },
    handler: async (context) => {
      const { personId } = context.params;
      const key = { institutionId: context.caller.institution.id, personId };
      await change(context, personId, 'deleteMembership', (tx) =>
        tx.membership.update({ where: { institutionId_personId: key }, data: { ended: true } }),
      );
      return { status: 204 };
    },
  }),
];
