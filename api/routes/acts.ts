/** Acts: the one way in which a case changes. */
import { z } from 'zod';
import { application, schemasOf, uuid } from '../../contracts/schemas.ts';
import type { ProcessKind } from '../../contracts/messages.ts';
import { actLabels, processes } from '../../domain/index.ts';
import type { StoredAnswer } from '../answers.ts';
import { dryRun } from '../dryRun.ts';
import { Problem, type ProblemCode } from '../problems.ts';
import { openCase } from '../opening.ts';
import { receiptBody, receiveAct } from '../receive.ts';
import { route } from '../route.ts';
import { inCase, inInstitution, isoDate, isoInstant } from './common.ts';

const sent = z.strictObject({
  type: z.enum(Object.keys(actLabels) as [string, ...string[]]),
  onBehalfOf: uuid.optional(),
  body: z.unknown().optional(),
});

type Shown = z.ZodObject<{ type: z.ZodLiteral<string> }>;

const onBehalfOf = uuid
  .optional()
  .meta({ description: 'Whose right is used under a delegation; found by itself where only one fits' });

/** An act that needs to say nothing more may leave its body out. */
const bodyShown = (body: z.ZodType): z.ZodType => (body.safeParse({}).success ? body.optional() : body);

/** For the document: the acts of a process, each with the body that it takes. */
function actsOf(kind: ProcessKind, opening: boolean): Shown[] {
  const acts = Object.entries(schemasOf[kind]).filter(([type]) => !opening || processes[kind].opens(type));
  return acts.map(([type, body]): Shown =>
    z.strictObject({
      ...(opening ? { kind: z.literal(kind) } : {}),
      type: z.literal(type),
      onBehalfOf,
      // Without an application, the draft is sent as it stands.
      body: bodyShown(type === 'sendForConsent' ? z.strictObject({ application: application.optional() }) : body),
    }),
  );
}

const kinds = Object.keys(schemasOf) as ProcessKind[];
const idOf = (kind: string): string => (kind === 'empowerment' ? 'Act' : `${kind}Act`);

/** One schema for each process: the same name can ask for another body in another. */
const shown = z
  .union(
    kinds.map((kind) =>
      z.discriminatedUnion('type', actsOf(kind, false) as [Shown, ...Shown[]]).meta({ id: idOf(kind) }),
    ) as unknown as [z.ZodType, z.ZodType],
  )
  .meta({ description: 'What each act takes, by the process of the case' });

/** Cases of empowerment begin with a draft; of every other process with an act. */
const openable = kinds.filter((kind) => kind !== 'empowerment' && actsOf(kind, true).length > 0);

const receipt = z.object({
  actId: z.string(),
  type: z.string(),
  caseId: z.string(),
  receivedAt: isoInstant,
  onBehalfOf: z.string().optional(),
  outcome: z.enum(['received', 'done', 'refused']),
});

const done = receipt.extend({
  version: z.number().int(),
  step: z.string(),
  recordedAt: isoInstant,
  events: z.array(z.object({ seq: z.number().int(), type: z.string() })),
  number: z.string().optional(),
});

const stored = receipt.loose();

const end = z.object({ lastDay: isoDate, endsAt: isoInstant, state: z.string() });
const task = z.object({
  key: z.string(),
  act: z.string(),
  role: z.string().optional(),
  personId: z.string().optional(),
  due: isoInstant.optional(),
});
const foretold = z.object({
  type: z.string(),
  caseId: z.string(),
  at: isoInstant,
  /** As the rest but the outcome and the events' types: for those who see the case. */
  version: z.number().int().optional(),
  /** Acts received before and not answered yet: they come first, and may change the outcome. */
  pending: z.number().int().optional(),
});

