import { expect, test } from '@jest/globals';
import { EventEmitter } from 'node:events';
import { LaunchError } from '../../../runtime/launchError.ts';
import { Supervisor, type Part } from '../../../runtime/supervise.ts';

/** A supervisor with parts that only note what happens to them. */
function bench(stopTimeoutMs = 1000) {
  const said: string[] = [];
  const done: string[] = [];
  const signals = new EventEmitter();
  const supervisor = new Supervisor({ report: (line) => said.push(line), signals: signals as never, stopTimeoutMs });
  const part = (name: string, extra: Partial<Part> = {}): Promise<Part> =>
    supervisor.start(name, async () => {
      done.push(`start ${name}`);
      return { stop: async () => void done.push(`stop ${name}`), ...extra };
    });
  return { supervisor, part, said, done, signals };
}

const dead = new LaunchError('temporalDied', { zh: '没了', en: 'gone' });

test('a signal stops everything in reverse, with success', async () => {
  const { supervisor, part, done, signals } = bench();
  const code = await supervisor.run(async () => {
    await part('a');
    await part('b');
    signals.emit('SIGTERM');
  });
  expect(code).toBe(0);
  expect(done).toEqual(['start a', 'start b', 'stop b', 'stop a']);
  expect(signals.listenerCount('SIGTERM')).toBe(0);
});

test('a Ctrl-C that npm passes on beside the terminal’s own is one signal, not impatience', async () => {
  const { supervisor, part, said, done, signals } = bench();
  const code = await supervisor.run(async () => {
    await part('a');
    signals.emit('SIGINT');
    signals.emit('SIGINT');
  });
  expect([code, done, said]).toEqual([0, ['start a', 'stop a'], ['正在停止 · Stopping']]);
});

test('a part that dies is told once, and the rest stops', async () => {
  const { supervisor, part, said, done } = bench();
  const deaths = new EventEmitter();
  const code = await supervisor.run(async () => {
    await part('a', { died: new Promise((resolve) => deaths.once('a', resolve)) });
    await part('b', { died: new Promise((resolve) => setTimeout(resolve, 5, new Error('second'))) });
    deaths.emit('a', dead);
  });
  expect(code).toBe(1);
  expect(done.slice(2)).toEqual(['stop b', 'stop a']);
  expect(said.filter((line) => line.includes('gone\n') || line.endsWith('gone'))).toHaveLength(1);
  expect(said.join()).not.toContain('second');
});

test('a start that fails stops what had been started', async () => {
  const { supervisor, part, said, done } = bench();
  const code = await supervisor.run(async () => {
    await part('a');
    await supervisor.start('b', () => Promise.reject(dead));
    await part('c');
  });
  expect(code).toBe(1);
  expect(done).toEqual(['start a', 'stop a']);
  expect(said).toEqual(['没了\ngone']);
});

test('a signal during a start waits for it, stops it too and begins nothing more', async () => {
  const { supervisor, part, said, done, signals } = bench();
  const code = await supervisor.run(async () => {
    await supervisor.start('slow', async () => {
      signals.emit('SIGINT');
      await new Promise((next) => setTimeout(next, 5));
      return { stop: async () => void done.push('stop slow') };
    });
    await part('next');
  });
  expect(code).toBe(0);
  expect(done).toEqual(['stop slow']);
  expect(said).toHaveLength(1);
});

test('a part that does not stop, or fails to, does not keep the others', async () => {
  const { supervisor, part, said, done } = bench(20);
  const code = await supervisor.run(async () => {
    await part('a');
    await part('stuck', { stop: () => new Promise(() => undefined) });
    await part('broken', { stop: () => Promise.reject(new Error('cannot')) });
    supervisor.finish(0);
  });
  expect(code).toBe(0);
  expect(done.at(-1)).toBe('stop a');
  expect(said).toEqual(['broken: cannot', expect.stringContaining('stuck')]);
});
