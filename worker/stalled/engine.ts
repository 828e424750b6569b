/**
 * What the engine tells of single cases. Which to look at comes from four sides: workflows whose tasks fail, by the
 * engine's own mark; workflows that were suspected; cases with acts or deadlines that nobody answers; what was found
 * before. Each is then looked at itself, so that nothing is listed on hearsay and everything goes when it is well.
 */
import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import { caseWorkflowId, type LoadResult, type ProcessKind } from '../../contracts/messages.ts';
import { YOUNG_SECONDS, type Found } from '../../contracts/stalled.ts';
import { processes } from '../../domain/index.ts';
import { caseOf, executionOf, type Execution } from './execution.ts';
import type { Check } from './round.ts';
import { AGAIN_AND_AGAIN, REFUSAL_SECONDS } from './suspects.ts';

export interface EngineOptions {
  pool: Pool;
  client: Client;
  taskQueue: string;
  /** Milliseconds for which a workflow that was started just now may belong to an act that is being received. */
  youngMs?: number;
}

const AT_ONCE = 16;
/** Acts and deadlines that nobody answers are listed anyhow; of these the oldest are looked into. */
const UNANSWERED = 300;
export const YOUNG_MS = YOUNG_SECONDS * 1_000;

/** The check. */
export function engineCheck(options: EngineOptions): Check {
  const { pool, client, taskQueue, youngMs = YOUNG_MS } = options;
  return {
    name: 'engine',
    async find() {
      const [suspects, begunAnew] = await Promise.all([suspected(pool), foundFailing(pool)]);
      const ids = new Set([...(await failing(client, taskQueue)), ...suspects.keys(), ...(await unanswered(pool))]);
      const found: Found[] = [];
      const well: string[] = [];
      const all = [...ids];
      for (let from = 0; from < all.length; from += AT_ONCE) {
        await Promise.all(
          all.slice(from, from + AT_ONCE).map(async (id) => {
            const wrong = await lookAt(pool, client, id, youngMs, begunAnew);
            const refusal = suspects.get(id)?.refusal;
            if (wrong.length === 0 && refusal) wrong.push({ ...refusal, ...(await aboutCase(pool, id)) });
            found.push(...wrong);
            if (wrong.length === 0 && suspects.has(id)) well.push(id);
          }),
        );
      }
      await release(pool, well, suspects);
      return found;
    },
  };
}

interface Suspicion {
  /** When it was suspected last; undefined for what was found before. */
  at: Date | undefined;
  /** What its last activity said that must not be tried again. */
  refusal: Found | undefined;
}

/** Suspected workflows, and what was found before. */
async function suspected(pool: Pool): Promise<Map<string, Suspicion>> {
  const { rows } = await pool.query<{ id: string; seen_at: Date | null; refused: object | null }>(
    `SELECT workflow_id AS id, seen_at,
            CASE WHEN refused_at > clock_timestamp() - make_interval(secs => $1) THEN refused END AS refused FROM engine_suspect
     UNION ALL SELECT detail->>'workflowId', NULL, NULL FROM stalled
      WHERE found_by = 'engine' AND gone_at IS NULL AND detail ? 'workflowId'`,
    [REFUSAL_SECONDS],
  );
  const all = new Map<string, Suspicion>();
  for (const { id, seen_at, refused } of rows) {
    const before = all.get(id);
    const refusal: Found | undefined = refused
      ? { cause: 'activityFailing', key: `${id}/refused`, detail: { workflowId: id, attempts: 1, ...refused } }
      : undefined;
    all.set(id, { at: seen_at ?? before?.at, refusal: refusal ?? before?.refusal });
  }
  return all;
}

/** Activities in the list, with the attempts they had: one that was begun anew counts from one, and has not succeeded yet. */
async function foundFailing(pool: Pool): Promise<Map<string, number>> {
  const { rows } = await pool.query<{ key: string; attempts: number }>(
    `SELECT key, (detail->>'attempts')::int AS attempts FROM stalled
      WHERE cause = 'activityFailing' AND gone_at IS NULL AND detail ? 'activityId'`,
  );
  return new Map(rows.map(({ key, attempts }) => [key, attempts]));
}

async function aboutCase(pool: Pool, workflowId: string): Promise<Pick<Found, 'institutionId' | 'caseId'>> {
  const caseId = caseOf(workflowId)?.caseId;
  const row = caseId === undefined ? undefined : await readCase(pool, caseId);
  return row && caseId !== undefined ? { institutionId: row.institution_id, caseId } : {};
}

