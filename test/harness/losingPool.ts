import { Pool, type PoolConfig, type QueryResult } from 'pg';

/** A pool that once carries out a statement and loses its answer, as a connection that is cut does. */
export function losingPool(options: PoolConfig, statement?: string): Pool {
  const pool = new Pool(options);
  pool.on('error', () => undefined);
  if (statement === undefined) return pool;
  const query = pool.query.bind(pool) as (text: string, values?: unknown[]) => Promise<QueryResult>;
  let lost = false;
  const losing = async (text: string, values?: unknown[]): Promise<QueryResult> => {
    const result = await query(text, values);
    if (lost || (result.rowCount ?? 0) === 0 || !text.includes(statement)) return result;
    lost = true;
    throw Object.assign(new Error('Connection terminated unexpectedly'), { code: 'ECONNRESET' });
  };
  return Object.assign(pool, { query: losing as Pool['query'] });
}
