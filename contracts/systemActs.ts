/**
 * Acts of the system itself: they take the same way as a person's act, through the inbox, so that they stand in the
 * case's order of receipt, survive a crash and are done once. Nobody can send one over HTTP.
 */
import { createHash } from 'node:crypto';
import type { ActType, Bodies } from '../domain/empowerment/acts.ts';
import { canonicalJson } from './canonical.ts';
import type { SealedRow } from './sealing.ts';

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

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The act's id follows from what it is, so that two workers send one act. */
function idOf({ caseId, type, reason }: SystemAct): string {
  const hex = sha256(`system act\n${caseId}\n${type}\n${reason}`);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The act as `receive_act` takes it. */
export function systemActRequest<T extends ActType>(act: SystemAct<T>): { id: string; [field: string]: unknown } {
  const id = idOf(act);
  return {
    id,
    institutionId: act.institutionId,
    caseId: act.caseId,
    actorPerson: SYSTEM_ACTOR,
    roles: [],
    departments: [],
    type: act.type,
    body: act.body,
    bodyHashes: [sha256(canonicalJson({ type: act.type, reason: act.reason }))],
    idempotencyKey: id,
    documents: [],
    sealed: act.sealed ?? [],
  };
}