/** Found well: suspects no more, unless they were suspected again meanwhile. */
async function release(pool: Pool, ids: readonly string[], suspicions: ReadonlyMap<string, Suspicion>): Promise<void> {
  if (ids.length === 0) return;
  await pool.query(
    `DELETE FROM engine_suspect s USING jsonb_to_recordset($1) AS w(id text, at timestamptz)
      WHERE s.workflow_id = w.id AND s.seen_at = w.at`,
    [JSON.stringify(ids.map((id) => ({ id, at: suspicions.get(id)?.at?.toISOString() })))],
  );
}

async function unanswered(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ id: string; kind: ProcessKind }>(
    `SELECT c.id::text, c.kind FROM stalled s JOIN cases c ON c.id = s.case_id
      WHERE s.gone_at IS NULL AND s.cause IN ('actUnanswered', 'deadlinePassed') AND c.status = 'open'
      ORDER BY s.since LIMIT $1`,
    [UNANSWERED],
  );
  return rows.map(({ id, kind }) => caseWorkflowId(kind, id));
}

/** Workflows that the engine itself marks, since their tasks failed several times in a row. */
async function failing(client: Client, taskQueue: string): Promise<string[]> {
  const ids: string[] = [];
  const query = `TaskQueue = '${taskQueue}' AND ExecutionStatus = 'Running' AND TemporalReportedProblems IS NOT NULL`;
  for await (const { workflowId } of client.workflow.list({ query, pageSize: 1_000 })) ids.push(workflowId);
  return ids;
}

interface CaseRow {
  institution_id: string;
  status: string;
  pending: number;
  loaded: LoadResult;
}

async function readCase(pool: Pool, caseId: string): Promise<CaseRow | undefined> {
  const { rows } = await pool.query<CaseRow>(
    `SELECT c.institution_id::text, c.status, (SELECT count(*)::int FROM inbox i WHERE i.case_id = c.id AND i.answered_at IS NULL) AS pending,
            CASE WHEN c.status = 'open' THEN NULL ELSE load_case(c.id, 0) END AS loaded
       FROM cases c WHERE c.id = $1`,
    [caseId],
  );
  return rows[0];
}

/** Whether a workflow has anything to do for a case that is not open: an act to answer, heirs to wait for. */
function hasWork(row: CaseRow, kind: ProcessKind, caseId: string): boolean {
  if (row.pending > 0) return true;
  if (!Object.hasOwn(processes, kind)) return false;
  const process = processes[kind];
  if (row.loaded.events.length === 0) return false;
  const start = process.initial(caseId, row.institution_id);
  return !process.isOver(row.loaded.events.reduce((state, event) => process.evolve(state, event), start));
}

/** Everything that is wrong with one workflow. */
export async function lookAt(
  pool: Pool,
  client: Client,
  workflowId: string,
  youngMs: number,
  begunAnew: ReadonlyMap<string, number> = new Map(),
): Promise<Found[]> {
  const named = caseOf(workflowId);
  const execution = await executionOf(client, workflowId);
  // Read after the engine was asked: a case that was closed in between has ended its workflow rightly.
  const row = named && (await readCase(pool, named.caseId));
  const about = {
    ...(row && { institutionId: row.institution_id }),
    ...(row && named && { caseId: named.caseId }),
  };
  if (!execution?.running) {
    if (row?.status !== 'open') return [];
    return [{ cause: 'workflowLost', key: workflowId, ...about, detail: { workflowId } }];
  }
  const known = row !== undefined && named !== undefined && (row.status === 'open' || hasWork(row, named.kind, named.caseId));
  const young = Date.parse(execution.startedAt ?? '') > Date.now() - youngMs;
  if (!known && !young) {
    const since = execution.startedAt;
    return [{ cause: 'workflowUnknown', key: workflowId, ...about, ...(since && { since }), detail: { workflowId } }];
  }
  return failuresOf(workflowId, execution, begunAnew).map((found) => ({ ...about, ...found }));
}

function failuresOf(workflowId: string, { activities, task }: Execution, begunAnew: ReadonlyMap<string, number>): Found[] {
  return [
    ...activities.flatMap(({ activityId, activity, attempts: now, since, reason }): Found[] => {
      const key = `${workflowId}/${activityId}`;
      const attempts = Math.max(now, begunAnew.get(key) ?? 0);
      if (attempts < AGAIN_AND_AGAIN) return [];
      const detail = { workflowId, activityId, activity, attempts, ...(reason && { reason }) };
      return [{ cause: 'activityFailing', key, ...(since && { since }), detail }];
    }),
    ...(task && task.attempts >= AGAIN_AND_AGAIN
      ? [
          {
            cause: 'workflowTaskFailing' as const,
            key: workflowId,
            ...(task.since && { since: task.since }),
            detail: { workflowId, attempts: task.attempts },
          },
        ]
      : []),
  ];
}
