/** Workflows that somebody has reason to look at. They are written down, so that a look that fails is made again. */
import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';
import type { Pool } from 'pg';
import { REFUSED_BEFORE } from '../../contracts/messages.ts';
import { reasonOf } from '../log.ts';

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

/** The one answer of this kind that a case takes as final: the act has been refused before. */
const isRefusedAct = ({ details }: ApplicationFailure): boolean =>
  (details?.[0] as { code?: unknown } | undefined)?.code === REFUSED_BEFORE;

/** Seconds for which a refusal counts: a case begins a refused activity anew after a minute. */
export const REFUSAL_SECONDS = 100;

/** Has the workflow looked at because its activity ended for good, which its case begins anew every minute. */
async function suspectRefused(pool: Pool, workflowId: string, refused: { activity: string; reason: string }): Promise<void> {
  await pool.query(
    `INSERT INTO engine_suspect (workflow_id, seen_at, refused, refused_at) VALUES ($1, clock_timestamp(), $2, clock_timestamp())
     ON CONFLICT (workflow_id) DO UPDATE SET seen_at = excluded.seen_at, refused = excluded.refused, refused_at = excluded.refused_at`,
    [workflowId, JSON.stringify(refused)],
  );
}

/**
 * Suspects every case whose activity begins another attempt after several, or ends for good without success. The engine
 * can be asked what fails in one workflow, but not in which workflows anything fails; this worker knows, since every
 * attempt passes here.
 */
export function failingActivities(pool: Pool): ActivityInboundCallsInterceptor {
  return {
    async execute(input, next) {
      const { isLocal, attempt, workflowExecution, activityType } = activityInfo();
      if (isLocal || !workflowExecution) return next(input);
      const { workflowId } = workflowExecution;
      // Not waited for: with the database away nobody could note it, and nobody need; it is why the activity fails.
      if (attempt >= AGAIN_AND_AGAIN) void suspect(pool, [workflowId]).catch(() => undefined);
      try {
        return await next(input);
      } catch (error) {
        if (error instanceof ApplicationFailure && error.nonRetryable && !isRefusedAct(error)) {
          const refused = { activity: activityType, reason: reasonOf(error) };
          await suspectRefused(pool, workflowId, refused).catch(() => undefined);
        }
        throw error;
      }
    },
  };
}
