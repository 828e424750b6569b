import type { Client } from '@temporalio/client';
import { WorkflowIdConflictPolicy } from '@temporalio/common';
import type { ProcessKind } from '../contracts/messages.ts';
import { caseWorkflowType, startOptions } from './deliver.ts';

/**
 * Starts the workflow of an open case that has none any more, for example after Temporal's own database was restored to
 * an earlier moment. The ledger gives it its state. Where one runs nothing happens, unless it is to take its place.
 */
export async function restartCase(
  client: Client,
  lost: { kind: ProcessKind; caseId: string; version: number },
  taskQueue: string,
  inPlaceOf: 'nothing' | 'whatRuns' = 'nothing',
): Promise<void> {
  const options = startOptions(lost, { taskQueue });
  await client.workflow.start(caseWorkflowType(lost.kind), {
    ...options,
    ...(inPlaceOf === 'whatRuns' && { workflowIdConflictPolicy: WorkflowIdConflictPolicy.TERMINATE_EXISTING }),
  });
}
