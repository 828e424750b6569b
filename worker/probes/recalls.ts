/** Reminds of days that are near: the end of a term, a report that is due. Which, how long before and whom, the process says. */
import type { Pool } from 'pg';
import type { LoadResult } from '../../contracts/messages.ts';
import { processOf } from '../../domain/index.ts';
import { addDays, compareDates, daysBetween } from '../../domain/time/index.ts';
import type { Probe } from './index.ts';
import { remind, type Reminder } from './reminders.ts';

/** The longest notice that an institution can set. */
const LONGEST_DAYS = 400;
const BATCH = 200;

interface Near {
  id: string;
  today: string;
  r: LoadResult;
}

/** Reminders of the day; of several that fell due while nobody looked, only the last is of use. */
function due({ id, today, r: { kind, institutionId, events } }: Near): Reminder[] {
  const process = processOf(kind);
  if (!process) return [];
  const state = events.reduce((before, event) => process.evolve(before, event), process.initial(id, institutionId));
  return process.recalls(state).flatMap(({ key, on, daysBefore, template, to, values = {} }) => {
    if (compareDates(today, on) > 0) return [];
    const reached = daysBefore.filter((days) => compareDates(addDays(on, -days), today) <= 0);
    if (reached.length === 0) return [];
    const days = Math.min(...reached);
    const told = { ...values, lastDay: on, days: daysBetween(today, on) };
    return to.map((whom, n) => ({ key: `${key}:${on}:${days}:${n}`, caseId: id, template, to: whom, values: told }));
  });
}

/** Looks at every case, of a process that recalls, with a deadline near. */
export function recallReminders(pool: Pool): Probe {
  return {
    name: 'recallReminders',
    async run() {
      let after = '00000000-0000-0000-0000-000000000000';
      let written = 0;
      for (;;) {
        const { rows } = await pool.query<Near>(
          `SELECT c.id::text, (service_clock() AT TIME ZONE 'Asia/Shanghai')::date::text AS today, load_case(c.id, 0) AS r
             FROM cases c WHERE c.status = 'open' AND c.kind <> 'empowerment' AND c.id > $1 AND EXISTS (
               SELECT 1 FROM deadline d WHERE d.case_id = c.id AND d.state = 'running'
                  AND d.ends_at > service_clock() AND d.ends_at <= service_clock() + make_interval(days => $2))
            ORDER BY c.id LIMIT $3`,
          [after, LONGEST_DAYS, BATCH],
        );
        written += await remind(pool, rows.flatMap(due));
        const last = rows.at(-1);
        if (!last || rows.length < BATCH) return written;
        after = last.id;
      }
    },
  };
}
