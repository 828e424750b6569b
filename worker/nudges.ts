/**
 * Has cases look that slept past an instant they waited for.
 *
 * A worker and a server that end at the same instant take the news of a recorded act along (decision 0094): the ledger
 * has a window, and the workflow has no timer for it. Whoever acts on the case tells it; where nobody does, the system
 * acts. Before any act a case works off what time has brought, so that the very act of time, sent by way of the inbox,
 * closes the window and is then refused as done already.
 *
 * 1. Never before the case's own moment of the spread, nor while anything waits in its inbox: that tells it as well.
 * 2. One worker at a time looks, and an act's id follows from case, deadline and attempt, so that two send one act.
 * 3. A case that it does not help is asked ever more rarely, and stays in the list of what stands still.
 * 4. Few are on their way at a time: when all timers are late, because something was away, they come by themselves.
 */
import type pg from 'pg';
import { SYSTEM_ACTOR, systemActRequest } from '../contracts/systemActs.ts';
import type { ActType, Bodies } from '../domain/empowerment/acts.ts';
import { instantMs } from '../domain/time/index.ts';
import { spreadOf, WAKE_SPREAD_MS } from '../workflows/shared/ids.ts';
import { backoffSeconds } from './backoff.ts';
import { reasonOf, type Log } from './log.ts';
import { noMetrics, type WorkerMetrics } from './metrics.ts';
import { wakeOf, type AwaitedAct } from './wakeOf.ts';

export interface NudgeOptions {
  pool: pg.Pool;
  log: Log;
  metrics?: WorkerMetrics;
  /** Over how long cases spread their own wake-ups at one instant. */
  spreadMs?: number;
  /** How long a case gets for the work, from its own moment of the spread on. */
  graceMs?: number;
  everyMs?: number;
  /** Reads what a case waits for. */
  awaited?: (caseId: string) => Promise<AwaitedAct | undefined>;
}

interface Late {
  caseId: string;
  institutionId: string;
  deadline: string;
  kind: 'window' | 'review' | 'wake';
  endsAt: string;
  /** How often the case was asked already. */
  asked: number;
}

/** Key of the advisory lock by which workers agree who looks. */
const LOCK = 4_702_613;
const EVERY_MS = 5_000;
const GRACE_MS = 10_000;
/** Rows looked at in one round; at a midnight at which more windows end, the later ones come with the next rounds. */
const MOST_LATE = 1_000;
/** Acts on their way at a time; one that is not answered within a minute gives its place up. */
const AT_ONCE = 20;
const FIRST_PAUSE_SECONDS = 60;
const LONGEST_PAUSE_SECONDS = 86_400;

/** What time brings where a deadline's row says when, as acts. */
const OF_TIME = ['closeWindow', 'lapseReview'] satisfies ActType[];

const LATE = `
  WITH clock AS MATERIALIZED (SELECT service_clock() AS now)
  SELECT d.case_id::text AS "caseId", d.institution_id::text AS "institutionId", d.key AS deadline, d.kind,
         iso(d.ends_at) AS "endsAt", sent.n AS asked
    FROM (SELECT case_id, institution_id, key, kind, ends_at, $2::text[] AS acts FROM deadline
           WHERE state = 'running' AND kind IN ('window', 'review')
          UNION ALL SELECT id, institution_id, 'wake', 'wake', wakes_at, ARRAY[wake_type] FROM cases
           WHERE status = 'open' AND wakes_at IS NOT NULL AND NOT wake_type = ANY ($2)) AS d
    JOIN cases c ON c.id = d.case_id CROSS JOIN LATERAL (
      SELECT count(*)::int AS n, max(i.received_at) AS last FROM inbox i
       WHERE i.case_id = d.case_id AND i.received_at >= d.ends_at AND i.actor_person = $1 AND i.type = ANY (d.acts)) AS sent
   WHERE d.ends_at <= (SELECT now FROM clock) AND c.status = 'open'
     AND NOT EXISTS (SELECT 1 FROM inbox i WHERE i.case_id = d.case_id AND i.answered_at IS NULL)
     AND (sent.n = 0 OR sent.last <= (SELECT now FROM clock) - make_interval(secs => least($3, $4 * 2.0 ^ least(sent.n - 1, 30))))
   ORDER BY d.ends_at, d.case_id LIMIT $5`;

