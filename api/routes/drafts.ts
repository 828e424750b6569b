/** Drafts of applications: written and read by their author, checked and previewed before they are sent. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { application as applicationSchema, applicationDraft, fieldErrors } from '../../contracts/schemas.ts';
import { sealBody } from '../../contracts/sealing.ts';
import type { Application } from '../../domain/empowerment/index.ts';
import { missingKeys } from '../../policies/index.ts';
import { caseFacts, type CaseFacts } from '../caseAccess.ts';
import { draftContent, readDraft, type DraftApplication } from '../drafts.ts';
import { requireMatch } from '../etag.ts';
import { namesOf } from '../people.ts';
import { previewFor, toldPreview, type VotersTold } from '../preview.ts';
import { previewText } from '../previewText.ts';
import { Problem } from '../problems.ts';
import { route, type Context } from '../route.ts';
import { bilingual, inCase, inInstitution, isoInstant } from './common.ts';

const draftShown = z.object({ caseId: z.string(), application: z.record(z.string(), z.unknown()), updatedAt: isoInstant });
const draftBody = z.strictObject({ application: applicationDraft });

/** A draft is parsed for its bounds and stored as it was typed. */
const typed = (context: Context): DraftApplication => (context.sent as { application: DraftApplication }).application;

/** The draft's case, for its author; a supervisor may read it. Anybody else gets the 404 of a case that is not there. */
async function draftCase(context: Context, caseId: string, reading: boolean): Promise<CaseFacts> {
  const { deps, caller } = context;
  const facts = await caseFacts(deps.db, caller, caseId);
  const own = facts?.createdBy === caller.personId;
  if (!facts || (!own && !caller.has('supervisor'))) throw new Problem('notFound');
  if (!own && !reading) throw new Problem('access.denied');
  if (facts.status !== 'draft') throw new Problem(reading ? 'notFound' : 'act.wrongStep');
  return facts;
}

async function storedDraft(context: Context, caseId: string) {
  const draft = await readDraft(context.deps, caseId);
  if (!draft) throw new Problem('notFound');
  return draft;
}

/** The application parsed whole, its texts as stand-ins: a preview needs none of them. */
function complete(application: unknown): Application {
  const result = applicationSchema.safeParse(application, { reportInput: true });
  if (!result.success) throw new Problem('draft.incomplete', { errors: fieldErrors(result.error, '/application') });
  return sealBody(result.data, () => ({ sealed: '', digest: '' }));
}

const columns = ({ mode, achievementId }: DraftApplication) => ({
  mode: mode ?? '',
  achievementId: achievementId?.toLowerCase() ?? null,
});

export const previewShown = z.object({
  steps: z.array(z.record(z.string(), z.unknown())),
  bar: bilingual.loose().optional(),
  fault: bilingual.loose().optional(),
  warnings: z.array(bilingual.loose()),
});

export const previewQuery = z.object({
  format: z.enum(['json', 'text']).default('json'),
  /** Of the text; both without it. */
  language: z.enum(['zh', 'en']).optional(),
});

/** A preview as JSON, or as text for people, as the caller may see it. */
export async function answerPreview(
  context: Context<unknown, z.output<typeof previewQuery>>,
  found: Awaited<ReturnType<typeof previewFor>>,
  voters: VotersTold,
) {
  const { caller, query, deps, response } = context;
  const told = toldPreview(found, voters, caller.isMember);
  if (query.format === 'json') return { status: 200, body: told } as const;
  const ids = told.steps.flatMap(({ people }) => people.flatMap(({ personIds }) => personIds));
  response.type('text/plain').send(previewText(told, await namesOf(deps, ids), query.language));
  return { status: 'raw' } as const;
}

const tag = 'cases';

