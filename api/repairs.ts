/** Repairs: what they would be done to, written down as a job for a worker, and what became of them. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../contracts/canonical.ts';
import { caseActKinds, MOST_REPAIRS, repairJob, type CaseActKind, type RepairStatus } from '../contracts/repairs.ts';
import { stalledCauses, type RepairKind, type StalledCause } from '../contracts/stalled.ts';
import type { SealedRef } from '../domain/process.ts';
import { outcomeWords, repairWords } from '../letters/repairs.ts';
import type { Tx } from './audit.ts';
import { Problem } from './problems.ts';
import { keyOf } from './receive.ts';
import { actsOf, receiveAll, type ReceivedAct } from './repairActs.ts';
import type { Context } from './route.ts';
import { refJson, sealInto } from './seal.ts';
import { openFindings, technical, type FindingRow } from './stalled.ts';

/** What is asked for: a kind of repair, of findings, of cases, or of what a cause has. */
export interface AskedRepair {
  kind: RepairKind | CaseActKind;
  run: boolean;
  reason: string;
  /** Of an act: its body, without the grounds, which are the reason. */
  body?: Record<string, unknown> | undefined;
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

export interface Repairables {
  items: Repairable[];
  /** Whether the cause has more of them. */
  more: boolean;
}

const wrong = (pointer: string, zh: string, en: string) => ({ pointer, zh, en });
/** Whether it is an act on a case rather than a repair of the machine. */
export const isAct = (kind: string): kind is CaseActKind => (caseActKinds as readonly string[]).includes(kind);
const fits = (row: FindingRow, kind: RepairKind | CaseActKind): boolean =>
  (stalledCauses[row.cause].repairs as readonly string[]).includes(kind);
const repairableOf = ({ id, caseId, cause, detail }: FindingRow): Repairable => ({
  findingId: id,
  ...(caseId !== null && { caseId }),
  cause,
  detail,
});

const whole = (items: Repairable[]): Repairables => ({ items, more: false });

/** Everything that the repair would be done to. An institution's administrator reaches what is the institution's. */
export async function repairables(context: Context, asked: AskedRepair, institutionId: string | undefined): Promise<Repairables> {
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
    return whole(reachable.map(repairableOf));
  }
  const fitting = reachable.filter((row) => fits(row, kind)).map(repairableOf);
  if (cases !== undefined) {
    // Acts need no finding; and a lost workflow can be known before the comparison has found it.
    const items = kind === 'restart' || isAct(kind) ? await namedCases(context, asked, institutionId) : fitting;
    const errors = cases.flatMap((id, i) =>
      items.some((one) => one.caseId === id)
        ? []
        : [wrong(`/cases/${i}`, '该案件没有可这样处理的事项', 'has nothing that can be repaired in this way')],
    );
    if (errors.length > 0) throw new Problem('request.invalid', { errors });
    return whole(items);
  }
  if (fitting.length === 0 || cause === undefined) throw new Problem('repair.nothing');
  return { items: fitting.slice(0, MOST_REPAIRS), more: fitting.length > MOST_REPAIRS };
}

async function found({ deps, caller }: Context, { findings, cases, cause }: AskedRepair, institutionId: string | undefined) {
  const filter = { institutionId, cause, ids: findings, caseIds: cases, personId: caller.personId };
  return openFindings(deps.prisma, filter, [], MOST_REPAIRS + 1);
}

