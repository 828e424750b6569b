import { randomUUID } from 'node:crypto';
import { createCaseActivities } from '../../activities/record.ts';
import type { RecordRequest } from '../../contracts/messages.ts';
import { empowerment, type EmpowermentEvent } from '../../domain/empowerment/index.ts';
import { perThing, type Bench, type Found, type Measure } from '../bench.ts';
import { copyOpenCases } from '../copies.ts';
import { inParallel } from '../http.ts';
import { institutionId, type Product } from '../product.ts';
import { median } from '../stats.ts';
import { addUsage, type Usage } from '../usage.ts';
import { Walk } from '../walk.ts';

/** As many as the dispatcher delivers at once. */
const WRITERS = 8;

/** An act of the original that is recorded in each copy again and again, with the rows that stand for where it stands. */
async function actOf(product: Product, caseId: string): Promise<(copy: string, version: number) => RecordRequest> {
  const loaded = await createCaseActivities({ pool: product.pool }).loadCase({ caseId, after: 0 });
  const events = loaded.events as EmpowermentEvent[];
  const last = events.findLast(({ type }) => type === 'consentGiven');
  if (!last) throw new Error('Nobody has consented');
  const { type, v, effectiveAt, data, actor } = last;
  const state = events.reduce((before, event) => empowerment.evolve(before, event), empowerment.initial(caseId, institutionId));
  const projection = empowerment.project(state);
  return (copy, version) => ({
    caseId: copy,
    expectedVersion: version,
    actId: randomUUID(),
    fromInbox: false,
    actor,
    events: [{ type, v, effectiveAt, data }],
    guards: [],
    projection,
    messages: [],
  });
}

async function run(bench: Bench): Promise<Found> {
  const { rounds, appends } = bench.scale;
  const product = await bench.product();
  const original = new Walk(product);
  await original.open();
  await original.does('inventor2', 'consent', { applicationVersion: 1 });
  const act = await actOf(product, original.caseId);
  const activities = createCaseActivities({ pool: product.pool });
  const { rows } = await product.pool.query<{ version: number }>('SELECT version FROM cases WHERE id = $1', [original.caseId]);
  const from = rows[0]?.version ?? 0;
  const append = async (caseId: string, count: number): Promise<void> => {
    for (let n = 0; n < count; n++) {
      const { kind } = await activities.record(act(caseId, from + n));
      if (kind !== 'recorded') throw new Error(`An append was answered ${kind}`);
    }
  };
  const insert = async (caseId: string, count: number): Promise<void> => {
    for (let n = 0; n < count; n++)
      await product.pool.query('INSERT INTO bench_row (case_id, n, body) VALUES ($1, $2, $3)', [caseId, n, 'x'.repeat(400)]);
  };
  await product.pool.query('CREATE TABLE IF NOT EXISTS bench_row (case_id uuid, n int, body text, PRIMARY KEY (case_id, n))');
  const found = { ours: [] as number[], alone: [] as number[], bare: [] as number[] };
  let used: Usage = {};
  for (let round = 0; round < rounds; round++) {
    const cases = (await copyOpenCases(product.pool, original, WRITERS + 1)).map(({ caseId }) => caseId);
    const [single = '', ...many] = cases;
    const each = Math.ceil(appends / WRITERS);
    const ours = await bench.metered(() => inParallel(many, WRITERS, (caseId) => append(caseId, each)));
    const bare = await bench.metered(() => inParallel(many, WRITERS, (caseId) => insert(caseId, each)));
    const alone = await bench.metered(() => append(single, each));
    found.ours.push((each * WRITERS) / ours.seconds);
    found.bare.push((each * WRITERS) / bare.seconds);
    found.alone.push(each / alone.seconds);
    used = addUsage(used, ours.used);
  }
  await product.pool.query('DROP TABLE bench_row');
  return {
    rows: [
      { what: `appends a second, ${WRITERS} cases at once`, unit: '', product: median(found.ours), bare: median(found.bare) },
      { what: 'appends a second, one case', unit: '', product: median(found.alone) },
    ],
    notes: [
      'The record of one act: its row of the ledger with the hash, and the rows that lists are read from, in one transaction each.',
      'Bare: one row of a table with a key, committed.',
    ],
    profile: { 'CPU of one append (ms)': perThing(used, rounds * Math.ceil(appends / WRITERS) * WRITERS) },
  };
}

export const appends: Measure = { name: 'appends', title: 'Appends to the ledger', run };
