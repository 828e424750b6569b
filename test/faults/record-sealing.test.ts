import { sha256Hex } from '../../activities/ledger.ts';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { BlobStore, DocumentBroken, DocumentRefused } from '../../activities/documents.ts';
import { eraseParty, erasePerson, partyValues, planErasure } from '../../activities/erasure.ts';
import { KeyMissing, keyRing } from '../../activities/keys.ts';
import { readLedger } from '../../activities/ledgerSource.ts';
import { eraseSubject, SealBroken, SubjectErased, Sealer } from '../../activities/sealing.ts';
import type { SealedRow, Subject } from '../../contracts/sealing.ts';
import { verifyLedger } from '../../activities/verify.ts';
import { atOnce, event, Office, projection } from './record.fixture.ts';

const [old, fresh] = [
  { id: '2025', key: randomBytes(32) },
  { id: '2026', key: randomBytes(32) },
];
let office: Office;
let sealer: Sealer;
beforeAll(async () => {
  office = await Office.open();
  sealer = new Sealer({ pool: office.pool, keys: keyRing([old]) });
});
afterAll(() => office.close());

async function store(row: SealedRow): Promise<void> {
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
}

async function sealed(subject: Subject, text: string) {
  const { ref, row } = await sealer.seal(subject, text);
  await store(row);
  return ref;
}

const person = (): Subject => ({ kind: 'person', id: randomUUID() });

describe('a sealed value', () => {
  test('opens to its text, alone and among others; the database never sees the text', async () => {
    const [a, b] = [await sealed(person(), '王小明'), await sealed(person(), '李四🙂')];
    expect(await sealer.open([a, b, a, { sealed: randomUUID(), digest: a.digest }])).toEqual(
      new Map([
        [a.sealed, '王小明'],
        [b.sealed, '李四🙂'],
      ]),
    );
    const everything = await office.sql('SELECT v.*::text, k.*::text FROM sealed_value v, subject_key k');
    expect(JSON.stringify(everything)).not.toMatch(/王小明|李四/);
  });

  test('has another digest each time, so that nobody can guess at short texts', async () => {
    const subject = person();
    const refs = await atOnce(5, () => sealed(subject, '男'));
    expect(new Set(refs.map(({ digest }) => digest)).size).toBe(5);
  });

  test('has one key a subject, however many seal at once', async () => {
    const subject = person();
    const refs = await atOnce(30, (i) => sealed(subject, `第${i}条`));
    expect((await sealer.open(refs)).size).toBe(30);
    expect(await office.one('SELECT count(*)::int AS x FROM subject_key WHERE subject_id = $1', subject.id)).toBe(1);
  });

  test('cannot be exchanged for another, nor be changed', async () => {
    const subject = person();
    const [a, b] = [await sealed(subject, '同意'), await sealed(subject, '不同意')];
    await expect(sealer.open([a, { sealed: a.sealed, digest: b.digest }])).rejects.toThrow(SealBroken);
    await office.sql(
      'UPDATE sealed_value v SET nonce = o.nonce, ciphertext = o.ciphertext, digest = o.digest FROM sealed_value o WHERE v.id = $1 AND o.id = $2',
      a.sealed,
      b.sealed,
    );
    // With its digest exchanged too it is still not what is referred to; with another digest it does not decrypt.
    await expect(sealer.open([a])).rejects.toThrow(SealBroken);
    await expect(sealer.open([{ sealed: a.sealed, digest: b.digest }])).rejects.toThrow();
  });

  test('stays readable when a newer key encrypts, and says which key is missing', async () => {
    const [before, rotated] = [await sealed(person(), '旧'), new Sealer({ pool: office.pool, keys: keyRing([fresh, old]) })];
    const { ref, row } = await rotated.seal(person(), '新');
    await store(row);
    expect([...(await rotated.open([before, ref])).values()].toSorted()).toEqual(['新', '旧'].toSorted());
    await expect(sealer.open([ref])).rejects.toThrow(KeyMissing);
  });

  test('of bytes under a subject goes with the subject', async () => {
    const subject: Subject = { kind: 'case', id: randomUUID().toUpperCase() };
    const bytes = await sealer.encrypt(subject, Buffer.from('草稿'));
    expect((await sealer.decrypt({ ...subject, id: subject.id.toLowerCase() }, bytes)).toString()).toBe('草稿');
    await expect(sealer.decrypt(person(), bytes)).rejects.toThrow();
    await eraseSubject(office.pool, subject);
    await expect(sealer.decrypt(subject, bytes)).rejects.toThrow(SubjectErased);
  });
});

