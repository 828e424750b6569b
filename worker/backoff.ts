/** Seconds to wait after the n-th attempt: doubling from `first`, never more than `longest`. */
export function backoffSeconds(attempt: number, first: number, longest: number): number {
  return Math.min(longest, first * 2 ** Math.min(Math.max(attempt - 1, 0), 30));
}

/** Waits, or comes back at once when the signal is given. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((done) => {
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
    function end(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      done();
    }
  });
}
