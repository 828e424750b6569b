/** Legal time that can be moved: it runs as the machine's does, from wherever it is set. */
import type pg from 'pg';

/** Puts the clock in the place of the database's own; of use in a harness's database alone. */
export async function installClock(pool: pg.Pool, at: string): Promise<void> {
  await pool.query(`
    CREATE TABLE fault_clock (shift interval NOT NULL);
    CREATE OR REPLACE FUNCTION service_clock() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
      SELECT date_trunc('milliseconds', clock_timestamp() + shift) FROM fault_clock;
    $$;
    INSERT INTO fault_clock VALUES ('0');`);
  await setClock(pool, at);
}

export async function setClock(pool: pg.Pool, at: string): Promise<void> {
  await pool.query('UPDATE fault_clock SET shift = $1::timestamptz - clock_timestamp()', [at]);
}