describe('erasing a person', () => {
  test('leaves the chain valid and the value unreadable for ever', async () => {
    const subject: Subject = { kind: 'person', id: office.personId };
    const [name, kept] = [await sealed(subject, '王小明'), await sealed(person(), '李四')];
    const caseId = await office.draft();
    await office.record(caseId, 0, {
      events: [event({ data: { name, kept } })],
      projection: projection({ parties: [{ personId: office.personId, role: 'inventor' }] }),
    });
    expect(await planErasure(office.pool, office.personId)).toMatchObject({ values: 1, openCases: [caseId], erasedAt: null });
    await erasePerson(office.pool, office.personId, '本人申请');

    expect(await sealer.open([name, kept])).toEqual(new Map([[kept.sealed, '李四']]));
    await expect(sealer.seal(subject, '再写')).rejects.toThrow(SubjectErased);
    const report = await verifyLedger(readLedger(office.pool, office.institutionId), { institutionId: office.institutionId });
    expect(report).toMatchObject({ entries: 1, findings: [] });
    expect(await office.sql('SELECT action, subject, detail FROM audit')).toEqual([
      { action: 'person.erased', subject: office.personId, detail: { reason: '本人申请' } },
    ]);
    // Once is enough, and leaves one trace.
    await erasePerson(office.pool, office.personId, '再次');
    expect(await office.one('SELECT count(*)::int AS x FROM audit')).toBe(1);
    expect(await planErasure(office.pool, randomUUID())).toBeUndefined();
  });
});

describe('erasing somebody known by one letter alone', () => {
  test('makes the letter’s words unreadable, and leaves its trace', async () => {
    const subject: Subject = { kind: 'party', id: randomUUID() };
    const words = await sealed(subject, '来信人');
    expect(await partyValues(office.pool, subject.id)).toBe(1);
    expect(await partyValues(office.pool, randomUUID())).toBe(0);
    await eraseParty(office.pool, subject.id, '本人申请');
    expect(await sealer.open([words])).toEqual(new Map());
    expect(await office.sql("SELECT subject FROM audit WHERE action = 'party.erased'")).toEqual([{ subject: subject.id }]);
  });
});

/** An act that names the files; answers its id. */
const name = async (...digests: string[]) => {
  const body = { evidence: digests.map((document) => ({ document })) };
  const { act } = await office.receive(await office.draft(), { documents: digests, body });
  return act?.id ?? '';
};
const refuse = (act: string) => office.sql("SELECT answer_refused($1, '{}')", act);
/** Whether the files that no act keeps wait as long as a refusal lets them; null where all are kept. */
const waits = () =>
  office.one<boolean | null>(
    `SELECT bool_and(expires_at BETWEEN service_clock() + interval '71 hours' AND service_clock() + interval '72 hours') AS x FROM document`,
  );
const uses = () => office.one<number>('SELECT count(*)::int AS x FROM document_use');

