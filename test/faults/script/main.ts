/** `npm run faults` and `npm run nemesis`: faults on the real service, with a table of what came of them. */
import { parseArgs } from 'node:util';
import { SmallDisk } from './disk.ts';
import { everyAct } from './everyAct.ts';
import { cuts, frozen, keys, mail, single, type Fault } from './faults.ts';
import { nemesis } from './nemesis.ts';
import { Scene, type SceneOptions } from './scene.ts';
import { cells, writeTable, type Row } from './table.ts';

const USAGE = `npm run faults  -- [single] [cuts] [frozen] [mail] [keys] [disk] [acts] [--only NAME] [--seed N] [--times N] [--people N] [--markdown FILE]
npm run nemesis -- [--minutes N] [--seed N] [--people N] [--markdown FILE]`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    nemesis: { type: 'boolean', default: false },
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    times: { type: 'string' },
    only: { type: 'string', default: '' },
    people: { type: 'string', default: '6' },
    markdown: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const began = Date.now();
const report = (line: string): void =>
  void process.stdout.write(`${((Date.now() - began) / 1_000).toFixed(1).padStart(7)} s  ${line}\n`);
const settings: SceneOptions = { seed: Number(values.seed), people: Number(values.people) };

const today = new Date().toISOString().slice(0, 10);
let failed = false;

/** Tells a result at once, so that a run which is broken off leaves what it has found. */
function tell(row: Row): Row {
  report(cells(row, today).join(' · '));
  for (const fault of row.faults.slice(0, 20)) report(`  ! ${fault.slice(0, 1_000)}`);
  if (row.faults.length > 0) failed = true;
  if (values.markdown !== undefined) writeTable(values.markdown, [row], today);
  return row;
}

async function onScene(more: Partial<SceneOptions>, work: (scene: Scene) => Promise<unknown>): Promise<void> {
  const scene = await Scene.open({ ...settings, ...more });
  // Broken off by hand or by a time limit, it leaves no processes behind.
  const close = (): void => void scene.close().finally(() => process.exit(1));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, close);
  try {
    await work(scene);
  } finally {
    const folder = await scene.close(failed);
    if (failed) report(`what the processes wrote is in ${folder}`);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, close);
  }
}

/** Each fault so many times under load, one after the other, and a comparison after each kind. */
async function strikeAll(scene: Scene, faults: readonly Fault[]): Promise<void> {
  for (const fault of faults.filter((one) => one.name.includes(values.only))) {
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
    tell(await scene.end(name, tries, { recovery, effects }));
  }
}

async function diskFull(): Promise<void> {
  const disk = new SmallDisk();
  try {
    await onScene({ dataDir: disk.path }, (scene) => strikeAll(scene, [diskFault(disk)]));
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

const groups: Record<string, () => Promise<unknown>> = {
  single: () => onScene({}, (scene) => strikeAll(scene, single)),
  cuts: () => onScene({}, (scene) => strikeAll(scene, cuts)),
  frozen: () => onScene({}, (scene) => strikeAll(scene, frozen)),
  mail: () => onScene({}, (scene) => strikeAll(scene, mail)),
  keys: () => onScene({}, (scene) => strikeAll(scene, keys)),
  disk: diskFull,
  acts: async () => (await everyAct()).map(tell),
};

async function run(): Promise<void> {
  if (values.nemesis) {
    const work = async (scene: Scene): Promise<Row> => tell(await nemesis(scene, { minutes: Number(values.minutes), report }));
    return onScene({ workers: 2 }, work);
  }
  for (const name of positionals.length > 0 ? positionals : Object.keys(groups)) {
    const group = groups[name];
    if (!group) throw new Error(`There is no group ${name}\n${USAGE}`);
    report(`— ${name}`);
    await group();
  }
}

if (values.help) process.stdout.write(`${USAGE}\n`);
else await run();
process.exit(failed ? 1 : 0);
