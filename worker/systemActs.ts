/**
 * Acts of the system itself: they take the same way as a person's act, through the inbox, so that they stand in the
 * case's order of receipt, survive a crash and are done once. Nobody can send one over HTTP.
 */
import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { SealedRow } from '../activities/sealing.ts';
import { canonicalJson } from '../contracts/canonical.ts';
import type { ActType, Bodies } from '../domain/empowerment/acts.ts';

/** The actor of such an act in the inbox: no person has this id. */
export const SYSTEM_ACTOR = '00000000-0000-0000-0000-000000000000';

export interface SystemAct<T extends ActType = ActType> {
  institutionId: string;
  caseId: string;
  type: T;
  body: Bodies[T];
  /** What makes it this very act: sent again, it is the same one. */
  reason: string;
  sealed?: SealedRow[];
}

/** The act's id follows from what it is, so that two workers send one act. */
function idOf({ caseId, type, reason }: SystemAct): string {
  const hex = createHash('sha256').update(`system act\n${caseId}\n${type}\n${reason}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Puts the act into the inbox, once; answers its id. */
export async function sendSystemAct<T extends ActType>(db: Pick<pg.Pool, 'query'>, act: SystemAct<T>): Promise<string> {
  const id = idOf(act);
  const request = {
    id,
    institutionId: act.institutionId,
    caseId: act.caseId,
    actorPerson: SYSTEM_ACTOR,
    roles: [],
    departments: [],
    type: act.type,
    body: act.body,
    bodyHashes: [
      createHash('sha256')
        .update(canonicalJson({ type: act.type, reason: act.reason }))
        .digest('hex'),
    ],
    idempotencyKey: id,
    documents: [],
    sealed: act.sealed ?? [],
  };
  const { rows } = await db.query<{ outcome: string }>("SELECT receive_act($1)->>'outcome' AS outcome", [
    JSON.stringify(request),
  ]);
  const outcome = rows[0]?.outcome;
  if (outcome !== 'received' && outcome !== 'repeated')
    throw new Error(`The act ${act.type} of the system was not received: ${outcome}`);
  return id;
}
