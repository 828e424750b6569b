/** A real worker over the test's database, so that acts are answered. */
import { createCaseActivities } from '../../activities/record.ts';
import type { CaseActivities } from '../../contracts/messages.ts';
import type { Log } from '../../worker/log.ts';
import type { Channel } from '../../worker/channels.ts';
import { startOutbox } from '../../worker/outbox.ts';
import { startWorker, type RunningWorker, type WorkerDeps } from '../../worker/main.ts';
import type { WorkerMetrics } from '../../worker/metrics.ts';
import { NAMESPACE, temporalAddress, uniqueTaskQueue } from '../harness/services.ts';
import { bundleCache, QuietLog, testKeys } from '../workflows/support/engine.ts';
import type { TestApi } from './service.ts';

export interface WorkerOptions extends Partial<Pick<WorkerDeps, 'keys' | 'bundle' | 'companions' | 'facts'>> {
  /** Takes the numbers. */
  metrics?: WorkerMetrics;
  /** Of its own, so that another test's worker is none of ours, unless it comes after another worker. */
  taskQueue?: string;
  log?: Log;
  /** Ways out of the service. */
  channels?: Channel[];
  /** Wraps the activities, for faults. */
  activities?: (real: CaseActivities) => CaseActivities;
}

export async function workerFor(api: TestApi, options: WorkerOptions = {}): Promise<RunningWorker> {
  const { metrics, taskQueue = uniqueTaskQueue('cases'), log = new QuietLog(), keys = testKeys, bundle, facts } = options;
  const { activities = (real) => real, companions = [], channels = [] } = options;
  const numbers = metrics && { metrics };
  const connection = { connectionString: api.databaseUrl };
  const { pool, sealer } = api;
  return startWorker({
    config: {
      temporalAddress: temporalAddress(),
      namespace: NAMESPACE,
      taskQueue,
      cacheDir: bundleCache,
    },
    pool,
    connection,
    keys,
    activities: activities(createCaseActivities({ pool })),
    log,
    ...(bundle && { bundle }),
    ...(facts && { facts }),
    ...numbers,
    companions: [
      ({ identity }) =>
        startOutbox({
          pool,
          connection,
          opener: sealer,
          identity,
          channels,
          log,
          sweepMs: 200,
          firstBackoffSeconds: 0.2,
          ...numbers,
        }),
      ...companions,
    ],
  });
}
