/**
 * Every open case against every running workflow, both ways. It costs a page of the engine's list and a page of the
 * table for every thousand, so it is made hourly; what does not match is suspected and looked at with the next round.
 */
import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import { caseWorkflowId, type ProcessKind } from '../../contracts/messages.ts';
import { caseOf } from './execution.ts';
import type { Check } from './round.ts';
import { suspect } from './suspects.ts';

export interface ComparisonOptions {
  pool: Pool;
  client: Client;
  taskQueue: string;
}

const PAGE = 1_000;
const FIRST = '00000000-0000-0000-0000-000000000000';

/** The check. */
export function comparison({ pool, client, taskQueue }: ComparisonOptions): Check {
  /** Running workflows; those whose case is not open are suspected on the way. */
  async function running(): Promise<Set<string>> {
    const ids = new Set<string>();
    let page: string[] = [];
    const query = `TaskQueue = '${taskQueue}' AND ExecutionStatus = 'Running'`;
    for await (const { workflowId } of client.workflow.list({ query, pageSize: PAGE })) {
      ids.add(workflowId);
      page.push(workflowId);
      if (page.length === PAGE) {
        await suspectUnknown(page);
        page = [];
      }
    }
    await suspectUnknown(page);
    return ids;
  }

  async function suspectUnknown(workflowIds: readonly string[]): Promise<void> {
    const named = workflowIds.map((id) => ({ id, caseId: caseOf(id)?.caseId }));
    const { rows } = await pool.query<{ id: string }>(
      "SELECT id::text FROM cases WHERE id = ANY ($1::uuid[]) AND status = 'open'",
      [named.flatMap(({ caseId }) => caseId ?? [])],
    );
    const open = new Set(rows.map(({ id }) => id));
    const unknown = named.filter(({ caseId }) => caseId === undefined || !open.has(caseId));
    if (unknown.length > 0)
      await suspect(
        pool,
        unknown.map(({ id }) => id),
      );
  }

  return {
    name: 'comparison',
    async find() {
      const ids = await running();
      for (let after = FIRST; ;) {
        const { rows } = await pool.query<{ id: string; kind: ProcessKind }>(
          "SELECT id::text, kind FROM cases WHERE status = 'open' AND id > $1 ORDER BY id LIMIT $2",
          [after, PAGE],
        );
        const lost = rows.map(({ id, kind }) => caseWorkflowId(kind, id)).filter((id) => !ids.has(id));
        if (lost.length > 0) await suspect(pool, lost);
        const last = rows.at(-1);
        if (!last) return [];
        after = last.id;
      }
    },
  };
}
