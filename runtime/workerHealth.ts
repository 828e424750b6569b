/** Says over HTTP whether a worker lives and works, for whoever runs it in a container. */
import { createServer } from 'node:http';
import type { Part } from './supervise.ts';

export interface WorkerChecks {
  polls: () => boolean;
  database: () => Promise<unknown>;
}

/** `/livez` answers while the process does; `/readyz` when it polls Temporal and reaches the database. */
export async function startWorkerHealth(port: number, { polls, database }: WorkerChecks): Promise<Part> {
  const ready = async (): Promise<boolean> =>
    polls() &&
    (await database().then(
      () => true,
      () => false,
    ));
  const server = createServer((request, response) => {
    const answer = (status: number): void =>
      void response.writeHead(status, { 'Content-Type': 'text/plain' }).end(status === 200 ? 'ok\n' : 'not ready\n');
    if (request.url === '/livez') answer(200);
    else if (request.url === '/readyz') void ready().then((ok) => answer(ok ? 200 : 503));
    else response.writeHead(404).end();
  });
  await new Promise<void>((listening, fail) => server.once('error', fail).listen(port, listening));
  return { stop: () => new Promise((closed) => server.close(() => closed())) };
}
