import pg from 'pg';

/** A pool that once carries out a statement and loses its answer, as a connection that is cut does. */
export function losingPool(options: pg.PoolConfig, statement?: string): pg.Pool {
  const pool = new pg.Pool(options);
  pool.on('error', () => undefined);
  if (statement === undefined) return pool;
  const query = pool.query.bind(pool) as (text: string, values?: unknown[]) => Promise<pg.QueryResult>;
  let lost = false;
  const losing = async (text: string, values?: unknown[]): Promise<pg.QueryResult> => {
    const result = await query(text, values);
    if (lost || (result.rowCount ?? 0) === 0 || !text.includes(statement)) return result;
    lost = true;
    throw Object.assign(new Error('Connection terminated unexpectedly'), { code: 'ECONNRESET' });
  };
  return Object.assign(pool, { query: losing as pg.Pool['query'] });
}
