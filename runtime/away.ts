/** Servers that are away when a part of the service starts. */
import { LaunchError, reasonOf, type Report } from './launchError.ts';

/** As much as PostgreSQL needs to recover from a kill, and Temporal to come up on it. */
const PATIENCE_MS = 60_000;
const AGAIN_MS = 500;

/** gRPC status codes. */
const [DEADLINE_EXCEEDED, UNAVAILABLE] = [4, 14];
/** What sockets and PostgreSQL say of a server that is not there, not yet, or goes. */
const AWAY = /^(?:ECONN|ETIMEDOUT|EPIPE|EHOST|ENET|ENOTFOUND|EAI_AGAIN|08|53|57P)/;
const GONE = /Connection terminated|connection timeout|timeout expired|connect before the deadline/;
/** What the worker's SDK says of any server that it cannot connect to: not there, not healthy yet. */
const UNCONNECTED = 'TransportError';

/** Whether the error, or what caused it, says that a server is away. */
export function isAway(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth += 1) {
    const { code } = at as { code?: unknown };
    if (code === UNAVAILABLE || code === DEADLINE_EXCEEDED) return true;
    if (at.name === UNCONNECTED || (typeof code === 'string' && AWAY.test(code)) || GONE.test(at.message)) return true;
  }
  return false;
}

/**
 * Takes the step once its servers are there. A part that ends because they are away is started again by whoever keeps
 * it, but ever later, and then stays away longer than they do.
 */
export async function onceThere<T>(
  step: () => Promise<T>,
  { report, signal, patienceMs = PATIENCE_MS }: { report: Report; signal: AbortSignal; patienceMs?: number },
): Promise<T> {
  const until = Date.now() + patienceMs;
  for (let told = false; ; told = true) {
    try {
      return await step();
    } catch (error) {
      if (!isAway(error) || signal.aborted || Date.now() >= until) throw error;
      if (!told) {
        const reason = error instanceof LaunchError ? error.message : reasonOf(error);
        report(`${reason}\n至多等待一分钟 · waiting for a minute at most`);
      }
      await new Promise((next) => setTimeout(next, AGAIN_MS));
    }
  }
}
