/** Repairs: what they would be done to, written down as a job for a worker, and what became of them. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../contracts/canonical.ts';
import { MOST_REPAIRS, repairJob, type RepairStatus } from '../contracts/repairs.ts';
import { stalledCauses, type RepairKind, type StalledCause } from '../contracts/stalled.ts';
import type { SealedRef } from '../domain/process.ts';
import { outcomeWords, repairWords } from '../letters/repairs.ts';
import { Problem } from './problems.ts';
import { keyOf } from './receive.ts';
import type { Context } from './route.ts';
import { refJson, sealInto } from './seal.ts';
import { openFindings, technical, type FindingRow } from './stalled.ts';

/** What is asked for: a kind of repair, of findings, of cases, or of all that a cause has. */
export interface AskedRepair {
  kind: RepairKind;
  run: boolean;
  reason: string;
  findings?: string[] | undefined;
  cases?: string[] | undefined;
  cause?: StalledCause | undefined;
}

/** One repair that can be made. */
export interface Repairable {
  findingId?: string;
  caseId?: string;
  institutionId?: string;
  cause?: StalledCause;
  detail: Record<string, unknown>;
}

const wrong = (pointer: string, zh: string, en: string) => ({ pointer, zh, en });
const fits = (row: FindingRow, kind: RepairKind): boolean =>
  (stalledCauses[row.cause].repairs as readonly string[]).includes(kind);
const repairableOf = ({ id, caseId, cause, detail }: FindingRow): Repairable => ({
  findingId: id,
  ...(caseId !== null && { caseId }),
  cause,
  detail,
});

/** Everything that the repair would be done to. An institution's administrator reaches what is the institution's. */
export async function repairables(
  context: Context,
  asked: AskedRepair,
  institutionId: string | undefined,
): Promise<Repairable[]> {
  const { findings, cases, cause, kind } = asked;
  const all = await found(context, asked, institutionId);
  const reachable = all.filter(({ institution }) => institutionId === undefined || institution !== null);
  if (findings !== undefined) {
    const errors = findings.flatMap((id, i) => {
      const row = reachable.find((one) => one.id === id);
      if (!row) return [wrong(`/findings/${i}`, '没有这一停滞事项，或已解决', 'is not in the list, or no more')];
      return fits(row, kind) ? [] : [wrong(`/findings/${i}`, '该事项不能这样处理', 'cannot be repaired in this way')];
    });
    if (errors.length > 0) throw new Problem('request.invalid', { errors });
    return reachable.map(repairableOf);
  }
  const fitting = reachable.filter((row) => fits(row, kind)).map(repairableOf);
  if (cases !== undefined) {
    // A lost workflow can be known before the comparison has found it.
    const items = kind === 'restart' ? await openCases(context, cases, institutionId) : fitting;
    const errors = cases.flatMap((id, i) =>
      items.some((one) => one.caseId === id)
        ? []
        : [wrong(`/cases/${i}`, '该案件没有可这样处理的事项', 'has nothing that can be repaired in this way')],
    );
    if (errors.length > 0) throw new Problem('request.invalid', { errors });
    return items;
  }
  if (fitting.length === 0 || cause === undefined) throw new Problem('repair.nothing');
  return fitting;
}

async function found(context: Context, { findings, cases, cause }: AskedRepair, institutionId: string | undefined) {
  const { deps, caller } = context;
  const filter = { institutionId, cause, ids: findings, caseIds: cases, personId: caller.personId };
  const rows = await openFindings(deps.prisma, filter, [], MOST_REPAIRS + 1);
  if (rows.length > MOST_REPAIRS) throw new Problem('repair.tooMany');
  return rows;
}

async function openCases({ deps }: Context, ids: string[], institutionId: string | undefined): Promise<Repairable[]> {
  const rows = await deps.prisma.case.findMany({
    where: { id: { in: ids }, status: 'open', ...(institutionId === undefined ? {} : { institutionId }) },
    select: { id: true },
    orderBy: { id: 'asc' },
  });
  return rows.map(({ id }) => ({ caseId: id, detail: {} }));
}

/** A dry run: what would be done, in words. */
export const wouldBe = (kind: RepairKind, { findingId, caseId, cause, detail }: Repairable) => ({
  ...(findingId !== undefined && { findingId }),
  ...(caseId !== undefined && { caseId }),
  ...(cause !== undefined && { cause }),
  ...repairWords(kind, cause, detail),
});

