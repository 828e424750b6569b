import { describe, expect, it } from '@jest/globals';
import { loggedError } from '../../../contracts/loggedError.ts';

const words = '王某某';

/** An error as the libraries make them. */
function madeOf(name: string, message: string, more: object = {}): Error {
  const error = new Error(message);
  return Object.assign(error, { name, ...more });
}

describe('an error in the log', () => {
  it('that may repeat what it was given is told by kind, code and stack', () => {
    const detail = `Failing row contains (1, ${words}).`;
    const database = madeOf('error', `invalid input syntax for type uuid: "${words}"`, {
      code: '22P02',
      detail,
      constraint: 'one',
    });
    const adapter = madeOf('DriverAdapterError', detail, { cause: database });
    const prisma = madeOf('PrismaClientKnownRequestError', `\n{ data: "${words}" }\nFailed`, {
      code: 'P2010',
      meta: { driverAdapterError: adapter },
    });
    const told = loggedError(prisma);
    expect(JSON.stringify(told)).not.toContain(words);
    expect(told).toMatchObject({ code: 'P2010', cause: { cause: { code: '22P02', constraint: 'one' } } });
    expect(told.stack).toMatch(/^at .*loggedError\.test/);
  });

  it.each([
    ['of JSON', () => JSON.parse(`"${words}`) as unknown],
    ['of an argument', () => Buffer.from(words, words as BufferEncoding)],
    ['of an address', () => new URL(words)],
  ])('%s does not repeat it', (_what, fail) => {
    let told: unknown;
    try {
      fail();
    } catch (error) {
      told = loggedError(error);
    }
    expect(told).toMatchObject({ type: expect.any(String), stack: expect.stringContaining('at ') });
    expect(JSON.stringify(told)).not.toContain(words);
  });

  it('of the code itself keeps its message, and what lies below it', () => {
    const told = loggedError(new TypeError('x.map is not a function', { cause: new Error('below') }));
    expect(told).toMatchObject({ type: 'TypeError', message: 'x.map is not a function', cause: { message: 'below' } });
  });

  it('is told whatever was thrown, and never without end', () => {
    const ring = new Error('ring');
    ring.cause = ring;
    expect(loggedError('text')).toEqual({ type: 'string' });
    expect(JSON.stringify(loggedError(ring)).match(/ring"/g)).toHaveLength(5);
  });
});
