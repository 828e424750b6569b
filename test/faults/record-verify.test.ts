/** Tampering in the database and in exported files, and the tables made anew from the ledger. */
import { execFile } from 'node:child_process';
import { generateKeyPairSync, randomInt, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LogChanged, makeCheckpoint } from '../../activities/checkpoint.ts';
import { exportLedger, openLedgerFile, readLedger } from '../../activities/ledgerSource.ts';
import { NoteSigner } from '../../activities/note.ts';
import { rebuildProjections } from '../../activities/rebuild.ts';
import { verifyLedger, type Finding } from '../../activities/verify.ts';
import type { LedgerEvent, Process } from '../../domain/process.ts';
import { atOnce, effectiveAt, event, Office, projection, window } from './record.fixture.ts';

const signer = new NoteSigner(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
let office: Office;
let folder: string;
let cases: string[];

beforeEach(async () => {
  office = await Office.open();
  folder = await mkdtemp(join(tmpdir(), 'fuquan-verify-'));
  const achievementId = await office.achievement();
  cases = await atOnce(2, async (i) => {
    const caseId = await office.draft();
    // Every kind of row: own events, and those that SQL writes by itself.
    await office.record(caseId, 0, {
      actor: { kind: 'person', personId: office.personId, roles: ['officer'], departments: ['科研处"\\'] },
      events: [event({ data: { text: '引号" 反斜\\杠 \n\u0007 é 🙂', half: 0.1, big: 1e21, tiny: 1e-9, none: null } })],
      guards: [
        { kind: 'claimAchievement', achievementId, effectiveAt },
        { kind: 'assignNumber', series: '赋权', year: 2026, effectiveAt },
      ],
    });
    const version = await office.one<number>('SELECT version AS x FROM cases WHERE id = $1', caseId);
    for (let n = 0; n < i; n++) await office.record(caseId, version + n);
    return caseId;
  });
});
afterEach(async () => {
  await office.close();
  await rm(folder, { recursive: true });
});

async function check(older: string[] = []): Promise<string[]> {
  const report = await verifyLedger(readLedger(office.pool, office.institutionId), {
    institutionId: office.institutionId,
    trustedKeys: [signer.verifierKey(office.institutionId)],
    olderCheckpoints: older,
  });
  return report.findings.map(({ code }) => code);
}

/** Does to the tables what only somebody with full rights over the database can. */
async function tamper(...statements: string[]): Promise<void> {
  await office.sql(
    'ALTER TABLE ledger DISABLE TRIGGER ALL; ALTER TABLE log_leaf DISABLE TRIGGER ALL; ALTER TABLE cases DISABLE TRIGGER ALL',
  );
  for (const statement of statements) await office.sql(statement);
}

async function exported(): Promise<string> {
  const path = join(folder, `${randomUUID()}.jsonl`);
  const out = createWriteStream(path);
  await exportLedger(office.pool, signer, { id: office.institutionId, code: office.code, name: '某大学' }, out);
  out.end();
  await finished(out);
  return path;
}

async function checkFile(bytes: Buffer): Promise<Finding[] | 'no export'> {
  const file = await openLedgerFile(Readable.from([bytes]));
  if (!file) return 'no export';
  const trustedKeys = [signer.verifierKey(office.institutionId)];
  const report = await verifyLedger(file.items, { institutionId: file.institution.id, trustedKeys });
  return [...file.findings, ...report.findings];
}

describe('the database', () => {
  test('holds what TypeScript computes again, to the last byte', async () => {
    await makeCheckpoint(office.pool, signer, office.institutionId);
    expect(await check()).toEqual([]);
  });

  test.each([
    ['UPDATE ledger SET data = data || \'{"forged": true}\'', 'entry.body'],
    ["UPDATE ledger SET type = 'forged'", 'entry.body'],
    ["UPDATE ledger SET effective_at = '2026-03-01T00:00:00.001Z'", 'entry.body'],
    ["UPDATE ledger SET recorded_at = recorded_at + interval '1 millisecond'", 'entry.hash'],
    ["UPDATE ledger SET act_id = 'forged'", 'entry.hash'],
    ['UPDATE ledger SET actor = \'{"kind": "system", "x": 1}\'', 'entry.body'],
    ['UPDATE ledger SET v = 2', 'entry.body'],
    ['DELETE FROM ledger WHERE seq = 2', 'entry.sequence'],
    ['DELETE FROM ledger WHERE seq > 2', 'case.truncated'],
    ['DELETE FROM ledger', 'case.missing'],
    ['DELETE FROM log_leaf WHERE index = 0', 'leaf.index'],
    ['DELETE FROM log_leaf', 'log.truncated'],
    ["UPDATE cases SET head_hash = repeat('a', 64)", 'case.head'],
  ])('%s is found', async (statement, code) => {
    await makeCheckpoint(office.pool, signer, office.institutionId);
    await tamper(statement);
    expect(await check()).toContain(code);
  });

  test('cut back with all that tells of it is found by a checkpoint kept elsewhere', async () => {
    const { note } = await makeCheckpoint(office.pool, signer, office.institutionId);
    const [gone = ''] = cases;
    await office.sql('ALTER TABLE checkpoint DISABLE TRIGGER ALL');
    await tamper(
      `DELETE FROM ledger WHERE case_id = '${gone}'`,
      `DELETE FROM achievement_claim WHERE case_id = '${gone}'`,
      `DELETE FROM cases WHERE id = '${gone}'`,
      'DELETE FROM log_leaf',
      'DELETE FROM checkpoint',
    );
    await makeCheckpoint(office.pool, signer, office.institutionId);
    expect(await check()).toEqual([]);
    expect(await check([note])).toEqual(['log.truncated']);
  });

  test('whose log does not lead on from the last checkpoint gets no new signature', async () => {
    await makeCheckpoint(office.pool, signer, office.institutionId);
    await tamper(`UPDATE log_leaf SET head_hash = repeat('a', 64) WHERE index = 0`);
    await expect(makeCheckpoint(office.pool, signer, office.institutionId)).rejects.toThrow(LogChanged);
    expect(await office.one('SELECT count(*)::int AS x FROM checkpoint')).toBe(1);
  });

  test('takes checkpoints while acts go on, each leading on from the one before', async () => {
    const notes: string[] = [];
    const progress = { done: false };
    const acts = atOnce(2, async (i) => {
      const caseId = cases[i] ?? '';
      let version = await office.one<number>('SELECT version AS x FROM cases WHERE id = $1', caseId);
      for (let n = 0; n < 40; n++) version = ((await office.record(caseId, version)) as { version: number }).version;
    }).finally(() => (progress.done = true));
    while (!progress.done) {
      // Two at once, as two workers might.
      const made = await atOnce(2, () => makeCheckpoint(office.pool, signer, office.institutionId));
      notes.push(...made.map(({ note }) => note));
    }
    await acts;
    expect(notes.length).toBeGreaterThan(2);
    expect(await check(notes)).toEqual([]);
  });
});

const faults = async (changed: string[]): Promise<number> =>
  (await checkFile(Buffer.from(changed.map((text) => `${text}\n`).join('')))).length;

describe('an exported file', () => {
  test('is without fault, and covers every row', async () => {
    expect(await checkFile(await readFile(await exported()))).toEqual([]);
  });

  test('is found changed at every single byte', async () => {
    const bytes = await readFile(await exported());
    const unseen: number[] = [];
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ (1 << randomInt(8));
      if ((await checkFile(changed)).length === 0) unseen.push(at);
    }
    expect(unseen).toEqual([]);
  });

  test('is found cut at every line, and with lines taken out, doubled or exchanged', async () => {
    const lines = (await readFile(await exported(), 'utf8')).split('\n').slice(0, -1);
    for (const [i, text] of lines.entries()) {
      expect(await faults(lines.slice(0, i))).toBeGreaterThan(0);
      expect(await faults(lines.toSpliced(i, 1))).toBeGreaterThan(0);
      expect(await faults(lines.toSpliced(i, 0, text))).toBeGreaterThan(0);
      const j = (i + 1) % lines.length;
      expect(await faults(lines.with(i, lines[j] ?? '').with(j, text))).toBeGreaterThan(0);
    }
  });

  test('is checked from the command line with no service running', async () => {
    const path = await exported();
    const script = join(folder, 'cli.mts');
    await writeFile(
      script,
      `import { Command } from ${JSON.stringify(import.meta.resolve('commander'))};
       import { registerVerify } from ${JSON.stringify(new URL('../../cli/verify.ts', import.meta.url).href)};
       const program = new Command(); registerVerify(program); await program.parseAsync();`,
    );
    const run = promisify(execFile);
    const call = async (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
      run(process.execPath, ['--import', 'tsx', script, ...args], {
        // A folder on which nothing runs: the command must not find a service of this machine.
        env: { PATH: process.env['PATH'], FUQUAN_DATA_DIR: folder },
      }).then(
        (said) => ({ code: 0, ...said }),
        (error: unknown) => error as { code: number; stdout: string; stderr: string },
      );
    const good = await call('verify', '--json', '--file', path);
    expect(good.code).toBe(0);
    expect(JSON.parse(good.stdout)).toMatchObject([{ cases: 2, signatures: 'own', findings: [] }]);
    await writeFile(path, (await readFile(path, 'utf8')).replace('happened', 'hapqened'));
    expect((await call('verify', '--json', '--file', path)).code).toBe(1);
    expect((await call('verify', '--json', '--file', script)).code).toBe(2);
    expect((await call('verify')).code).toBe(2);
    // What holds no key is refused as such, and a folder without a signing key signs nothing.
    const noKey = await call('verify', '--file', path, '--key', path);
    expect([noKey.code, noKey.stderr]).toEqual([2, expect.stringContaining('holds no public key')]);
    const unsigned = await call('export', '--institution', 'x', '--out', join(folder, 'never.jsonl'));
    expect([unsigned.code, unsigned.stderr]).toEqual([2, expect.stringContaining('holds no signing key')]);
  });
});

describe('the tables made anew', () => {
  interface State {
    n: number;
    caseId: string;
  }
  /** A process as small as can be: it counts its events. */
  const counting = {
    kind: 'empowerment',
    initial: (caseId) => ({ n: 0, caseId }),
    evolve: (state) => ({ ...state, n: state.n + 1 }),
    project: ({ n, caseId }) =>
      projection({
        step: `step${n}`,
        tasks: [{ key: `t${n}`, act: 'consent', role: 'officer', since: '2026-03-01T08:00:00+08:00' }],
        deadlines: [window('2026-03-16T16:00:00Z', { key: caseId })],
      }),
  } as Partial<Process<State>> as Process<unknown>;
  const processes = { empowerment: counting };

  test('are the same as before; what was changed by hand is found and put back', async () => {
    const caseId = await office.draft();
    await office.sql('DELETE FROM outbox');
    let state = counting.initial(caseId, office.institutionId);
    for (let version = 0; version < 3; version++) {
      state = counting.evolve(state, {} as LedgerEvent);
      await office.record(caseId, version, { projection: counting.project(state) });
    }
    const mine = async (write: boolean) => {
      const { differences } = await rebuildProjections(office.pool, processes, { institutionId: office.institutionId, write });
      return differences.find((difference) => difference.caseId === caseId);
    };
    expect(await mine(false)).toBeUndefined();
    await office.sql(`UPDATE cases SET step = 'forged' WHERE id = $1`, caseId);
    await office.sql(`UPDATE task SET act = 'forged' WHERE case_id = $1`, caseId);
    await office.sql('DELETE FROM deadline WHERE case_id = $1', caseId);
    const found = await mine(false);
    expect(found).toMatchObject({ rebuilt: false });
    expect(found?.at.toSorted()).toEqual([`/deadlines/${caseId} `, '/step', '/tasks/t3 officer/act']);
    expect(await mine(true)).toMatchObject({ rebuilt: true });
    expect(await mine(false)).toBeUndefined();
  });

  test('leave a case alone whose ledger moved on meanwhile', async () => {
    const [caseId = ''] = cases;
    const moved = office.one(
      'SELECT rebuild_projection($1, 1, $2, $3) AS x',
      caseId,
      'a'.repeat(64),
      JSON.stringify(projection()),
    );
    expect(await moved).toBe(false);
  });
});
