/** A case that begins with an act: its row is written in one transaction with the receipt of the act that opens it. */
import { createHash } from 'node:crypto';
import { processOf } from '../domain/index.ts';
import type { CaseFacts } from './caseAccess.ts';
import { Problem } from './problems.ts';
import { keyOf, receiveAct, type SentAct } from './receive.ts';
import type { Answer, Context } from './route.ts';

/** The case follows from who opens it under which key, so that the same opening sent again finds its own case. */
function idOf({ caller }: Context, kind: string, key: string): string {
  const hex = createHash('sha256').update(`case\n${caller.institution.id}\n${caller.personId}\n${kind}\n${key}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Opens a case of the kind by the act, and answers as to any act. */
export async function openCase(context: Context, { kind, ...act }: SentAct & { kind: string }): Promise<Answer> {
  if (!processOf(kind)?.opens(act.type)) {
    const errors = [{ pointer: '/type', zh: '不是开立此类案件的办理动作', en: 'does not open a case of this kind' }];
    throw new Problem('request.invalid', { errors });
  }
  const { caller, idempotencyKey } = context;
  const beginning: CaseFacts = {
    id: idOf(context, kind, keyOf(idempotencyKey)),
    institutionId: caller.institution.id,
    kind,
    step: 'draft',
    status: 'draft',
    version: 0,
    createdBy: caller.personId,
    achievementId: null,
    roles: [],
    deputy: undefined,
    ownMatter: false,
    interestedFor: new Set(),
    impartial: false,
    pending: 0,
    noticed: false,
  };
  return receiveAct(context, beginning.id, act, beginning);
}
