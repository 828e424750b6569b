/** What `/metrics` reads from the database: one query over partial indexes, at most once in a few seconds. */
import type { Pool } from 'pg';

export interface DatabaseNumbers {
  cases: { kind: string; step: string; n: number }[];
  overdue: { act: string; n: number }[];
  outbox: { channel: string; n: number; age: number }[];
  inbox: { n: number; age: number };
  /** What time alone brings and has not been worked off; a deadline that people must keep runs until they have decided. */
  past: number;
  jobs: number;
}

const QUERY = `
  WITH open AS (SELECT kind, step, count(*)::int AS n FROM cases WHERE status = 'open' GROUP BY kind, step),
       late AS (SELECT act, count(*)::int AS n FROM task WHERE due <= service_clock() GROUP BY act),
       away AS (SELECT channel, count(*)::int AS n, extract(epoch FROM clock_timestamp() - min(created_at))::float8 AS age
                  FROM outbox WHERE delivered_at IS NULL GROUP BY channel),
       waiting AS (SELECT count(*)::int AS n, coalesce(extract(epoch FROM service_clock() - min(received_at)), 0)::float8 AS age
                     FROM inbox WHERE answered_at IS NULL),
       past AS (SELECT count(*)::int AS n FROM (
                  SELECT 1 FROM deadline d JOIN cases c ON c.id = d.case_id
                   WHERE d.state = 'running' AND d.kind IN ('window', 'review') AND d.ends_at <= service_clock() AND c.status = 'open'
                  UNION ALL SELECT 1 FROM cases WHERE status = 'open' AND wakes_at <= service_clock()) AS passed)
  SELECT (SELECT coalesce(jsonb_agg(open), '[]') FROM open) AS cases,
         (SELECT coalesce(jsonb_agg(late), '[]') FROM late) AS overdue,
         (SELECT coalesce(jsonb_agg(away), '[]') FROM away) AS outbox,
         (SELECT to_jsonb(waiting) FROM waiting) AS inbox,
         (SELECT n FROM past) AS past,
         (SELECT count(*)::int FROM job WHERE status IN ('queued', 'running')) AS jobs`;

/** A reader that several scrapes within `freshMs` share; undefined while the database cannot be read. */
export function databaseNumbers(pool: Pool, freshMs = 5_000): () => Promise<DatabaseNumbers | undefined> {
  let last: { at: number; numbers: Promise<DatabaseNumbers | undefined> } | undefined;
  return () => {
    const now = performance.now();
    if (!last || now - last.at > freshMs) {
      const numbers = pool.query<DatabaseNumbers>(QUERY).then(
        ({ rows }) => rows[0],
        () => undefined,
      );
      last = { at: now, numbers };
    }
    return last.numbers;
  };
}
