import { expect, it } from '@jest/globals';
import { openPool } from '../../runtime/pool.ts';
import { freshDatabase, waitFor } from '../harness/services.ts';

it('a connection that breaks while somebody holds it fails their next statement, and ends no process', async () => {
  const broken: Error[] = [];
  const pool = openPool({ connectionString: await freshDatabase(), max: 2 }, (error) => broken.push(error));
  const others = 'FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()';
  try {
    const held = await pool.connect();
    const ended = new Promise((end) => held.once('end', end));
    // An error that nobody hears is thrown at the process, which fails this test.
    await pool.query(`SELECT pg_terminate_backend(pid) ${others}`);
    await ended;
    await expect(held.query('SELECT 1')).rejects.toThrow();
    held.release();
    expect(broken).toEqual([]);

    // One that nobody holds is told, and replaced.
    const [one, two] = [await pool.connect(), await pool.connect()];
    two.release();
    await one.query(`SELECT pg_terminate_backend(pid) ${others}`);
    await waitFor(() => broken.length === 1);
    expect((await pool.query('SELECT 1')).rowCount).toBe(1);
    one.release();
  } finally {
    await pool.end();
  }
});
