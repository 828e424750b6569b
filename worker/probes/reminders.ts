import type { Pool } from 'pg';
import type { Message } from '../../domain/process.ts';
import type { RuleSnapshot } from '../../domain/rules.ts';
import type { Probe } from './index.ts';

export interface Reminder {
  /** What makes it this very reminder; a second one with the same key is not written. */
  key: string;
  caseId: string;
  template: string;
  to: Message['to'];
  values: Message['values'];
}

/** Writes reminders that were not written before, with the case's title and number beside their own values. */
export async function remind(pool: Pick<Pool, 'query'>, reminders: readonly Reminder[]): Promise<number> {
  if (reminders.length === 0) return 0;
  const { rowCount } = await pool.query(
    `INSERT INTO outbox (id, institution_id, case_id, seq, template, recipient, values)
     SELECT 'reminder:' || c.id || ':' || (r->>'key'), c.institution_id, c.id, c.version, r->>'template', r->'to',
            jsonb_strip_nulls(jsonb_build_object('number', coalesce(c.number, ''), 'step', c.step, 'title', a.title)) || (r->'values')
       FROM jsonb_array_elements($1) AS r
       JOIN cases c ON c.id = (r->>'caseId')::uuid
       LEFT JOIN achievement a ON a.institution_id = c.institution_id AND a.id = c.achievement_id
     ON CONFLICT (id) DO NOTHING`,
    [JSON.stringify(reminders)],
  );
  if (rowCount) await pool.query("SELECT pg_notify('outbox', '')");
  return rowCount ?? 0;
}

interface DueTask {
  case_id: string;
  key: string;
  act: string;
  person_id: string | null;
  role: string | null;
  department: string | null;
  due: Date;
  weeks_late: number;
}

/** Recalls tasks that are due within so many days, and overdue ones once a week. */
export function taskReminders(pool: Pool, daysBefore = 3): Probe {
  return {
    name: 'taskReminders',
    async run() {
      const { rows } = await pool.query<DueTask>(
        `SELECT t.case_id::text, t.key, t.act, t.person_id::text, t.role, t.department, t.due,
                floor(extract(epoch FROM service_clock() - t.due) / 604800)::int AS weeks_late
           FROM task t JOIN cases c ON c.id = t.case_id
          WHERE c.status = 'open' AND t.due <= service_clock() + make_interval(days => $1)`,
        [daysBefore],
      );
      return remind(
        pool,
        rows.flatMap((task) => {
          const to: Message['to'] | undefined = task.person_id
            ? { personId: task.person_id }
            : task.role
              ? ({ role: task.role, ...(task.department !== null && { department: task.department }) } as Message['to'])
              : undefined;
          const due = task.due.toISOString();
          const late = task.weeks_late >= 0;
          const when = late ? `late${task.weeks_late}` : 'due';
          const key = `${task.key}:${due}:${when}`;
          const template = late ? 'taskOverdue' : 'taskDue';
          return to ? [{ key, caseId: task.case_id, template, to, values: { act: task.act, due } }] : [];
        }),
      );
    },
  };
}

interface WaitingTitle {
  id: string;
  concluded_on: string;
  days: number;
  rules: RuleSnapshot;
}

/** Recalls a title change that is still open so many days after the agreement as the case's own rules say; not while on hold. */
export function titleChangeReminders(pool: Pool): Probe {
  return {
    name: 'titleChangeReminders',
    async run() {
      const { rows } = await pool.query<WaitingTitle>(
        `SELECT c.id::text, l.data->>'on' AS concluded_on, r.data->'rules' AS rules,
                (service_clock() AT TIME ZONE 'Asia/Shanghai')::date - (l.data->>'on')::date AS days
           FROM cases c
           JOIN LATERAL (SELECT data FROM ledger WHERE case_id = c.id AND type = 'agreementConcluded' ORDER BY seq DESC LIMIT 1) l ON true
           JOIN LATERAL (SELECT data FROM ledger WHERE case_id = c.id AND data ? 'rules' ORDER BY seq DESC LIMIT 1) r ON true
          WHERE c.status = 'open' AND c.step = 'titleChange' AND c.held_since IS NULL`,
      );
      return remind(
        pool,
        rows.flatMap(({ id, concluded_on, days, rules }) => {
          // After an outage of days only the last of what fell due is of use.
          const due = (rules.rules['empowerment.titleChange.reminderDays']?.value ?? []).filter((n) => n <= days);
          if (due.length === 0) return [];
          const reached = Math.max(...due);
          return [
            {
              key: `titleChange:${concluded_on}:${reached}`,
              caseId: id,
              template: 'titleChangeReminder',
              to: { role: 'officer' as const },
              values: { days: reached },
            },
          ];
        }),
      );
    },
  };
}
