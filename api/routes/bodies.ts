/** Delegations, deciding bodies and declared relations of an institution. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { civilDate, department, LIST, text, TEXT, uuid } from '../../contracts/schemas.ts';
import { actLabels } from '../../domain/index.ts';
import { institutionRoles } from '../../domain/process.ts';
import { compareDates, addYears } from '../../domain/time/index.ts';
import type { PrismaClient } from '../../prisma/generated/client.ts';
import { audit } from '../audit.ts';
import { etagOf, refuseLostRace, requireMatch } from '../etag.ts';
import { dateOf, dayOf } from '../law.ts';
import { Problem } from '../problems.ts';
import { route, type Context } from '../route.ts';
import { inInstitution, isoDate, listOf } from './common.ts';

const delegationShown = z.object({
  id: z.string(),
  from: z.string(),
  to: z.string(),
  firstDay: isoDate,
  lastDay: isoDate,
  roles: z.array(z.string()),
  acts: z.array(z.string()),
  revoked: z.boolean(),
});

interface DelegationRow {
  id: string;
  fromPerson: string;
  toPerson: string;
  firstDay: Date;
  lastDay: Date;
  roles: string[];
  acts: string[];
  revokedAt: Date | null;
}

const shownDelegation = ({ id, fromPerson, toPerson, firstDay, lastDay, roles: given, acts, revokedAt }: DelegationRow) => ({
  id,
  from: fromPerson,
  to: toPerson,
  firstDay: dayOf(firstDay),
  lastDay: dayOf(lastDay),
  roles: given,
  acts,
  revoked: revokedAt !== null,
});

/** Everybody named must belong to the institution; another's people are not told from people who do not exist. */
async function requireMembers(
  db: Pick<PrismaClient, 'membership'>,
  institutionId: string,
  ids: readonly string[],
  pointer: string,
) {
  const wanted = [...new Set(ids)];
  const found = await db.membership.findMany({ where: { institutionId, personId: { in: wanted }, ended: false } });
  const missing = wanted.filter((id) => !found.some(({ personId }) => personId === id));
  if (missing.length > 0) {
    const errors = missing.map(() => ({ pointer, zh: '不是本单位人员', en: 'is not a person of this institution' }));
    throw new Problem('request.invalid', { errors });
  }
}

const wrong = (pointer: string, zh: string, en: string) => new Problem('request.invalid', { errors: [{ pointer, zh, en }] });

const bodyNames = z.enum(['leadingGroup', 'leadership']);

const member = z.strictObject({ personId: uuid, department: department.optional() });

const bodyChange = z.strictObject({
  name: text(TEXT.title),
  members: z.array(member).max(LIST.people),
  substitutes: z.array(member.extend({ for: uuid.optional() })).max(LIST.people),
});

const bodyShown = z.object({
  body: z.string(),
  name: z.string(),
  members: z.array(z.object({ personId: z.string(), department: z.string().optional() })),
  substitutes: z.array(z.object({ personId: z.string(), department: z.string().optional(), for: z.string().optional() })),
});

interface SeatRow {
  personId: string;
  department: string | null;
  substituteFor: string | null;
}

const seated = ({ personId, department: of, substituteFor }: SeatRow) => ({
  personId,
  ...(of === null ? {} : { department: of }),
  ...(substituteFor === null ? {} : { for: substituteFor }),
});

/** The body as it sits today. */
async function readBody(context: Context, name: string, db: Pick<PrismaClient, 'body'> = context.deps.prisma) {
  const { institution, today } = context.caller;
  const day = dateOf(today);
  const row = await db.body.findUnique({
    where: { institutionId_body: { institutionId: institution.id, body: name } },
    include: {
      members: { where: { from: { lte: day }, OR: [{ until: null }, { until: { gte: day } }] }, orderBy: { personId: 'asc' } },
    },
  });
  const sitting = row?.members ?? [];
  return {
    body: name,
    name: row?.name ?? '',
    members: sitting.filter(({ substitute }) => !substitute).map(seated),
    substitutes: sitting.filter(({ substitute }) => substitute).map(seated),
  };
}

const relationShown = z.object({ personA: z.string(), personB: z.string(), kind: z.string() });
const relationKinds = z.enum(['marriage', 'kinship', 'interest']);
const relation = z.strictObject({ personA: uuid, personB: uuid, kind: relationKinds });

/** A pair is stored once, the smaller id first. */
function pairOf({ personA, personB, kind }: z.output<typeof relation>) {
  const [a, b] = [personA, personB].toSorted() as [string, string];
  return { personA: a, personB: b, kind };
}

const tag = 'people';

