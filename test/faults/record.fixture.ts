/** A database with an institution, and the shortest ways to cases, receipts and records in it. */
import { randomUUID } from 'node:crypto';
import { Pool, type QueryResultRow } from 'pg';
import { createCaseActivities } from '../../activities/index.ts';
import type { CaseActivities, RecordRequest, RecordResult } from '../../contracts/messages.ts';
import type { Actor, DeadlineRow, NewEvent, Projection } from '../../domain/process.ts';
import { freshDatabase } from '../harness/services.ts';

export const system: Actor = { kind: 'system' };
export const effectiveAt = '2026-03-01T00:00:00.000Z';

export interface Receipt {
  outcome: 'received' | 'repeated' | 'conflict' | 'noCase';
  act?: { id: string; receivedAt: string; timely: Record<string, boolean>; answer?: unknown };
}

export class Office {
  readonly url: string;
  readonly pool: Pool;
  readonly institutionId = randomUUID();
  readonly code = `U${this.institutionId.slice(0, 8)}`;
  readonly personId = randomUUID();
  readonly activities: CaseActivities;

  constructor(url: string) {
    this.url = url;
    this.pool = new Pool({ connectionString: url, max: 60 });
    this.activities = createCaseActivities({ pool: this.pool });
  }

  /** In a database of its own. */
  static async open(): Promise<Office> {
    const office = new Office(await freshDatabase());
    await office.sql(
      `INSERT INTO institution (id, code, name, kind, province, state_founded) VALUES ($1, $2, '某大学', 'university', 'NM', true)`,
      office.institutionId,
      office.code,
    );
    await office.sql(`INSERT INTO person (id, name) VALUES ($1, '{}')`, office.personId);
    return office;
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  async sql<T extends QueryResultRow>(text: string, ...values: unknown[]): Promise<T[]> {
    return (await this.pool.query<T>(text, values)).rows;
  }

  async one<T>(text: string, ...values: unknown[]): Promise<T> {
    const [row] = await this.sql<{ x: T }>(text, ...values);
    if (!row) throw new Error(`No row: ${text}`);
    return row.x;
  }

  async achievement(): Promise<string> {
    const id = randomUUID();
    await this.sql(
      `INSERT INTO achievement (id, institution_id, title, kind) VALUES ($1, $2, '{}', 'patent')`,
      id,
      this.institutionId,
    );
    return id;
  }

  /** A draft, at version 0. */
  async draft(): Promise<string> {
    const id = randomUUID();
    await this.sql(
      `INSERT INTO cases (id, institution_id, kind, mode, step, status, created_by)
       VALUES ($1, $2, 'empowerment', 'useRight', 'draft', 'draft', $3)`,
      id,
      this.institutionId,
      this.personId,
    );
    return id;
  }

  async receive(caseId: string, more: object = {}, db: Pick<Pool, 'query'> = this.pool): Promise<Receipt> {
    const act = {
      id: randomUUID(),
      institutionId: this.institutionId,
      caseId,
      actorPerson: this.personId,
      roles: ['inventor'],
      departments: [],
      type: 'consent',
      body: { applicationVersion: 1 },
      bodyHashes: ['k:1'],
      idempotencyKey: randomUUID(),
      ...more,
    };
    const { rows } = await db.query<{ x: Receipt }>('SELECT receive_act($1) AS x', [JSON.stringify(act)]);
    if (!rows[0]) throw new Error('Not received');
    return rows[0].x;
  }

  async record(caseId: string, expectedVersion: number, more: Partial<RecordRequest> = {}): Promise<RecordResult> {
    return this.activities.record({
      caseId,
      expectedVersion,
      actId: randomUUID(),
      fromInbox: false,
      actor: system,
      events: [event()],
      guards: [],
      projection: projection(),
      messages: [],
      ...more,
    });
  }

  /** Sets legal time to what a row says, for tests of single milliseconds. */
  async holdClock(): Promise<(instant: string) => Promise<void>> {
    await this.sql('CREATE TABLE held_clock (at timestamptz NOT NULL)');
    await this.sql('INSERT INTO held_clock VALUES (clock_timestamp())');
    await this.sql(`CREATE OR REPLACE FUNCTION service_clock() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
      SELECT date_trunc('milliseconds', at) FROM held_clock $$`);
    return async (instant) => void (await this.sql('UPDATE held_clock SET at = $1', instant));
  }
}

export function event(more: Partial<NewEvent> = {}): NewEvent {
  return { type: 'happened', v: 1, effectiveAt, data: { 名称: '赋权', n: 1 }, ...more };
}

export function projection(more: Partial<Projection> = {}): Projection {
  const rows = { parties: [], tasks: [], deadlines: [], notices: [], objections: [], rights: [] };
  return { step: 'check', status: 'open', mode: 'useRight', ...rows, ...more };
}

export function window(endsAt: string, more: Partial<DeadlineRow> = {}): DeadlineRow {
  return {
    key: 'publicity:1',
    kind: 'window',
    startDate: '2026-03-01',
    lastDay: '2026-03-16',
    endsAt,
    bound: 'atLeast',
    n: 15,
    unit: 'calendarDay',
    countsFirstDay: false,
    clause: 'cn.1',
    phrase: '不少于15日',
    calendarVersion: '2026-1',
    provisional: false,
    skipped: [{ date: '2026-03-07', reason: '休息日' }],
    state: 'running',
    ...more,
  };
}

/** Runs all at once and gives the results in order. */
export function atOnce<T>(n: number, run: (i: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: n }, (_, i) => run(i)));
}
