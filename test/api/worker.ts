/** A real worker over the test's database, so that acts are answered. */
import { createCaseActivities } from '../../activities/record.ts';
import type { Log } from '../../worker/log.ts';
import { startOutbox } from '../../worker/outbox.ts';
import { startWorker, type RunningWorker } from '../../worker/main.ts';
import type { WorkerMetrics } from '../../worker/metrics.ts';
import { NAMESPACE, temporalAddress, uniqueTaskQueue } from '../harness/services.ts';
import { bundleCache, QuietLog, testKeys } from '../workflows/support/engine.ts';
import type { TestApi } from './service.ts';

/** `told` takes the numbers; with a task queue of its own another test's worker is none of ours. */
export async function workerFor(
  api: TestApi,
  told: { metrics?: WorkerMetrics; taskQueue?: string; log?: Log } = {},
): Promise<RunningWorker> {
  const { metrics, taskQueue = uniqueTaskQueue('cases'), log = new QuietLog() } = told;
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
    keys: testKeys,
    activities: createCaseActivities({ pool }),
    log,
    ...(metrics && { metrics }),
    companions: [
      () => startOutbox({ pool, connection, opener: sealer, channels: [], log, sweepMs: 200, ...(metrics && { metrics }) }),
    ],
  });
}
