/**
 * Worker and server end at the same instant, between the record of an act and the end of its task, and nobody acts on the
 * case afterwards: only the ledger knows of its window, and it ends in its time all the same.
 */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { shanghai } from '../../cli/demo/play.ts';
import { caseWorkflowId, stateQuery } from '../../contracts/messages.ts';
import { dataConverter, keyRing } from '../../worker/codec.ts';
import type { CaseSummary } from '../../workflows/shared/caseProcess.ts';
import { waitFor } from '../harness/services.ts';
import { bundleCache } from '../workflows/support/engine.ts';
import { atRest, unsound } from './script/checker.ts';
import { Servers } from './script/servers.ts';
import { setClock } from './support/clock.ts';
import { HttpStage, HttpStory } from './support/stage.ts';
import { Stack } from './support/stack.ts';

let servers: Servers;
let stack: Stack;

beforeAll(async () => {
  servers = await Servers.open();
  const { databaseUrl, temporalPort } = servers;
  const temporalAddress = `127.0.0.1:${temporalPort}`;
  stack = await Stack.open({ databaseUrl, temporalAddress, startsAt: shanghai('2025-03-10 09:00'), cacheDir: bundleCache });
});
afterAll(async () => {
  await stack?.stop();
  await servers?.stop();
});

/** How far the case's workflow knows its ledger. */
async function heard(caseId: string): Promise<CaseSummary> {
  const connection = await Connection.connect({ address: `127.0.0.1:${servers.temporalPort}` });
  try {
    const [id = '', key = ''] = stack.codecKeys.split(':');
    const client = new Client({
      connection,
      namespace: stack.namespace,
      dataConverter: dataConverter(keyRing(id, { [id]: key })),
    });
    return await client.workflow.getHandle(caseWorkflowId('empowerment', caseId)).query<CaseSummary>(stateQuery);
  } finally {
    await connection.close();
  }
}

it('a window of which only the ledger knows is closed after its end', async () => {
  const { pool, worker } = stack;
  const story = new HttpStory(new HttpStage(stack), 'hohhot-university');
  await story.apply({ mode: 'coOwnership', team: { inventor1: '60', inventor2: '40' } });
  await story.submit('inventor1');
  await story.passCheck();
  await story.departmentsAgree();
  await story.decide('领纪〔2025〕1号', '2025-03-10');

  worker.atPoint = () => servers.killTemporal();
  worker.arm(['activity settle of an act: committed']);
  await story.publish();
  await waitFor(() => worker.starts === 2, { what: 'the next worker', timeoutMs: 60_000 });
  await stack.ready();
  const { rows } = await pool.query<{ step: string; version: number; ends_at: Date }>(
    `SELECT c.step, c.version, d.ends_at FROM cases c JOIN deadline d ON d.case_id = c.id AND d.kind = 'window'
      WHERE c.id = $1`,
    [story.caseId],
  );
  const { step, version, ends_at: endsAt } = rows[0]!;
  expect(step).toBe('publicity');
  const state = await waitFor(() => heard(story.caseId), { what: 'the state of the workflow', timeoutMs: 60_000 });
  expect(state).toMatchObject({ loaded: true, step: 'noticePreparation' });
  expect(state.version).toBeLessThan(version);

  // Past the whole spread; then half a minute is enough, the machine's load included.
  await setClock(pool, new Date(endsAt.getTime() + 11 * 60_000).toISOString());
  const closed = async () => (await story.rehearsal.timeline(story.caseId)).find(({ type }) => type === 'windowClosed');
  expect(await waitFor(closed, { what: 'the end of the window', timeoutMs: 30_000 })).toMatchObject({
    effectiveAt: endsAt.toISOString(),
    actor: { kind: 'system' },
  });
  await story.stateResult();
  await atRest(pool);
  expect(await unsound(pool)).toEqual([]);
  expect(stack.client.faults).toEqual([]);
});
