import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { temporalAddress } from '../harness/services.ts';
import { Engine } from './support/engine.ts';

let engine: Engine;
let connection: Connection;
beforeAll(async () => {
  engine = await Engine.create();
  connection = await Connection.connect({ address: temporalAddress() });
});
afterAll(async () => {
  await connection.close();
  await engine.stop();
});

it('a worker begins at the moment at which its namespace was made, though parts of the engine do not know it yet', async () => {
  const namespace = `new-${randomUUID().slice(0, 8)}`;
  // Asked for before it is there, it is taken for unknown a while longer.
  await expect(connection.workflowService.countWorkflowExecutions({ namespace })).rejects.toThrow('not found');
  await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: msToTs('1 day') });
  const worker = await engine.startWorker({ config: { namespace, deploymentName: namespace } });
  expect(
    await engine.answered(await engine.receive(await engine.draft(), 'sendForConsent', { achievementId: randomUUID() }), 60_000),
  ).toMatchObject({
    outcome: 'done',
  });
  expect(worker.healthy()).toBe(true);
});
