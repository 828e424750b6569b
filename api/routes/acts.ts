/** Acts: the one way in which a case changes. */
import { z } from 'zod';
import { application, schemasOf, uuid } from '../../contracts/schemas.ts';
import type { ProcessKind } from '../../contracts/messages.ts';
import { actLabels } from '../../domain/index.ts';
import type { StoredAnswer } from '../answers.ts';
import { dryRun } from '../dryRun.ts';
import { Problem, type ProblemCode } from '../problems.ts';
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
function actsOf(kind: ProcessKind): [Shown, ...Shown[]] {
  const acts = Object.entries(schemasOf[kind]).map(([type, body]): Shown =>
    z.strictObject({
      type: z.literal(type),
      onBehalfOf,
      // Without an application, the draft is sent as it stands.
      body: bodyShown(type === 'sendForConsent' ? z.strictObject({ application: application.optional() }) : body),
    }),
  );
  return acts as [Shown, ...Shown[]];
}

const ofEmpowerment = z.discriminatedUnion('type', actsOf('empowerment')).meta({ id: 'Act' });

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
    bodyShown: ofEmpowerment,
    headers: ['idempotencyKey'],
    answers: { 200: done, 202: receipt },
    problems: actProblems,
    handler: (context) => receiveAct(context, context.params.caseId, context.body),
  }),
  route({
    id: 'previewAct',
    method: 'post',
    path: '/institutions/{institution}/cases/{caseId}/acts/preview',
    tag: 'acts',
    zh: '试办：会产生什么结果，或因何被拒绝；不写入任何内容',
    en: 'A dry run of an act: what it would do, or by what it would be refused; nothing is written',
    params: inCase,
    body: sent,
    bodyShown: ofEmpowerment,
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