export const draftRoutes = [
  route({
    id: 'createDraft',
    method: 'post',
    path: '/institutions/{institution}/cases',
    tag,
    zh: '新建申请草稿；作者即代表',
    en: 'Begin a draft; its author is the representative',
    params: inInstitution,
    body: draftBody,
    answers: { 201: draftShown },
    handler: async (context) => {
      const { deps, caller } = context;
      const caseId = randomUUID();
      const institutionId = caller.institution.id;
      const { content, etag } = await draftContent(deps, caseId, typed(context), '');
      await deps.prisma.$transaction(async (tx) => {
        await tx.case.create({
          data: {
            id: caseId,
            institutionId,
            kind: 'empowerment',
            ...columns(typed(context)),
            step: 'draft',
            status: 'draft',
            createdBy: caller.personId,
          },
        });
        await tx.caseParty.create({ data: { caseId, institutionId, personId: caller.personId, role: 'representative' } });
        await tx.caseDraft.create({ data: { caseId, institutionId, content, etag } });
      });
      const { application, updatedAt } = await storedDraft(context, caseId);
      return { status: 201, body: { caseId, application, updatedAt }, etag };
    },
  }),
  route({
    id: 'getDraft',
    method: 'get',
    path: '/institutions/{institution}/cases/{caseId}/draft',
    tag,
    zh: '读取草稿',
    en: 'Read a draft',
    params: inCase,
    answers: { 200: draftShown },
    handler: async (context) => {
      const { id } = await draftCase(context, context.params.caseId, true);
      const { application, updatedAt, etag } = await storedDraft(context, id);
      return { status: 200, body: { caseId: id, application, updatedAt }, etag };
    },
  }),
  route({
    id: 'updateDraft',
    method: 'put',
    path: '/institutions/{institution}/cases/{caseId}/draft',
    tag,
    zh: '保存草稿',
    en: 'Save a draft',
    params: inCase,
    body: draftBody,
    headers: ['ifMatch'],
    answers: { 200: draftShown },
    problems: ['act.wrongStep'],
    handler: async (context) => {
      const { deps, params } = context;
      const { id } = await draftCase(context, params.caseId, false);
      const before = await storedDraft(context, id);
      requireMatch(context.ifMatch, before.etag);
      const { content, etag } = await draftContent(deps, id, typed(context), before.etag);
      const saved = await deps.prisma.$transaction(async (tx) => {
        const updatedAt = new Date();
        const written = await tx.caseDraft.updateMany({
          where: { caseId: id, etag: before.etag },
          data: { content, etag, updatedAt },
        });
        // The row was read with this ETag a moment ago: somebody else has saved in between.
        if (written.count === 0) throw new Problem('conflict.lostRace');
        await tx.case.updateMany({ where: { id, status: 'draft' }, data: { ...columns(typed(context)), updatedAt } });
        return updatedAt;
      });
      return { status: 200, body: { caseId: id, application: typed(context), updatedAt: saved.toISOString() }, etag };
    },
  }),
  route({
    id: 'deleteDraft',
    method: 'delete',
    path: '/institutions/{institution}/cases/{caseId}/draft',
    tag,
    zh: '删除草稿',
    en: 'Delete a draft',
    params: inCase,
    headers: ['ifMatch'],
    answers: { 204: null },
    problems: ['act.wrongStep', 'conflict.inUse'],
    handler: async (context) => {
      const { deps, params } = context;
      const { id, pending } = await draftCase(context, params.caseId, false);
      const before = await storedDraft(context, id);
      requireMatch(context.ifMatch, before.etag);
      if (pending > 0) throw new Problem('conflict.inUse');
      await deps.prisma.$transaction(async (tx) => {
        const [now] = await tx.$queryRaw<{ status: string }[]>`SELECT status FROM cases WHERE id = ${id}::uuid FOR UPDATE`;
        if (now?.status !== 'draft') throw new Problem('conflict.lostRace');
        const gone = await tx.caseDraft.deleteMany({ where: { caseId: id, etag: before.etag } });
        if (gone.count === 0) throw new Problem('conflict.lostRace');
        // Refused acts are kept in the institution's log, and with them the case they were about.
        const acts = await tx.inbox.findMany({ where: { caseId: id }, select: { answeredAt: true } });
        // One received since the look above is about to open the case.
        if (acts.some(({ answeredAt }) => answeredAt === null)) throw new Problem('conflict.inUse');
        if (acts.length > 0) {
          await tx.case.update({ where: { id }, data: { step: 'withdrawn', status: 'withdrawn' } });
        } else {
          await tx.caseParty.deleteMany({ where: { caseId: id } });
          await tx.case.delete({ where: { id } });
        }
      });
      return { status: 204 };
    },
  }),
  route({
    id: 'checkDraft',
    method: 'get',
    path: '/institutions/{institution}/cases/{caseId}/draft/check',
    tag,
    zh: '检查草稿是否可以送出',
    en: 'Whether the draft can be sent, and what it lacks',
    params: inCase,
    answers: {
      200: z.object({
        ok: z.boolean(),
        errors: z.array(z.object({ pointer: z.string(), zh: z.string(), en: z.string() })),
        missingRules: z.array(z.string()),
        bar: bilingual.loose().optional(),
        fault: bilingual.loose().optional(),
      }),
    },
    handler: async (context) => {
      const { deps, caller, params } = context;
      const { id } = await draftCase(context, params.caseId, true);
      const { application } = await storedDraft(context, id);
      const missingRules = missingKeys(await deps.law.rulesOn(caller.institution.id, caller.today));
      const parsed = applicationSchema.safeParse(application, { reportInput: true });
      const errors = parsed.success ? [] : fieldErrors(parsed.error, '/application');
      if (!parsed.success || missingRules.length > 0) return { status: 200, body: { ok: false, errors, missingRules } };
      const { bar, fault } = await previewFor(context, complete(application), undefined, undefined);
      const found = { ...(bar ? { bar } : {}), ...(fault ? { fault } : {}) };
      return { status: 200, body: { ok: !bar && !fault, errors, missingRules, ...found } };
    },
  }),
  route({
    id: 'previewDraft',
    method: 'get',
    path: '/institutions/{institution}/cases/{caseId}/draft/preview',
    tag,
    zh: '预览整个流程：最早日期、办理期限、依据、各环节人员',
    en: 'The whole path before sending: earliest dates and times, clauses, people of each step',
    params: inCase,
    query: previewQuery,
    answers: { 200: [previewShown, 'text/plain'] },
    problems: ['draft.incomplete', 'rules.missing'],
    handler: async (context) => {
      const { id, createdBy } = await draftCase(context, context.params.caseId, true);
      const { application } = await storedDraft(context, id);
      const found = await previewFor(context, complete(application), undefined, undefined);
      return answerPreview(context, found, createdBy === context.caller.personId ? 'numbers' : 'all');
    },
  }),
];
