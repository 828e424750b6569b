/** The bare engine as a service: Express and a worker in one process, as the product runs them. Told by environment, answers on HTTP. */
/* oxlint-disable oxc/no-async-endpoint-handlers -- Express 5 hands their errors on */
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { Client } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import express from 'express';
import { fileURLToPath } from 'node:url';
import { Pool } from 'pg';
import { registerSearchAttributes } from '../../worker/deployment.ts';
import { inParallel } from '../http.ts';
import { BARE_QUEUE, bareAct, bareWorkflowId, type BareActivities, type BareInput } from './messages.ts';

const { BARE_DATABASE_URL, BARE_TEMPORAL, BARE_NAMESPACE = 'bare' } = process.env;
/** As many as the product's worker has. */
const CONNECTIONS = 16;
const RESERVED = 2;
const WIDTH = 32;

Runtime.install({ logger: new DefaultLogger('WARN') });
const pool = new Pool({ connectionString: BARE_DATABASE_URL, max: CONNECTIONS });
pool.on('error', () => undefined);
await pool.query('CREATE TABLE IF NOT EXISTS receipt (id uuid PRIMARY KEY, case_id uuid NOT NULL, body text NOT NULL)');
await pool.query(
  'CREATE TABLE IF NOT EXISTS entry (case_id uuid NOT NULL, n int NOT NULL, body text NOT NULL, PRIMARY KEY (case_id, n))',
);
const activities: BareActivities = {
  async read(caseId) {
    const { rows } = await pool.query<{ n: number }>('SELECT count(*)::int AS n FROM entry WHERE case_id = $1', [caseId]);
    return rows[0]?.n ?? 0;
  },
  async commit({ caseId, n, text }) {
    await pool.query('INSERT INTO entry (case_id, n, body) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [caseId, n, text]);
  },
};
const connection = await NativeConnection.connect({ address: BARE_TEMPORAL ?? '' });
await registerSearchAttributes(connection, BARE_NAMESPACE);
const client = new Client({ connection, namespace: BARE_NAMESPACE });
const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const bundle = await bundleWorkflowCode({
  workflowsPath: fileURLToPath(new URL(`./workflows/index.${extension}`, import.meta.url)),
  logger: new DefaultLogger('WARN'),
});
const worker = await Worker.create({
  connection,
  namespace: BARE_NAMESPACE,
  taskQueue: BARE_QUEUE,
  workflowBundle: bundle,
  activities: { ...activities },
  maxConcurrentLocalActivityExecutions: CONNECTIONS - RESERVED,
});
const running = worker.run();

const app = express();
app.use(express.json({ limit: '4mb' }));
const eager = { taskQueue: BARE_QUEUE, requestEagerStart: true };

/** Starts all that are named, so many at a time; answers when the last start is taken. */
app.post('/starts', async (request, response) => {
  const { caseIds, text } = request.body as { caseIds: string[]; text: string };
  await inParallel(caseIds, WIDTH, async (caseId) => {
    await client.workflow.start('bareCase', {
      ...eager,
      workflowId: bareWorkflowId(caseId),
      args: [{ caseId, text } satisfies BareInput],
    });
  });
  response.json({ started: caseIds.length });
});

app.post('/windows', async (request, response) => {
  const { windows } = request.body as { windows: { caseId: string; endsAt: number }[] };
  await inParallel(windows, WIDTH, async (window) => {
    await client.workflow.start('bareWindow', { ...eager, workflowId: bareWorkflowId(window.caseId), args: [window] });
  });
  response.json({ started: windows.length });
});

/** An act: its receipt is the first commit, its effect the second. */
app.post('/cases/:caseId/acts', async (request, response) => {
  const { caseId } = request.params;
  const { text } = request.body as { text: string };
  const id = randomUUID();
  await pool.query('INSERT INTO receipt (id, case_id, body) VALUES ($1, $2, $3)', [id, caseId, text]);
  const handle = client.workflow.getHandle(bareWorkflowId(caseId));
  const n = await handle.executeUpdate<number, [string]>(bareAct, { updateId: id, args: [text] });
  response.json({ n });
});

/** A page of the list by its key, and nothing else. */
app.get('/list', async (request, response) => {
  const { institution, before, id, limit } = request.query as Record<string, string>;
  const { rows } = await pool.query<Record<string, unknown>>(
    `SELECT id, number, mode, step, status, created_at, updated_at FROM listed
      WHERE institution_id = $1 AND ($2::timestamptz IS NULL OR (updated_at, id) < ($2, $3::uuid))
      ORDER BY updated_at DESC, id DESC LIMIT $4`,
    [institution, before ?? null, id ?? null, limit ?? 50],
  );
  response.json({ items: rows });
});

const server = app.listen(0, '127.0.0.1', () => {
  process.stdout.write(`listening ${(server.address() as AddressInfo).port}\n`);
});

process.once('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
  worker.shutdown();
  void running
    .then(() => connection.close())
    .then(() => pool.end())
    .finally(() => process.exit(0));
});