/** Acts are for open cases; a case that is over can have a workflow still. */
async function namedCases(
  { deps }: Context,
  { kind, cases = [] }: AskedRepair,
  institutionId: string | undefined,
): Promise<Repairable[]> {
  const status = kind === 'restart' ? { not: 'draft' } : 'open';
  const rows = await deps.prisma.case.findMany({
    where: { id: { in: cases }, status, ...(institutionId === undefined ? {} : { institutionId }) },
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
  const { items, more } = await repairables(context, asked, institutionId);
  const { kind } = asked;
  const rows = isAct(kind)
    ? (await receiveAll(context, jobId, await actsOf(context, { ...asked, kind }, items))).map(rowOfAct)
    : items.map(rowOf);
  if (rows.length === 0) throw new Problem('repair.nothing');
  const onBehalfOf = institutionId === undefined ? undefined : caller.behalfFor('administrator');
  const input = { kind, hash: hashes[0] ?? '', ...(more && { more }), ...(onBehalfOf !== undefined && { onBehalfOf }) };
  const progress = { done: 0, total: rows.length };
  const data = {
    id: jobId,
    institutionId: institutionId ?? null,
    kind: repairJob,
    input,
    progress,
    createdBy: caller.personId,
  };
  await deps.prisma.$transaction(
    async (tx) => {
      // Sent twice at the same moment, the second finds it written.
      if ((await tx.job.createMany({ data: [data], skipDuplicates: true })).count === 0) return;
      for (const [n, row] of rows.entries()) {
        const subject =
          row.caseId === null ? { kind: 'person' as const, id: caller.personId } : { kind: 'case' as const, id: row.caseId };
        const reason = refJson(await sealInto(tx, deps.sealer, institutionId ?? null, subject, asked.reason));
        await insertItem(tx, { ...row, jobId, n, kind, reason: JSON.stringify(reason) });
      }
    },
    { timeout: 60_000 },
  );
  await isWritten(context, jobId, hashes);
  return jobId;
}

interface ItemToWrite {
  findingId: string | null;
  caseId: string | null;
  /** Null for what the database itself copies from the finding or the case. */
  target: string | null;
  /** Why the act was not received: then there is nothing left to do. */
  refusal: string | null;
}

const rowOf = ({ findingId, caseId }: Repairable): ItemToWrite => ({
  findingId: findingId ?? null,
  caseId: caseId ?? null,
  target: null,
  refusal: null,
});

const rowOfAct = ({ item, actId, refusal }: ReceivedAct): ItemToWrite => ({
  ...rowOf(item),
  target: JSON.stringify({ of: 'act', ...(actId !== undefined && { actId }) }),
  refusal: refusal === undefined ? null : JSON.stringify(refusal),
});

/** What was found is copied by the database itself: parts of it are not for everybody who may have it repaired. */
async function insertItem(tx: Tx, row: ItemToWrite & { jobId: string; n: number; kind: string; reason: string }): Promise<void> {
  const { jobId, n, kind, reason, findingId, caseId, target, refusal } = row;
  await tx.$executeRaw`
    INSERT INTO repair_item (job_id, n, institution_id, case_id, finding_id, kind, reason, target, status, outcome, ended_at)
    SELECT ${jobId}::uuid, ${n}, coalesce(s.institution_id, c.institution_id), coalesce(s.case_id, c.id), s.id, ${kind}, ${reason}::jsonb,
           coalesce(${target}::jsonb, CASE WHEN s.id IS NULL THEN jsonb_build_object('of', 'case', 'kind', c.kind)
                                           ELSE jsonb_build_object('of', 'finding', 'cause', s.cause, 'detail', s.detail) END),
           CASE WHEN ${refusal}::jsonb IS NULL THEN 'waiting' ELSE 'refused' END, ${refusal}::jsonb,
           CASE WHEN ${refusal}::jsonb IS NOT NULL THEN clock_timestamp() END
      FROM (SELECT ${findingId}::uuid AS finding, ${caseId}::uuid AS case_id) AS t
      LEFT JOIN stalled s ON s.id = t.finding LEFT JOIN cases c ON c.id = t.case_id`;
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
  /** Whether the cause had more than one job takes. */
  more: boolean;
  kind: string;
  status: 'queued' | 'running' | 'done';
  progress: { done: number; total: number };
  items: object[];
}

/** The job with what became of each repair, or the problem that there is no such job here. */
export async function readRepairs(
  { deps, caller }: Context,
  jobId: string,
  institutionId: string | undefined,
): Promise<ShownJob> {
  // Who supervises the institution sees every job, anybody else their own.
  const own = institutionId === undefined || caller.has('administrator', 'supervisor') ? {} : { createdBy: caller.personId };
  const where = { id: jobId, kind: repairJob, institutionId: institutionId ?? null, ...own };
  const job = await deps.prisma.job.findFirst({ where });
  if (!job) throw new Problem('notFound');
  const rows = await deps.prisma.$queryRaw<ItemRow[]>`
    SELECT n, case_id::text, finding_id::text, target->>'cause' AS cause, status, outcome, reason
      FROM repair_item WHERE job_id = ${jobId}::uuid ORDER BY n`;
  const operator = institutionId === undefined;
  const { kind, more = false } = job.input as { kind: string; more?: boolean };
  const items = rows.map(({ n, case_id, finding_id, cause, status, outcome }) => {
    const { reason, code } = outcome ?? {};
    return {
      n,
      ...(case_id !== null && { caseId: case_id }),
      ...(finding_id !== null && { findingId: finding_id }),
      ...(cause !== null && { cause }),
      status,
      ...outcomeWords(kind, status, outcome ?? {}),
      ...(typeof code === 'string' && { code }),
      ...(operator && typeof reason === 'string' && { reason: technical(reason) }),
    };
  });
  const done = rows.filter(({ status }) => status !== 'waiting' && status !== 'running').length;
  return { jobId, kind, more, status: job.status as ShownJob['status'], progress: { done, total: rows.length }, items };
}
