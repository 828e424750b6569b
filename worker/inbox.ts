import type pg from 'pg';
import type { ProcessKind } from '../contracts/messages.ts';
import type { Refusal, Role } from '../domain/process.ts';

/** An act received and not yet answered, leased to this worker. */
export interface ClaimedAct {
  id: string;
  institutionId: string;
  caseId: string;
  actorPerson: string;
  onBehalfOf?: string;
  roles: Role[];
  departments: string[];
  type: string;
  body: unknown;
  receivedAt: string;
  timely: Record<string, boolean>;
  /** How often it has been claimed, this time included. */
  attempts: number;
  traceId?: string | null;
  kind: ProcessKind;
  /** Ledger version and status of the case at the moment of the claim. */
  version: number;
  status: 'draft' | 'open' | 'done' | 'refused' | 'withdrawn' | 'merged';
}

/** The inbox as the dispatcher uses it. */
export interface Inbox {
  /** Leases the oldest unanswered act of each case, oldest receipt first. */
  claim(limit: number): Promise<ClaimedAct[]>;
  /** Frees what workers that are gone had leased; answers how many acts that were. */
  takeOver(): Promise<number>;
  /** Frees what is leased to this worker and is none of the acts that it knows of. */
  letGo(known: string[]): Promise<void>;
  /** Puts an act off; the case waits as long. False if it is answered, or another worker's by now. */
  defer(actId: string, reason: string, seconds: number): Promise<boolean>;
  /** Where the case stands by now, if the act is in its ledger. */
  standing(actId: string): Promise<Pick<ClaimedAct, 'version' | 'status'> | undefined>;
  /** Answers an act that has no effect; an answer that it has already stands. */
  refuse(actId: string, refusal: Refusal): Promise<void>;
}

/** The inbox over SQL; `worker` names this worker in its leases. */
export function inboxOf(pool: pg.Pool, worker: string, leaseSeconds: number): Inbox {
  return {
    async claim(limit) {
      const { rows } = await pool.query<{ act: ClaimedAct }>('SELECT claim_inbox($1, $2, $3) AS act', [
        limit,
        leaseSeconds,
        worker,
      ]);
      return rows.map(({ act }) => act);
    },
    async takeOver() {
      const { rows } = await pool.query<{ freed: number }>('SELECT take_over_acts($1) AS freed', [worker]);
      return rows[0]?.freed ?? 0;
    },
    async letGo(known) {
      await pool.query(
        `UPDATE inbox SET lease_until = NULL, leased_by = NULL
          WHERE answered_at IS NULL AND leased_by = $1 AND id <> ALL ($2::uuid[])`,
        [worker, known],
      );
    },
    async defer(actId, reason, seconds) {
      const { rows } = await pool.query<{ deferred: boolean }>('SELECT defer_inbox($1, $2, $3, $4) AS deferred', [
        actId,
        worker,
        reason,
        seconds,
      ]);
      return rows[0]?.deferred ?? false;
    },
    async standing(actId) {
      const { rows } = await pool.query<Pick<ClaimedAct, 'version' | 'status'>>(
        `SELECT c.version, c.status FROM inbox i JOIN cases c ON c.id = i.case_id
          WHERE i.id = $1 AND i.answer->>'outcome' = 'done'`,
        [actId],
      );
      return rows[0];
    },
    async refuse(actId, refusal) {
      await pool.query('SELECT answer_refused($1, $2)', [actId, JSON.stringify(refusal)]);
    },
  };
}
