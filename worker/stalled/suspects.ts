/** Workflows that somebody has reason to look at. They are written down, so that a look that fails is made again. */
import { activityInfo } from '@temporalio/activity';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';
import type { Pool } from 'pg';

/** Attempts from which on a thing counts as failing again and again. */
export const AGAIN_AND_AGAIN = 3;

/** Has the workflows looked at. */
export async function suspect(pool: Pool, workflowIds: readonly string[]): Promise<void> {
  await pool.query(
    `INSERT INTO engine_suspect (workflow_id, seen_at) SELECT DISTINCT w, clock_timestamp() FROM unnest($1::text[]) AS w
     ON CONFLICT (workflow_id) DO UPDATE SET seen_at = excluded.seen_at`,
    [workflowIds],
  );
}

/**
 * Suspects every case whose activity begins another attempt after several. The engine can be asked what fails in one
 * workflow, but not in which workflows anything fails; this worker knows, since every attempt passes here.
 */
export function failingActivities(pool: Pool): ActivityInboundCallsInterceptor {
  return {
    async execute(input, next) {
      const { isLocal, attempt, workflowExecution } = activityInfo();
      if (!isLocal && attempt >= AGAIN_AND_AGAIN && workflowExecution) {
        // Not waited for: with the database away nobody could note it, and nobody need; it is why the activity fails.
        void suspect(pool, [workflowExecution.workflowId]).catch(() => undefined);
      }
      return next(input);
    },
  };
}
