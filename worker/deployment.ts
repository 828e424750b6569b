/** What a worker must set up in Temporal before cases run: search attributes, and which version of the code is current. */
import type { NativeConnection } from '@temporalio/worker';
import proto from '@temporalio/proto';
import { caseSearchAttributes } from '../workflows/shared/searchAttributes.ts';

const { IndexedValueType } = proto.temporal.api.enums.v1;
const ALREADY_EXISTS = 6;

/** Registers what cases are searched by in Temporal. Does nothing where it is there; another type under the name is an error. */
export async function registerSearchAttributes(connection: NativeConnection, namespace: string): Promise<void> {
  const wanted = Object.fromEntries(caseSearchAttributes.map(({ name }) => [name, IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD]));
  const { operatorService } = connection;
  const present = (await operatorService.listSearchAttributes({ namespace })).customAttributes;
  // Adding a name again with another type changes nothing and says nothing, so the types are compared here.
  for (const [name, type] of Object.entries(wanted)) {
    if (present[name] !== undefined && present[name] !== type) {
      throw new Error(`Temporal has the search attribute ${name} with another type; remove it there`);
    }
  }
  const missing = Object.fromEntries(Object.entries(wanted).filter(([name]) => present[name] === undefined));
  if (Object.keys(missing).length === 0) return;
  try {
    await operatorService.addSearchAttributes({ namespace, searchAttributes: missing });
  } catch (error) {
    // Another worker was first.
    if ((error as { code?: number }).code !== ALREADY_EXISTS) throw error;
  }
}

/** Makes this build the one that new tasks go to. Running cases move to it with their next task. */
export async function makeCurrent(
  connection: NativeConnection,
  version: { namespace: string; deploymentName: string; buildId: string; identity: string },
): Promise<void> {
  await connection.workflowService.setWorkerDeploymentCurrentVersion({
    ...version,
    // The poller may register a moment later, and other queues of an older version need not be served by this one.
    allowNoPollers: true,
    ignoreMissingTaskQueues: true,
  });
}
