import type { Pool } from 'pg';
import { WORKER_SILENT_SECONDS, type Found } from '../../contracts/stalled.ts';
import { shippedCalendar } from '../../domain/time/data/calendar.ts';
import { dateOfInstant, yearOf } from '../../domain/time/index.ts';
import type { Check } from './round.ts';

export interface PlatformOptions {
  pool: Pool;
  /** Ids of the keys at hand. */
  keyIds: () => readonly string[];
}

/** What every institution needs: the calendar of the running year, and every key that something was encrypted with. */
export function platformCheck({ pool, keyIds }: PlatformOptions): Check {
  async function calendar(): Promise<Found[]> {
    const { rows } = await pool.query<{ now: string; years: string[] | null }>(
      `SELECT iso(service_clock()) AS now, (SELECT array(SELECT jsonb_object_keys(content->'years')) FROM calendar_version
                ORDER BY imported_at DESC, version DESC LIMIT 1) AS years`,
    );
    const [row] = rows;
    const year = String(yearOf(dateOfInstant(row?.now ?? '')));
    if ((row?.years ?? Object.keys(shippedCalendar.years)).includes(year)) return [];
    return [{ cause: 'calendarMissing', key: year, detail: { year } }];
  }

  async function keys(): Promise<Found[]> {
    // One step of the index for each key there is, however many subjects it wraps.
    const { rows } = await pool.query<{ id: string }>(
      `WITH RECURSIVE used AS (
         SELECT min(kek_id) AS id FROM subject_key
          UNION ALL SELECT (SELECT min(kek_id) FROM subject_key WHERE kek_id > used.id) FROM used WHERE used.id IS NOT NULL
       ) SELECT id FROM used WHERE id IS NOT NULL`,
    );
    // What the engine keeps tells its keys only when it is read: workers say which they were asked for in vain.
    const asked = await pool.query<{ id: string }>(
      `SELECT DISTINCT unnest(missing_keys) AS id FROM worker_presence WHERE seen_at > clock_timestamp() - make_interval(secs => $1)`,
      [WORKER_SILENT_SECONDS],
    );
    const missing = [...rows.filter(({ id }) => !keyIds().includes(id)), ...asked.rows];
    return missing.map(({ id }) => ({ cause: 'keyMissing' as const, key: id, detail: { key: id } }));
  }

  return { name: 'platform', find: async () => [...(await calendar()), ...(await keys())] };
}
