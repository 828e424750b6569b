import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import type { Pool } from 'pg';
import { isPresent } from '../presence.ts';
import type { Check } from './round.ts';

/** A poll is begun anew after a minute at the latest; who is gone sooner is known by their silence. */
const POLLED_WITHIN_MS = 75_000;

export interface WorkersOptions {
  pool: Pool;
  client: Client;
  taskQueue: string;
}

/** Whether a worker of the release that new tasks go to asks for them. */
export function workersCheck({ pool, client, taskQueue }: WorkersOptions): Check {
  return {
    name: 'workers',
    async find() {
      const answer = await client.workflowService.describeTaskQueue({
        namespace: client.options.namespace,
        taskQueue: { name: taskQueue },
        taskQueueType: proto.temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
      });
      const current = answer.versioningInfo?.currentDeploymentVersion?.buildId;
      const polls = (answer.pollers ?? []).some(
        ({ lastAccessTime, deploymentOptions }) =>
          Number(lastAccessTime?.seconds ?? 0) * 1_000 > Date.now() - POLLED_WITHIN_MS &&
          (!current || deploymentOptions?.buildId === current),
      );
      if (polls && (!current || (await isPresent(pool, current)))) return [];
      return [{ cause: 'noWorker', key: taskQueue, detail: { build: current ?? '' } }];
    },
  };
}
