import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { BlobStore } from '../../activities/documents.ts';
import { erasePerson } from '../../activities/erasure.ts';
import { readLedger } from '../../activities/ledgerSource.ts';
import { rewrap, RewrapRefused, wrapsByKey } from '../../activities/rewrap.ts';
import { Sealer, SubjectErased } from '../../activities/sealing.ts';
import { verifyLedger } from '../../activities/verify.ts';
import type { Subject } from '../../contracts/sealing.ts';
import type { SealedRef } from '../../domain/process.ts';
import type { CodecKey } from '../../runtime/config.ts';
import { sealingKeys } from '../../runtime/purposeKeys.ts';
import { waitFor } from '../harness/services.ts';
import { event, Office, projection } from './record.fixture.ts';

/** An old master key is put away: everything is wrapped anew under the new one, through a kill, beside others who write. */

const [k1, k2]: [CodecKey, CodecKey] = [
  { id: 'k1', key: randomBytes(32) },
  { id: 'k2', key: randomBytes(32) },
];
const root = fileURLToPath(new URL('../..', import.meta.url));
let office: Office;
let folder: string;
/** Sealed texts by the id of their row, and those whose person is erased. */
const texts = new Map<string, { ref: SealedRef; text: string }>();
const erased: { subject: Subject; ref: SealedRef }[] = [];
const files = new Map<string, Buffer>();

const sealerOf = (...keys: CodecKey[]): Sealer => new Sealer({ pool: office.pool, keys: sealingKeys(keys) });
const filesOf = (...keys: CodecKey[]): BlobStore =>
  new BlobStore({ pool: office.pool, keys: sealingKeys(keys), sealer: sealerOf(...keys), folder });

async function sealed(sealer: Sealer, subject: Subject, words: string): Promise<SealedRef> {
  const { ref, row } = await sealer.seal(subject, words);
  await office.sql(
    `INSERT INTO sealed_value VALUES ($1, $2, $3, $4, $5, decode($6, 'base64'), decode($7, 'base64'))`,
    row.id,
    office.institutionId,
    row.subjectKind,
    row.subjectId,
    row.digest,
    row.nonce,
    row.ciphertext,
  );
  texts.set(ref.sealed, { ref, text: words });
  return ref;
}

async function person(sealer: Sealer): Promise<{ subject: Subject; ref: SealedRef }> {
  const id = randomUUID();
  await office.sql(`INSERT INTO person (id, name) VALUES ($1, '{}')`, id);
  const subject: Subject = { kind: 'person', id };
  return { subject, ref: await sealed(sealer, subject, `人员 ${id}`) };
}

async function erase(who: { subject: Subject; ref: SealedRef }): Promise<void> {
  await erasePerson(office.pool, who.subject.id, '本人申请');
  texts.delete(who.ref.sealed);
  erased.push(who);
}

async function upload(blobs: BlobStore, words: string): Promise<void> {
  const bytes = Buffer.from(`%PDF-1.7\n${words}\n%%EOF\n`);
  const { digest } = await blobs.put({
    institutionId: office.institutionId,
    uploadedBy: office.personId,
    bytes,
    mediaType: 'application/pdf',
  });
  files.set(digest, bytes);
}

