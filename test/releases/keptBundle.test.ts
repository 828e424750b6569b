/**
 * Cases that a release's own code started and parked go on with their next act on today's code, and come to their end.
 * The code is the release's bundle, kept as it was built; what it calls (activities, database) is today's.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import proto from '@temporalio/proto';
import { paperOf, Story } from '../../cli/demo/story.ts';
import { caseWorkflowId } from '../../contracts/messages.ts';
import type { Rehearsal } from '../../runtime/rehearsing/rehearsal.ts';
import { bundledReleases, keptBundle } from '../replay/bundle.ts';
import { parkedSteps } from '../replay/coverage.ts';
import { played } from '../replay/empowerment/index.ts';
import { finish, journeys, START, type Stop } from '../replay/empowerment/journeys.ts';
import { waitFor } from '../harness/services.ts';
import { closeSound, rehearse } from '../workflows/scenarios/support.ts';
import { badEdits } from './edits/bad.ts';
import { editedBundle, type Edit } from './edits/edit.ts';
import { harmlessEdits } from './edits/harmless.ts';

const { WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR: BROKEN } = proto.temporal.api.enums.v1.WorkflowTaskFailedCause;
const [coOwnership] = journeys;

/** Each step at which a case can be parked once, in the first journey that stops there. */
const unparked = new Set(parkedSteps(played));
const parkings = journeys.map(({ name, institution, stops }) => {
  const at = stops.flatMap(({ step }, i) => (unparked.delete(step) ? [i] : []));
  return { name, institution, stops, at };
});

interface Tasks {
  /** Code that completed tasks of the case, each once. */
  builds: Set<string>;
  /** Tasks that failed since the code does not take the history. */
  broken: number;
}

async function tasksOf({ client }: Rehearsal, { caseId }: Story): Promise<Tasks> {
  const { events } = await client.workflow.getHandle(caseWorkflowId('empowerment', caseId)).fetchHistory();
  const completed = (events ?? []).flatMap(
    ({ workflowTaskCompletedEventAttributes: task }) => task?.workerVersion?.buildId ?? [],
  );
  const failed = (events ?? []).map(({ workflowTaskFailedEventAttributes: task }) => task?.cause);
  return { builds: new Set(completed), broken: failed.filter((cause) => cause === BROKEN).length };
}

async function go(story: Story, stops: readonly Stop[]): Promise<void> {
  for (const { step, go: next } of stops) {
    await next(story);
    expect((await story.state()).step).toBe(step);
  }
}

it('every step at which a case can be parked is a stop of a journey', () => {
  expect([...unparked]).toEqual([]);
  expect(bundledReleases).not.toEqual([]);
});

describe.each(bundledReleases)('cases that %s parked', (release) => {
  let rehearsal: Rehearsal;
  beforeEach(async () => {
    rehearsal = await rehearse(START, keptBundle(release));
  });
  afterEach(() => closeSound(rehearsal));

  it.each(parkings)('on the way of $name end on today’s code', async ({ institution, stops, at }) => {
    const cases: { story: Story; i: number }[] = [];
    // The farthest first: what time does to those that wait meanwhile, it has done already.
    for (const i of at.toReversed()) {
      const story = new Story(rehearsal, institution);
      await go(story, stops.slice(0, i + 1));
      cases.push({ story, i });
    }
    const steps = await Promise.all(cases.map(async ({ story }) => (await story.state()).step));
    expect(steps).toEqual(cases.map(({ i }) => stops[i]?.step));

    await rehearsal.changeWorker();
    for (const { story, i } of cases) {
      await go(story, stops.slice(i + 1));
      await finish(story);
      const handle = rehearsal.client.workflow.getHandle(caseWorkflowId('empowerment', story.caseId));
      await waitFor(async () => (await handle.describe()).status.name === 'COMPLETED', { what: 'the end of the case' });
      const { builds, broken } = await tasksOf(rehearsal, story);
      expect([builds.size, broken]).toEqual([2, 0]);
    }
  });
});

describe.each(bundledReleases.slice(0, 1))('whether a case that %s parked goes on, tells code', (release) => {
  let rehearsal: Rehearsal;
  beforeAll(async () => {
    rehearsal = await rehearse(START, keptBundle(release));
  });
  afterAll(() => rehearsal.close());

  /** A case that the release has brought to the statement, and an act that other code is to perform. */
  async function waiting(edit: Edit): Promise<{ story: Story; act: string }> {
    await rehearsal.changeWorker(keptBundle(release));
    const story = new Story(rehearsal, 'hohhot-university');
    const stops = coOwnership?.stops ?? [];
    await go(story, stops.slice(0, stops.findIndex(({ step }) => step === 'statement') + 1));
    await rehearsal.changeWorker({ code: await editedBundle([edit]), buildId: 'edited' });
    const { caseId, institutionId } = story;
    const personId = story.person('officer1');
    const body = { document: paperOf('公示情况说明') };
    return { story, act: await rehearsal.receive({ caseId, institutionId, personId, type: 'stateResult', body }) };
  }

  it.each(badEdits.filter(({ name }) => /^(a timer added|awaits reordered)/.test(name)))(
    'that breaks it: $name',
    async (edit) => {
      const { story, act } = await waiting(edit);
      await waitFor(async () => (await tasksOf(rehearsal, story)).broken > 0, { what: 'a task that fails' });
      const { rows } = await rehearsal.pool.query('SELECT answer FROM inbox WHERE id = $1', [act]);
      expect(rows).toEqual([{ answer: null }]);
      // Nothing is lost by it: right code goes on where the release stood.
      await rehearsal.changeWorker();
      expect(await rehearsal.answer(act)).toMatchObject({ outcome: 'done', step: 'agreement' });
    },
  );

  it.each(harmlessEdits.filter(({ name }) => /^(a new wait behind a patch|a line of log)/.test(name)))(
    'from harmless: $name',
    async (edit) => {
      const { story, act } = await waiting(edit);
      expect(await rehearsal.answer(act)).toMatchObject({ outcome: 'done', step: 'agreement' });
      expect((await tasksOf(rehearsal, story)).broken).toBe(0);
    },
  );
});
