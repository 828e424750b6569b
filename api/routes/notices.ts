/** Published notices: for members of the institution, and for everybody where they are public. */
import { z } from 'zod';
import { noticeContent, objectId } from '../../contracts/schemas.ts';
import type { Caller } from '../access.ts';
import { caseWorkers } from '../caseAccess.ts';
import { noticesOpened, readableNotices } from '../notices.ts';
import { Problem } from '../problems.ts';
import { publicityProof } from '../publicityProof.ts';
import { route } from '../route.ts';
import { inInstitution, isoDate, isoInstant, listId, pageFrom, pageOf, pageQuery, startOf } from './common.ts';

const noticeShown = z
  .object({
    id: z.string(),
    caseId: z.string(),
    institution: z.string(),
    unit: z.string(),
    kind: z.string(),
    edition: z.number().int(),
    number: z.string().optional(),
    audience: z.string(),
    publishedAt: isoInstant,
    lastDay: isoDate,
    endsAt: isoInstant,
    provisional: z.boolean(),
    state: z.string(),
    addenda: z.array(z.object({ on: isoDate, lastDay: isoDate, endsAt: isoInstant, reason: z.string() })),
    contentDigest: z.string(),
    content: noticeContent.nullable(),
    amends: z
      .object({
        id: z.string(),
        edition: z.number().int(),
        changes: z.array(
          z.object({
            item: z.string(),
            zh: z.string(),
            en: z.string(),
            before: z.string().nullable(),
            after: z.string().nullable(),
          }),
        ),
      })
      .optional(),
  })
  .meta({ id: 'Notice' });

const readerOf = (caller: Caller) => (caller.has(...caseWorkers) ? 'worker' : caller.isMember ? 'member' : 'anyone');

const tag = 'notices';

export const noticeRoutes = [
  route({
    id: 'listNotices',
    method: 'get',
    path: '/institutions/{institution}/notices',
    tag,
    zh: '公示；非本单位人员只见对外公示的',
    en: 'Notices; strangers see the public ones',
    params: inInstitution,
    query: pageQuery.extend({ kind: z.enum(['empowerment', 'price']).optional() }),
    answers: { 200: pageOf(noticeShown) },
    problems: ['request.badCursor'],
    handler: async (context) => {
      const { deps, caller, query } = context;
      const list = listId(context, 'notices', query);
      const [published, id] = startOf(context, list, query.cursor, 2) ?? [];
      const publishedAt = published === undefined ? undefined : new Date(published);
      const rows = await deps.prisma.notice.findMany({
        where: {
          institutionId: caller.institution.id,
          ...readableNotices(readerOf(caller)),
          ...(query.kind === undefined ? {} : { kind: query.kind }),
          ...(publishedAt === undefined || id === undefined
            ? {}
            : { OR: [{ publishedAt: { lt: publishedAt } }, { publishedAt, id: { lt: id } }] }),
        },
        orderBy: [{ publishedAt: 'desc' }, { id: 'desc' }],
        take: query.limit + 1,
      });
      const page = pageFrom(
        context,
        list,
        query.limit,
        rows,
        (row) => [row.publishedAt.toISOString(), row.id],
        (row) => row,
      );
      return { status: 200, body: { ...page, items: await noticesOpened(deps, page.items) } };
    },
  }),
  route({
    id: 'getNotice',
    method: 'get',
    path: '/institutions/{institution}/notices/{noticeId}',
    tag,
    zh: '公示全文',
    en: 'A notice',
    params: inInstitution.extend({ noticeId: objectId }),
    answers: { 200: noticeShown },
    handler: async ({ deps, caller, params }) => {
      const row = await deps.prisma.notice.findFirst({
        where: { id: params.noticeId, institutionId: caller.institution.id, ...readableNotices(readerOf(caller)) },
      });
      if (row === null) throw new Problem('notFound');
      return { status: 200, body: (await noticesOpened(deps, [row]))[0] };
    },
  }),
  route({
    id: 'getPublicityProof',
    method: 'get',
    path: '/institutions/{institution}/notices/{noticeId}/proof',
    tag,
    zh: '公示证明：公示了什么、在哪里、多久，每天是否确实读得到',
    en: 'Proof of publicity: what was shown, where, how long, and whether it could be read on each day',
    params: inInstitution.extend({ noticeId: objectId }),
    answers: {
      200: z.object({
        notice: noticeShown,
        place: z.string(),
        seq: z.number().int(),
        days: z.array(
          z.object({
            day: isoDate,
            counted: z.boolean(),
            read: z.boolean(),
            gap: z.boolean(),
            checks: z.array(z.object({ at: isoInstant, place: z.string(), ok: z.boolean(), digest: z.string().optional() })),
          }),
        ),
      }),
    },
    handler: async (context) => ({ status: 200, body: await publicityProof(context, context.params.noticeId) }),
  }),
  route({
    id: 'getPublicNotice',
    method: 'get',
    path: '/notices/{noticeId}',
    tag,
    zh: '对外公示全文，无需令牌；网页在 /notices/{id}',
    en: 'A public notice, without a token; as a page at /notices/{id}',
    params: z.object({ noticeId: objectId }),
    answers: { 200: noticeShown },
    handler: async ({ deps, params }) => {
      const row = await deps.prisma.notice.findFirst({ where: { id: params.noticeId, ...readableNotices('anyone') } });
      if (row === null) throw new Problem('notFound');
      return { status: 200, body: (await noticesOpened(deps, [row]))[0] };
    },
  }),
];
