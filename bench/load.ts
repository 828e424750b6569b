/** Loads of both sides: cases opened through the dispatcher, bare cases started, and how a load is waited for. */
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import type { Bare } from './bare.ts';
import { copyDrafts, openingActs, type Original } from './copies.ts';
import { inParallel } from './http.ts';
import { INSTITUTION, type Product } from './product.ts';
import { TEAM, Walk } from './walk.ts';

/** As many receipts are written at once as the dispatcher delivers. */
const WIDTH = 8;
const POLL_MS = 20;

/** Until the count is there. */
export async function until(
  count: () => Promise<number>,
  wanted: number,
  what: string,
  timeoutMs = 600_000,
  everyMs = POLL_MS,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const now = await count();
    if (now >= wanted) return;
    if (Date.now() > deadline) throw new Error(`${what}: ${now} of ${wanted} after ${timeoutMs / 1_000} s`);
    await new Promise((next) => setTimeout(next, everyMs));
  }
}

/** What a query of one number `n` counts. */
export async function counted(pool: Pool, sql: string, values: unknown[] = []): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(sql, values);
  return rows[0]?.n ?? 0;
}

/** Receives the opening acts and waits until each case is open and parked. */
export async function openCases(
  product: Product,
  original: Original,
  count: number,
): Promise<{ caseIds: string[]; receive: () => Promise<void> }> {
  const copies = await copyDrafts(product.pool, original, count);
  const acts = await openingActs(product.pool, original, copies);
  const caseIds = copies.map(({ caseId }) => caseId);
  return {
    caseIds,
    receive: async () => {
      await inParallel(acts, WIDTH, async (act) => {
        await product.pool.query('SELECT receive_act($1)', [JSON.stringify(act)]);
      });
      const opened = 'SELECT count(*)::int AS n FROM cases WHERE status = $2 AND id = ANY ($1::uuid[])';
      await until(() => counted(product.pool, opened, [caseIds, 'open']), copies.length, 'cases opened');
    },
  };
}

/** Starts bare cases and waits until each has made its commit. */
export async function startBare(bare: Bare, count: number, text: string): Promise<string[]> {
  const caseIds = Array.from({ length: count }, () => randomUUID());
  await bare.does('POST', '/starts', { caseIds, text });
  const parked = 'SELECT count(*)::int AS n FROM entry WHERE case_id = ANY ($1::uuid[])';
  await until(() => counted(bare.pool, parked, [caseIds]), count, 'bare cases parked');
  return caseIds;
}

/** As many characters as the original's opening act has, which do not deflate to nothing. */
export async function textLikeOpening(product: Product, { caseId }: Original): Promise<string> {
  const { rows } = await product.pool.query<{ n: number }>(
    'SELECT length(body::text) AS n FROM inbox WHERE case_id = $1 LIMIT 1',
    [caseId],
  );
  const length = rows[0]?.n ?? 0;
  return Array.from({ length: Math.ceil(length / 36) }, () => randomUUID())
    .join('')
    .slice(0, length);
}

/** Until everything that follows of what was done is done: letters are posted, and no act waits. */
export async function settled({ pool }: Pick<Product, 'pool'>): Promise<void> {
  const left = `SELECT ((SELECT count(*) FROM outbox WHERE delivered_at IS NULL)
                      + (SELECT count(*) FROM inbox WHERE answered_at IS NULL))::int AS n`;
  await until(async () => -(await counted(pool, left)), 0, 'waiting letters and acts');
}

/** Acts a second, where acts are the load. */
export const PER_SECOND = 20;

/** Consents that are still to be given: one act each, in turn over the cases. */
export async function consentsOf(product: Product, acts: number): Promise<(n: number) => Promise<void>> {
  const original = new Walk(product);
  await original.open();
  const who = TEAM.slice(1);
  const { caseIds, receive } = await openCases(product, original, Math.ceil(acts / who.length));
  await receive();
  return async (n) => {
    const caseId = caseIds[n % caseIds.length]!;
    const person = who[Math.floor(n / caseIds.length)];
    if (person === undefined) throw new Error('More acts than consents');
    const act = { type: 'consent', body: { applicationVersion: 1 } };
    const path = `/institutions/${INSTITUTION}/cases/${caseId}/acts`;
    const { status, body } = await product.as(person, 'POST', path, act, { 'idempotency-key': randomUUID() });
    if (status !== 200) throw new Error(`consent: ${status} ${JSON.stringify(body)}`);
  };
}
