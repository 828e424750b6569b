import type { Command } from 'commander';
import type pg from 'pg';
import { act, UsageError, withDatabaseOption, withPool } from './database.ts';

interface TracedAct {
  id: string;
  traceId: string | null;
  institution: string;
  caseId: string;
  number: string | null;
  type: string;
  personId: string;
  onBehalfOf: string | null;
  receivedAt: string;
  attempts: number;
  lastError: string | null;
  answeredAt: string | null;
  outcome: string | null;
  code: string | null;
  ledger: { seq: number; type: string; recordedAt: string }[];
  letters: {
    id: string;
    template: string;
    channel: string;
    createdAt: string;
    deliveredAt: string | null;
    lastError: string | null;
  }[];
}

interface Logged {
  at: string;
  action: string;
  subject: string;
  personId: string | null;
  code: string | null;
}

/** Where an act has been: what was received and answered, its ledger rows, its letters; and what else its request did. */
export interface Trace {
  acts: TracedAct[];
  log: Logged[];
}

const UUID = /^(?:urn:uuid:)?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/i;
const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/;

/** Adds `fuquan trace`. */
export function registerTrace(program: Command): void {
  withDatabaseOption(program.command('trace <id>'))
    .description(
      '一次办理的经过：请求、收件、留痕、通知 / the way of an act: request, inbox, ledger rows, letters. ' +
        '以请求的 traceparent 或其 traceId、问题的 instance、或事项标识查询 / by traceparent, trace id, a problem’s instance, or act id',
    )
    .option('--json', '输出 JSON / answer in JSON')
    .action((id: string, options: { database?: string; json?: boolean }) => act(() => trace(id, options)));
}

async function trace(given: string, { database, json }: { database?: string; json?: boolean }): Promise<number> {
  const parts = UUID.exec(TRACEPARENT.exec(given)?.[1] ?? given)?.slice(1);
  if (!parts) throw new UsageError(`不是 traceId 或事项标识：${given}`, `neither a trace id nor an act id: ${given}`);
  const ids = { uuid: parts.join('-').toLowerCase(), traceId: parts.join('').toLowerCase() };
  return withPool(database, async (pool) => {
    const found = await readTrace(pool, ids);
    process.stdout.write(json ? `${JSON.stringify(found)}\n` : sheet(found));
    return found.acts.length + found.log.length === 0 ? 1 : 0;
  });
}

async function readTrace(pool: pg.Pool, { uuid, traceId }: { uuid: string; traceId: string }): Promise<Trace> {
  // By their first release trace ids were written with dashes.
  const { rows: acts } = await pool.query<Omit<TracedAct, 'ledger' | 'letters'>>(
    `SELECT i.id, i.trace_id AS "traceId", n.code AS institution, i.case_id AS "caseId", c.number, i.type, i.actor_person AS "personId",
            i.on_behalf_of AS "onBehalfOf", iso(i.received_at) AS "receivedAt", i.attempts, i.last_error AS "lastError",
            iso(i.answered_at) AS "answeredAt", i.answer->>'outcome' AS outcome, i.answer->'refusal'->>'code' AS code
       FROM inbox i JOIN cases c ON c.id = i.case_id JOIN institution n ON n.id = i.institution_id
      WHERE i.id = $1 OR i.trace_id IN ($1::text, $2) ORDER BY i.received_at, i.seq`,
    [uuid, traceId],
  );
  const { rows: log } = await pool.query<Logged>(
    `SELECT iso(at) AS at, action, subject, actor_person AS "personId", detail->>'code' AS code
       FROM audit WHERE trace_id IN ($1::text, $2) ORDER BY id`,
    [uuid, traceId],
  );
  return { acts: await Promise.all(acts.map((one) => withEffects(pool, one))), log };
}

async function withEffects(pool: pg.Pool, one: Omit<TracedAct, 'ledger' | 'letters'>): Promise<TracedAct> {
  const { followUpId } = await import('../workflows/shared/ids.ts');
  const { rows: ledger } = await pool.query<TracedAct['ledger'][number]>(
    'SELECT seq, type, iso(recorded_at) AS "recordedAt" FROM ledger WHERE case_id = $1 AND act_id = $2 ORDER BY seq',
    [one.caseId, one.id],
  );
  // A message is named by its case, by the last row that it tells of or the act that had none, and by its place among others.
  const { rows: letters } = await pool.query<TracedAct['letters'][number]>(
    `SELECT id, template, channel, iso(created_at) AS "createdAt", iso(delivered_at) AS "deliveredAt", last_error AS "lastError"
       FROM outbox WHERE institution_id = (SELECT institution_id FROM cases WHERE id = $1) AND case_id = $1
        AND split_part(id, ':', 1) = $1::text AND split_part(id, ':', 2) = ANY($2) ORDER BY created_at, id`,
    [one.caseId, [one.id, followUpId(one.caseId, one.id), ...ledger.map(({ seq }) => String(seq))]],
  );
  return { ...one, ledger, letters };
}

const words = (...parts: (string | number | null | undefined)[]): string =>
  parts.filter((part) => part !== null && part !== undefined && part !== '').join('  ');

function sheet({ acts, log }: Trace): string {
  if (acts.length + log.length === 0) return '没有记录 / nothing is known of it\n';
  const lines = [
    ...acts.flatMap((one) => [
      words(one.receivedAt, '收件 / received', one.type, one.id, one.institution, one.number ?? one.caseId),
      words('  ', 'traceId', one.traceId),
      words('  ', '办理人 / by', one.personId, one.onBehalfOf && `← ${one.onBehalfOf}`),
      words('  ', '送达次数 / deliveries', one.attempts, one.lastError),
      ...one.ledger.map(({ seq, type, recordedAt }) => words(recordedAt, '留痕 / ledger', `#${seq}`, type)),
      one.answeredAt === null
        ? words('  ', '尚无答复 / not answered yet')
        : words(one.answeredAt, '答复 / answered', one.outcome, one.code),
      ...one.letters.map(({ createdAt, deliveredAt, channel, template, id, lastError }) =>
        words(
          createdAt,
          '通知 / letter',
          channel,
          template,
          id,
          deliveredAt ? `→ ${deliveredAt}` : '未送出 / not sent',
          lastError,
        ),
      ),
    ]),
    ...log.map(({ at, action, subject, personId, code }) => words(at, '日志 / log', action, code, subject, personId)),
  ];
  return `${lines.join('\n')}\n`;
}
