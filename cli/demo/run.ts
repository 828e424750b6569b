import { LaunchError, reasonOf } from '../../runtime/launchError.ts';
import { Rehearsal } from '../../runtime/rehearsing/rehearsal.ts';
import { findRunning, type Running } from '../../runtime/running.ts';
import { sampleOutsiders, samplePeople, samplePersonId, type SampleName } from '../../runtime/samplePeople.ts';
import { printTimeline } from './print.ts';
import { demoStories, type DemoStory } from './stories.ts';
import { shanghai } from './play.ts';
import { Story } from './story.ts';

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Plays the stories one after the other; 0 when all went as told, else 1. */
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
    for (const story of stories) if (!(await tell(story, running, options.json === true))) failed += 1;
    return failed === 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof LaunchError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
}

function namesOf(institution: SampleName): (id: string) => string {
  const people = new Map(samplePeople(institution).map(({ key, name }) => [samplePersonId(institution, key), name]));
  for (const { key, name } of sampleOutsiders) people.set(samplePersonId('outside', key), name);
  return (id) => people.get(id) ?? id;
}

async function tell(demo: DemoStory, running: Running, json: boolean): Promise<boolean> {
  const began = Date.now();
  const { databaseUrl, temporalAddress, rehearsalNamespace } = running;
  const rehearsal = await Rehearsal.open({
    postgresUrl: databaseUrl,
    temporalAddress,
    namespace: rehearsalNamespace,
    startsAt: shanghai(demo.startsAt),
    log: quiet,
  });
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
      process.stdout.write(
        `${JSON.stringify({ story: demo.name, institution: demo.institution, ok: fault === undefined, entries, told })}\n`,
      );
    } else {
      const { number, status } = await story.state();
      const lines = printTimeline(entries, told, namesOf(demo.institution));
      process.stdout.write(
        `\n${demo.zh} · ${demo.en}\n  ${demo.institution}  ${number ?? ''}  ${status}  (${seconds} s)\n${lines.join('\n')}\n`,
      );
    }
  } finally {
    await rehearsal.close();
  }
  if (fault !== undefined) process.stderr.write(`${demo.name}: ${reasonOf(fault)}\n`);
  return fault === undefined;
}