/** Runs the command as an operator does. */
function fuquan(...args: string[]) {
  const keys = [k2, k1].map(({ id, key }) => `${id}:${Buffer.from(key).toString('base64')}`).join(',');
  const child = spawn(process.execPath, ['--import', 'tsx', 'cli/main.ts', 'keys', ...args, '--json', '--database', office.url], {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'development', FUQUAN_CODEC_KEYS: keys },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<{ code: number | null; out: string; err: string }>((tell, fail) => {
    child.once('error', fail);
    void Promise.all([
      text(child.stdout),
      text(child.stderr),
      new Promise<number | null>((exit) => child.once('exit', (code) => exit(code))),
    ]).then(([out, err, code]) => tell({ code, out, err }));
  });
  return { child, ended };
}

/** With these keys every text opens that is not erased, and of the erased none. */
async function opens(...keys: CodecKey[]): Promise<void> {
  const sealer = sealerOf(...keys);
  const all = [...texts.values()];
  expect(await sealer.open(all.map(({ ref }) => ref))).toEqual(new Map(all.map(({ ref, text: words }) => [ref.sealed, words])));
  expect(await sealer.open(erased.map(({ ref }) => ref))).toEqual(new Map());
  for (const { subject } of erased) await expect(sealer.seal(subject, '再写')).rejects.toThrow(SubjectErased);
}

beforeAll(async () => {
  office = await Office.open();
  folder = await mkdtemp(join(tmpdir(), 'fuquan-rewrap-'));
  const sealer = sealerOf(k1);
  for (let i = 0; i < 40; i++) await person(sealer);
  const others = ['case', 'achievement', 'party'] as const;
  for (const kind of others) for (let i = 0; i < 5; i++) await sealed(sealer, { kind, id: randomUUID() }, `${kind} ${i}`);
  for (let i = 0; i < 6; i++) await upload(filesOf(k1), `第${i}页`);
  for (let i = 0; i < 3; i++) await erase(await person(sealer));
  const caseId = await office.draft();
  const name = await sealed(sealer, { kind: 'case', id: caseId }, '题目');
  await office.record(caseId, 0, { events: [event({ data: { name } })], projection: projection() });
});
afterAll(async () => {
  await office?.close();
  if (folder) await rm(folder, { recursive: true });
});

describe('before the service has used the new key', () => {
  test('nothing is wrapped anew: the key may be a slip of the hand', async () => {
    await expect(rewrap(office.pool, sealingKeys([k2, k1]), { run: true })).rejects.toThrow(RewrapRefused);
    const { code, err } = await fuquan('rewrap', '--run').ended;
    expect([code, err]).toEqual([2, expect.stringContaining('has not used the key k2 yet')]);
  });

  test('and a key of the same id with other bytes is told from it', async () => {
    const sealer = sealerOf(k2, k1);
    for (let i = 0; i < 2; i++) await person(sealer);
    const other = sealingKeys([{ id: 'k2', key: randomBytes(32) }, k1]);
    await expect(rewrap(office.pool, other, { run: true })).rejects.toThrow('not the one that the service uses');
  });
});

describe('wrapping anew', () => {
  const before = { person: 40, case: 6, achievement: 5, party: 5, file: 6 };

  test('is tried dry first: says how much, and changes nothing', async () => {
    const { moved, unopened } = await rewrap(office.pool, sealingKeys([k2, k1]), { run: false, batch: 7 });
    expect([Object.fromEntries(moved), unopened]).toEqual([{ k1: 62 }, []]);
    expect(Object.fromEntries(await wrapsByKey(office.pool))).toEqual({ k1: before, k2: { person: 2 } });
  });

  test('that is killed on the way has done part, and nothing by half', async () => {
    const underNew = () => office.one<number>("SELECT count(*)::int AS x FROM subject_key WHERE kek_id = 'k2'");
    // Two batches of seven are written; the third waits with its rows until the command is dead.
    await office.sql(`
      CREATE FUNCTION hold_rewrap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF (SELECT count(*) FROM subject_key WHERE kek_id = 'k2') > 16 THEN PERFORM pg_advisory_xact_lock_shared(20261123); END IF;
        RETURN NULL; END $$`);
    await office.sql('CREATE TRIGGER hold_rewrap AFTER UPDATE ON subject_key FOR EACH STATEMENT EXECUTE FUNCTION hold_rewrap()');
    const holder = await office.pool.connect();
    await holder.query('SELECT pg_advisory_lock(20261123)');
    const { child, ended } = fuquan('rewrap', '--run', '--batch', '7');
    const waits = `SELECT count(*) > 0 AS x FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
    await waitFor(() => office.one<boolean>(waits), { what: 'the third batch', timeoutMs: 60_000 });
    child.kill('SIGKILL');
    expect((await ended).code).toBeNull();
    holder.release(true);
    // Waits for what the dead one held.
    await office.sql('DROP TRIGGER hold_rewrap ON subject_key');
    expect(await underNew()).toBe(16);
    await opens(k2, k1);
  });

  test('goes on beside those who write under the old key and those who are erased', async () => {
    const [late, current] = [sealerOf(k1, k2), sealerOf(k2, k1)];
    const leaving = await Promise.all(Array.from({ length: 12 }, () => person(late)));
    const writing = Promise.all([
      ...leaving.map(erase),
      ...Array.from({ length: 12 }, (_, i) => person(i % 2 ? late : current)),
      ...Array.from({ length: 4 }, (_, i) => upload(filesOf(i % 2 ? k1 : k2, i % 2 ? k2 : k1), `又一页${i}`)),
    ]);
    const both = [1, 2].map(() => rewrap(office.pool, sealingKeys([k2, k1]), { run: true, batch: 3 }));
    const [, ...done] = await Promise.all([writing, ...both]);
    expect(done.flatMap(({ unopened }) => unopened)).toEqual([]);
    await opens(k2, k1);
  });

  test('is complete when it says so: the new key alone opens everything, the erased stay erased, the ledger stands', async () => {
    const { code, out } = await fuquan('rewrap', '--run').ended;
    expect([code, JSON.parse(out)]).toEqual([0, expect.objectContaining({ newest: 'k2', left: {}, unopened: [] })]);
    expect([...(await wrapsByKey(office.pool)).keys()]).toEqual(['k2']);
    await opens(k2);
    for (const [digest, bytes] of files) expect(await filesOf(k2).get(office.institutionId, digest)).toEqual(bytes);
    await expect(filesOf(k1).get(office.institutionId, [...files.keys()][0] ?? '')).rejects.toThrow('not at hand');
    const report = await verifyLedger(readLedger(office.pool, office.institutionId), { institutionId: office.institutionId });
    expect(report).toMatchObject({ entries: 1, findings: [] });
    expect(await office.sql("SELECT DISTINCT subject FROM audit WHERE action = 'keys.rewrap'")).toEqual([{ subject: 'k2' }]);
    const again = await fuquan('rewrap', '--run').ended;
    expect([again.code, JSON.parse(again.out)]).toMatchObject([0, { moved: {} }]);
  });

  test('leaves what it cannot open as it is, names it, and does the rest', async () => {
    const { subject: lost } = await person(sealerOf({ id: 'k0', key: randomBytes(32) }));
    const { subject: torn } = await person(sealerOf(k1));
    await person(sealerOf(k1));
    await office.sql("UPDATE subject_key SET wrapped_key = wrapped_key || '!' WHERE subject_id = $1", torn.id);
    const { code, out } = await fuquan('rewrap', '--run').ended;
    const unopened = [
      { kind: 'person', id: lost.id, keyId: 'k0', because: 'keyMissing' },
      { kind: 'person', id: torn.id, keyId: 'k1', because: 'broken' },
    ];
    const told = JSON.parse(out) as { unopened: object[] };
    expect([code, told]).toMatchObject([1, { moved: { k1: 1 }, left: { k0: { person: 1 }, k1: { person: 1 } } }]);
    expect(told.unopened).toHaveLength(2);
    expect(told.unopened).toEqual(expect.arrayContaining(unopened));
  });
});
