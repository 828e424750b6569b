/** A reason not to start, or to stop, that a person can act on: one message, in Chinese and in English. */
export class LaunchError extends Error {
  /** Stable name of the reason, for tests and scripts. */
  readonly code: string;
  readonly zh: string;
  readonly en: string;

  constructor(code: string, text: { zh: string; en: string }, options?: ErrorOptions) {
    super(`${text.zh}\n${text.en}`, options);
    this.name = 'LaunchError';
    this.code = code;
    this.zh = text.zh;
    this.en = text.en;
  }
}

/** What an unknown thrown value says. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Where progress goes: one line at a time, no cursor tricks, so that logs and terminals read the same. */
export type Report = (line: string) => void;

/** Runs a long step and says every ten seconds that it still runs, and for how long. */
export async function withProgress<T>(report: Report, what: () => string, step: () => Promise<T>): Promise<T> {
  const started = Date.now();
  const timer = setInterval(() => report(`${what()} · ${Math.round((Date.now() - started) / 1000)} s`), 10_000);
  timer.unref();
  try {
    return await step();
  } finally {
    clearInterval(timer);
  }
}
