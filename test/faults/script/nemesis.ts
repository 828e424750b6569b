/** Random kills of everything, every few seconds, while people work. */
import type { Scene } from './scene.ts';
import type { Row } from './table.ts';

export interface NemesisOptions {
  minutes: number;
  /** Longest and shortest time between two kills. */
  everySeconds?: [number, number];
  report: (line: string) => void;
}

/** Strikes for so long, then lets everything come to rest and compares. */
export async function nemesis(scene: Scene, { minutes, everySeconds = [2, 8], report }: NemesisOptions): Promise<Row> {
  const { stack, servers, random } = scene;
  /** What is being started again is left alone until it runs. */
  const busy = new Set<string>();
  const victims: Record<string, () => Promise<void>> = {
    PostgreSQL: () => servers.killPostgres(),
    Temporal: () => servers.killTemporal(),
    ...Object.fromEntries(
      stack.processes.map((process) => [
        process.name,
        async () => {
          process.kill();
          await process.ready();
        },
      ]),
    ),
  };
  const recovery: number[] = [];
  const waiting: Promise<void>[] = [];
  let kills = 0;
  scene.begin();
  await scene.acts(20);
  const until = Date.now() + minutes * 60_000;
  while (Date.now() < until) {
    await new Promise((next) => setTimeout(next, random.between(everySeconds[0] * 1_000, everySeconds[1] * 1_000)));
    const name = random.of(Object.keys(victims));
    if (busy.has(name)) continue;
    busy.add(name);
    kills += 1;
    report(`${name} killed (${kills}), ${stack.client.acknowledged.length} acts acknowledged`);
    const at = Date.now();
    waiting.push(
      victims[name]!().then(() => void busy.delete(name)),
      scene.nextAcknowledgement(at).then((ms) => void recovery.push(ms)),
    );
  }
  await Promise.all(waiting);
  report('the nemesis rests');
  return scene.end(`nemesis: API, workers, PostgreSQL, Temporal killed at random for ${minutes} minutes`, kills, {
    recovery,
    effects: [],
    // Several kills overlap here; the promise is of a single one.
    promised: false,
  });
}
