/** Reading and writing a case's ledger: one SQL function each, so that an act's whole effect is one round trip. */
import { ApplicationFailure } from '@temporalio/common';
import type pg from 'pg';
import { canonicalJson } from '../contracts/canonical.ts';
import type { CaseActivities, LoadResult, RecordRequest, RecordResult } from '../contracts/messages.ts';
import type { Guard, Refusal } from '../domain/process.ts';
import { canonicalBody } from './ledger.ts';

/** What the activities work with. */
export interface RecordDeps {
  pool: Pick<pg.Pool, 'query'>;
}

/** Failure type of a request that the database will never take: a bug here or in a decider. */
const recordFailure = 'RecordImpossible';

/** What `record_act` answers: a refusal as its code, the rest as the workflow gets it. */
type SqlResult = Exclude<RecordResult, { kind: 'refused' }> | { kind: 'refused'; code: keyof typeof refusals };

const refusals = {
  achievementUnknown: {
    code: 'achievement.unknown',
    status: 422,
    zh: '本单位没有登记该科技成果',
    en: 'This institution has no such achievement',
  },
  achievementClaimed: {
    code: 'achievement.claimed',
    status: 409,
    zh: '另有在办的赋权申请涉及同一科技成果，须先处理',
    en: 'Another open case claims the same achievement; that must be resolved first',
  },
  leaveOverdrawn: {
    code: 'leave.overdrawn',
    status: 409,
    zh: '该人员的离岗时间已被另一事项占用，剩余天数不足',
    en: 'Another case has taken leave of this person meanwhile; too few days are left',
  },
} as const satisfies Record<string, Refusal>;

/** The activities by which a workflow reads and writes its case. */
export function createCaseActivities({ pool }: RecordDeps): CaseActivities {
  return {
    async loadCase({ caseId, after }) {
      const { rows } = await asked(pool.query<{ r: LoadResult }>('SELECT load_case($1, $2) AS r', [caseId, after]));
      const [row] = rows;
      if (!row) throw ApplicationFailure.nonRetryable(`There is no case ${caseId}`, recordFailure);
      return row.r;
    },
    async record(request) {
      const text = JSON.stringify(sqlRequest(request));
      const { rows } = await asked(pool.query<{ r: SqlResult }>('SELECT record_act($1) AS r', [text]));
      const [row] = rows;
      if (!row) throw new Error('record_act answered nothing');
      return row.r.kind === 'refused' ? { kind: 'refused', refusal: refusals[row.r.code] } : row.r;
    },
    async refuse({ actId, refusal }) {
      await asked(pool.query('SELECT answer_refused($1, $2)', [actId, JSON.stringify(refusal)]));
    },
  };
}

/** The request as `record_act` takes it: bodies as canonical text, which is what is hashed and stored. */
function sqlRequest(request: RecordRequest): object {
  const { caseId, expectedVersion, actId, fromInbox, actor, events, projection, messages, guards } = request;
  return {
    caseId,
    expectedVersion,
    actId,
    fromInbox,
    actor: canonicalJson(actor),
    events: events.map((event) => canonicalBody(actor, event)),
    guards: {
      claims: guards.filter(is('claimAchievement')),
      soleClaims: guards.filter(is('soleClaim')).map((guard) => guard.achievementId),
      releases: guards.filter(is('releaseAchievement')).map((guard) => guard.achievementId),
      numbers: guards.filter(is('assignNumber')),
      windows: guards.filter(is('windowOver')),
      openings: guards.filter(is('openCase')),
      leave: guards.filter(is('spendLeave')),
    },
    projection,
    messages,
  };
}

function is<K extends Guard['kind']>(kind: K): (guard: Guard) => guard is Extract<Guard, { kind: K }> {
  return (guard): guard is Extract<Guard, { kind: K }> => guard.kind === kind;
}

/**
 * Only what is wrong with the data itself is final: a value that does not fit (class 22), a broken constraint (23), or
 * a rule of our own (FQ). Everything else, even a missing function while an upgrade is under way, may be better soon.
 */
async function asked<T>(query: Promise<T>): Promise<T> {
  try {
    return await query;
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (typeof code !== 'string' || !/^(22|23|FQ)/.test(code)) throw error;
    // The detail of a database error can hold values of the row; the message and the constraint say enough.
    const { message, constraint } = error as { message: string; constraint?: string };
    throw ApplicationFailure.create({ type: recordFailure, nonRetryable: true, message, details: [{ code, constraint }] });
  }
}
