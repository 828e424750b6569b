/** Repairs of what stands still: first as a dry run, then as a job with progress and a result for each. */
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { text, TEXT, uuid } from '../../contracts/schemas.ts';
import { MOST_REPAIRS } from '../../contracts/repairs.ts';
import { stalledCauses, type RepairKind, type StalledCause } from '../../contracts/stalled.ts';
import { readRepairs, repairables, wouldBe, writeRepairs, type AskedRepair } from '../repairs.ts';
import { route, type Answer, type Context } from '../route.ts';
import { inInstitution } from './common.ts';

const causes = Object.keys(stalledCauses) as [StalledCause, ...StalledCause[]];
const technicalKinds = ['retry', 'restart', 'terminate'] as const satisfies RepairKind[];
const kinds = ['remind', ...technicalKinds] as const satisfies RepairKind[];

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

const dryRun = z.object({ run: z.literal(false), kind: z.string(), items: z.array(about) });

const job = z.object({
  jobId: z.string(),
  kind: z.string(),
  status: z.enum(['queued', 'running', 'done']),
  progress: z.object({ done: z.number().int(), total: z.number().int() }),
  items: z.array(
    about.extend({
      n: z.number().int(),
      status: z.enum(['waiting', 'running', 'done', 'notHelped', 'notNeeded', 'refused']),
      reason: z.string().optional(),
    }),
  ),
});

const LOOK_MS = 200;

async function repair(context: Context<unknown, unknown, AskedRepair>, institutionId: string | undefined): Promise<Answer> {
  const { body, deps, caller } = context;
  if (!body.run) {
    const items = await repairables(context, body, institutionId);
    return { status: 200, body: { run: false, kind: body.kind, items: items.map((one) => wouldBe(body.kind, one)) } };
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
    problems: ['repair.nothing', 'repair.tooMany', 'idempotency.otherBody'],
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
    problems: ['repair.nothing', 'repair.tooMany', 'idempotency.otherBody'],
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
