/** Acts: the one way in which a case changes. */
import { z } from 'zod';
import { actSchemas, application, uuid } from '../../contracts/schemas.ts';
import { actTable, type ActType } from '../../domain/empowerment/index.ts';
import type { StoredAnswer } from '../answers.ts';
import { Problem } from '../problems.ts';
import { receiptBody, receiveAct } from '../receive.ts';
import { route } from '../route.ts';
import { inCase, inInstitution, isoInstant } from './common.ts';

const sent = z.strictObject({
  type: z.enum(Object.keys(actTable) as [ActType, ...ActType[]]),
  onBehalfOf: uuid.optional(),
  body: z.unknown().optional(),
});

/** For the document: each act with the body that it takes. */
const shown = z
  .discriminatedUnion(
    'type',
    Object.entries(actSchemas).map(([type, body]) =>
      z.strictObject({
        type: z.literal(type),
        onBehalfOf: uuid
          .optional()
          .meta({ description: 'Whose right is used under a delegation; found by itself where only one fits' }),
        // Without an application, the draft is sent as it stands.
        body: type === 'sendForConsent' ? z.strictObject({ application: application.optional() }) : body,
      }),
    ) as unknown as [z.ZodObject<{ type: z.ZodLiteral<string> }>, ...z.ZodObject<{ type: z.ZodLiteral<string> }>[]],
  )
  .meta({ id: 'Act' });

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
    problems: [
      'act.wrongStep',
      'delegation.notValid',
      'delegation.otherActs',
      'delegation.ambiguous',
      'rules.missing',
      'document.missing',
      'notice.disclosure',
      'notice.changed',
      'objection.namesObjector',
    ],
    handler: (context) => receiveAct(context, context.params.caseId, context.body),
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
