import type { Bench, Found, Measure } from '../bench.ts';
import { openCases, settled, startBare, textLikeOpening } from '../load.ts';
import { databaseBytes, type TableBytes } from '../servers.ts';
import { sum } from '../stats.ts';
import { Walk } from '../walk.ts';

const TEAM = ['inventor1', 'inventor2', 'inventor3'];
const SHOWN = 12;

type Bytes = Record<string, TableBytes>;

/** Bytes that each table has grown by, for each of so many cases, the largest first. */
function grown(before: TableBytes, after: TableBytes, cases: number): Record<string, number> {
  const all = Object.entries(after).map(([table, bytes]) => [table, (bytes - (before[table] ?? 0)) / cases] as const);
  return Object.fromEntries(all.filter(([, bytes]) => bytes >= 1).toSorted(([, a], [, b]) => b - a));
}

const first = (table: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(table).slice(0, SHOWN));

async function run(bench: Bench): Promise<Found> {
  const { parkedFew, parkedWeighed: count } = bench.scale;
  const { url } = await bench.servers();
  const [product, bare] = [await bench.product(), await bench.bare()];
  const read = async (own: string): Promise<Bytes> => ({
    own: await databaseBytes(url(own)),
    temporal: await databaseBytes(url('temporal')),
    visibility: await databaseBytes(url('temporal_visibility')),
  });
  const original = new Walk(product, TEAM);
  await original.open();
  const text = await textLikeOpening(product, original);
  const weigh = async (own: string, open: (cases: number) => Promise<void>): Promise<Record<string, Record<string, number>>> => {
    // The first pages of each table are there before anything is weighed.
    await open(parkedFew);
    const before = await read(own);
    await open(count);
    const after = await read(own);
    return Object.fromEntries(Object.keys(after).map((name) => [name, grown(before[name]!, after[name]!, count)]));
  };
  const ours = await weigh('fuquan', async (cases) => {
    await (await openCases(product, original, cases)).receive();
    await settled(product);
  });
  const theirs = await weigh('bare', async (cases) => void (await startBare(bare, cases, text)));
  const row = (what: string, name: string) => ({
    what,
    unit: 'bytes',
    product: sum(Object.values(ours[name]!)),
    bare: sum(Object.values(theirs[name]!)),
  });
  return {
    rows: [
      row('own database, each case', 'own'),
      row('Temporal, each case', 'temporal'),
      row('Temporal’s visibility, each case', 'visibility'),
    ],
    notes: [
      `${count} cases of ${TEAM.length} inventors opened and parked at the consents; tables with their indexes and TOAST, after VACUUM. The bare`,
      'side keeps the application as one text and starts with the same search attributes.',
    ],
    profile: {
      'bytes of a case by table, own database': first(ours['own']!),
      'bytes of a case by table, Temporal': first(ours['temporal']!),
      'bytes of a case by table, visibility': first(ours['visibility']!),
      'bytes of a bare case by table, Temporal': first(theirs['temporal']!),
    },
  };
}

export const parked: Measure = { name: 'parked', title: 'Bytes of a parked case', run };
