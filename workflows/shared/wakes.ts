import { condition } from '@temporalio/workflow';
import { instantMs } from '../../domain/time/index.ts';

/** The act by which a case answers to an instant. */
export interface Wake {
  at: string;
  type: string;
  body: unknown;
}

export function sameWake(a: Wake | undefined, b: Wake | undefined): boolean {
  return a?.at === b?.at && a?.type === b?.type && JSON.stringify(a?.body) === JSON.stringify(b?.body);
}

export interface Waiting {
  /** Whether to go on waiting. */
  here: () => boolean;
  nextWake: () => Wake | undefined;
  /** Changes whenever something happened to the case. */
  changes: () => number;
  /** Legal time, in milliseconds. */
  now: () => number;
  /** Milliseconds that this case's own wake-ups are late by. */
  spread: number;
  /** Performs the act; undefined when done, else the instant before which there is no use in trying again. */
  perform: (wake: Wake) => Promise<number | undefined>;
}

const SHORTEST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 10 * 60_000;

/** Waits for as long as the case is `here`, and performs at its instant what time brings, also when that is moved. */
export async function runWakes({ here, nextWake, changes, now, spread, perform }: Waiting): Promise<void> {
  let retry: { wake: Wake; at: number; pause: number; changes: number } | undefined;
  while (here()) {
    const wake = nextWake();
    if (!wake) {
      await condition(() => !here() || nextWake() !== undefined);
      continue;
    }
    // What stood in the way may be gone as soon as anything happened to the case.
    if (retry && (!sameWake(retry.wake, wake) || retry.changes !== changes())) retry = undefined;
    const due = retry?.at ?? instantMs(wake.at) + spread;
    const wait = due - now();
    if (wait > 0) {
      // A timer counts from the commit of the task that set it, so the instant is looked at again after it fired.
      const waiting = retry;
      await condition(() => !here() || !sameWake(nextWake(), wake) || (waiting ? waiting.changes !== changes() : false), wait);
      continue;
    }
    const notBefore = await perform(wake);
    if (notBefore === undefined) continue;
    const pause = Math.min(retry ? retry.pause * 2 : SHORTEST_RETRY_MS, LONGEST_RETRY_MS);
    retry = { wake, at: Math.max(notBefore, now() + pause), pause, changes: changes() };
  }
}