/** What an act would come to. Texts of the act itself are kept nowhere and stand as null. */
const wouldBe = z.discriminatedUnion('outcome', [
  foretold.extend({ outcome: z.literal('wouldBeRefused'), problem: z.looseObject({ code: z.string() }) }),
  foretold.extend({
    outcome: z.literal('wouldDo'),
    step: z.object({ from: z.string(), to: z.string() }).optional(),
    status: z.string().optional(),
    events: z.array(z.object({ type: z.string(), data: z.unknown().optional() })),
    deadlines: z
      .array(
        z.object({
          key: z.string(),
          kind: z.string(),
          nature: z.enum(['internal', 'floor', 'ceiling']),
          from: end.optional(),
          to: end,
        }),
      )
      .optional(),
    tasks: z.object({ begun: z.array(task), ended: z.array(task) }).optional(),
    /** For those who may know who objects. */
    messages: z.array(z.object({ template: z.string(), to: z.record(z.string(), z.string()) })).optional(),
    /** What only the record can check, under its locks. */
    checkedWhenRecorded: z.array(z.string()).optional(),
  }),
]);

const actProblems: ProblemCode[] = [
  'act.wrongStep',
  'delegation.notValid',
  'delegation.otherActs',
  'delegation.ambiguous',
  'rules.missing',
  'document.missing',
  'notice.disclosure',
  'notice.changed',
  'objection.namesObjector',
];

export const actRoutes = [
  route({
    id: 'performAct',
    method: 'post',
    path: '/institutions/{institution}/cases/{caseId}/acts',
    tag: 'acts',
    zh: '办理：五秒内答复，否则给回执',
    en: 'Do something to a case: answered within five seconds, else a receipt',
    params: inCase,
    body: sent,
    bodyShown: shown,
    headers: ['idempotencyKey'],
    answers: { 200: done, 202: receipt },
    problems: actProblems,
    handler: (context) => receiveAct(context, context.params.caseId, context.body),
  }),
  ...(openable.length > 0
    ? [
        route({
          id: 'openCase',
          method: 'post',
          path: '/institutions/{institution}/cases/open',
          tag: 'acts',
          zh: '以第一个办理动作开立案件；赋权案件由草稿开始',
          en: 'Open a case by its first act; an empowerment begins with a draft instead',
          params: inInstitution,
          body: sent.extend({ kind: z.enum(openable as unknown as [ProcessKind, ...ProcessKind[]]) }),
          bodyShown: z.union(openable.flatMap((kind) => actsOf(kind, true)) as unknown as [z.ZodType, z.ZodType]),
          headers: ['idempotencyKey'],
          answers: { 200: done, 202: receipt },
          problems: actProblems,
          handler: async (context) => openCase(context, context.body),
        }),
      ]
    : []),
  route({
    id: 'previewAct',
    method: 'post',
    path: '/institutions/{institution}/cases/{caseId}/acts/preview',
    tag: 'acts',
    zh: '试办：会产生什么结果，或因何被拒绝；不写入任何内容',
    en: 'A dry run of an act: what it would do, or by what it would be refused; nothing is written',
    params: inCase,
    body: sent,
    bodyShown: shown,
    answers: { 200: wouldBe },
    problems: actProblems,
    handler: (context) => dryRun(context, context.params.caseId, context.body),
  }),
  route({
    id: 'getAct',
    method: 'get',
    path: '/institutions/{institution}/acts/{actId}',
    tag: 'acts',
    zh: '回执：何时收到，是否已有答复',
    en: 'A receipt: when it was received, and its answer',
    params: inInstitution.extend({ actId: uuid }),
    answers: { 200: stored },
    handler: async ({ deps, caller, params }) => {
      const row = await deps.prisma.inbox.findFirst({ where: { id: params.actId, institutionId: caller.institution.id } });
      const own = row?.actorPerson === caller.personId || row?.onBehalfOf === caller.personId;
      if (row === null || (!own && !caller.has('supervisor'))) throw new Problem('notFound');
      const body = receiptBody({
        id: row.id,
        caseId: row.caseId,
        type: row.type,
        receivedAt: row.receivedAt.toISOString(),
        ...(row.onBehalfOf === null ? {} : { onBehalfOf: row.onBehalfOf }),
        ...(row.answer === null ? {} : { answer: row.answer as unknown as StoredAnswer }),
      });
      return { status: 200, body };
    },
  }),
];
