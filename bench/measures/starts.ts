import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import type { Bare } from '../bare.ts';
import { perThing, type Bench, type Found, type Measure } from '../bench.ts';
import { copyDrafts, openingActs, type Original } from '../copies.ts';
import { inParallel } from '../http.ts';
import type { Product } from '../product.ts';
import { median } from '../stats.ts';
import { addUsage, type Usage } from '../usage.ts';
import { Walk } from '../walk.ts';

/** As many receipts are written at once as the dispatcher delivers. */
const WIDTH = 8;
const POLL_MS = 20;

/** Until the count is there. */
export async function until(count: () => Promise<number>, wanted: number, what: string, timeoutMs = 600_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const now = await count();
    if (now >= wanted) return;
    if (Date.now() > deadline) throw new Error(`${what}: ${now} of ${wanted} after ${timeoutMs / 1_000} s`);
    await new Promise((next) => setTimeout(next, POLL_MS));
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

async function run(bench: Bench): Promise<Found> {
  const { rounds, starts } = bench.scale;
  const [product, bare] = [await bench.product(), await bench.bare()];
  const original = new Walk(product);
  await original.open();
  const text = await textLikeOpening(product, original);
  const rates: { product: number[]; bare: number[] } = { product: [], bare: [] };
  let used: { product: Usage; bare: Usage } = { product: {}, bare: {} };
  // The first of each side is for warming up and is not counted.
  for (let round = 0; round <= rounds; round++) {
    const count = round === 0 ? Math.min(starts, 40) : starts;
    const { receive } = await openCases(product, original, count);
    const ours = await bench.metered(receive);
    const theirs = await bench.metered(() => startBare(bare, count, text));
    if (round === 0) continue;
    rates.product.push(count / ours.seconds);
    rates.bare.push(count / theirs.seconds);
    used = { product: addUsage(used.product, ours.used), bare: addUsage(used.bare, theirs.used) };
    bench.say(
      `starts, round ${round}: ${(count / ours.seconds).toFixed(1)} a second, bare ${(count / theirs.seconds).toFixed(1)}`,
    );
  }
  const things = rounds * starts;
  return {
    rows: [
      {
        what: 'cases opened and parked',
        unit: '1/s',
        product: median(rates.product),
        bare: median(rates.bare),
        ratio: median(rates.product) / median(rates.bare),
        target: { atLeast: 0.6 },
      },
    ],
    notes: [
      `${rounds} rounds of ${starts} starts a side. Ours are received (one commit each), claimed, decided, recorded with everything`,
      'that follows, and parked; the bare ones are started eagerly, read once, commit once, and are parked.',
    ],
    profile: { 'a start of ours': perThing(used.product, things), 'a bare start': perThing(used.bare, things) },
  };
}

export const starts: Measure = { name: 'starts', title: 'Cases opened and parked through the dispatcher', run };
