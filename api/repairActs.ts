/**
 * Acts on cases through repairs, for one case and for many: each decided dry, or received as if its sender had sent it
 * alone. So the same tables authorise it, the same second person confirms it, and it stands in the case's own ledger.
 */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../contracts/canonical.ts';
import type { CaseActKind } from '../contracts/repairs.ts';
import type { DeadlineEffect } from '../domain/mending/index.ts';
import { actWords } from '../letters/repairs.ts';
import { readSome } from './caseRead.ts';
import { dryRun } from './dryRun.ts';
import { Problem } from './problems.ts';
import { received, type SentAct } from './receive.ts';
import type { Repairable } from './repairs.ts';
import type { Context } from './route.ts';

/** One act on one case. */
export interface CaseAct {
  item: Repairable & { caseId: string };
  act: SentAct & { type: CaseActKind; body: Record<string, unknown> };
}

/** What was asked for, as far as the acts are concerned. */
export interface AskedActs {
  kind: CaseActKind;
  reason: string;
  body?: Record<string, unknown> | undefined;
}

/** The acts: one for each case or seat, and for a confirmation or refusal one for each mending that waits. */
export async function actsOf(context: Context, asked: AskedActs, items: readonly Repairable[]): Promise<CaseAct[]> {
  const acts = new Map<string, CaseAct>();
  for (const item of items) {
    const { caseId } = item;
    if (caseId === undefined) continue;
    for (const body of await bodiesOf(context, asked, { ...item, caseId })) {
      const one = { item: { ...item, caseId }, act: { type: asked.kind, body } };
      acts.set(nameOf(one), one);
    }
  }
  return [...acts.values()];
}

async function bodiesOf(context: Context, { kind, reason, body = {} }: AskedActs, item: CaseAct['item']) {
  if (kind !== 'confirmMending' && kind !== 'refuseMending') {
    const seat = kind === 'reassign' && typeof item.detail['task'] === 'string' ? { seat: item.detail['task'] } : {};
    return [{ ...seat, ...body, grounds: reason }];
  }
  const grounds = kind === 'refuseMending' ? { grounds: reason } : {};
  if (body['mendingId'] !== undefined) return [{ ...body, ...grounds }];
  const { state } = await readSome(context.deps.prisma, context.caller.institution.id, item.caseId);
  return state.mending.pending.map(({ id }) => ({ ...body, mendingId: id, ...grounds }));
}

const nameOf = ({ item: { caseId }, act }: CaseAct): string =>
  createHash('sha256')
    .update(`${caseId}\n${canonicalJson(act)}`)
    .digest('hex')
    .slice(0, 32);

/** A problem of this one act. One of how it was asked is the same for all of them, and thrown. */
function ofThisOne(error: unknown): Problem {
  if (error instanceof Problem && error.body.status !== 400) return error;
  throw error;
}

interface Foretold {
  outcome: 'wouldDo' | 'wouldBeRefused';
  problem?: { code: string; zh: string; en: string };
  events?: { data?: { effects?: DeadlineEffect[] } }[];
  deadlines?: { key: string; from?: { lastDay: string }; to: { lastDay: string } }[];
}

/** A dry run: what each act would do, or by what it would be refused. */
export async function foretell(context: Context, acts: readonly CaseAct[]): Promise<object[]> {
  const told: object[] = [];
  for (const { item, act } of acts) {
    const { findingId, caseId, cause } = item;
    const about = { ...(findingId !== undefined && { findingId }), caseId, ...(cause !== undefined && { cause }) };
    const refused = ({ code, zh, en }: { code: string; zh: string; en: string }) =>
      told.push({ ...about, outcome: 'wouldBeRefused', code, zh, en });
    try {
      const answer = await dryRun(context, caseId, act);
      const { outcome, problem, events = [], deadlines = [] } = (answer as { body: Foretold }).body;
      if (outcome === 'wouldBeRefused' && problem) {
        refused(problem);
        continue;
      }
      // A proposal foretells what its confirmation would do; a confirmation does it.
      const effects = events
        .flatMap(({ data }) => data?.effects ?? [])
        .concat(deadlines.map(({ key, from, to }) => ({ key, from: from?.lastDay ?? '', to: to.lastDay })));
      told.push({ ...about, outcome, effects, ...actWords(act.type, 'would') });
    } catch (error) {
      refused(ofThisOne(error).body);
    }
  }
  return told;
}

/** An act that was received, or why it was not. */
export interface ReceivedAct extends CaseAct {
  actId?: string;
  refusal?: { code: string; zh: string; en: string };
}

/** Receives them all, each once for the job, however often that is asked for. */
export async function receiveAll(context: Context, jobId: string, acts: readonly CaseAct[]): Promise<ReceivedAct[]> {
  const all: ReceivedAct[] = [];
  for (const one of acts) {
    const own = { ...context, idempotencyKey: `repair:${jobId}:${nameOf(one)}` };
    try {
      all.push({ ...one, actId: (await received(own, one.item.caseId, one.act)).id });
    } catch (error) {
      const { code, zh, en } = ofThisOne(error).body;
      all.push({ ...one, refusal: { code, zh, en } });
    }
  }
  return all;
}
