import { Pool, type PoolConfig } from 'pg';

/**
 * A pool whose connections may break at any moment. One that nobody uses is told to `onBroken` and replaced at its next
 * use; one that is held between two statements fails the next of them, and must not end the process before.
 */
export function openPool(config: PoolConfig, onBroken: (error: Error) => void): Pool {
  const pool = new Pool(config);
  pool.on('error', onBroken);
  // The pool listens only to connections that nobody holds, and an error that nobody hears is thrown at the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}
