import type { Pool } from 'pg';
import type { Found } from '../../contracts/stalled.ts';
import { instantMs } from '../../domain/time/index.ts';
import { WAKE_SPREAD_MS, spreadOf } from '../../workflows/shared/ids.ts';
import type { Check } from './round.ts';

/** A case works off what time brings at its own moment of the spread, and gets this much longer for the work. */
const WORK_OFF_MS = 20_000;

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
      const late = ({ cause, caseId, since }: Found): boolean =>
        cause !== 'deadlinePassed' ||
        row.now.getTime() > instantMs(since ?? '') + spreadOf(caseId ?? '', WAKE_SPREAD_MS) + WORK_OFF_MS;
      return row.found.filter(late);
    },
  };
}
