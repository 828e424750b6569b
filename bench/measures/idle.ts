import type { Bench, Found, Measure } from '../bench.ts';
import { copyOpenCases } from '../copies.ts';
import { parkedAt, startCopies } from '../engine.ts';
import { settled, until } from '../load.ts';
import { sum } from '../stats.ts';
import { residentBytes, type Usage } from '../usage.ts';
import { Walk } from '../walk.ts';

const TEAM = ['inventor1', 'inventor2', 'inventor3'];
const BATCH = 500;
const MEBIBYTE = 2 ** 20;
const PARKING_MS = 1_800_000;
/** What a measure of CPU so small cannot tell apart. */
const NOISE = 1.1;

async function run(bench: Bench): Promise<Found> {
  const { parkedFew, parkedMany, idleSeconds, spreadSeconds } = bench.scale;
  const [servers, product] = [await bench.servers(), await bench.product()];
  const original = new Walk(product, TEAM);
  await original.toPublicity();
  let parked = 0;
  const park = async (cases: number): Promise<void> => {
    while (parked < cases) {
      const copies = await copyOpenCases(product.pool, original, Math.min(BATCH, cases - parked));
      await startCopies(servers, copies, spreadSeconds * 1_000);
      parked += copies.length;
      bench.say(`idle: ${parked} parked`);
    }
    await settled(product);
    // The first of them is the original.
    await until(() => parkedAt(servers, 'publicity'), parked + 1, 'cases that have parked', PARKING_MS, 1_000);
    // What the starts leave to be tidied up is not idleness: memory is collected, tables are vacuumed.
    await new Promise((next) => setTimeout(next, idleSeconds * 500));
  };
  const idle = async (): Promise<Usage> => {
    const { used, seconds } = await bench.metered(() => new Promise((next) => setTimeout(next, idleSeconds * 1_000)));
    const { bench: _own, bare: _other, ...parts } = used;
    return Object.fromEntries(Object.entries(parts).map(([name, cpu]) => [`${name} (CPU ms a second)`, (cpu * 1_000) / seconds]));
  };
  await park(parkedFew);
  const few = await idle();
  const fewBytes = residentBytes(product.pid);
  await park(parkedMany);
  const many = await idle();
  const [a, b] = [sum(Object.values(many)), sum(Object.values(few))];
  return {
    rows: [
      {
        what: `CPU with ${parkedMany} parked, beside ${parkedFew}`,
        unit: 'ms/s',
        product: a,
        bare: b,
        ratio: a / b,
        target: { atMost: NOISE },
      },
      {
        what: 'memory of the service',
        unit: 'MiB',
        product: residentBytes(product.pid) / MEBIBYTE,
        bare: fewBytes / MEBIBYTE,
      },
    ],
    notes: [
      `PostgreSQL, Temporal and the service together over ${idleSeconds} s without a request; each case waits for the end of a window. In this`,
      `table the column “bare” is the same service with ${parkedFew} cases. The target is “no more”; ${NOISE} allows for noise.`,
    ],
    profile: { [`with ${parkedMany}`]: many, [`with ${parkedFew}`]: few },
  };
}

export const idle: Measure = { name: 'idle', title: 'CPU while nothing happens', run };
