import type { Client } from '@temporalio/client';
import type { ProcessKind } from '../contracts/messages.ts';
import { caseWorkflowType, startOptions } from './deliver.ts';

/**
 * Starts the workflow of an open case that has none any more, for example after Temporal's own database was restored to
 * an earlier moment. The ledger gives it its state; where one runs, nothing happens.
 */
export async function restartCase(
  client: Client,
  lost: { kind: ProcessKind; caseId: string; version: number },
  taskQueue: string,
): Promise<void> {
  await client.workflow.start(caseWorkflowType(lost.kind), startOptions(lost, { taskQueue }));
}