const UNDER_WAY = `
  SELECT service_clock() AS now, (SELECT count(*)::int FROM inbox
    WHERE answered_at IS NULL AND actor_person = $1 AND received_at > service_clock() - interval '1 minute') AS n`;

/** A round over all cases; answers how many were asked. */
export function nudger(options: NudgeOptions): () => Promise<number> {
  const { pool, log, metrics = noMetrics, spreadMs = WAKE_SPREAD_MS, graceMs = GRACE_MS } = options;
  const { awaited = (caseId) => wakeOf(pool, caseId) } = options;
  /** Cases of which it cannot be told what they wait for, which leaves nothing in the inbox to count. */
  const unclear = new Map<string, { times: number; until: number }>();

  const own = (caseId: string): number => (spreadMs > 0 ? spreadOf(caseId, spreadMs) : 0);

  async function actOf(late: Late): Promise<ReturnType<typeof systemActRequest> | undefined> {
    const { caseId, institutionId, deadline, endsAt, asked } = late;
    try {
      const wake = await awaited(caseId);
      if (!wake) throw new Error('By its ledger the case waits for no instant');
      unclear.delete(caseId);
      const { type, body } = wake as { type: ActType; body: Bodies[ActType] };
      return systemActRequest({ institutionId, caseId, type, body, reason: `nudge ${deadline} ${endsAt} ${asked}` });
    } catch (error) {
      const times = (unclear.get(caseId)?.times ?? 0) + 1;
      const seconds = backoffSeconds(times, FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS);
      unclear.set(caseId, { times, until: Date.now() + seconds * 1_000 });
      log.error({ caseId, deadline, seconds, reason: reasonOf(error) }, 'a case sleeps past a deadline and cannot be asked');
      return undefined;
    }
  }

  async function ask(db: pg.PoolClient): Promise<Late[]> {
    const { rows: clock } = await db.query<{ now: Date; n: number }>(UNDER_WAY, [SYSTEM_ACTOR]);
    const { now, n = 0 } = clock[0] ?? {};
    if (!now || n >= AT_ONCE) return [];
    const { rows } = await db.query<Late>(LATE, [SYSTEM_ACTOR, OF_TIME, LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS, MOST_LATE]);
    const asleep = ({ caseId, endsAt }: Late): boolean => now.getTime() >= instantMs(endsAt) + own(caseId) + graceMs;
    const clear = ({ caseId }: Late): boolean => (unclear.get(caseId)?.until ?? 0) <= Date.now();
    const asked = new Map<string, Late>();
    const acts: object[] = [];
    for (const late of rows.filter((row) => clear(row) && asleep(row))) {
      if (acts.length >= AT_ONCE - n) break;
      // One act has a case look at all that it slept past.
      const act = asked.has(late.caseId) ? undefined : await actOf(late);
      if (!act) continue;
      acts.push(act);
      asked.set(late.caseId, late);
    }
    if (acts.length > 0) await db.query('SELECT receive_system_acts($1)', [JSON.stringify(acts)]);
    return [...asked.values()];
  }

  return async () => {
    const client = await pool.connect();
    let failure: Error | undefined;
    try {
      await client.query('BEGIN');
      const { rows } = await client.query<{ mine: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS mine', [LOCK]);
      const asked = rows[0]?.mine ? await ask(client) : [];
      await client.query('COMMIT');
      for (const { caseId, deadline, kind, endsAt, asked: before } of asked) {
        metrics.nudged(kind, before === 0 ? 'first' : 'again');
        log.warn({ caseId, deadline, endsAt, attempt: before + 1 }, 'a case slept past a deadline and is asked to look');
      }
      return asked.length;
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error));
      throw error;
    } finally {
      // A connection with an open transaction leaves the pool.
      client.release(failure);
    }
  };
}

/** Looks again and again until it is stopped; a round under way is finished. */
export function startNudges(options: NudgeOptions): { stop(): Promise<void> } {
  const { log, everyMs = EVERY_MS } = options;
  const round = nudger(options);
  let running: Promise<unknown> | undefined;
  const look = (): void => {
    running ??= round()
      .catch((error: unknown) => log.warn({ reason: reasonOf(error) }, 'nobody can look for cases that slept past a deadline'))
      .finally(() => (running = undefined));
  };
  const timer = setInterval(look, everyMs);
  look();
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
