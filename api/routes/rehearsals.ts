/** Rehearsals: any case played to its end with skipped time, apart from everything real. */
import { z } from 'zod';
import { civilDate, TEXT, text, uuid } from '../../contracts/schemas.ts';
import { processKinds } from '../../contracts/messages.ts';
import { askRehearsal, readRehearsal } from '../rehearsals.ts';
import { route } from '../route.ts';
import { bilingual, inInstitution, isoDate, isoInstant } from './common.ts';

const act = z.strictObject({
  /** When: an instant or a date; or so many days after the rehearsal begins. */
  at: z.union([z.iso.datetime(), civilDate]).optional(),
  afterDays: z.number().int().min(0).max(20_000).optional(),
  open: z.enum(processKinds).optional().meta({ description: 'Opens a case of the kind by this act' }),
  caseId: uuid.optional().meta({ description: 'The case it is done to, where not the rehearsed one' }),
  personId: uuid,
  onBehalfOf: uuid.optional(),
  type: text(TEXT.name),
  body: z.record(z.string(), z.unknown()).default({}),
});

const asked = z.strictObject({
  caseId: uuid.optional().meta({ description: 'The case to play on from where it stands' }),
  acts: z.array(act).max(200).default([]),
  until: civilDate.optional().meta({ description: 'Last day; without it until time brings nothing more' }),
});

const ref = z.record(z.string(), z.string());

const result = z.object({
  startsAt: isoInstant,
  endsAt: isoInstant,
  seconds: z.number(),
  acts: z.array(
    z.object({
      n: z.number().int(),
      at: isoInstant,
      type: z.string(),
      outcome: z.enum(['done', 'refused']),
      refusal: z.looseObject({ code: z.string() }).optional(),
    }),
  ),
  cases: z.array(
    z.object({
      caseId: z.string(),
      kind: z.string(),
      status: z.string(),
      step: z.string(),
      stepLabel: bilingual.optional(),
      timeline: z.array(
        z.object({
          seq: z.number().int(),
          on: isoDate,
          at: isoInstant,
          type: z.string(),
          by: z.string(),
          clauses: z.array(z.string()),
          lastDays: z.array(isoDate),
        }),
      ),
      letters: z.array(z.object({ seq: z.number().int(), template: z.string(), to: ref, at: isoInstant })),
      waitsFor: z.array(
        z.object({
          act: z.string(),
          role: z.string().optional(),
          personId: z.string().optional(),
          since: isoInstant,
          due: isoInstant.optional(),
          alert: z.string().optional(),
        }),
      ),
      wake: z.object({ at: isoInstant, type: z.string() }).optional(),
    }),
  ),
});

const rehearsal = z.object({
  rehearsalId: z.string(),
  status: z.enum(['queued', 'running', 'done', 'failed']),
  result: result.optional(),
  reason: z.string().optional(),
});

const tag = 'rehearsals';

export const rehearsalRoutes = [
  route({
    id: 'askRehearsal',
    method: 'post',
    path: '/institutions/{institution}/rehearsals',
    tag,
    zh: '预演：按脚本或无人办理，跳过时间，看案件会如何走完；不影响任何真实数据',
    en: 'Play a case with skipped time, by a script of acts or with nobody doing anything; nothing real is touched',
    params: inInstitution,
    body: asked,
    headers: ['idempotencyKey'],
    answers: { 202: rehearsal },
    problems: ['rehearsal.draft', 'idempotency.otherBody'],
    handler: async (context) => {
      const id = await askRehearsal(context, context.body);
      const headers = { Location: `/api/v1/institutions/${context.caller.institution.code}/rehearsals/${id}` };
      return { status: 202, body: await readRehearsal(context, id), headers };
    },
  }),
  route({
    id: 'getRehearsal',
    method: 'get',
    path: '/institutions/{institution}/rehearsals/{rehearsalId}',
    tag,
    zh: '预演结果：时间线、依据、会发出的通知，以及会停在何处',
    en: 'What the rehearsal showed: timeline, clauses, letters that would have gone out, and where it would stand still',
    params: inInstitution.extend({ rehearsalId: uuid }),
    answers: { 200: rehearsal },
    handler: async (context) => ({ status: 200, body: await readRehearsal(context, context.params.rehearsalId) }),
  }),
];
