/** Holds what clients were told against what the service has: nothing lost, nothing done twice, nothing out of order. */
import type pg from 'pg';
import { readLedger } from '../../../activities/ledgerSource.ts';
import { rebuildProjections } from '../../../activities/rebuild.ts';
import { verifyLedger } from '../../../activities/verify.ts';
import { processes } from '../../../domain/index.ts';
import { waitFor } from '../../harness/services.ts';
import type { Acknowledged } from '../support/client.ts';

/** What the comparison found; all lists are empty where the service held. */
export interface Verdict {
  acknowledged: number;
  lost: string[];
  doubled: string[];
  disordered: string[];
}

interface InboxRow {
  id: string;
  case_id: string;
  key: string;
  actor: string;
  received_at: Date;
  answer: { outcome: 'done' | 'refused'; version?: number; events?: { seq: number; type: string }[] } | null;
}

interface LedgerRow {
  case_id: string;
  seq: number;
  type: string;
  act_id: string;
}

/** Compares every acknowledged act with inbox and ledger. */
export async function compare(pool: pg.Pool, acknowledged: readonly Acknowledged[]): Promise<Verdict> {
  const { rows: inbox } = await pool.query<InboxRow>(
    `SELECT id, case_id, idempotency_key AS key, actor_person AS actor, received_at, answer FROM inbox ORDER BY received_at, seq`,
  );
  const { rows: ledger } = await pool.query<LedgerRow>('SELECT case_id, seq, type, act_id FROM ledger ORDER BY case_id, seq');
  const received = new Map(inbox.map((row) => [row.id, row]));
  const events = grouped(ledger, ({ act_id }) => act_id);
  const verdict: Verdict = { acknowledged: acknowledged.length, lost: [], doubled: [], disordered: [] };

  for (const act of acknowledged) {
    const row = received.get(act.actId);
    const said = `${act.type} ${act.actId} of case ${act.caseId}`;
    if (!row?.answer) {
      verdict.lost.push(`${said}: ${row ? 'never answered' : 'not received'}`);
      continue;
    }
    const written = events.get(act.actId) ?? [];
    if (row.answer.outcome !== act.outcome) verdict.lost.push(`${said}: told ${act.outcome}, is ${row.answer.outcome}`);
    if (act.outcome === 'refused' && written.length > 0) verdict.doubled.push(`${said}: refused, and has events`);
    if (act.outcome !== 'done') continue;
    const told = JSON.stringify(act.answer?.events.map(({ seq, type }) => [seq, type]));
    if (told !== JSON.stringify(written.map(({ seq, type }) => [seq, type]))) {
      verdict.lost.push(`${said}: told ${told}, the ledger holds ${JSON.stringify(written.map(({ seq, type }) => [seq, type]))}`);
    }
  }
  verdict.doubled.push(...twice(acknowledged, inbox, ledger));
  verdict.disordered.push(...outOfOrder(inbox, events), ...againstTheClient(acknowledged, received));
  return verdict;
}

/** Two receipts for one key, or one act in two stretches of the ledger. */
function twice(acknowledged: readonly Acknowledged[], inbox: InboxRow[], ledger: LedgerRow[]): string[] {
  const found: string[] = [];
  for (const [key, rows] of grouped(inbox, (row) => `${row.actor} ${row.key}`)) {
    if (rows.length > 1) found.push(`key ${key}: ${rows.length} receipts`);
  }
  for (const [actId, told] of grouped(acknowledged, ({ key }) => key)) {
    if (new Set(told.map((one) => one.actId)).size > 1) found.push(`key ${actId}: told of two acts`);
  }
  const ended = new Set<string>();
  let last = '';
  for (const { case_id, act_id } of ledger) {
    const stretch = `${case_id} ${act_id}`;
    if (stretch !== last) {
      if (ended.has(stretch)) found.push(`act ${act_id}: in two stretches of case ${case_id}`);
      ended.add(last);
    }
    last = stretch;
  }
  return found;
}

/** Within a case, acts took effect in the order of their receipt. */
function outOfOrder(inbox: InboxRow[], events: Map<string, LedgerRow[]>): string[] {
  const found: string[] = [];
  for (const [caseId, rows] of grouped(inbox, ({ case_id }) => case_id)) {
    const firsts = rows.flatMap(({ id }) => events.get(id)?.[0]?.seq ?? []);
    if (firsts.some((seq, n) => n > 0 && seq < firsts[n - 1]!)) found.push(`case ${caseId}: acts in another order than received`);
  }
  return found;
}

/** What a client sent after it had been answered was received later. */
function againstTheClient(acknowledged: readonly Acknowledged[], received: Map<string, InboxRow>): string[] {
  const found: string[] = [];
  for (const [caseId, acts] of grouped(acknowledged, (act) => act.caseId)) {
    for (const act of acts) {
      const at = received.get(act.actId)?.received_at.getTime() ?? 0;
      const later = acts.find(
        (other) => other.sentAt > act.acknowledgedAt && (received.get(other.actId)?.received_at.getTime() ?? 0) < at,
      );
      if (later) found.push(`case ${caseId}: ${later.actId} was sent after ${act.actId} and received before it`);
    }
  }
  return found;
}

/** Nothing is left to be done: no act unanswered, no message undelivered, no job open, no window past its end. */
export async function atRest(pool: pg.Pool, timeoutMs = 300_000): Promise<void> {
  const left = `SELECT (SELECT count(*) FROM inbox WHERE answered_at IS NULL)::int AS acts,
                       (SELECT count(*) FROM outbox WHERE delivered_at IS NULL)::int AS messages,
                       (SELECT count(*) FROM job WHERE status IN ('queued', 'running'))::int AS jobs,
                       (SELECT count(*) FROM deadline d JOIN cases c ON c.id = d.case_id WHERE d.state = 'running'
                           AND d.kind IN ('window', 'review') AND c.status = 'open' AND d.ends_at <= service_clock())::int AS windows`;
  const what = { what: 'the cases to come to rest', timeoutMs, everyMs: 500 };
  await waitFor(async () => {
    const { rows } = await pool.query<Record<string, number>>(left);
    const open = Object.entries(rows[0] ?? {}).filter(([, n]) => n > 0);
    if (open.length > 0) throw new Error(`Left: ${JSON.stringify(Object.fromEntries(open))}`);
    return true;
  }, what);
}

/** What `verify` and `rebuild --check` find. */
export async function unsound(pool: pg.Pool): Promise<string[]> {
  const { rows: units } = await pool.query<{ id: string }>('SELECT DISTINCT institution_id::text AS id FROM ledger');
  const found: unknown[] = [];
  for (const { id } of units) found.push(...(await verifyLedger(readLedger(pool, id), { institutionId: id })).findings);
  const { differences, failed } = await rebuildProjections(pool, processes, { write: false });
  return [...found, ...differences, ...failed].map((one) => JSON.stringify(one));
}

function grouped<T>(list: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of list) {
    const group = groups.get(keyOf(one));
    if (group) group.push(one);
    else groups.set(keyOf(one), [one]);
  }
  return groups;
}
