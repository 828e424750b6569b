/** Waiting for what a repair was to bring about. */

const POLL_MS = 250;

/** The worker stops: what came of the repair is not known, and the next worker takes it up. */
export class Interrupted extends Error {
  constructor() {
    super('The worker was stopped');
    this.name = 'Interrupted';
  }
}

/** Looks again and again until there is an answer; undefined when none came in time. Throws Interrupted on the signal. */
export async function until<T>(
  { withinMs, signal }: { withinMs: number; signal: AbortSignal },
  look: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const end = Date.now() + withinMs;
  for (;;) {
    if (signal.aborted) throw new Interrupted();
    const answer = await look();
    if (answer !== undefined || Date.now() >= end) return answer;
    await new Promise((next) => setTimeout(next, POLL_MS));
  }
}
