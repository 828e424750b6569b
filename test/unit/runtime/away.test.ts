import { expect, test } from '@jest/globals';
import { TransportError } from '@temporalio/worker';
import { isAway, onceThere } from '../../../runtime/away.ts';
import { LaunchError } from '../../../runtime/launchError.ts';

const coded = (code: string | number, message = 'x'): Error => Object.assign(new Error(message), { code });
const caused = (cause: Error): Error =>
  new LaunchError('databaseUnreachable', { zh: '连不上', en: 'Cannot be reached' }, { cause });
const signal = new AbortController().signal;

test.each([
  ['a refused connection', coded('ECONNREFUSED'), true],
  ['a database that starts up', caused(coded('57P03')), true],
  ['a server of Temporal’s that is gone', coded(14), true],
  ['one that answers too late', coded(4), true],
  ['a connection that broke', new Error('Connection terminated unexpectedly'), true],
  ['one that does not answer at all', new Error('Failed to connect before the deadline'), true],
  ['one that is not healthy yet', new TransportError('message: "Frontend is not healthy yet"'), true],
  ['a wrong password', caused(coded('28P01')), false],
  ['a database that is not there', caused(coded('3D000')), false],
  ['a namespace that is not there', coded(5), false],
  ['anything else', new Error('x'), false],
])('%s', (_name, error, away) => {
  expect(isAway(error)).toBe(away);
});

test('what is not for want of a server fails at once; what is, when the patience is over, and it is said once', async () => {
  const said: string[] = [];
  let steps = 0;
  const failing = (error: Error) => () => {
    steps += 1;
    return Promise.reject(error);
  };
  const report = (line: string): void => void said.push(line);
  await expect(onceThere(failing(coded('28P01')), { report, signal })).rejects.toThrow('x');
  expect([steps, said]).toEqual([1, []]);
  await expect(onceThere(failing(coded('57P03', 'starting up')), { report, signal, patienceMs: 600 })).rejects.toThrow(
    'starting up',
  );
  expect(steps).toBe(4);
  expect(said).toEqual([expect.stringContaining('starting up')]);
});
