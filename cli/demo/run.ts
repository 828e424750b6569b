import { LaunchError, reasonOf } from '../../runtime/launchError.ts';
import { Rehearsal } from '../../runtime/rehearsing/rehearsal.ts';
import { findRunning, type Running } from '../../runtime/running.ts';
import { sampleOutsiders, samplePeople, samplePersonId, type SampleName } from '../../runtime/samplePeople.ts';
import { printTimeline } from './print.ts';
import { demoStories, type DemoStory } from './stories.ts';
import { shanghai } from './play.ts';
import { Story } from './story.ts';

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Plays the stories one after the other; 0 when all went as told, 1 when not, 2 where there is nothing to play or nowhere. */
export async function runDemo(options: { only?: string; json?: boolean }): Promise<number> {
  const stories = options.only === undefined ? demoStories : demoStories.filter(({ name }) => name === options.only);
  if (stories.length === 0) {
    process.stderr.write(
      `没有名为 ${options.only} 的示例；可选 / no such story; there are: ${demoStories.map(({ name }) => name).join(', ')}\n`,
    );
    return 2;
  }
  try {
    const running = await findRunning(process.env['FUQUAN_DATA_DIR'] ?? 'data');
    if (!running.supportsTimeSkipping) {
      process.stderr.write('此 Temporal 服务不能跳过时间，无法预演 / this Temporal server cannot skip time: no rehearsals\n');
      return 1;
    }
    let failed = 0;
    for (const story of stories) if (!(await tell(story, theatreOf(running), options.json === true))) failed += 1;
    return failed === 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof LaunchError)) throw error;
    process.stderr.write(`${error.zh} / ${error.en}\n`);
    return 2;
  }
}

function theatreOf({ databaseUrl, temporalAddress, rehearsalNamespace }: Running): Theatre {
  return {
    open: (startsAt) =>
      Rehearsal.open({
        postgresUrl: databaseUrl,
        temporalAddress,
        namespace: rehearsalNamespace,
        startsAt: shanghai(startsAt),
        log: quiet,
      }),
    print: (text) => void process.stdout.write(text),
    complain: (text) => void process.stderr.write(text),
  };
}

function namesOf(institution: SampleName): (id: string) => string {
  const people = new Map(samplePeople(institution).map(({ key, name }) => [samplePersonId(institution, key), name]));
  for (const { key, name } of sampleOutsiders) people.set(samplePersonId('outside', key), name);
  return (id) => people.get(id) ?? id;
}

/** Where stories are told: what they play on, and who reads of them. */
export interface Theatre {
  open(startsAt: string): Promise<Rehearsal>;
  print(text: string): void;
  complain(text: string): void;
}

/** Plays one story and prints how it went; false when it did not go as told. */
export async function tell(demo: DemoStory, theatre: Theatre, json: boolean): Promise<boolean> {
  const began = Date.now();
  const rehearsal = await theatre.open(demo.startsAt);
  const story = new Story(rehearsal, demo.institution);
  let fault: unknown;
  try {
    await demo.play(story);
  } catch (error) {
    fault = error;
  }
  try {
    const entries = await rehearsal.timeline(story.caseId);
    const told = await rehearsal.told(story.caseId);
    const seconds = ((Date.now() - began) / 1_000).toFixed(1);
    if (json) {
      theatre.print(
        `${JSON.stringify({ story: demo.name, institution: demo.institution, ok: fault === undefined, entries, told })}\n`,
      );
    } else {
      const { number, status } = await story.state();
      const lines = printTimeline(entries, told, namesOf(demo.institution));
      theatre.print(
        `\n${demo.zh} · ${demo.en}\n  ${demo.institution}  ${number ?? ''}  ${status}  (${seconds} s)\n${lines.join('\n')}\n`,
      );
    }
  } finally {
    await rehearsal.close();
  }
  if (fault !== undefined) theatre.complain(`${demo.name}: ${reasonOf(fault)}\n`);
  return fault === undefined;
}
