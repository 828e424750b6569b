import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { institutionRoles, globalRoles } from '../../domain/process.ts';
import { sampleDepartments } from '../../runtime/samplePeople.ts';
import { firstCase, handful, readmes, readmeCommands, shell } from './firstCase.ts';
import { NpmStart, nothingLeft, type Ended } from './npmStart.ts';

/**
 * `npm start` from an empty folder to the last stop, as a person meets it. The tests run in turn on one data folder; each
 * start finds what the one before left.
 */
let dataDir: string;
let service: NpmStart;
let first: { caseId: string; number: string };

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'fuquan-start-'));
  service = await NpmStart.ready(dataDir);
});
afterAll(async () => {
  await service?.clear();
  rmSync(dataDir, { recursive: true, force: true });
});

interface Me {
  institutions: { code: string; grants: { roles: string[]; departments: string[] }[] }[];
  globalRoles: string[];
}

const json = async <T>(url: string, token?: string): Promise<T> => {
  const response = await fetch(url, token === undefined ? {} : { headers: { Authorization: `Bearer ${token}` } });
  if (!response.ok) throw new Error(`${response.status} ${url}: ${await response.text()}`);
  return (await response.json()) as T;
};
const tokenAt = async (url: string): Promise<string> => (await json<{ token: string }>(url)).token;
const me = (token: string): Promise<Me> => json(`${service.url}/api/v1/me`, token);
const names = (text: string): string[] => text.split(', ').map((each) => each.trim());

/** One message, in both languages, and no stack. */
function expectOneMessage({ code, output }: Ended, zh: string, en: string): void {
  expect(code).toBe(1);
  expect([output.split(zh).length, output.split(en).length]).toEqual([2, 2]);
  expect(output).not.toMatch(/^\s+at /m);
}

describe('the first start', () => {
  test('tells each step, and its addresses answer', async () => {
    expect(service.output).toContain('正在初始化 PostgreSQL · Setting up PostgreSQL');
    const migrations = readdirSync('prisma/migrations').filter((name) => /^\d/.test(name));
    expect(service.output.match(/数据库迁移 · migrated: \S+/g)).toEqual(
      migrations.map((name) => `数据库迁移 · migrated: ${name}`),
    );
    expect(service.output).toContain('已写入 4 个示例单位（均为虚构） · 4 sample institutions written, all invented');
    for (const line of ['PostgreSQL  ', 'Temporal  ']) await listens(service.told(line).split(' ')[0]!);
    const page = await fetch(service.told('API 文档 · docs'), { redirect: 'follow' });
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('swagger')]);
    expect(await json(`${service.url}/api/v1/openapi.json`)).toMatchObject({ openapi: '3.1.0' });
    const [ready = '', metrics = ''] = service.told('Operations  ').split(/\s+/);
    expect(await json(ready)).toMatchObject({ ready: true });
    expect(await (await fetch(metrics)).text()).toContain('# TYPE fuquan_');
  });

  test('tells how to get a token for each role, and each token is taken with that role', async () => {
    const sample = service.told('令牌 · token');
    const codes = names(service.told('  单位 · institution'));
    const offered = names(service.told('  角色 · role')).map((each) => each.split(' '));
    expect(new Set(offered.map(([role]) => role))).toEqual(new Set(['member', ...institutionRoles]));
    for (const code of codes) {
      for (const [role = '', hint = ''] of offered) {
        const url = sample.replace(/institution=[^&]+/, `institution=${code}`).replace(/role=\w+/, `role=${role}`);
        const { institutions } = await me(await tokenAt(`${url}${hint.replaceAll(/[()]/g, '')}`));
        expect(institutions).toMatchObject([{ code, grants: [{ roles: expect.arrayContaining([role]) }] }]);
      }
    }
    expect((await me(await tokenAt(sample))).institutions[0]!.grants[0]!.roles).toContain('officer');
    const [platform, interested] = [service.told('  平台 · platform'), service.told('  利害关系人 · interested party')];
    const found = await Promise.all([interested, platform].map(async (url) => (await me(await tokenAt(url))).globalRoles));
    expect(found).toEqual(globalRoles.map((role) => [role]));
  });

  test('has the four institutions, each with its people, two bodies that decide, and an overlay that says it is a sample', async () => {
    const found = [];
    for (const code of names(service.told('  单位 · institution'))) {
      const base = `${service.url}/api/v1/institutions/${code}`;
      const ask = async <T>(role: string, path: string): Promise<T> =>
        json(`${base}${path}`, await tokenAt(`${service.url}/dev/token?institution=${code}&role=${role}`));
      const { kind, province, city } = await ask<Record<string, string>>('administrator', '');
      found.push([kind, province, city]);
      const people = await ask<{ items: { roles: string[]; departments: string[] }[] }>('administrator', '/people?limit=100');
      const has = (role: string, department?: string): boolean =>
        people.items.some((one) => one.roles.includes(role) && (!department || one.departments.includes(department)));
      expect(institutionRoles.filter((role) => !has(role))).toEqual([]);
      expect(sampleDepartments.filter((department) => !has('departmentReviewer', department))).toEqual([]);
      const bodies = await ask<{ items: { body: string; members: unknown[] }[] }>('secretary', '/bodies');
      const seats = Object.fromEntries(bodies.items.map(({ body, members }) => [body, members.length]));
      expect(seats).toEqual({ leadingGroup: expect.any(Number), leadership: expect.any(Number) });
      expect(JSON.stringify(await ask('administrator', '/overlay'))).toContain('示例');
    }
    // A university of Inner Mongolia outside Baotou, one in Baotou, an institute in Baotou, one of Heilongjiang.
    expect(found).toEqual([
      ['university', '150000', '150100'],
      ['university', '150000', '150200'],
      ['institute', '150000', '150200'],
      ['university', '230000', expect.any(String)],
    ]);
  });
});

