/** Repairs of what stands still: first as a dry run, then as a job with progress and a result for each. */
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { text, TEXT, uuid } from '../../contracts/schemas.ts';
import { caseActKinds, MOST_REPAIRS } from '../../contracts/repairs.ts';
import { stalledCauses, type RepairKind, type StalledCause } from '../../contracts/stalled.ts';
import { Problem } from '../problems.ts';
import { actsOf, foretell } from '../repairActs.ts';
import { isAct, readRepairs, repairables, wouldBe, writeRepairs, type AskedRepair } from '../repairs.ts';
import { route, type Answer, type Context } from '../route.ts';
import { inInstitution } from './common.ts';

const causes = Object.keys(stalledCauses) as [StalledCause, ...StalledCause[]];
const technicalKinds = ['retry', 'restart', 'terminate'] as const satisfies RepairKind[];
const kinds = ['remind', ...technicalKinds, ...caseActKinds] as const;

const bodyOf = <K extends readonly [string, ...string[]]>(of: K) =>
  z
    .strictObject({
      kind: z.enum(of),
      /** Without it nothing is done: the answer says what would be. */
      run: z.boolean().default(false),
      reason: text(TEXT.line),
      findings: z.array(uuid).min(1).max(MOST_REPAIRS).optional(),
      cases: z.array(uuid).min(1).max(MOST_REPAIRS).optional(),
      cause: z.enum(causes).optional(),
      /** Of an act on a case: its body as `performAct` takes it, without the grounds, which are the reason. */
      body: z.record(z.string(), z.unknown()).optional(),
    })
    .refine(({ kind, body }) => body === undefined || isAct(kind), {
      path: ['body'],
      params: { zh: '此类处理不接受 body', en: 'is for acts on a case alone' },
    })
    .refine(({ findings, cases, cause }) => [findings, cases, cause].filter((one) => one !== undefined).length === 1, {
      params: { zh: '须在 findings、cases、cause 中选定一项', en: 'takes exactly one of findings, cases and cause' },
    });

const about = z.object({
  findingId: z.string().optional(),
  caseId: z.string().optional(),
  cause: z.string().optional(),
  zh: z.string(),
  en: z.string(),
});

const dryRun = z.object({
  run: z.literal(false),
  kind: z.string(),
  /** Whether the cause has more than one job takes. */
  more: z.boolean(),
  items: z.array(
    about.extend({
      /** Of an act on a case. */
      outcome: z.enum(['wouldDo', 'wouldBeRefused']).optional(),
      code: z.string().optional(),
      /** What becomes of deadlines, once a second person has confirmed. */
      effects: z
        .array(
          z.object({
            key: z.string(),
            from: z.string(),
            to: z.string().optional(),
            left: z.object({ n: z.number(), unit: z.string() }).optional(),
          }),
        )
        .optional(),
    }),
  ),
});

const job = z.object({
  jobId: z.string(),
  kind: z.string(),
  more: z.boolean(),
  status: z.enum(['queued', 'running', 'done']),
  progress: z.object({ done: z.number().int(), total: z.number().int() }),
  items: z.array(
    about.extend({
      n: z.number().int(),
      status: z.enum(['waiting', 'running', 'done', 'notHelped', 'notNeeded', 'refused']),
      code: z.string().optional(),
      reason: z.string().optional(),
    }),
  ),
});

const LOOK_MS = 200;

async function repair(context: Context<unknown, unknown, AskedRepair>, institutionId: string | undefined): Promise<Answer> {
  const { body, deps, caller } = context;
  const { kind } = body;
  // Whoever may act on a case may do so for many; what stands still is an administrator's to repair.
  if (institutionId !== undefined && !caller.has('administrator') && !(isAct(kind) && body.cases !== undefined))
    throw new Problem('access.denied');
  if (!body.run) {
    const { items, more } = await repairables(context, body, institutionId);
    const told = isAct(kind)
      ? await foretell(context, await actsOf(context, { ...body, kind }, items))
      : items.map((one) => wouldBe(kind, one));
    return { status: 200, body: { run: false, kind, more, items: told } };
  }
  const jobId = await writeRepairs(context, body, institutionId);
  const until = Date.now() + deps.answerWithinMs;
  let shown = await readRepairs(context, jobId, institutionId);
  while (shown.status !== 'done' && Date.now() < until) {
    await pause(LOOK_MS);
    shown = await readRepairs(context, jobId, institutionId);
  }
  const base = institutionId === undefined ? '/api/v1/platform' : `/api/v1/institutions/${caller.institution.code}`;
  return { status: shown.status === 'done' ? 200 : 202, body: shown, headers: { Location: `${base}/repairs/${jobId}` } };
}

const tag = 'stalled';
const inJob = z.object({ jobId: uuid });

export const repairRoutes = [
  route({
    id: 'repair',
    method: 'post',
    path: '/institutions/{institution}/repairs',
    tag,
    zh: '处理停滞的事项；默认只试算，`run` 为真时才办理',
    en: 'Repair what stands still; a dry run unless `run` is true',
    params: inInstitution,
    body: bodyOf(kinds),
    headers: ['idempotencyKey'],
    answers: { 200: z.union([dryRun, job]), 202: job },
    problems: ['repair.nothing', 'idempotency.otherBody'],
    handler: async (context) => repair(context, context.caller.institution.id),
  }),
  route({
    id: 'getRepair',
    method: 'get',
    path: '/institutions/{institution}/repairs/{jobId}',
    tag,
    zh: '处理的进展与每项结果',
    en: 'How far the repairs have come, and what became of each',
    params: inInstitution.extend(inJob.shape),
    answers: { 200: job },
    handler: async (context) => ({
      status: 200,
      body: await readRepairs(context, context.params.jobId, context.caller.institution.id),
    }),
  }),
  route({
    id: 'repairPlatform',
    method: 'post',
    path: '/platform/repairs',
    tag,
    zh: '处理各单位因系统原因停滞的事项',
    en: 'Repair what stands still for reasons of the machine',
    body: bodyOf(technicalKinds),
    headers: ['idempotencyKey'],
    answers: { 200: z.union([dryRun, job]), 202: job },
    problems: ['repair.nothing', 'idempotency.otherBody'],
    handler: async (context) => repair(context, undefined),
  }),
  route({
    id: 'getPlatformRepair',
    method: 'get',
    path: '/platform/repairs/{jobId}',
    tag,
    zh: '处理的进展与每项结果',
    en: 'How far the repairs have come, and what became of each',
    params: inJob,
    answers: { 200: job },
    handler: async (context) => ({ status: 200, body: await readRepairs(context, context.params.jobId, undefined) }),
  }),
];