export const bodyRoutes = [
  route({
    id: 'listDelegations',
    method: 'get',
    path: '/institutions/{institution}/delegations',
    tag,
    zh: '委托：管理员与监督人员看全部，其他人看与己有关的',
    en: "Delegations: all for administrators and supervisors, one's own for others",
    params: inInstitution,
    answers: { 200: listOf(delegationShown) },
    handler: async ({ deps, caller }) => {
      const own = { OR: [{ fromPerson: caller.personId }, { toPerson: caller.personId }] };
      const rows = await deps.prisma.delegation.findMany({
        where: { institutionId: caller.institution.id, ...(caller.has('administrator', 'supervisor') ? {} : own) },
        orderBy: [{ firstDay: 'desc' }, { id: 'asc' }],
        take: 1_000,
      });
      return { status: 200, body: { items: rows.map(shownDelegation) } };
    },
  }),
  route({
    id: 'createDelegation',
    method: 'post',
    path: '/institutions/{institution}/delegations',
    tag,
    zh: '委托他人代办一段时间；管理员可代他人登记',
    en: 'Delegate for a period; an administrator may enter it for another',
    params: inInstitution,
    body: z.strictObject({
      from: uuid.optional(),
      to: uuid,
      firstDay: civilDate,
      lastDay: civilDate,
      roles: z.array(z.enum(institutionRoles)).max(institutionRoles.length).default([]),
      acts: z
        .array(z.enum(Object.keys(actLabels) as [string, ...string[]]))
        .max(100)
        .default([]),
    }),
    answers: { 201: delegationShown },
    handler: async (context) => {
      const { deps, caller, body } = context;
      const from = body.from ?? caller.personId;
      // A deputy cannot pass on what was only lent to them.
      if (from !== caller.personId && caller.behalfFor('administrator') !== undefined) throw new Problem('access.denied');
      if (from !== caller.personId && !caller.has('administrator')) throw new Problem('access.denied');
      if (from === body.to) throw wrong('/to', '不能委托给本人', 'is the same person');
      if (compareDates(body.lastDay, body.firstDay) < 0) throw wrong('/lastDay', '早于首日', 'lies before the first day');
      if (compareDates(body.lastDay, addYears(body.firstDay, 1)) > 0)
        throw wrong('/lastDay', '最长一年', 'is more than a year away');
      const institutionId = caller.institution.id;
      await requireMembers(deps.prisma, institutionId, [from, body.to], '/to');
      const row = await deps.prisma.$transaction(async (tx) => {
        const made = await tx.delegation.create({
          data: {
            id: randomUUID(),
            institutionId,
            fromPerson: from,
            toPerson: body.to,
            firstDay: dateOf(body.firstDay),
            lastDay: dateOf(body.lastDay),
            roles: body.roles,
            acts: body.acts,
          },
        });
        await audit(tx, context, 'createDelegation', made.id, { ...body, from }, 'member');
        return made;
      });
      return { status: 201, body: shownDelegation(row) };
    },
  }),
  route({
    id: 'deleteDelegation',
    method: 'delete',
    path: '/institutions/{institution}/delegations/{delegationId}',
    tag,
    zh: '撤销委托；记录保留',
    en: 'Revoke a delegation; the record stays',
    params: inInstitution.extend({ delegationId: uuid }),
    answers: { 204: null },
    handler: async (context) => {
      const { deps, caller, params } = context;
      const where = { id: params.delegationId, institutionId: caller.institution.id };
      const row = await deps.prisma.delegation.findFirst({ where });
      const mine = row !== null && (row.fromPerson === caller.personId || caller.has('administrator'));
      if (row === null || (!mine && row.toPerson !== caller.personId)) throw new Problem('notFound');
      if (!mine) throw new Problem('access.denied');
      await deps.prisma.$transaction(async (tx) => {
        await tx.$executeRaw`UPDATE delegation SET revoked_at = service_clock() WHERE id = ${row.id}::uuid AND revoked_at IS NULL`;
        await audit(tx, context, 'deleteDelegation', row.id, {}, 'member');
      });
      return { status: 204 };
    },
  }),
  route({
    id: 'listBodies',
    method: 'get',
    path: '/institutions/{institution}/bodies',
    tag,
    zh: '领导小组与领导班子（今日）',
    en: 'The leading group and the leadership as they sit today',
    params: inInstitution,
    answers: { 200: listOf(bodyShown.extend({ etag: z.string() })) },
    handler: async (context) => {
      const bodies = await Promise.all(bodyNames.options.map((name) => readBody(context, name)));
      return { status: 200, body: { items: bodies.map((one) => ({ ...one, etag: etagOf(one) })) } };
    },
  }),
  route({
    id: 'putBody',
    method: 'put',
    path: '/institutions/{institution}/bodies/{body}',
    tag,
    zh: '自今日起更换成员与替补；以往的组成保留',
    en: 'Seat members and substitutes from today; who sat before stays on record',
    params: inInstitution.extend({ body: bodyNames }),
    body: bodyChange,
    headers: ['ifMatch'],
    answers: { 200: bodyShown },
    handler: async (context) => {
      const { deps, caller, params, body } = context;
      const institutionId = caller.institution.id;
      const matched = etagOf(await readBody(context, params.body));
      requireMatch(context.ifMatch, matched);
      const seats = [...body.members, ...body.substitutes];
      await requireMembers(
        deps.prisma,
        institutionId,
        seats.map(({ personId }) => personId),
        '/members',
      );
      await deps.prisma.$transaction(async (tx) => {
        // Made without a name, a body reads as one that is not there: the ETag of both is the same.
        await tx.$executeRaw`INSERT INTO body (institution_id, body, name) VALUES (${institutionId}::uuid, ${params.body}, '')
          ON CONFLICT (institution_id, body) DO NOTHING`;
        await tx.$queryRaw`SELECT 1 FROM body WHERE institution_id = ${institutionId}::uuid AND body = ${params.body} FOR UPDATE`;
        refuseLostRace(matched, etagOf(await readBody(context, params.body, tx)));
        const today = dateOf(caller.today);
        const yesterday = new Date(today.getTime() - 86_400_000);
        const where = { institutionId, body: params.body };
        await tx.bodyMember.deleteMany({ where: { ...where, from: today } });
        await tx.bodyMember.updateMany({
          where: { ...where, OR: [{ until: null }, { until: { gt: yesterday } }] },
          data: { until: yesterday },
        });
        await tx.body.update({ where: { institutionId_body: where }, data: { name: body.name } });
        await tx.bodyMember.createMany({
          data: [
            ...body.members.map((one) => ({ ...seat(one), substitute: false })),
            ...body.substitutes.map((one) => ({ ...seat(one), substitute: true, substituteFor: one.for ?? null })),
          ].map((one) => ({ ...one, ...where, from: today })),
        });
        await audit(tx, context, 'putBody', params.body, body);
      });
      const shown = await readBody(context, params.body);
      return { status: 200, body: shown, etag: etagOf(shown) };
    },
  }),
  route({
    id: 'listRelations',
    method: 'get',
    path: '/institutions/{institution}/relations',
    tag,
    zh: '已申报的关系',
    en: 'Declared relations',
    params: inInstitution,
    answers: { 200: listOf(relationShown) },
    handler: async ({ deps, caller }) => {
      const rows = await deps.prisma.relation.findMany({
        where: { institutionId: caller.institution.id },
        orderBy: [{ personA: 'asc' }, { personB: 'asc' }, { kind: 'asc' }],
        take: 10_000,
      });
      return { status: 200, body: { items: rows.map(({ personA, personB, kind }) => ({ personA, personB, kind })) } };
    },
  }),
  route({
    id: 'createRelation',
    method: 'post',
    path: '/institutions/{institution}/relations',
    tag,
    zh: '登记关系',
    en: 'Declare a relation',
    params: inInstitution,
    body: relation,
    answers: { 201: relationShown },
    handler: async (context) => {
      const { deps, caller, body } = context;
      const pair = pairOf(body);
      if (pair.personA === pair.personB) throw wrong('/personB', '与另一方为同一人', 'is the same person');
      await requireMembers(deps.prisma, caller.institution.id, [pair.personA, pair.personB], '/personB');
      await deps.prisma.$transaction(async (tx) => {
        await tx.relation.createMany({ data: [{ institutionId: caller.institution.id, ...pair }], skipDuplicates: true });
        await audit(tx, context, 'createRelation', pair.personA, pair, caller.has('administrator') ? 'administrator' : 'officer');
      });
      return { status: 201, body: pair };
    },
  }),
  route({
    id: 'deleteRelation',
    method: 'delete',
    path: '/institutions/{institution}/relations/{personA}/{personB}/{kind}',
    tag,
    zh: '删除关系',
    en: 'Remove a relation',
    params: inInstitution.extend({ personA: uuid, personB: uuid, kind: relationKinds }),
    answers: { 204: null },
    handler: async (context) => {
      const { deps, caller, params } = context;
      const pair = pairOf(params);
      await deps.prisma.$transaction(async (tx) => {
        const gone = await tx.relation.deleteMany({ where: { institutionId: caller.institution.id, ...pair } });
        if (gone.count === 0) throw new Problem('notFound');
        await audit(tx, context, 'deleteRelation', pair.personA, pair);
      });
      return { status: 204 };
    },
  }),
];

function seat({ personId, department: of }: z.output<typeof member>) {
  return { id: randomUUID(), personId, department: of ?? null };
}