describe('the first case', () => {
  test('goes as docs/first-case.sh plays it, from a draft to a notice whose window runs', async () => {
    const said = await shell(firstCase(), { FUQUAN_URL: service.url });
    expect([said.code, said.err]).toEqual([0, '']);
    const acts = said.out.split('\n').filter((line) => line.startsWith('{"actId"'));
    const answers = acts.map((line) => JSON.parse(line) as { caseId: string; outcome: string; step: string; number: string });
    expect(answers.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 7 }, () => 'done'));
    const last = answers.at(-1)!;
    first = { caseId: last.caseId, number: last.number };
    expect(last).toMatchObject({ step: 'publicity', number: `赋权〔${new Date().getFullYear()}〕1号` });
    const windows = JSON.parse(said.out.trim().split('\n').at(-1)!) as { items: object[] };
    expect(windows.items).toMatchObject([{ kind: 'window', n: 15, clause: 'nm-hei.8e', state: 'running' }]);
    // The whole path was told before anything was sent, to its end.
    const told = said.out.slice(said.out.indexOf('— what lies before it'), said.out.indexOf('— sent, submitted'));
    expect(told).toMatch(/^ {2}nm-hei\.8d「/m);
    expect(told).toMatch(/15 .*24:00\n {2}nm-hei\.8e「/);
    expect(told.match(/^\d{4}-\d\d-\d\d {2}/gm)!.length).toBeGreaterThan(7);
  });

  test('goes by the commands of the two READMEs, which are the same', async () => {
    const [english, chinese] = readmes.map(readmeCommands);
    expect(english).toEqual(chinese);
    for (const name of readmes) expect(handful(name)).toContain('bash docs/first-case.sh');
    // A case that stands at the check, made as the first was.
    const { out, code } = await shell(`${firstCase().split('act "$OFFICER" passCheck')[0]}\necho "CASE=$CASE"`, {
      FUQUAN_URL: service.url,
    });
    const atCheck = /^CASE=(.+)$/m.exec(out)?.[1];
    expect([code, atCheck]).toEqual([0, expect.any(String)]);
    const typed = english!.map((line) =>
      line.replaceAll('http://127.0.0.1:3000', service.url).replace('CASE=…', `CASE=${atCheck}`),
    );
    const said = await shell(typed.map((line) => (line.startsWith('curl') ? `${line}; echo` : line)).join('\n'), {});
    const [tasks, rules, cases, act] = said.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { items?: object[] });
    expect(tasks!.items).toContainEqual(expect.objectContaining({ caseId: atCheck }));
    expect(JSON.stringify(rules)).toContain('nm-hei.8e');
    expect(cases!.items).toContainEqual(expect.objectContaining({ id: atCheck, step: 'check' }));
    expect(act).toMatchObject({ caseId: atCheck, outcome: 'done', step: 'departmentReview' });
  });
});

