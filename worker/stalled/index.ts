/** Looking for what stands still, as one companion of a worker. */
import type { Pool } from 'pg';
import type { FactReader } from '../facts.ts';
import type { Log } from '../log.ts';
import type { Attending, Companion } from '../main.ts';
import { databaseCheck } from './database.ts';
import { platformCheck } from './platform.ts';
import { startPresence } from './presence.ts';
import { quorumCheck } from './quorum.ts';
import { startStalledChecks, type Check, type StalledOptions } from './round.ts';

export interface WatchOptions extends Pick<StalledOptions, 'everyMs' | 'everySeconds'> {
  pool: Pool;
  facts: FactReader;
  /** Ids of the keys at hand. */
  keyIds: () => readonly string[];
  log: Log;
}

/** Every check of the list. */
export function allChecks({ pool, facts, keyIds }: WatchOptions): Check[] {
  return [databaseCheck(pool), quorumCheck(pool, facts), platformCheck({ pool, keyIds })];
}

/** Says that this worker is there, and looks for what stands still. */
export function watchStalled(options: WatchOptions, worker: Attending): Companion {
  const presence = startPresence({
    pool: options.pool,
    log: options.log,
    identity: worker.identity,
    buildId: worker.buildId,
    polls: () => worker.healthy(),
  });
  const checks = startStalledChecks({ ...options, checks: allChecks(options) });
  return {
    async stop() {
      await Promise.all([checks.stop(), presence.stop()]);
    },
  };
}
