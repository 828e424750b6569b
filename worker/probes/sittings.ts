/**
 * Seats change while a case lies before a body: whoever has joined it since is asked as those were who sat when the case
 * came, and whoever was asked and sits no more is told so. By the case itself nobody would be: no act of it seats anybody.
 */
import type { Pool } from 'pg';
import type { FactReader } from '../../contracts/facts.ts';
import { readSitting, seatsOf, type SittingCase } from '../sitting.ts';
import type { Probe } from './index.ts';
import { remind } from './reminders.ts';

interface Sitting extends SittingCase {
  since: Date;
}

/**
 * Cases before a body in an institution whose seats have changed since the case came; not while on hold. Whoever gives up a seat
 * on the day on which the case came held it until the day before.
 */
const changed = `
  WITH clock AS (SELECT (service_clock() AT TIME ZONE 'Asia/Shanghai')::date AS today)
  SELECT c.id::text, c.kind, c.institution_id::text, t.since
    FROM clock, cases c JOIN task t ON t.case_id = c.id AND t.act = 'recordDecision'
   WHERE c.status = 'open' AND EXISTS (
     SELECT FROM body_member b WHERE b.institution_id = c.institution_id
        AND (b."from" <= clock.today AND b."from" >= (t.since AT TIME ZONE 'Asia/Shanghai')::date
             OR b.until < clock.today AND b.until >= (t.since AT TIME ZONE 'Asia/Shanghai')::date - 1))`;

interface Told {
  person: string;
  template: string;
  n: number;
}

/** Who was written to about this sitting, how often, and what they were told last. */
const told = `
  SELECT DISTINCT ON (recipient->>'personId') recipient->>'personId' AS person, template,
         (count(*) OVER (PARTITION BY recipient->>'personId'))::int AS n
    FROM outbox
   WHERE institution_id = $1 AND case_id = $2 AND channel = 'inbox' AND created_at >= $3
     AND template IN ('deliberationAsked', 'deliberationEnded')
   ORDER BY recipient->>'personId', created_at DESC`;

/** Takes back what asks somebody to sit and is not delivered yet. What is delivered stays: it says what they were told, and when. */
async function takeBack(pool: Pool, { id, since }: Sitting, persons: readonly string[]): Promise<void> {
  await pool.query(
    `UPDATE outbox SET delivered_at = clock_timestamp(), lease_until = NULL, last_error = 'noRecipient'
      WHERE case_id = $1 AND template = 'deliberationAsked' AND created_at >= $2 AND delivered_at IS NULL
        AND recipient->>'personId' = ANY ($3)`,
    [id, since, persons],
  );
}

/** Writes to whoever joins and leaves a sitting body. */
export function sittingLetters(pool: Pool, facts: FactReader): Probe {
  async function tell(one: Sitting, absent: readonly string[]): Promise<number> {
    const sitting = await readSitting(pool, facts, one);
    if (!sitting) return 0;
    const { body, assessment } = sitting;
    const { rows } = await pool.query<Told>(told, [one.institution_id, one.id, one.since]);
    const asked = rows.filter(({ template }) => template === 'deliberationAsked').map(({ person }) => person);
    const joined = assessment.eligible.filter((person) => !asked.includes(person) && !absent.includes(person));
    // Who keeps the seat and must stand aside is told nothing: it would say that somebody knows why.
    const seated = new Set([...assessment.eligible, ...assessment.barred.map(({ personId }) => personId)]);
    const gone = asked.filter((person) => !seated.has(person));
    if (gone.length > 0) await takeBack(pool, one, gone);
    const letter = (template: string) => (personId: string) => ({
      // Seats can change more than once in a day; two workers that look at once write one letter.
      key: `${template}:${one.since.toISOString()}:${personId}:${rows.find(({ person }) => person === personId)?.n ?? 0}`,
      caseId: one.id,
      template,
      to: { personId },
      values: { body },
    });
    return remind(pool, [...joined.map(letter('deliberationAsked')), ...gone.map(letter('deliberationEnded'))]);
  }

  return {
    name: 'sittingLetters',
    async run() {
      const { rows } = await pool.query<Sitting>(changed);
      const seats = rows.length > 0 ? await seatsOf(pool) : undefined;
      let written = 0;
      for (const one of rows) written += await tell(one, seats?.get(one.institution_id)?.absent ?? []);
      return written;
    },
  };
}
