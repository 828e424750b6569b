import type { CodecKey, RuntimeConfig } from './config.ts';
import { LaunchError, type Report } from './launchError.ts';
import type { Part } from './supervise.ts';

/** What the parts of the service are given: where everything is, once it runs. */
export interface RuntimeContext {
  config: RuntimeConfig;
  databaseUrl: string;
  temporal: {
    address: string;
    namespace: string;
    rehearsalNamespace: string;
    /** Without it rehearsals are refused, and everything else works. */
    supportsTimeSkipping: boolean;
  };
  codecKeys: CodecKey[];
  report: Report;
  /** Aborted when a stop begins. */
  signal: AbortSignal;
}

/** A started part of the service; `url` is told to the person who started it. */
export interface ServicePart extends Part {
  url?: string;
}

/** Sample data on a first start outside production; does nothing where there is data. */
export async function seed(_context: RuntimeContext): Promise<void> {
  await Promise.resolve();
}

/** Workers, dispatcher and outbox delivery. */
export async function startWorker(_context: RuntimeContext): Promise<ServicePart> {
  return Promise.reject(notBuilt('worker'));
}

/** The HTTP API. */
export async function startApi(_context: RuntimeContext): Promise<ServicePart> {
  return Promise.reject(notBuilt('API'));
}

function notBuilt(part: string): LaunchError {
  return new LaunchError('notBuilt', { zh: `${part} 尚未完成。`, en: `The ${part} is not built yet.` });
}
