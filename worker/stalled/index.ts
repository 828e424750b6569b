/** Looking for what stands still, as one companion of a worker. */
import type { Pool } from 'pg';
import type { FactReader } from '../../contracts/facts.ts';
import type { Log } from '../log.ts';
import type { Attending, Companion } from '../main.ts';
import { comparison } from './comparison.ts';
import { databaseCheck } from './database.ts';
import { engineCheck, type EngineOptions } from './engine.ts';
import { platformCheck } from './platform.ts';
import { quorumCheck } from './quorum.ts';
import { startStalledChecks, type Check, type StalledOptions } from './round.ts';
import { workersCheck } from './workers.ts';

export interface WatchOptions extends Pick<StalledOptions, 'everyMs' | 'everySeconds'>, Pick<EngineOptions, 'youngMs'> {
  pool: Pool;
  facts: FactReader;
  /** Ids of the keys at hand. */
  keyIds: () => readonly string[];
  log: Log;
}

/** Every check of the list. */
export function allChecks({ pool, facts, keyIds, youngMs }: WatchOptions, { client, taskQueue }: Attending): Check[] {
  return [
    databaseCheck(pool),
    quorumCheck(pool, facts),
    platformCheck({ pool, keyIds }),
    workersCheck({ pool, client, taskQueue }),
    engineCheck({ pool, client, taskQueue, ...(youngMs !== undefined && { youngMs }) }),
    comparison({ pool, client, taskQueue }),
  ];
}

/** Looks for what stands still. */
export function watchStalled(options: WatchOptions, worker: Attending): Companion {
  return startStalledChecks({ ...options, checks: allChecks(options, worker) });
}
