import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { caseWorkflowId, stateQuery } from '../../contracts/messages.ts';
import { startPostgres } from '../../runtime/embeddedPostgres.ts';
import { ensureDatabase, migrate } from '../../runtime/migrate.ts';
import type { CaseSummary } from '../../workflows/shared/caseProcess.ts';
import { waitFor } from '../harness/services.ts';
import { Engine } from './support/engine.ts';

it('goes on by itself after the service’s database was stopped in the middle of work: every act once, in order', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'fuquan-outage-'));
  const settings = { dataDir, durable: false, removeAfterCrash: dataDir };
  let postgres = await startPostgres(settings);
  const url = postgres.url('fuquan');
  await ensureDatabase(url);
  await migrate(url);
  const engine = await Engine.create(url);
  const worker = await engine.startWorker({ config: { leaseSeconds: 8 } });

  const cases = [await engine.openCase(), await engine.openCase(), await engine.openCase()];
  const numbers = Array.from({ length: 20 }, (_, n) => n);
  const acts: string[] = [];
  for (const n of numbers) for (const caseId of cases) acts.push(await engine.receive(caseId, 'mark', { n }));
  await waitFor(async () => (await engine.ledger(cases[0]!)).length > 3);
  await postgres.stop();

  // The cases are parked, not failed, and can be asked.
  const handle = worker.client.workflow.getHandle(caseWorkflowId('empowerment', cases[0]!));
  await waitFor(() => engine.log.lines.some(({ message }) => message === 'the inbox cannot be read'));
  expect(await handle.query<CaseSummary>(stateQuery)).toMatchObject({ loaded: true });
  expect((await handle.describe()).status.name).toBe('RUNNING');

  postgres = await startPostgres({ ...settings, port: postgres.port });
  for (const act of acts) expect(await engine.answered(act, 60_000)).toMatchObject({ outcome: 'done' });
  for (const caseId of cases) {
    const marks = (await engine.ledger(caseId)).filter(({ type }) => type === 'marked');
    expect(marks.map(({ data }) => (data as { n: number }).n)).toEqual(numbers);
  }
  await engine.stop();
  await postgres.stop();
  await rm(dataDir, { recursive: true, force: true });
});
