import { TransportError } from '@temporalio/worker';
import type { Operations } from '../../runtime/operations.ts';
import { launch } from '../../runtime/start.ts';

/** The real launcher with nothing on top: the tests look at what happens to the servers. */
const idle = async (): Promise<{ stop: () => Promise<void>; url: string }> => ({
  stop: async () => undefined,
  url: 'http://idle',
});
const report = (line: string): void => void process.stdout.write(`${line}\n`);
/** How often the worker finds its servers gone. */
let away = Number(process.env['LAUNCHER_WORKER_AWAY'] ?? 0);
const hooks = {
  seed: async () => undefined,
  startOperations: async () => (await idle()) as unknown as Operations,
  startWorker: async () => {
    if (away-- > 0) throw new TransportError('Frontend is not healthy yet');
    return idle();
  },
  startApi: idle,
};
process.exit(await launch(process.env, report, hooks));
