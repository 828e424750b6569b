import type { Pool } from 'pg';
import { WORK_OFF_SECONDS, type Found } from '../../contracts/stalled.ts';
import { instantMs } from '../../domain/time/index.ts';
import { WAKE_SPREAD_MS, spreadOf } from '../../workflows/shared/ids.ts';
import type { Check } from './round.ts';

/** What the database tells by itself (function `stalled_in_database`). */
export function databaseCheck(pool: Pool): Check {
  return {
    name: 'database',
    async find() {
      const { rows } = await pool.query<{ found: Found[]; now: Date }>(
        'SELECT stalled_in_database() AS found, service_clock() AS now',
      );
      const [row] = rows;
      if (!row) throw new Error('The database found nothing to say');
      // A case works off what time brings at its own moment of the spread, and gets a little longer for the work.
      const late = ({ cause, caseId, since }: Found): boolean =>
        cause !== 'deadlinePassed' ||
        row.now.getTime() > instantMs(since ?? '') + spreadOf(caseId ?? '', WAKE_SPREAD_MS) + WORK_OFF_SECONDS * 1_000;
      return row.found.filter(late);
    },
  };
}
