import { perThing, type Bench, type Found, type Measure } from '../bench.ts';
import { copyOpenCases, type Copy } from '../copies.ts';
import { startCopies } from '../engine.ts';
import { inParallel, steadily } from '../http.ts';
import { consentsOf, counted, PER_SECOND, settled, until } from '../load.ts';
import type { Product } from '../product.ts';
import { percentile } from '../stats.ts';
import { Walk } from '../walk.ts';

const TEAM = ['inventor1', 'inventor2', 'inventor3'];
/** Starts a second that are counted on when the instant is chosen. */
const STARTS_PER_SECOND = 20;
const LEAD_SECONDS = 20;
const READERS = 8;
const AFTER_SPREAD_SECONDS = 60;
/** How much longer than that is waited before the measure is given up. */
const PATIENCE_SECONDS = 240;

interface Shown {
  now: string;
  notices: { state: string; endsAt: string }[];
  deadlines: { kind: string; state: string; endsAt: string }[];
}

const pauseUntil = (instant: number): Promise<void> => new Promise((next) => setTimeout(next, Math.max(0, instant - Date.now())));

/** Whether the window is told to be closed; a reader's answer counts by the clock that it names itself. */
const closedIn = ({ notices, deadlines }: Shown): boolean =>
  [...notices, ...deadlines.filter(({ kind }) => kind === 'window')].every(
    ({ state }) => state !== 'running' && state !== 'open',
  );

/** Reads cases one after the other around the instant; how many told something else than the clock says. */
async function readAround(
  product: Product,
  copies: readonly Copy[],
  endsAt: number,
): Promise<{ before: number; after: number; wrong: number }> {
  const told = { before: 0, after: 0, wrong: 0 };
  const half = Math.ceil(copies.length / 2);
  for (const [from, some] of [
    [endsAt - 2_000, copies.slice(0, half)],
    [endsAt, copies.slice(half)],
  ] as const) {
    await pauseUntil(from);
    await inParallel(some, READERS, async ({ caseId }) => {
      const shown = await product.does<Shown>('supervisor', 'GET', `/cases/${caseId}`);
      const over = Date.parse(shown.now) >= endsAt;
      told[over ? 'after' : 'before']++;
      if (closedIn(shown) !== over) told.wrong++;
    });
  }
  return told;
}

async function run(bench: Bench): Promise<Found> {
  const { instantWindows: count, spreadSeconds, actSeconds, windowReads } = bench.scale;
  const [servers, product] = [await bench.servers(), await bench.product()];
  const calmActs = PER_SECOND * actSeconds;
  const rushSeconds = Math.min(spreadSeconds, 4 * actSeconds);
  const consent = await consentsOf(product, calmActs + PER_SECOND * rushSeconds);
  const original = new Walk(product, TEAM);
  await original.toPublicity();
  const lead = LEAD_SECONDS + count / STARTS_PER_SECOND + actSeconds;
  const endsAt = Math.ceil(Date.now() / 1_000 + lead) * 1_000;
  const copies = await copyOpenCases(product.pool, original, count, new Date(endsAt).toISOString());
  await startCopies(servers, copies, spreadSeconds * 1_000);
  await settled(product);
  bench.say(`windows: ${count} wait, ${((endsAt - Date.now()) / 1_000).toFixed(0)} s before they end`);
  const calm = await steadily(PER_SECOND, actSeconds, consent);
  if (Date.now() > endsAt - 3_000) throw new Error('The windows end before everything is in place: start with fewer');
  const read = await readAround(product, copies.slice(0, windowReads), endsAt);
  const left = (): Promise<number> =>
    counted(
      product.pool,
      "SELECT count(*)::int AS n FROM deadline WHERE case_id = ANY ($1::uuid[]) AND kind = 'window' AND state = 'running'",
      [copies.map(({ caseId }) => caseId)],
    );
  const drained = bench.metered(async () => {
    await until(async () => -(await left()), 0, 'windows worked off', (spreadSeconds + PATIENCE_SECONDS) * 1_000, 500);
    return (Date.now() - endsAt) / 1_000;
  });
  const rush = await steadily(PER_SECOND, rushSeconds, (n) => consent(calmActs + n));
  bench.say(`windows: ${await left()} are still to be worked off`);
  const { value: seconds, used } = await drained;
  const against = (share: number) => {
    const [during, before] = [percentile(rush, share), percentile(calm, share)];
    return { unit: 'ms', product: during, bare: before, ratio: during / before };
  };
  return {
    rows: [
      { what: 'readers told otherwise than the clock says', unit: '', product: read.wrong, target: { atMost: 0 } },
      { what: 'readers after the instant', unit: '', product: read.after },
      { what: 'all worked off after', unit: 's', product: seconds, target: { atMost: spreadSeconds + AFTER_SPREAD_SECONDS } },
      { what: 'acts meanwhile p50, beside calm', ...against(0.5) },
      { what: 'acts meanwhile p99, beside calm', ...against(0.99), target: { atMost: 2 } },
    ],
    notes: [
      `${count} windows end at one instant; the cases spread their own wake-ups over ${spreadSeconds} s. ${read.before + read.after} reads by HTTP around`,
      `the instant, then ${PER_SECOND} acts a second on other cases for ${rushSeconds} s. In this table the column “bare” is the calm before.`,
    ],
    profile: { 'a window closed, with the acts meanwhile': perThing(used, count) },
  };
}

export const windows: Measure = { name: 'windows', title: 'Windows that end at one instant', run };