describe('an uploaded file', () => {
  const pdf = Buffer.from('%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n');
  let folder: string;
  let blobs: BlobStore;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fuquan-blobs-'));
    blobs = new BlobStore({ pool: office.pool, keys: keyRing([old]), sealer, folder, maxBytes: 1024, unreferencedHours: 1 });
    await office.sql('DELETE FROM document');
  });
  afterEach(() => rm(folder, { recursive: true }));
  const upload = (bytes: Buffer = pdf, mediaType = 'application/pdf') =>
    blobs.put({ institutionId: office.institutionId, uploadedBy: randomUUID(), bytes, mediaType, name: '会议纪要.pdf' });
  const filesIn = async (): Promise<string[]> =>
    (await readdir(folder, { recursive: true, withFileTypes: true }))
      .filter((e) => e.isFile())
      .map((e) => join(e.parentPath, e.name));

  test('comes back as it was, and lies on disk encrypted under its digest', async () => {
    const { digest, size } = await upload();
    expect(size).toBe(pdf.length);
    expect(await blobs.get(office.institutionId, digest)).toEqual(pdf);
    expect(await blobs.get(randomUUID(), digest)).toBeUndefined();
    const [path = ''] = await filesIn();
    expect(path.endsWith(digest)).toBe(true);
    expect((await readFile(path)).includes(Buffer.from('%PDF'))).toBe(false);
    const ref = await office.one<{ sealed: string; digest: string }>('SELECT name AS x FROM document');
    expect(await sealer.open([ref])).toEqual(new Map([[ref.sealed, '会议纪要.pdf']]));
  });

  test('is one document however often and however concurrently it is sent', async () => {
    const sent = await atOnce(10, () => upload());
    expect(new Set(sent.map(({ digest }) => digest)).size).toBe(1);
    expect(await filesIn()).toHaveLength(1);
    expect(await blobs.get(office.institutionId, sent[0]?.digest ?? '')).toEqual(pdf);
  });

  test('is refused when it is empty, too large, of no known type, or not what it says it is', async () => {
    const codes = await Promise.all(
      [
        upload(Buffer.alloc(0)),
        upload(Buffer.concat([pdf, Buffer.alloc(1024)])),
        upload(pdf, 'text/html'),
        upload(pdf, 'image/png'),
      ].map((sending) => sending.catch((error: unknown) => (error as DocumentRefused).code)),
    );
    expect(codes).toEqual(['document.empty', 'document.tooLarge', 'document.typeUnknown', 'document.typeDiffers']);
    expect(await filesIn()).toEqual([]);
  });

  test('waits within its uploader’s share: one byte less, just that, one byte more; what an act has named counts no more', async () => {
    const room = 2 * pdf.length;
    const full = new BlobStore({ pool: office.pool, keys: keyRing([old]), sealer, folder, waitingBytes: room });
    const uploadedBy = randomUUID();
    const send = (extra: string, by = uploadedBy) =>
      full.put({
        institutionId: office.institutionId,
        uploadedBy: by,
        bytes: Buffer.concat([pdf, Buffer.from(extra)]),
        mediaType: 'application/pdf',
      });
    const { digest } = await send('');
    const refused = { code: 'document.tooManyWaiting' };
    // When the first that is waiting goes, there is room.
    await office.sql(`UPDATE document SET expires_at = service_clock() + interval '90 seconds'`);
    await expect(send('+')).rejects.toMatchObject({ ...refused, retryAfterSeconds: 90 });
    const sameSize = Buffer.from(pdf).fill(32, pdf.length - 1);
    await full.put({ institutionId: office.institutionId, uploadedBy, bytes: sameSize, mediaType: 'application/pdf' });
    await expect(send('+')).rejects.toMatchObject(refused);
    // The same bytes take no more room, and another person has room of their own.
    await send('');
    await send('+', randomUUID());
    await office.sql(`UPDATE document SET expires_at = NULL WHERE digest = '${digest}'`);
    await office.sql(`DELETE FROM document WHERE digest = '${sha256Hex(Buffer.concat([pdf, Buffer.from('+')]))}'`);
    await expect(send('+')).rejects.toMatchObject(refused);
    const less = pdf.subarray(0, pdf.length - 1);
    await expect(
      full.put({ institutionId: office.institutionId, uploadedBy, bytes: less, mediaType: 'application/pdf' }),
    ).resolves.toMatchObject({ size: pdf.length - 1 });
  });

  test('of many sent at once by one person never exceeds the share', async () => {
    const full = new BlobStore({ pool: office.pool, keys: keyRing([old]), sealer, folder, waitingBytes: 3 * (pdf.length + 1) });
    const uploadedBy = randomUUID();
    const sent = await Promise.allSettled(
      Array.from('abcdefghij').map((letter) =>
        full.put({
          institutionId: office.institutionId,
          uploadedBy,
          bytes: Buffer.concat([pdf, Buffer.from(letter)]),
          mediaType: 'application/pdf',
        }),
      ),
    );
    expect(sent.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
  });

  test('is not given out when a byte on disk is another', async () => {
    const { digest } = await upload();
    const [path = ''] = await filesIn();
    const bytes = await readFile(path);
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    await writeFile(path, bytes);
    await expect(blobs.get(office.institutionId, digest)).rejects.toThrow(DocumentBroken);
    // Uploading it again mends it.
    await upload();
    expect(await blobs.get(office.institutionId, digest)).toEqual(pdf);
  });

  test('expires unless an act has named it', async () => {
    const { digest } = await upload();
    const other = await upload(Buffer.concat([pdf, pdf]));
    await office.receive(await office.draft(), { documents: [digest] });
    expect(await blobs.expire()).toBe(0);
    await office.sql(`UPDATE document SET expires_at = expires_at - interval '2 hours'`);
    expect(await blobs.expire()).toBe(1);
    expect(await blobs.get(office.institutionId, other.digest)).toBeUndefined();
    expect(await blobs.get(office.institutionId, digest)).toEqual(pdf);
    // A second upload of a named file does not put it on the way out again.
    await upload();
    expect(await office.one('SELECT expires_at IS NULL AS x FROM document')).toBe(true);
  });

  describe('that a refused act names', () => {
    beforeEach(() => office.sql('DELETE FROM document_use'));

    test('waits again for an act, counts in its uploader’s share, and in the end goes', async () => {
      const { digest } = await upload();
      const act = await name(digest);
      expect([await waits(), await uses()]).toEqual([null, 1]);
      await refuse(act);
      expect([await waits(), await uses()]).toEqual([true, 0]);
      await refuse(act);
      await office.sql(`UPDATE document SET expires_at = expires_at - interval '73 hours'`);
      expect(await blobs.expire()).toBe(1);
      expect(await filesIn()).toEqual([]);
    });

    test('stays as long as another act names it, whichever is refused first', async () => {
      const [{ digest }, other] = [await upload(), await upload(Buffer.concat([pdf, pdf]))];
      const [first, second, third] = [await name(digest, other.digest), await name(digest), await name(digest)];
      await office.sql('UPDATE inbox SET answered_at = service_clock(), answer = \'{"outcome":"done"}\' WHERE id = $1', second);
      await refuse(first);
      await refuse(third);
      const kept = await office.sql('SELECT digest FROM document WHERE expires_at IS NULL');
      expect(kept).toEqual([{ digest }]);
      // Named anew, the other one is kept again.
      await name(other.digest);
      expect(await waits()).toBeNull();
    });

    test('is kept by an act that comes while it is let go, and goes when all are refused at once', async () => {
      const { digest } = await upload();
      const acts = await atOnce(12, () => name(digest));
      const [late] = await Promise.all([name(digest), ...acts.map(refuse)]);
      expect([await waits(), await uses()]).toEqual([null, 1]);
      const more = await atOnce(12, () => name(digest));
      await Promise.all([late, ...more].map(refuse));
      expect([await waits(), await uses()]).toEqual([true, 0]);
    });
  });
});
