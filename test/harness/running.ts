import type { EmbeddedPostgres } from '../../runtime/embeddedPostgres.ts';
import type { TemporalServer } from '../../runtime/temporalServer.ts';

/** What globalSetup started and globalTeardown stops; both run in jest's main process. */
export interface Running {
  dataDir?: string;
  postgres?: EmbeddedPostgres;
  temporal?: TemporalServer;
}

const holder = globalThis as { fuquanRunning?: Running };

/** Adds to what must be stopped. Kept on the global object: jest loads the two files as separate modules. */
export function remember(part: Running): void {
  holder.fuquanRunning = { ...holder.fuquanRunning, ...part };
}

/** Everything remembered, once. */
export function takeRunning(): Running {
  const running = holder.fuquanRunning ?? {};
  delete holder.fuquanRunning;
  return running;
}
