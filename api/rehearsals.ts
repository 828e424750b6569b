/** Rehearsals that people ask for: written down as a job with the script sealed, and read once a worker has played it. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../contracts/canonical.ts';
import { rehearsalJob, type RehearsalResult, type RehearsalScript } from '../contracts/rehearsals.ts';
import { knowsObjectors, visibleCase } from './caseAccess.ts';

import { Problem } from './problems.ts';
import { keyOf } from './receive.ts';
import type { Context } from './route.ts';
import { sealInto } from './seal.ts';

/** Asked again under the same key, it is the same rehearsal. */
function jobIdOf({ caller }: Context, key: string): string {
  const hex = createHash('sha256').update(`rehearsal\n${caller.institution.id}\n${caller.personId}\n${key}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Writes the rehearsal down for a worker, once for each key; answers the job's id. */
export async function askRehearsal(context: Context, asked: Omit<RehearsalScript, 'institutionId'>): Promise<string> {
  const { deps, caller } = context;
  const institutionId = caller.institution.id;
  const jobId = jobIdOf(context, keyOf(context.idempotencyKey));
  const hashes = deps.sealer.bodyHashes(canonicalJson(context.sent));
  const known = await deps.prisma.job.findUnique({ where: { id: jobId }, select: { input: true } });
  if (known) {
    if (!hashes.includes((known.input as { hash: string }).hash)) throw new Problem('idempotency.otherBody');
    return jobId;
  }
  if (asked.caseId !== undefined) {
    const { facts } = await visibleCase(deps.db, caller, asked.caseId);
    // The timeline says who did what, so nobody is let play it who may not know who objects.
    if (!knowsObjectors(caller, facts)) throw new Problem('access.denied');
    if (facts.status === 'draft') throw new Problem('rehearsal.draft');
  } else if (asked.acts[0]?.open === undefined) {
    const errors = [
      { pointer: '/acts/0/open', zh: '没有案件时，第一个动作应开立案件', en: 'must open a case where no case is named' },
    ];
    throw new Problem('request.invalid', { errors });
  }
  const script: RehearsalScript = { ...asked, institutionId };
  await deps.prisma.$transaction(async (tx) => {
    const sealed = await sealInto(
      tx,
      deps.sealer,
      institutionId,
      { kind: 'person', id: caller.personId },
      JSON.stringify(script),
    );
    const input = { hash: hashes[0] ?? '', institutionId, script: { ...sealed } };
    await tx.job.createMany({
      data: [{ id: jobId, institutionId, kind: rehearsalJob, input, createdBy: caller.personId }],
      skipDuplicates: true,
    });
  });
  return jobId;
}

export interface ShownRehearsal {
  rehearsalId: string;
  status: 'queued' | 'running' | 'done' | 'failed';
  result?: RehearsalResult & { seconds: number };
  reason?: string;
}

/** The rehearsal for whoever asked for it, or for the supervisor. */
export async function readRehearsal({ deps, caller }: Context, id: string): Promise<ShownRehearsal> {
  const own = caller.has('supervisor') ? {} : { createdBy: caller.personId };
  const job = await deps.prisma.job.findFirst({
    where: { id, kind: rehearsalJob, institutionId: caller.institution.id, ...own },
  });
  if (!job) throw new Problem('notFound');
  const status = job.status as ShownRehearsal['status'];
  if (status === 'done')
    return { rehearsalId: id, status, result: job.result as unknown as RehearsalResult & { seconds: number } };
  if (status === 'failed') return { rehearsalId: id, status, reason: (job.result as { reason: string }).reason };
  return { rehearsalId: id, status };
}
