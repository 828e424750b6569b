/** Sends acts of the system by way of the inbox. */
import type pg from 'pg';
import { systemActRequest, type SystemAct } from '../contracts/systemActs.ts';
import type { ActType } from '../domain/empowerment/acts.ts';

/** Puts the act into the inbox, once; answers its id. */
export async function sendSystemAct<T extends ActType>(db: Pick<pg.Pool, 'query'>, act: SystemAct<T>): Promise<string> {
  const request = systemActRequest(act);
  const { rows } = await db.query<{ outcome: string }>("SELECT receive_act($1)->>'outcome' AS outcome", [
    JSON.stringify(request),
  ]);
  const outcome = rows[0]?.outcome;
  if (outcome !== 'received' && outcome !== 'repeated')
    throw new Error(`The act ${act.type} of the system was not received: ${outcome}`);
  return request.id;
}
