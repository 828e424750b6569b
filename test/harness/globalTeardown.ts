import { rm } from 'node:fs/promises';
import { takeRunning } from './running.ts';

/** Stops in reverse order. After an interrupt jest does not come here; then the watchdogs of runtime/child.ts do it. */
export default async function globalTeardown(): Promise<void> {
  const { temporal, postgres, dataDir } = takeRunning();
  await temporal?.stop();
  await postgres?.stop();
  if (dataDir) await rm(dataDir, { recursive: true, force: true });
}
