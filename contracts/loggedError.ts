/** What is logged of an error: its kind, its code and its way through the code. */

/** An error as it stands in the log. */
export interface LoggedError {
  type: string;
  message?: string;
  code?: string;
  constraint?: string;
  stack?: string;
  cause?: LoggedError;
}

interface Seen {
  name?: unknown;
  message?: unknown;
  code?: unknown;
  constraint?: unknown;
  stack?: unknown;
  cause?: unknown;
  meta?: { driverAdapterError?: unknown };
}

/** These repeat what they were given: a row, a parameter, a text that is not JSON. */
const REPEATING = /^(?:Prisma|DriverAdapter|Zod|Syntax|error$)/;
const FRAMES = /(?:\n\s+at [^\n]*)+$/;
const DEPTH = 4;

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Leaves out the words of whatever may repeat what somebody wrote; what has a code is told by it, and all by their stack. */
export function loggedError(error: unknown, depth = DEPTH): LoggedError {
  if (typeof error !== 'object' || error === null) return { type: typeof error };
  const seen = error as Seen;
  const type = (error instanceof Error ? error.constructor.name : textOf(seen.name)) ?? 'Error';
  const [code, constraint] = [textOf(seen.code), textOf(seen.constraint)];
  const names = [type, textOf(seen.name) ?? ''];
  const message = code === undefined && !names.some((name) => REPEATING.test(name)) ? textOf(seen.message) : undefined;
  const stack = FRAMES.exec(textOf(seen.stack) ?? '')?.[0].trim();
  const below = seen.cause ?? seen.meta?.driverAdapterError;
  return {
    type,
    ...(message !== undefined && { message }),
    ...(code !== undefined && { code }),
    ...(constraint !== undefined && { constraint }),
    ...(stack !== undefined && { stack }),
    ...(below !== undefined && depth > 0 && { cause: loggedError(below, depth - 1) }),
  };
}
