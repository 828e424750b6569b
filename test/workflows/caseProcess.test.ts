import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createCaseActivities } from '../../activities/record.ts';
import { caseWorkflowId, stateQuery, type CaseActivities } from '../../contracts/messages.ts';
import type { RunningWorker } from '../../worker/main.ts';
import type { CaseSummary } from '../../workflows/shared/caseProcess.ts';
import { SYSTEM_ACTOR } from '../../contracts/systemActs.ts';
import { waitFor } from '../harness/services.ts';
import { Engine } from './support/engine.ts';
import { probe } from './support/probeProcess.ts';

let engine: Engine;
let worker: RunningWorker;
/** What happens to the next calls of `record`, before or after the real one. */
let faults: { before?: () => void; after?: () => void } = {};

const faulty = (real: CaseActivities): CaseActivities => ({
  ...real,
  async record(request) {
    faults.before?.();
    const result = await real.record(request);
    faults.after?.();
    return result;
  },
});

beforeAll(async () => {
  engine = await Engine.create();
  worker = await engine.startWorker({ activities: faulty });
});
afterAll(() => engine.stop());

const handle = (caseId: string) => worker.client.workflow.getHandle(caseWorkflowId('empowerment', caseId));
const state = (caseId: string) => handle(caseId).query<CaseSummary>(stateQuery);
const types = async (caseId: string) => (await engine.ledger(caseId)).map(({ type }) => type);
/** What happened in the case, without the tasks by which the server asks the worker: a busy server keeps those it could drop. */
const done = async (caseId: string) =>
  (await history(caseId))
    .filter((event) => !Object.entries(event).some(([name, value]) => name.startsWith('workflowTask') && value))
    .map(({ eventType }) => eventType);

const history = async (caseId: string) => (await handle(caseId).fetchHistory()).events ?? [];
const now = async () => {
  const { rows } = await engine.pool.query<{ now: Date }>('SELECT service_clock() AS now');
  return rows[0]?.now.getTime() ?? 0;
};

/** An event in the ledger of a case that was opened just now, of which its workflow knows nothing. */
async function writtenBeside(caseId: string, type: string, data: unknown): Promise<void> {
  const [opened] = await engine.ledger(caseId);
  const before = probe.evolve(probe.initial(caseId, engine.institutionId), opened!);
  const beside = await createCaseActivities({ pool: engine.pool }).record({
    caseId,
    expectedVersion: 1,
    actId: randomUUID(),
    fromInbox: false,
    actor: { kind: 'system' },
    events: [{ type, v: 1, effectiveAt: opened!.effectiveAt, data }],
    guards: [],
    projection: probe.project(before),
    messages: [],
  });
  expect(beside.kind).toBe('recorded');
}

