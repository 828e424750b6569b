import { objectionUpheldInPart } from '../../cli/demo/stories.ts';
import { shanghai } from '../../cli/demo/play.ts';
import { Story } from '../../cli/demo/story.ts';
import { caseWorkflowId } from '../../contracts/messages.ts';
import { Rehearsal } from '../../runtime/rehearsing/rehearsal.ts';
import { bareWorkflowId } from '../bare/messages.ts';
import type { Bench, Found, Measure } from '../bench.ts';
import { eventTypes, historySize, withEngine, type HistorySize } from '../engine.ts';
import { counted, startBare } from '../load.ts';
import { NAMESPACES, PRODUCT_DATABASE } from '../servers.ts';
import { median } from '../stats.ts';

const TEAM = { inventor1: '40', inventor2: '20', inventor3: '20', inventor4: '10', colleague2: '10' };
const AMENDED = { ...TEAM, inventor1: '30', colleague1: '10' };
const EVENTS_AT_MOST = 320;
const KIBIBYTES_AT_MOST = 256;
const EVENTS_PER_ACT_AT_MOST = 8;

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

interface Played extends HistorySize {
  acts: number;
  types: string[];
}

/** What skipping time writes into a history, which no case outside a rehearsal has. */
const ofRehearsal = (type: string): boolean => type.includes('TIME_SKIPPING') || type.includes('OPTIONS_UPDATED');

/** What each Update has cost: its task, and all that came of it. A timer that fires begins a task of its own. */
function tasksOfUpdates(types: readonly string[]): string[][] {
  const tasks: string[][] = [];
  for (const [n, type] of types.entries()) {
    const begins = type === 'TIMER_FIRED' || (type === 'WORKFLOW_TASK_SCHEDULED' && types[n - 1] !== 'TIMER_FIRED');
    if (begins) tasks.push([]);
    tasks.at(-1)?.push(type);
  }
  return tasks.filter((task) => task.includes('WORKFLOW_EXECUTION_UPDATE_ACCEPTED'));
}

function counts(types: readonly string[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const type of types) found[type] = (found[type] ?? 0) + 1;
  return found;
}

async function play(bench: Bench): Promise<Played> {
  const servers = await bench.servers();
  const rehearsal = await Rehearsal.open({
    postgresUrl: servers.url(PRODUCT_DATABASE),
    temporalAddress: servers.temporalAddress,
    namespace: NAMESPACES.rehearsal,
    startsAt: shanghai('2026-04-13 09:00'),
    log: quiet,
  });
  try {
    const story = new Story(rehearsal, 'hohhot-university');
    await objectionUpheldInPart(story, TEAM, AMENDED);
    const workflowId = caseWorkflowId('empowerment', story.caseId);
    const own = "SELECT count(*)::int AS n FROM inbox WHERE case_id = $1 AND answer->>'outcome' = 'done'";
    const acts = await counted(rehearsal.pool, own, [story.caseId]);
    const types = await eventTypes(rehearsal.client, workflowId);
    return { ...(await historySize(rehearsal.client, workflowId)), acts, types };
  } finally {
    await rehearsal.close();
  }
}

const beside = (product: number, bare: number): { product: number; bare: number } => ({ product, bare });

async function run(bench: Bench): Promise<Found> {
  const ours = await play(bench);
  const bare = await bench.bare();
  const [caseId = ''] = await startBare(bare, 1, 'x'.repeat(2_000));
  for (let act = 1; act < ours.acts; act++) await bare.does('POST', `/cases/${caseId}/acts`, { text: 'consent'.repeat(20) });
  const theirs = await withEngine(await bench.servers(), NAMESPACES.bare, (client) =>
    historySize(client, bareWorkflowId(caseId)),
  );
  const kept = ours.types.filter((type) => !ofRehearsal(type));
  const tasks = tasksOfUpdates(kept).toSorted((a, b) => b.length - a.length);
  const perAct = tasks.map(({ length }) => length);
  return {
    rows: [
      { what: 'acts of persons', unit: '', product: ours.acts },
      {
        what: 'events for each act',
        unit: '',
        ...beside(kept.length / ours.acts, theirs.events / ours.acts),
        target: { atMost: EVENTS_PER_ACT_AT_MOST },
      },
      { what: 'events of the whole case', unit: '', ...beside(kept.length, theirs.events), target: { atMost: EVENTS_AT_MOST } },
      {
        what: 'history of the whole case',
        unit: 'KiB',
        ...beside(ours.bytes / 1_024, theirs.bytes / 1_024),
        target: { atMost: KIBIBYTES_AT_MOST },
      },
      {
        what: 'events of an act, median',
        unit: '',
        ...beside(median(perAct), (theirs.events - 8) / (ours.acts - 1)),
        target: { atMost: EVENTS_PER_ACT_AT_MOST },
      },
      { what: 'events of an act, most', unit: '', product: Math.max(...perAct), target: { atMost: EVENTS_PER_ACT_AT_MOST } },
    ],
    notes: [
      'A case from the application to the registered title, with an objection upheld in part and a second notice, played as a',
      'rehearsal on the real workflow. Events that skipping time adds are left out of the events and counted in the bytes. The',
      'bare case has as many acts and neither windows nor steps.',
    ],
    profile: { 'events of the whole case by type': counts(kept), 'events of the longest act': counts(tasks[0] ?? []) },
  };
}

export const whole: Measure = { name: 'whole', title: 'History of a whole case with an objection', run };
