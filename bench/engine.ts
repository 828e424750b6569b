/** Looks into the engine from beside it: histories, and workflows that no dispatcher has started. */
import { Client, Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { caseTaskQueue } from '../contracts/messages.ts';
import { caseWorkflowType, startOptions } from '../worker/deliver.ts';
import { stepAttribute } from '../workflows/shared/searchAttributes.ts';
import type { Copy } from './copies.ts';
import { inParallel } from './http.ts';
import { NAMESPACES, type Servers } from './servers.ts';

const { EventType } = proto.temporal.api.enums.v1;
const WIDTH = 32;

/** Does something with a client of the namespace. */
export async function withEngine<T>(
  { temporalAddress }: Pick<Servers, 'temporalAddress'>,
  namespace: string,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const connection = await Connection.connect({ address: temporalAddress });
  try {
    return await work(new Client({ connection, namespace }));
  } finally {
    await connection.close();
  }
}

export interface HistorySize {
  events: number;
  bytes: number;
}

/** Events and bytes of a workflow's history, as the server counts them. */
export async function historySize(client: Client, workflowId: string): Promise<HistorySize> {
  const { historyLength, historySize: bytes } = await client.workflow.getHandle(workflowId).describe();
  return { events: historyLength, bytes: bytes ?? 0 };
}

/** Types of a history's events, in order, without what they all begin with. */
export async function eventTypes(client: Client, workflowId: string): Promise<string[]> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).map(({ eventType }) => (EventType[eventType ?? 0] ?? 'unknown').replace('EVENT_TYPE_', ''));
}

/** Starts the workflows of cases that are in the database already, as the mending of a lost one does. */
export async function startCopies(servers: Servers, copies: readonly Copy[], spreadMs: number): Promise<void> {
  await withEngine(servers, NAMESPACES.product, (client) =>
    inParallel(copies, WIDTH, async ({ caseId }) => {
      const kind = 'empowerment';
      await client.workflow.start(
        caseWorkflowType(kind),
        startOptions({ kind, caseId, version: 1 }, { taskQueue: caseTaskQueue, spreadMs }),
      );
    }),
  );
}

/** Cases whose workflow has come to the step: what began it is worked off. */
export async function parkedAt(servers: Servers, step: string): Promise<number> {
  const query = `${stepAttribute.name} = '${step}' AND ExecutionStatus = 'Running'`;
  return withEngine(servers, NAMESPACES.product, async (client) => (await client.workflow.count(query)).count);
}
