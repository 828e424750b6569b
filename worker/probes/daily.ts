import type { Pool } from 'pg';
import { makeCheckpoint } from '../../activities/checkpoint.ts';
import type { NoteSigner } from '../../activities/note.ts';
import type { Probe } from './index.ts';

/** Signs each institution's log once a day. */
export function dailyCheckpoints(pool: Pool, signer: NoteSigner): Probe {
  return {
    name: 'dailyCheckpoints',
    async run() {
      const { rows } = await pool.query<{ id: string }>(
        `SELECT i.id::text FROM institution i WHERE NOT EXISTS (
           SELECT 1 FROM checkpoint k WHERE k.institution_id = i.id
              AND (k.signed_at AT TIME ZONE 'Asia/Shanghai')::date = (service_clock() AT TIME ZONE 'Asia/Shanghai')::date)`,
      );
      for (const { id } of rows) await makeCheckpoint(pool, signer, id);
      return rows.length;
    },
  };
}

/** Removes uploaded files that no act has named in time. */
export function expiredDocuments(store: { expire(): Promise<number> }): Probe {
  return { name: 'expiredDocuments', run: () => store.expire() };
}
