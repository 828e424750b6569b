/** A real worker over the test's database, so that acts are answered. */
import { createCaseActivities } from '../../activities/record.ts';
import { startOutbox } from '../../worker/outbox.ts';
import { startWorker, type RunningWorker } from '../../worker/main.ts';
import { NAMESPACE, temporalAddress, uniqueTaskQueue } from '../harness/services.ts';
import { bundleCache, QuietLog, testKeys } from '../workflows/support/engine.ts';
import type { TestApi } from './service.ts';

export async function workerFor(api: TestApi): Promise<RunningWorker> {
  const log = new QuietLog();
  const connection = { connectionString: api.databaseUrl };
  const { pool, sealer } = api;
  return startWorker({
    config: {
      temporalAddress: temporalAddress(),
      namespace: NAMESPACE,
      taskQueue: uniqueTaskQueue('cases'),
      cacheDir: bundleCache,
    },
    pool,
    connection,
    keys: testKeys,
    activities: createCaseActivities({ pool }),
    log,
    companions: [() => startOutbox({ pool, connection, opener: sealer, channels: [], log, sweepMs: 200 })],
  });
}
