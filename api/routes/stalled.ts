/** What stands still: for the office of an institution its own, for the operator what is the machine's. */
import { z } from 'zod';
import { uuid } from '../../contracts/schemas.ts';
import { stalledCauses, type StalledCause } from '../../contracts/stalled.ts';
import { checkingNow, openFindings, shownFinding } from '../stalled.ts';
import { route, type Context } from '../route.ts';
import { bilingual, inInstitution, isoInstant, listId, pageFrom, pageOf, pageQuery, startOf } from './common.ts';

const causes = Object.keys(stalledCauses) as [StalledCause, ...StalledCause[]];

const finding = z.object({
  id: z.string(),
  cause: z.enum(causes),
  institution: z.string().optional(),
  caseId: z.string().optional(),
  number: z.string().optional(),
  step: z.string().optional(),
  zh: z.string(),
  en: z.string(),
  who: bilingual.extend({ role: z.string().optional(), personId: z.string().optional(), department: z.string().optional() }),
  since: isoInstant,
  foundAt: isoInstant,
  lastSeenAt: isoInstant,
  todo: bilingual,
  repairs: z.array(z.string()),
  reason: z.string().optional(),
});

const stalledPage = pageOf(finding).extend({
  /** False when a check is late or failing: the list may then lack something. */
  complete: z.boolean(),
  checks: z.array(
    z.object({ name: z.string(), everySeconds: z.number().int(), lastGoodAt: isoInstant.optional(), late: z.boolean() }),
  ),
});

const stalledQuery = pageQuery.extend({ cause: z.enum(causes).optional(), caseId: uuid.optional() });

async function list(context: Context<unknown, z.output<typeof stalledQuery>>, institutionId: string | undefined) {
  const { deps, caller, query } = context;
  const { limit, cursor, cause, caseId } = query;
  const name = listId(context, 'stalled', query);
  const after = startOf(context, name, cursor, 2);
  const reader = { operator: institutionId === undefined, personId: caller.personId };
  const checking = await checkingNow(deps.prisma);
  const filter = { institutionId, cause, caseIds: caseId === undefined ? undefined : [caseId], personId: caller.personId };
  const rows = await openFindings(deps.prisma, filter, after ?? [], limit + 1);
  const show = (row: (typeof rows)[number]) => shownFinding(row, reader);
  const page = pageFrom(context, name, limit, rows, ({ since, id }) => [since, id], show);
  // What is wrong with the checking itself leads the list: the rest is worth as much as it.
  const leading = after === undefined && caseId === undefined ? checking.findings : [];
  const first = leading.filter((row) => cause === undefined || row.cause === cause).map(show);
  const { complete, checks } = checking;
  return { status: 200 as const, body: { ...page, items: [...first, ...page.items], complete, checks } };
}

const tag = 'stalled';

export const stalledRoutes = [
  route({
    id: 'listStalled',
    method: 'get',
    path: '/institutions/{institution}/stalled',
    tag,
    zh: '停滞的事项：原因、由谁处理、自何时起、如何处理',
    en: 'What stands still: why, who must act, since when, what can be done',
    params: inInstitution,
    query: stalledQuery,
    answers: { 200: stalledPage },
    problems: ['request.badCursor'],
    handler: async (context) => list(context, context.caller.institution.id),
  }),
  route({
    id: 'listPlatformStalled',
    method: 'get',
    path: '/platform/stalled',
    tag,
    zh: '各单位因系统原因停滞的事项，不含案件内容',
    en: 'What stands still for reasons of the machine, of all institutions, without contents',
    query: stalledQuery,
    answers: { 200: stalledPage },
    problems: ['request.badCursor'],
    handler: async (context) => list(context, undefined),
  }),
];
