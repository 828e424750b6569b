/**
 * Makes what a release leaves behind for the replay of later ones: plays the journeys, the incidents and the
 * demonstration cases on real servers, and keeps what Temporal holds of each case at each stop.
 *
 *     npm run histories -- --release 0.2.0
 *
 * Once for each release, from its own sources, never over an older one: what older code wrote is what replay is for.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { temporal } from '@temporalio/proto';
import { demoStories } from '../../cli/demo/stories.ts';
import { Story } from '../../cli/demo/story.ts';
import { caseWorkflowId } from '../../contracts/messages.ts';
import { empowerment } from '../../domain/empowerment/index.ts';
import type { Rehearsal } from '../../runtime/rehearsing/rehearsal.ts';
import { until } from '../../runtime/rehearsing/clock.ts';
import { rehearse } from '../workflows/scenarios/support.ts';
import globalSetup from '../harness/globalSetup.ts';
import globalTeardown from '../harness/globalTeardown.ts';
import { incidents } from './incidents.ts';
import { finish, journeys, JOURNEYS_START } from './journeys.ts';
import { meaningOf, payloadTexts, releasesFolder, SUFFIX, type KeptRun, type KeptStop } from './kept.ts';
import { decodePayloads, forgetMachine } from './plainHistory.ts';
import type { SealedRef } from '../../domain/process.ts';

type History = temporal.api.history.v1.IHistory;

const canaries = new Set<string>();
let folder = '';
let bytes = 0;

/** The runs of a case, the oldest first; each but the last was continued as the next. */
async function runsOf({ client }: Rehearsal, caseId: string): Promise<History[]> {
  const runs: History[] = [];
  const workflowId = caseWorkflowId('empowerment', caseId);
  const { workflowExecutionInfo } = (await client.workflow.getHandle(workflowId).describe()).raw;
  let runId = workflowExecutionInfo?.firstRunId ?? undefined;
  for (;;) {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    runs.push(history);
    const next = history.events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
    if (!next) return runs;
    runId = next;
  }
}

/** The cases of one play, by id, with where each was parked in which run. */
class Kept {
  readonly #cases = new Map<string, { name: string; stops: Map<number, KeptStop[]> }>();
  readonly #rehearsal: Rehearsal;

  constructor(rehearsal: Rehearsal) {
    this.#rehearsal = rehearsal;
  }

  /** Notes that the case is parked at the step now. */
  async stop(story: Story, name: string, step: string, as?: string): Promise<void> {
    const { caseId } = story;
    const runs = await this.#idle(caseId);
    const state = await story.state();
    if (state.step !== step) throw new Error(`${name} stands at ${state.step} and should at ${step}`);
    const kept = this.#cases.get(caseId) ?? { name, stops: new Map<number, KeptStop[]>() };
    const run = runs.length - 1;
    const stop: KeptStop = {
      step,
      ...(as ? { as } : {}),
      events: runs[run]?.events?.length ?? 0,
      version: state.version,
      ...(state.version > 0 ? { meant: meaningOf(empowerment.project(state)) } : {}),
    };
    kept.stops.set(run, [...(kept.stops.get(run) ?? []), stop]);
    this.#cases.set(caseId, kept);
  }

  /** Writes what Temporal holds of the cases in the end. */
  async write(): Promise<void> {
    for (const [caseId, { name, stops }] of this.#cases) {
      const runs = await this.#idle(caseId);
      for (const [i, history] of runs.entries()) {
        await decodePayloads(history, this.#rehearsal.client.options.loadedDataConverter.payloadCodecs);
        forgetMachine(history);
        const kept: KeptRun = {
          stops: stops.get(i) ?? [],
          history: JSON.parse(historyToJSON(history)) as KeptRun['history'],
        };
        const packed = gzipSync(JSON.stringify(kept), { level: 9 });
        const file = runs.length === 1 ? name : `${name}.run${i + 1}`;
        await writeFile(`${folder}histories/${file}${SUFFIX}`, packed);
        process.stdout.write(`${file}: ${history.events?.length} events, ${kept.stops.length} stops, ${packed.length} bytes\n`);
        bytes += packed.length;
        said.push(...payloadTexts(kept.history), JSON.stringify(kept.stops));
      }
    }
  }

  /** The runs of a case that has nothing to do: what the database answered is in its history a moment later. */
  async #idle(caseId: string): Promise<History[]> {
    const handle = this.#rehearsal.client.workflow.getHandle(caseWorkflowId('empowerment', caseId));
    await until(`case ${caseId} is busy`, async () => !(await handle.describe()).raw.pendingWorkflowTask);
    return runsOf(this.#rehearsal, caseId);
  }
}

const said: string[] = [];

/** Everything that the rehearsal's database holds sealed: what no history may tell. */
async function gatherCanaries({ pool, sealer }: Rehearsal): Promise<void> {
  const { rows } = await pool.query<SealedRef>('SELECT id::text AS sealed, digest FROM sealed_value');
  for (const text of (await sealer.open(rows)).values()) canaries.add(text);
}

async function rehearsed(at: string, play: (rehearsal: Rehearsal, kept: Kept) => Promise<void>): Promise<void> {
  const rehearsal = await rehearse(at);
  const kept = new Kept(rehearsal);
  try {
    await play(rehearsal, kept);
    await kept.write();
    await gatherCanaries(rehearsal);
  } finally {
    await rehearsal.close();
  }
}

/** Demonstrations that go ways which no journey goes. */
const unlike = ['sale', 'secret', 'withdrawn'];

async function playAll(): Promise<void> {
  for (const { name, institution, stops } of journeys) {
    await rehearsed(JOURNEYS_START, async (rehearsal, kept) => {
      const story = new Story(rehearsal, institution);
      for (const { step, as, go } of stops) {
        await go(story);
        await kept.stop(story, name, step, as);
      }
      await finish(story);
    });
  }
  for (const { name, institution, play } of incidents) {
    await rehearsed(JOURNEYS_START, async (rehearsal, kept) => {
      const story = new Story(rehearsal, institution);
      await play(story, (step, as) => kept.stop(story, as === 'other' ? `${name}.${as}` : name, step, as));
    });
  }
  for (const demo of demoStories.filter(({ name }) => unlike.includes(name))) {
    const { name, institution, startsAt } = demo;
    await rehearsed(startsAt, async (rehearsal, kept) => {
      const story = new Story(rehearsal, institution);
      await demo.play(story);
      await kept.stop(story, `demo-${name}`, (await story.state()).step);
    });
  }
}

const { values } = parseArgs({ options: { release: { type: 'string' } } });
if (!values.release || !/^\d+\.\d+\.\d+$/.test(values.release)) throw new Error('Say which: --release 0.2.0');
folder = `${releasesFolder}${values.release}/`;
await rm(`${folder}histories`, { recursive: true, force: true });
await mkdir(`${folder}histories`, { recursive: true });
await globalSetup();
try {
  await playAll();
} finally {
  await globalTeardown();
}
const told = [...canaries].filter((canary) => said.some((text) => text.includes(canary)));
if (told.length > 0) throw new Error(`Histories tell what is sealed: ${told.join(' | ')}`);
await writeFile(`${folder}canaries.json`, `${JSON.stringify([...canaries].toSorted(), null, 2)}\n`);
process.stdout.write(`${bytes} bytes in all; ${canaries.size} sealed texts, none of them told\n`);
process.exit();
