import type { Bench, Found, Measure } from '../bench.ts';
import { copyOpenCases, type Copy } from '../copies.ts';
import { inParallel } from '../http.ts';
import { counted } from '../load.ts';
import type { Product } from '../product.ts';
import { forgetStatements, slowestStatements } from '../servers.ts';
import { Walk } from '../walk.ts';

const TEAM = ['inventor1', 'inventor2', 'inventor3'];
const BATCH = 1_000;
const READERS = 4;
const RIGHT_WITHIN_MS = 2_000;

interface Shown {
  notices: { id: string; endsAt: string }[];
  deadlines: { kind: string; state: string; endsAt: string; calendarVersion: string }[];
}

/** Which instants are told of a case's window: by the case itself, and by its notice. */
async function toldOf(product: Product, { caseId }: Copy): Promise<string[]> {
  const shown = await product.does<Shown>('supervisor', 'GET', `/cases/${caseId}`);
  const ends = [...shown.notices, ...shown.deadlines.filter(({ kind }) => kind === 'window')].map(({ endsAt }) => endsAt);
  const [notice] = shown.notices;
  if (!notice) throw new Error(`Case ${caseId} shows no notice`);
  return [...ends, (await product.does<{ endsAt: string }>('supervisor', 'GET', `/notices/${notice.id}`)).endsAt];
}

async function run(bench: Bench): Promise<Found> {
  const { openWindows: count, windowReads } = bench.scale;
  const product = await bench.product();
  const original = new Walk(product, TEAM);
  await original.toPublicity();
  const copies: Copy[] = [];
  while (copies.length < count) {
    copies.push(...(await copyOpenCases(product.pool, original, Math.min(BATCH, count - copies.length))));
  }
  const { rows } = await product.pool.query<{ day: string; ends: string }>(
    "SELECT last_day::text AS day, iso(ends_at) AS ends FROM deadline WHERE case_id = $1 AND kind = 'window' AND state = 'running'",
    [original.caseId],
  );
  const [window] = rows;
  if (!window) throw new Error('The case has no window that runs');
  const version = `bench-${Date.now()}`;
  // The last day of every window becomes a day off, as a change of a holiday at short notice makes it.
  const body = { version, days: { [window.day]: { is: 'off', reason: '调休（示例） a day exchanged' } }, note: 'bench' };
  const { url } = await bench.servers();
  await forgetStatements(url('postgres'));
  const began = performance.now();
  const { status, body: told } = await product.as<{ changes?: unknown[] }>('operator', 'POST', '/calendars', body);
  const answeredMs = performance.now() - began;
  const slow = await slowestStatements(url('postgres'), 6);
  if (status !== 201) throw new Error(`calendar: ${status} ${JSON.stringify(told)}`);
  const sampled = copies.filter((_, n) => n % Math.ceil(copies.length / windowReads) === 0);
  let wrong = 0;
  const readFrom = performance.now();
  await inParallel(sampled, READERS, async (copy) => {
    if ((await toldOf(product, copy)).some((ends) => ends <= window.ends)) wrong++;
  });
  const readMs = performance.now() - readFrom;
  const stale = await counted(
    product.pool,
    "SELECT count(*)::int AS n FROM deadline WHERE case_id = ANY ($1::uuid[]) AND kind = 'window' AND state = 'running' AND ends_at <= $2",
    [copies.map(({ caseId }) => caseId), window.ends],
  );
  // These cases have no workflow that could note the import, and nothing else is to wait for it.
  await product.pool.query('SELECT answer_refused(id, $2) FROM inbox WHERE answered_at IS NULL AND case_id = ANY ($1::uuid[])', [
    copies.map(({ caseId }) => caseId),
    JSON.stringify({ code: 'bench', status: 409, zh: '测量', en: 'Measured' }),
  ]);
  return {
    rows: [
      { what: 'import answered, every row moved', unit: 'ms', product: answeredMs, target: { atMost: RIGHT_WITHIN_MS } },
      { what: 'windows that had not moved then', unit: '', product: stale, target: { atMost: 0 } },
      { what: 'readers told the old end', unit: '', product: wrong, target: { atMost: 0 } },
      { what: 'readers asked', unit: '', product: sampled.length },
      { what: 'a read of a case and its notice', unit: 'ms', product: readMs / sampled.length },
    ],
    notes: [
      `${count} windows run when the last day of each becomes a day off. Rows move in the transaction of the import: it is answered`,
      'when every reader sees the new end. Readers ask the case and the notice by HTTP from that moment on. That each case notes',
      'the import in its ledger follows later and is not measured here.',
    ],
    profile: { 'slowest statements of the import (ms)': slow },
  };
}

export const calendar: Measure = { name: 'calendar', title: 'A calendar imported over open windows', run };
