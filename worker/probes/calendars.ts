/**
 * Running deadlines that rest on an older calendar: of cases that the import could not see, since their notice was on its
 * way just then, those of objections, and the times of steps. Each case counts them anew, once for a deadline and calendar.
 */
import type { Pool } from 'pg';
import { sendSystemAct } from '../systemActs.ts';
import type { Probe } from './index.ts';

interface Stale {
  case_id: string;
  institution_id: string;
  key: string;
  version: string;
}

/** The check. */
export function staleCalendars(pool: Pool): Probe {
  return {
    name: 'staleCalendars',
    async run() {
      const { rows } = await pool.query<Stale>(
        `WITH newest AS (SELECT version, imported_at FROM calendar_version ORDER BY imported_at DESC, version DESC LIMIT 1)
         SELECT d.case_id::text, d.institution_id::text, d.key, n.version
           FROM deadline d JOIN cases c ON c.id = d.case_id, newest n
          WHERE d.state = 'running' AND d.kind IN ('window', 'handling', 'review', 'internal') AND c.status = 'open'
            AND d.calendar_version <> n.version AND d.ends_at > service_clock()
            AND NOT EXISTS (SELECT 1 FROM inbox i WHERE i.case_id = d.case_id AND i.type = 'applyCalendar' AND i.body->>'deadline' = d.key
                               AND i.body->>'calendarVersion' = n.version)`,
      );
      for (const { case_id, institution_id, key, version } of rows) {
        const body = { calendarVersion: version, deadline: key };
        await sendSystemAct(pool, {
          institutionId: institution_id,
          caseId: case_id,
          type: 'applyCalendar',
          body,
          reason: `${version} ${key}`,
        });
      }
      return rows.length;
    },
  };
}
