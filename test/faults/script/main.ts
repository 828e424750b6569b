/** `npm run faults` and `npm run nemesis`: faults on the real service, with a table of what came of them. */
import { parseArgs } from 'node:util';
import { SmallDisk } from './disk.ts';
import { everyAct } from './everyAct.ts';
import { cuts, frozen, keys, mail, single, type Fault } from './faults.ts';
import { nemesis } from './nemesis.ts';
import { Scene, type SceneOptions } from './scene.ts';
import { cells, writeTable, type Row } from './table.ts';

const USAGE = `npm run faults  -- [single] [cuts] [frozen] [mail] [keys] [disk] [acts] [--seed N] [--times N] [--people N] [--markdown FILE]
npm run nemesis -- [--minutes N] [--seed N] [--people N] [--markdown FILE]`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    nemesis: { type: 'boolean', default: false },
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    times: { type: 'string' },
    people: { type: 'string', default: '6' },
    markdown: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const began = Date.now();
const report = (line: string): void =>
  void process.stdout.write(`${((Date.now() - began) / 1_000).toFixed(1).padStart(7)} s  ${line}\n`);
const settings: SceneOptions = { seed: Number(values.seed), people: Number(values.people) };

async function onScene(more: Partial<SceneOptions>, work: (scene: Scene) => Promise<Row[]>): Promise<Row[]> {
  const scene = await Scene.open({ ...settings, ...more });
  try {
    return await work(scene);
  } finally {
    await scene.close();
  }
}

/** Each fault so many times under load, one after the other, and a comparison after each kind. */
async function strikeAll(scene: Scene, faults: readonly Fault[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (const fault of faults) {
    const { name, times } = fault;
    const tries = Number(values.times ?? times);
    const [recovery, effects]: [number[], number[]] = [[], []];
    scene.begin();
    for (let n = 0; n < tries; n += 1) {
      await scene.acts(scene.random.between(5, 15));
      const at = await fault.strike(scene);
      const [served, effect] = await Promise.all([scene.nextAcknowledgement(at), scene.nextEffect(at)]);
      recovery.push(served);
      effects.push(effect);
      report(`${name} (${n + 1} of ${tries}): served again after ${served} ms, next effect after ${effect} ms`);
      await scene.mended();
    }
    rows.push(await scene.end(name, tries, { recovery, effects }));
    report(`${name}: compared`);
  }
  return rows;
}

async function diskFull(): Promise<Row[]> {
  const disk = new SmallDisk();
  try {
    return await onScene({ dataDir: disk.path }, (scene) => strikeAll(scene, [diskFault(disk)]));
  } finally {
    disk.close();
  }
}

function diskFault(disk: SmallDisk): Fault {
  return {
    name: 'disk of PostgreSQL and Temporal full for ten seconds',
    times: 3,
    strike: async () => {
      const until = Date.now() + 10_000;
      // What is freed meanwhile is taken again.
      while (Date.now() < until) {
        disk.fill();
        await new Promise((next) => setTimeout(next, 200));
      }
      disk.empty();
      return Date.now();
    },
  };
}

const groups: Record<string, () => Promise<Row[]>> = {
  single: () => onScene({}, (scene) => strikeAll(scene, single)),
  cuts: () => onScene({}, (scene) => strikeAll(scene, cuts)),
  frozen: () => onScene({}, (scene) => strikeAll(scene, frozen)),
  mail: () => onScene({}, (scene) => strikeAll(scene, mail)),
  keys: () => onScene({}, (scene) => strikeAll(scene, keys)),
  disk: diskFull,
  acts: everyAct,
};

async function run(): Promise<Row[]> {
  if (values.nemesis) {
    return onScene({ workers: 2 }, async (scene) => [await nemesis(scene, { minutes: Number(values.minutes), report })]);
  }
  const rows: Row[] = [];
  for (const name of positionals.length > 0 ? positionals : Object.keys(groups)) {
    const group = groups[name];
    if (!group) throw new Error(`There is no group ${name}\n${USAGE}`);
    report(`— ${name}`);
    rows.push(...(await group()));
  }
  return rows;
}

if (values.help) {
  process.stdout.write(`${USAGE}\n`);
  process.exit();
}
const rows = await run();
const today = new Date().toISOString().slice(0, 10);
for (const row of rows) {
  report(cells(row, today).join(' · '));
  for (const fault of row.faults.slice(0, 20)) report(`  ! ${fault.slice(0, 1_000)}`);
}
if (values.markdown !== undefined) writeTable(values.markdown, rows, today);
process.exit(rows.some(({ faults }) => faults.length > 0) ? 1 : 0);
