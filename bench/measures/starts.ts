import { perThing, type Bench, type Found, type Measure } from '../bench.ts';
import { openCases, startBare, textLikeOpening } from '../load.ts';
import { median } from '../stats.ts';
import { addUsage, type Usage } from '../usage.ts';
import { Walk } from '../walk.ts';

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