/** The job's id follows from who asks and their key: asked again, it is the same job. */
function jobIdOf(context: Context, institutionId: string | undefined, key: string): string {
  const hex = createHash('sha256')
    .update(`repair\n${institutionId ?? ''}\n${context.caller.personId}\n${key}`)
    .digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Writes the repairs down for a worker, once for each key; answers the job's id. */
export async function writeRepairs(context: Context, asked: AskedRepair, institutionId: string | undefined): Promise<string> {
  const { deps, caller } = context;
  const jobId = jobIdOf(context, institutionId, keyOf(context.idempotencyKey));
  const hashes = deps.sealer.bodyHashes(canonicalJson(context.sent));
  if (await isWritten(context, jobId, hashes)) return jobId;
  const items = await repairables(context, asked, institutionId);
  const onBehalfOf = institutionId === undefined ? undefined : caller.behalfFor('administrator');
  await deps.prisma.$transaction(
    async (tx) => {
      const input = { kind: asked.kind, hash: hashes[0] ?? '', ...(onBehalfOf !== undefined && { onBehalfOf }) };
      const progress = { done: 0, total: items.length };
      const data = {
        id: jobId,
        institutionId: institutionId ?? null,
        kind: repairJob,
        input,
        progress,
        createdBy: caller.personId,
      };
      // Sent twice at the same moment, the second finds it written.
      if ((await tx.job.createMany({ data: [data], skipDuplicates: true })).count === 0) return;
      for (const [n, { findingId, caseId }] of items.entries()) {
        const subject =
          caseId === undefined ? { kind: 'person' as const, id: caller.personId } : { kind: 'case' as const, id: caseId };
        const reason = JSON.stringify(refJson(await sealInto(tx, deps.sealer, institutionId ?? null, subject, asked.reason)));
        // What was found is copied by the database itself: parts of it are not for everybody who may have it repaired.
        await tx.$executeRaw`
          INSERT INTO repair_item (job_id, n, institution_id, case_id, finding_id, kind, reason, target)
          SELECT ${jobId}::uuid, ${n}, coalesce(s.institution_id, c.institution_id), coalesce(s.case_id, c.id), s.id, ${asked.kind}, ${reason}::jsonb,
                 CASE WHEN s.id IS NULL THEN jsonb_build_object('of', 'case', 'kind', c.kind)
                      ELSE jsonb_build_object('of', 'finding', 'cause', s.cause, 'detail', s.detail) END
            FROM (SELECT ${findingId ?? null}::uuid AS finding, ${caseId ?? null}::uuid AS case_id) AS t
            LEFT JOIN stalled s ON s.id = t.finding LEFT JOIN cases c ON c.id = t.case_id`;
      }
    },
    { timeout: 60_000 },
  );
  await isWritten(context, jobId, hashes);
  return jobId;
}

/** Whether the job is there; one that was asked for otherwise under the same key is a problem. */
async function isWritten({ deps }: Context, jobId: string, hashes: readonly string[]): Promise<boolean> {
  const job = await deps.prisma.job.findUnique({ where: { id: jobId }, select: { input: true } });
  const hash = (job?.input as { hash?: string } | undefined)?.hash;
  if (job && !hashes.includes(hash ?? '')) throw new Problem('idempotency.otherBody');
  return job !== null;
}

interface ItemRow {
  n: number;
  case_id: string | null;
  finding_id: string | null;
  cause: string | null;
  status: RepairStatus;
  outcome: Record<string, unknown> | null;
  reason: SealedRef;
}

export interface ShownJob {
  jobId: string;
  kind: string;
  status: 'queued' | 'running' | 'done';
  progress: { done: number; total: number };
  items: object[];
}

/** The job with what became of each repair, or the problem that there is no such job here. */
export async function readRepairs({ deps }: Context, jobId: string, institutionId: string | undefined): Promise<ShownJob> {
  const job = await deps.prisma.job.findFirst({ where: { id: jobId, kind: repairJob, institutionId: institutionId ?? null } });
  if (!job) throw new Problem('notFound');
  const rows = await deps.prisma.$queryRaw<ItemRow[]>`
    SELECT n, case_id::text, finding_id::text, target->>'cause' AS cause, status, outcome, reason
      FROM repair_item WHERE job_id = ${jobId}::uuid ORDER BY n`;
  const operator = institutionId === undefined;
  const items = rows.map(({ n, case_id, finding_id, cause, status, outcome }) => {
    const reason = outcome?.['reason'];
    return {
      n,
      ...(case_id !== null && { caseId: case_id }),
      ...(finding_id !== null && { findingId: finding_id }),
      ...(cause !== null && { cause }),
      status,
      ...outcomeWords(status, outcome ?? {}),
      ...(operator && typeof reason === 'string' && { reason: technical(reason) }),
    };
  });
  const done = rows.filter(({ status }) => status !== 'waiting' && status !== 'running').length;
  const { kind } = job.input as { kind: string };
  return { jobId, kind, status: job.status as ShownJob['status'], progress: { done, total: rows.length }, items };
}
