/** Which payload keys the engine's histories need: a run is read with every key that it was ever written with. */
import { isGrpcServiceError, type Client } from '@temporalio/client';
import type { Pool } from 'pg';
import { keyIdsIn } from './codec.ts';
import { caseOf } from './stalled/execution.ts';

const NOT_FOUND = 5;
const AT_ONCE = 16;
const PAGE = 1_000;

/** Ids of all keys that the run's history is encrypted with; none if there is no such run any more. */
export async function keysOfRun(client: Client, execution: { workflowId: string; runId: string }): Promise<Set<string>> {
  const { namespace } = client.options;
  const ids = new Set<string>();
  let nextPageToken: Uint8Array | undefined;
  do {
    try {
      const page = await client.workflowService.getWorkflowExecutionHistory({ namespace, execution, nextPageToken });
      keyIdsIn(page.history, ids);
      nextPageToken = page.nextPageToken?.length ? page.nextPageToken : undefined;
    } catch (error) {
      if (isGrpcServiceError(error) && (error.code as number) === NOT_FOUND) return new Set();
      throw error;
    }
  } while (nextPageToken);
  return ids;
}

/** Ids of the cases whose running history needs the key, by key, and how many histories were read. */
export interface OpenHistories {
  read: number;
  cases: Map<string, string[]>;
}

/** Reads the history of every workflow that runs for a case of this database. */
export async function openHistories(client: Client, pool: Pool): Promise<OpenHistories> {
  const found: OpenHistories = { read: 0, cases: new Map() };
  const readAll = async (runs: Run[]): Promise<void> => {
    const known = await ofOurs(pool, runs);
    for (let from = 0; from < known.length; from += AT_ONCE) {
      await Promise.all(
        known.slice(from, from + AT_ONCE).map(async ({ caseId, ...execution }) => {
          for (const id of await keysOfRun(client, execution)) found.cases.set(id, [...(found.cases.get(id) ?? []), caseId]);
        }),
      );
    }
    found.read += known.length;
  };
  let page: Run[] = [];
  for await (const { workflowId, runId } of client.workflow.list({ query: "ExecutionStatus = 'Running'", pageSize: PAGE })) {
    const caseId = caseOf(workflowId)?.caseId;
    if (caseId !== undefined) page.push({ workflowId, runId, caseId });
    if (page.length < PAGE) continue;
    await readAll(page);
    page = [];
  }
  await readAll(page);
  for (const ids of found.cases.values()) ids.sort();
  return found;
}

interface Run {
  workflowId: string;
  runId: string;
  caseId: string;
}

/** A workflow of no case is listed among what stands still, and needs no key to be ended. */
async function ofOurs(pool: Pool, runs: Run[]): Promise<Run[]> {
  const { rows } = await pool.query<{ id: string }>('SELECT id::text FROM cases WHERE id = ANY ($1::uuid[])', [
    runs.map(({ caseId }) => caseId),
  ]);
  const known = new Set(rows.map(({ id }) => id));
  return runs.filter(({ caseId }) => known.has(caseId));
}