describe('what ends a start', () => {
  test('a second start on the same data says who uses it, and leaves the first alone', async () => {
    const second = new NpmStart(dataDir, { FUQUAN_API_PORT: service.url.split(':').at(-1)! });
    expectOneMessage(await second.ended, `正被另一个 fuquan`, `is in use by another fuquan`);
    expect(second.output).toContain('FUQUAN_DATA_DIR');
    expect(await json(`${service.url}/livez`)).toEqual({ live: true });
  });

  test('Ctrl-C stops everything in order, and nothing but the data stays', async () => {
    const { output } = await service.ctrlC();
    expect(output.split('正在停止 · Stopping')).toHaveLength(2);
    expect(['running.json', 'fuquan.lock'].filter((name) => existsSync(join(dataDir, name)))).toEqual([]);
  });

  test.each([
    ['FUQUAN_OPERATIONS_PORT', {}],
    ['FUQUAN_API_PORT', { FUQUAN_OPERATIONS_PORT: '' }],
  ])('a port that is taken is named with %s, and what had started is stopped', async (variable, env) => {
    const blocker = createServer();
    const port = await new Promise<number>((tell) => {
      blocker.listen(0, '127.0.0.1', () => tell((blocker.address() as { port: number }).port));
    });
    try {
      const refused = new NpmStart(dataDir, { ...env, [variable]: String(port) });
      const ended = await refused.gone();
      expectOneMessage(ended, `端口 ${port} 已被占用`, `Port ${port} is taken`);
      expect(ended.output).toContain(variable);
      expect(ended.output).not.toContain('Ready');
    } finally {
      blocker.close();
    }
  });

  test.each([
    ['PostgreSQL', 'postgres', 'PostgreSQL 意外退出', 'PostgreSQL ended unexpectedly'],
    ['Temporal', 'temporal', 'Temporal 服务意外退出', 'The Temporal server ended unexpectedly'],
  ] as const)(
    'a start on the same folder keeps the case; when %s dies there is one message, and all stops',
    async (_name, program, zh, en) => {
      service = await NpmStart.ready(dataDir);
      expect(service.output).not.toContain('migrated');
      const officer = await tokenAt(service.told('令牌 · token'));
      const kept = await json(`${service.url}/api/v1/institutions/hohhot-university/cases/${first.caseId}`, officer);
      expect(kept).toMatchObject({ number: first.number, step: 'publicity', status: 'open' });
      process.kill(service.server(program), 'SIGKILL');
      expectOneMessage(await service.gone(), zh, en);
    },
  );

  test('whoever ends npm alone ends the service too', async () => {
    service = await NpmStart.ready(dataDir);
    process.kill(service.npm, 'SIGTERM');
    expect((await service.gone()).code).not.toBe(0);
    expect(existsSync(join(dataDir, 'fuquan.lock'))).toBe(false);
  });

  test('a long step tells that it goes on and how far it is; Ctrl-C ends it there, and the half of it is gone', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fuquan-slow-'));
    mkdirSync(join(folder, 'bin'));
    // No `temporal` that runs, nothing to download, and a compiler that is at it until it is stopped.
    const commands = { temporal: 'exit 1', go: 'echo one >&2; echo two >&2; exec tail -f /dev/null' };
    for (const [name, script] of Object.entries(commands)) {
      writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${script}\n`);
      chmodSync(join(folder, 'bin', name), 0o755);
    }
    const cacheDir = join(folder, 'cache');
    const slowData = mkdtempSync(join(tmpdir(), 'fuquan-slow-'));
    const slow = new NpmStart(slowData, {
      PATH: [join(folder, 'bin'), process.env['PATH']].join(delimiter),
      FUQUAN_OFFLINE: '1',
      FUQUAN_CACHE_DIR: cacheDir,
    });
    try {
      await slow.says('Building the Temporal server');
      await slow.says('编译中 · building · 2 packages · 10 s');
      expect((await slow.ctrlC()).output).not.toMatch(/^\s+at /m);
      expect(readdirSync(cacheDir)).toEqual([]);
    } finally {
      await slow.clear();
      await nothingLeft(cacheDir);
      for (const each of [folder, slowData]) rmSync(each, { recursive: true, force: true });
    }
  });
});

async function listens(address: string): Promise<void> {
  const [host = '', port] = address.split(':');
  const socket = connect(Number(port), host);
  await new Promise<void>((tell, fail) => socket.once('connect', tell).once('error', fail));
  socket.destroy();
}