describe('a case on a real server', () => {
  it('is opened by its first act, and the answer is what the ledger holds', async () => {
    const caseId = await engine.draft();
    const told = await engine.perform(caseId, 'sendForConsent', { achievementId: caseId });
    const [row] = await engine.ledger(caseId);
    expect(told).toMatchObject({ outcome: 'done', version: 1, step: 'marking', recordedAt: row?.recordedAt });
    expect(await state(caseId)).toMatchObject({ loaded: true, version: 1, step: 'marking', busy: false });
  });

  it('writes no history for an act that is refused at once', async () => {
    const caseId = await engine.openCase();
    await engine.perform(caseId, 'mark', { n: 1 });
    const rows = await engine.ledger(caseId);
    // One that comes while the act before it is still being put away is refused by the handler instead, and is seen.
    const free = await waitFor(
      async () => {
        const before = await done(caseId);
        const told = await engine.perform(caseId, 'mark', { n: 1 });
        expect(told).toMatchObject({ outcome: 'refused', refusal: { code: 'mark.twice', status: 422 } });
        return (await done(caseId)).length === before.length;
      },
      { what: 'a refusal that leaves nothing behind' },
    );
    expect(free).toBe(true);
    expect(await engine.ledger(caseId)).toEqual(rows);
  });

  it('ends with a refused opening, and a second sending opens it', async () => {
    const caseId = await engine.draft();
    const refused = await engine.perform(caseId, 'sendForConsent', { achievementId: caseId, refuse: true });
    expect(refused).toMatchObject({ outcome: 'refused', refusal: { code: 'probe.refused' } });
    await waitFor(async () => (await handle(caseId).describe()).status.name === 'COMPLETED');
    expect(await engine.perform(caseId, 'sendForConsent', { achievementId: caseId })).toMatchObject({
      outcome: 'done',
      version: 1,
    });
  });

  it('performs acts one at a time in order of receipt', async () => {
    const caseId = await engine.openCase();
    const numbers = Array.from({ length: 25 }, (_, i) => i);
    const acts: string[] = [];
    for (const n of numbers) acts.push(await engine.receive(caseId, 'mark', { n }));
    await Promise.all(acts.map((act) => engine.answered(act)));
    const marked = (await engine.ledger(caseId)).filter(({ type }) => type === 'marked');
    expect(marked.map(({ data }) => (data as { n: number }).n)).toEqual(numbers);
  });

  it('folds in what others wrote before it decides', async () => {
    const caseId = await engine.openCase();
    // An import or a repair writes to the ledger beside the workflow.
    await writtenBeside(caseId, 'marked', { n: 7 });
    expect(await engine.perform(caseId, 'mark', { n: 7 })).toMatchObject({ outcome: 'refused', refusal: { code: 'mark.twice' } });
    expect(await engine.perform(caseId, 'mark', { n: 8 })).toMatchObject({ outcome: 'done', version: 3 });
  });

  it('refuses nothing by a state that the ledger has left behind', async () => {
    const caseId = await engine.openCase();
    // So does a worker that dies between its record and the end of its task.
    await writtenBeside(caseId, 'windowOpened', { endsAt: new Date((await now()) + 3_600_000).toISOString() });
    expect(await engine.perform(caseId, 'object', {})).toMatchObject({ outcome: 'done', version: 3, step: 'window' });
    expect(await state(caseId)).toMatchObject({ wake: { type: 'closeWindow' } });
  });

  it('waits for a database that is away, and goes on when it is back', async () => {
    const caseId = await engine.openCase();
    let attempts = 0;
    faults = {
      before: () => {
        attempts++;
        throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
      },
    };
    const act = await engine.receive(caseId, 'mark', { n: 1 });
    await waitFor(() => attempts > 3, { what: 'more attempts than the quick ones' });
    expect(await state(caseId)).toMatchObject({ version: 1, busy: true });
    faults = {};
    expect(await engine.answered(act)).toMatchObject({ outcome: 'done', version: 2 });
    expect((await history(caseId)).some((event) => event.activityTaskScheduledEventAttributes)).toBe(true);
  });

  it('recognises an act that was recorded when the answer was lost', async () => {
    const caseId = await engine.openCase();
    let lost = false;
    faults = {
      after: () => {
        if (lost) return;
        lost = true;
        throw new Error('Connection terminated unexpectedly');
      },
    };
    const act = await engine.receive(caseId, 'mark', { n: 1 });
    expect(await engine.answered(act)).toMatchObject({ outcome: 'done', version: 2 });
    await waitFor(async () => !(await state(caseId)).busy);
    faults = {};
    expect(await engine.perform(caseId, 'mark', { n: 2 })).toMatchObject({ outcome: 'done', version: 3 });
    expect(await types(caseId)).toEqual(['opened', 'marked', 'marked']);
  });

  it('answers an act of the system that came through the inbox, and keeps it as the system’s', async () => {
    const caseId = await engine.openCase();
    const act = await engine.receive(caseId, 'mark', { n: 1 }, SYSTEM_ACTOR);
    expect(await engine.answered(act)).toMatchObject({ outcome: 'done', version: 2 });
    expect((await engine.ledger(caseId))[1]).toMatchObject({ actId: act, actor: { kind: 'system' } });
  });

  it('tells the refusal of a guard', async () => {
    const caseId = await engine.openCase();
    expect(await engine.perform(caseId, 'mark', { n: 1, claim: true })).toMatchObject({
      outcome: 'refused',
      refusal: { code: 'achievement.unknown' },
    });
  });

  it('closes a window before an act that was received after its end, however late its own wake-up comes', async () => {
    const caseId = await engine.openCase();
    const endsAt = new Date((await now()) + 300).toISOString();
    await engine.perform(caseId, 'openWindow', { endsAt });
    await waitFor(async () => (await now()) >= Date.parse(endsAt), { everyMs: 5 });
    expect(await engine.perform(caseId, 'mark', { n: 1 })).toMatchObject({ outcome: 'done', version: 4 });
    const ledger = await engine.ledger(caseId);
    expect(ledger.map(({ type }) => type)).toEqual(['opened', 'windowOpened', 'windowClosed', 'marked']);
    expect(ledger[2]).toMatchObject({ effectiveAt: endsAt, actor: { kind: 'system' } });
  });

  it('refuses an act on a case that is over, and leaves nothing running', async () => {
    const caseId = await engine.openCase();
    await engine.perform(caseId, 'finish');
    await waitFor(async () => (await handle(caseId).describe()).status.name === 'COMPLETED');
    expect(await engine.perform(caseId, 'mark', { n: 1 })).toMatchObject({ outcome: 'refused', refusal: { code: 'step.wrong' } });
    await waitFor(async () => (await handle(caseId).describe()).status.name === 'COMPLETED');
  });
});
