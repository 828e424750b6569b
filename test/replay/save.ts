/**
 * Makes what a release leaves behind for the replay of later ones: plays the cases of every process on real servers,
 * and keeps what Temporal holds of each at each stop.
 *
 *     npm run histories -- --release 0.2.0
 *     npm run histories -- --release 0.2.0 --only useRight     # adds a process or a play that the release lacks
 *
 * Once for each release, from its own sources, never over an older file: what older code wrote is what replay is for.
 */
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { temporal } from '@temporalio/proto';
import { caseWorkflowId, type LoadResult, type ProcessKind } from '../../contracts/messages.ts';
import { processes } from '../../domain/index.ts';
import type { SealedRef } from '../../domain/process.ts';
import type { Rehearsal } from '../../runtime/rehearsing/rehearsal.ts';
import { until } from '../../runtime/rehearsing/clock.ts';
import { rehearse } from '../workflows/scenarios/support.ts';
import globalSetup from '../harness/globalSetup.ts';
import globalTeardown from '../harness/globalTeardown.ts';
import { meaningOf, packRun, payloadTexts, releaseFolder, SUFFIX, type KeptRun, type KeptStop } from './kept.ts';
import { decodePayloads, forgetMachine } from './plainHistory.ts';
import type { Play } from './plays.ts';
import { playedProcesses } from './processes.ts';

type History = temporal.api.history.v1.IHistory;

const { values } = parseArgs({ options: { release: { type: 'string' }, only: { type: 'string', multiple: true } } });
const folder = releaseFolder(values.release);
const canaries = new Set<string>();
const said: string[] = [];
let bytes = 0;

/** The runs of a case, the oldest first; each but the last was continued as the next. */
async function runsOf({ client }: Rehearsal, workflowId: string): Promise<History[]> {
  const runs: History[] = [];
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
  readonly #kind: ProcessKind;
  readonly #play: string;

  constructor(rehearsal: Rehearsal, kind: ProcessKind, play: string) {
    this.#rehearsal = rehearsal;
    this.#kind = kind;
    this.#play = play;
  }

  /** Notes that the case is parked at the step now. */
  async stop(caseId: string, step: string, as?: string): Promise<void> {
    const runs = await this.#idle(caseId);
    const loaded = await this.#rehearsal.pool.query<{ r: LoadResult }>('SELECT load_case($1, 0) AS r', [caseId]);
    const ledger = loaded.rows[0]?.r.events ?? [];
    const meant = meaningOf(processes[this.#kind], caseId, ledger);
    if (meant && meant.step !== step) throw new Error(`${this.#play} stands at ${meant.step} and should at ${step}`);
    const nth = this.#cases.size + 1;
    const known = this.#cases.get(caseId);
    const kept = known ?? { name: nth === 1 ? this.#play : `${this.#play}.${nth}`, stops: new Map<number, KeptStop[]>() };
    const run = runs.length - 1;
    const events = runs[run]?.events?.length ?? 0;
    const stop = { step, ...(as && { as }), events, version: ledger.length, ...(meant && { meant }) };
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
        const packed = packRun(kept);
        const file = runs.length === 1 ? name : `${name}.run${i + 1}`;
        await writeFile(`${folder}histories/${file}${SUFFIX}`, packed, { flag: 'wx' });
        process.stdout.write(`${file}: ${history.events?.length} events, ${kept.stops.length} stops, ${packed.length} bytes\n`);
        bytes += packed.length;
        said.push(...payloadTexts(kept.history), JSON.stringify(kept.stops));
      }
    }
  }

  /** The runs of a case that has nothing to do: what the database answered is in its history a moment later. */
  async #idle(caseId: string): Promise<History[]> {
    const workflowId = caseWorkflowId(this.#kind, caseId);
    const handle = this.#rehearsal.client.workflow.getHandle(workflowId);
    await until(`case ${caseId} is busy`, async () => !(await handle.describe()).raw.pendingWorkflowTask);
    return runsOf(this.#rehearsal, workflowId);
  }
}

/** Everything that the rehearsal's database holds sealed: what no history may tell. */
async function gatherCanaries({ pool, sealer }: Rehearsal): Promise<void> {
  const { rows } = await pool.query<SealedRef>('SELECT id::text AS sealed, digest FROM sealed_value');
  for (const text of (await sealer.open(rows)).values()) canaries.add(text);
}

async function played(kind: ProcessKind, { name, startsAt, play }: Play): Promise<void> {
  const rehearsal = await rehearse(startsAt);
  const kept = new Kept(rehearsal, kind, name);
  try {
    await play(rehearsal, ({ caseId }, step, as) => kept.stop(caseId, step, as));
    await kept.write();
    await gatherCanaries(rehearsal);
  } finally {
    await rehearsal.close();
  }
}

const { only } = values;
const isThere = await access(`${folder}histories`).then(
  () => true,
  () => false,
);
if (isThere && !only) throw new Error(`${values.release} has left its histories; add to them with --only <process or play>`);
await mkdir(`${folder}histories`, { recursive: true });
await globalSetup();
try {
  for (const [kind, { plays }] of Object.entries(playedProcesses)) {
    const wanted = only === undefined || only.includes(kind) ? plays : plays.filter(({ name }) => only.includes(name));
    for (const play of wanted) await played(kind as ProcessKind, play);
  }
} finally {
  await globalTeardown();
}
const told = [...canaries].filter((canary) => said.some((text) => text.includes(canary)));
if (told.length > 0) throw new Error(`Histories tell what is sealed: ${told.join(' | ')}`);
const canaryFile = `${folder}canaries.json`;
const before = JSON.parse(await readFile(canaryFile, 'utf8').catch(() => '[]')) as string[];
await writeFile(canaryFile, `${JSON.stringify([...new Set([...before, ...canaries])].toSorted(), null, 2)}\n`);
process.stdout.write(`${bytes} bytes in all; ${canaries.size} sealed texts, none of them told\n`);
process.exit();
