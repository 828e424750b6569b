import { perThing, type Bench, type Found, type Measure } from '../bench.ts';
import { steadily } from '../http.ts';
import { consentsOf, PER_SECOND, startBare, textLikeOpening } from '../load.ts';
import { forgetStatements, slowestStatements } from '../servers.ts';
import { median, percentile } from '../stats.ts';
import { addUsage, type Usage } from '../usage.ts';
import { TEAM, Walk } from '../walk.ts';

async function run(bench: Bench): Promise<Found> {
  const { rounds, actSeconds } = bench.scale;
  const [product, bare] = [await bench.product(), await bench.bare()];
  const perRound = PER_SECOND * actSeconds;
  const warming = Math.min(perRound, 40);
  const total = warming + perRound * rounds;
  const consent = await consentsOf(product, total);
  const original = new Walk(product);
  await original.open();
  const bareIds = await startBare(bare, Math.ceil(total / (TEAM.length - 1)), await textLikeOpening(product, original));
  const bareActOf = async (n: number): Promise<void> => {
    await bare.does('POST', `/cases/${bareIds[n % bareIds.length]}/acts`, { text: 'consent'.repeat(20) });
  };
  await steadily(PER_SECOND, warming / PER_SECOND, consent);
  await steadily(PER_SECOND, warming / PER_SECOND, bareActOf);
  const { url } = await bench.servers();
  await forgetStatements(url('postgres'));
  const ms: { product: number[][]; bare: number[][] } = { product: [], bare: [] };
  let used: { product: Usage; bare: Usage } = { product: {}, bare: {} };
  for (let round = 0; round < rounds; round++) {
    const from = warming + round * perRound;
    const ours = await bench.metered(() => steadily(PER_SECOND, actSeconds, (n) => consent(from + n)));
    const theirs = await bench.metered(() => steadily(PER_SECOND, actSeconds, (n) => bareActOf(from + n)));
    ms.product.push(ours.value);
    ms.bare.push(theirs.value);
    used = { product: addUsage(used.product, ours.used), bare: addUsage(used.bare, theirs.used) };
    const told = [ours, theirs].map(({ value }) => `${percentile(value, 0.5).toFixed(1)}/${percentile(value, 0.99).toFixed(1)}`);
    bench.say(`acts, round ${round + 1}: p50/p99 ${told[0]} ms, bare ${told[1]} ms`);
  }
  const row = (share: number, atMost: number) => {
    const [ours, theirs] = [ms.product, ms.bare].map((side) => median(side.map((samples) => percentile(samples, share)))) as [
      number,
      number,
    ];
    return { what: `p${share * 100}`, unit: 'ms', product: ours, bare: theirs, ratio: ours / theirs, target: { atMost } };
  };
  const slow = await slowestStatements(url('postgres'), 10);
  return {
    rows: [row(0.5, 1.5), row(0.99, 1.7)],
    notes: [
      `${rounds} rounds of ${perRound} acts a side at ${PER_SECOND} a second over HTTP, each from the moment it was due. Ours is a consent:`,
      'authorised, received, delivered, decided, recorded and answered; the bare one is two commits and an Update with one local',
      'activity, behind Express.',
    ],
    profile: {
      'an act of ours': perThing(used.product, rounds * perRound),
      'a bare act': perThing(used.bare, rounds * perRound),
      'slowest statements in both (ms in all)': slow,
    },
  };
}

export const acts: Measure = { name: 'acts', title: 'An act over HTTP at 20 a second', run };
