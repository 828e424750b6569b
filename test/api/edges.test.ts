import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { BASE } from '../../api/app.ts';
import { startApi } from '../../runtime/compose.ts';
import { readConfig } from '../../runtime/config.ts';
import type { LaunchError } from '../../runtime/launchError.ts';
import { sampleInstitutionId } from '../../runtime/samplePeople.ts';
import { rulesOn } from '../../worker/rules.ts';
import { waitFor } from '../harness/services.ts';
import { expectProblem } from './problem.ts';
import { clientOf, testApi, type Client, type TestApi } from './service.ts';
import { pdf, Walk } from './walk.ts';
import { eraseSubject } from '../../activities/sealing.ts';
import type { SealedRef } from '../../domain/process.ts';

let api: TestApi;
let administrator: Client;
let neighbour: Client;
const base = '/institutions/hohhot-university';
const elsewhere = '/institutions/baotou-university';

beforeAll(async () => {
  api = await testApi();
  administrator = await api.as('hohhot-university', 'administrator');
  neighbour = await api.as('baotou-university', 'administrator');
});
afterAll(() => api?.close());

/** A case at a step, as far as receipt looks at it. */
async function openCase(step: string): Promise<string> {
  const caseId = randomUUID();
  await api.pool.query(
    "INSERT INTO cases (id, institution_id, kind, mode, step, status, created_by) VALUES ($1, $2, 'empowerment', 'useRight', $3, 'open', $4)",
    [caseId, sampleInstitutionId('hohhot-university'), step, administrator.id],
  );
  return caseId;
}

async function upload(client: Client): Promise<{ document: string }> {
  const sent = client.send('post', `${base}/documents`).attach('file', pdf(randomUUID()), 'paper.pdf');
  return { document: ((await sent).body as { document: string }).document };
}

async function pinnedRules(caseId: string): Promise<{ hash: string; on: string } | undefined> {
  const { rows } = await api.pool.query<{ rules: { hash: string; on: string } }>(
    `SELECT s.content AS rules FROM cases c JOIN rule_snapshot s ON s.hash = c.snapshot_hash AND s.institution_id = c.institution_id
      WHERE c.id = $1`,
    [caseId],
  );
  return rows[0]?.rules;
}

async function adoptQuorum(from: string, quorum: number): Promise<void> {
  const { body, headers } = await neighbour.get(`${elsewhere}/overlay`);
  const { version: _version, ...overlay } = body.overlay as Record<string, unknown> & { entries: { key: string }[] };
  const entries = overlay.entries.map((one) => (one.key === 'decision.group.quorum' ? { ...one, value: quorum } : one));
  const put = { ...overlay, from, entries };
  const answer = await neighbour.send('put', `${elsewhere}/overlay`, put, { 'If-Match': headers['etag'] as string });
  expect([answer.status, answer.body.errors]).toEqual([200, undefined]);
}

/** The quorum that the API shows and the one that the worker uses. */
async function quorums(on: string): Promise<unknown[]> {
  const { body } = await neighbour.get(`${elsewhere}/rules?on=${on}`);
  const shown = (body as { keys: { key: string; rule?: { value: unknown } }[] }).keys;
  const used = await rulesOn(api.pool, sampleInstitutionId('baotou-university'), on);
  return [shown.find(({ key }) => key === 'decision.group.quorum')?.rule?.value, used.rules['decision.group.quorum']?.value];
}

describe('people of two institutions', () => {
  const person = { name: '示例双聘教师', externalId: 'login-shared', roles: [], departments: [] };

  it('join by login id without being named, and no institution alone changes who they are', async () => {
    const made = await administrator.send('post', `${base}/people`, person);
    const path = `/people/${made.body.id as string}`;
    const change = async (client: Client, at: string, status: string) => {
      const { headers } = await client.get(`${at}${path}`);
      return client.send('put', `${at}${path}`, { name: '改名', status }, { 'If-Match': headers['etag'] as string });
    };
    expect((await change(administrator, base, 'retired')).body).toMatchObject({ name: '改名', status: 'retired' });
    const joined = await neighbour.send('post', `${elsewhere}/people`, { ...person, name: '随便' });
    expect([joined.status, joined.body]).toEqual([201, { id: made.body.id }]);
    expectProblem(await neighbour.send('post', `${elsewhere}/people`, person), 409, 'conflict.exists');
    expectProblem(await change(neighbour, elsewhere, 'deceased'), 403, 'person.elsewhere');
    expectProblem(await change(administrator, base, 'deceased'), 403, 'person.elsewhere');
    const { headers } = await neighbour.get(`${elsewhere}${path}`);
    await neighbour.send('delete', `${elsewhere}${path}/membership`, undefined, { 'If-Match': headers['etag'] as string });
    expectProblem(await change(administrator, base, 'deceased'), 403, 'person.elsewhere');
    expect((await administrator.get(`${base}${path}`)).body).toMatchObject({ name: '改名', status: 'retired' });
  });

  it('are made once, however many add them at one moment', async () => {
    const one = { ...person, externalId: 'login-raced' };
    const all = await Promise.all(Array.from({ length: 10 }, () => administrator.send('post', `${base}/people`, one)));
    expect(all.filter(({ status }) => status === 201)).toHaveLength(1);
    for (const lost of all.filter(({ status }) => status !== 201)) expectProblem(lost, 409, 'conflict.exists');
  });
});

describe('the erased', () => {
  it('are not written about again, and their heirs can still be recorded', async () => {
    const officer = await api.as('hohhot-university', 'officer1');
    const gone = await api.as('hohhot-university', 'colleague1');
    const path = `${base}/people/${gone.id}`;
    const match = { 'If-Match': (await administrator.get(path)).headers['etag'] as string };
    await eraseSubject(api.pool, { kind: 'person', id: gone.id });
    const erased = await administrator.get(path);
    expect([erased.status, erased.body.name]).toEqual([200, null]);
    expectProblem(await administrator.send('put', path, { name: '某人', status: 'deceased' }, match), 410, 'subject.erased');
    const caseId = await openCase('titleChange');
    const heirs = { personId: gone.id, document: await upload(officer), heirs: ['示例继承人'] };
    const received = await officer.act('hohhot-university', caseId, { type: 'recordHeirs', body: heirs });
    expect([received.status, received.body.outcome]).toEqual([202, 'received']);
    const { rows } = await api.pool.query('SELECT body FROM inbox WHERE case_id = $1', [caseId]);
    const [heir] = (rows[0] as { body: { heirs: [SealedRef] } }).body.heirs;
    expect((await api.sealer.open([heir])).get(heir.sealed)).toBe('示例继承人');
  });
});

describe('a draft', () => {
  it('with an act that was just received is not deleted', async () => {
    const author = await api.as('hohhot-university', 'inventor1');
    const made = await author.send('post', `${base}/cases`, { application: { title: '草稿' } });
    const caseId = made.body.caseId as string;
    const match = { 'If-Match': made.headers['etag'] as string };
    const client = await api.pool.connect();
    try {
      await client.query('BEGIN');
      const act = {
        id: randomUUID(),
        institutionId: sampleInstitutionId('hohhot-university'),
        caseId,
        actorPerson: author.id,
        type: 'sendForConsent',
        body: {},
        bodyHashes: ['x'],
        idempotencyKey: randomUUID(),
      };
      await client.query('SELECT receive_act($1)', [JSON.stringify(act)]);
      const deleted = Promise.resolve(author.send('delete', `${base}/cases/${caseId}/draft`, undefined, match));
      // The deletion found nothing pending and waits for the row that the receipt holds.
      await waitFor(async () => (await api.pool.query('SELECT 1 FROM pg_locks WHERE NOT granted')).rowCount, { what: 'a lock' });
      await client.query('COMMIT');
      expectProblem(await deleted, 409, 'conflict.inUse');
    } finally {
      client.release();
    }
    const { rows } = await api.pool.query('SELECT status FROM cases WHERE id = $1', [caseId]);
    expect(rows).toEqual([{ status: 'draft' }]);
    expect((await author.get(`${base}/cases/${caseId}/draft`)).body.application).toEqual({ title: '草稿' });
  });
});

describe('the list of deadlines', () => {
  it('shows an objector the windows and their own objections alone', async () => {
    const caseId = await openCase('publicity');
    const institution = sampleInstitutionId('hohhot-university');
    const noticeId = randomUUID();
    const objectors = await Promise.all(['colleague2', 'colleague3'].map((key) => api.as('hohhot-university', key)));
    const applicant = await api.as('hohhot-university', 'inventor2');
    const party = (personId: string, role: string) =>
      api.pool.query('INSERT INTO case_party (case_id, institution_id, person_id, role) VALUES ($1, $2, $3, $4)', [
        caseId,
        institution,
        personId,
        role,
      ]);
    await party(applicant.id, 'inventor');
    const ids = await Promise.all(
      objectors.map(async ({ id: objector }) => {
        const id = randomUUID();
        await party(objector, 'objector');
        await api.pool.query(
          `INSERT INTO objection (id, case_id, institution_id, notice_id, objector_id, received_at, in_time, on_paper, state, handlers)
           VALUES ($1, $2, $3, $4, $5, now(), true, false, 'admitted', '{}')`,
          [id, caseId, institution, noticeId, objector],
        );
        return id;
      }),
    );
    const keys = ['window:1', ...ids.flatMap((id) => [`handling:${id}`, `review:${id}`])];
    for (const key of keys) {
      await api.pool.query(
        `INSERT INTO deadline (case_id, institution_id, key, kind, start_date, last_day, ends_at, bound, n, unit, counts_first_day, clause, phrase, calendar_version, provisional, skipped, state)
         VALUES ($1, $2, $3, $4, '2099-01-01', '2099-01-16', '2099-01-16T16:00:00Z', 'atLeast', 15, 'calendarDay', false, 'nm-hei.8e', '公示期不少于15日', 'cn-2026.1', false, '[]', 'running')`,
        [caseId, institution, key, key.split(':')[0]],
      );
    }
    const seenBy = async (client: Client) => {
      const { body } = await client.get(`${base}/deadlines?limit=200`);
      const items = (body as { items: { caseId: string; key: string }[] }).items.filter((row) => row.caseId === caseId);
      return items.map(({ key }) => key).toSorted();
    };
    for (const [i, objector] of objectors.entries()) {
      expect(await seenBy(objector)).toEqual(keys.filter((key) => key === 'window:1' || key.endsWith(ids[i] ?? '-')).toSorted());
    }
    expect(await seenBy(applicant)).toEqual(keys.toSorted());
    expect(await seenBy(await api.as('hohhot-university', 'officer1'))).toEqual(keys.toSorted());
  });
});

describe('the overlay', () => {
  it('that was adopted last takes the place of all before it from its own first day on', async () => {
    const [before] = await quorums('2026-05-31');
    await adoptQuorum('2026-09-01', 6);
    await adoptQuorum('2026-06-01', 7);
    expect(await quorums('2026-05-31')).toEqual([before, before]);
    expect(await quorums('2026-08-31')).toEqual([7, 7]);
    expect(await quorums('2026-09-01')).toEqual([7, 7]);
  });
});

describe('an opening act', () => {
  it('pins the law of the day of its receipt; a second one before the answer changes nothing', async () => {
    const walk = new Walk(api, 'harbin-university');
    await walk.draft({ inventor1: '60', inventor2: '40' });
    const { rows } = await api.pool.query<{ body: string }>("SELECT pg_get_functiondef('service_clock'::regproc) AS body");
    // Midnight passes between the look at the caller and the receipt.
    const clock = (receipt: string, before: string) =>
      api.pool.query(`CREATE OR REPLACE FUNCTION service_clock() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
        SELECT CASE WHEN current_query() LIKE '%receive_act%' THEN '${receipt}' ELSE '${before}' END::timestamptz $$`);
    try {
      await clock('2026-06-30T16:00:00.500Z', '2026-06-30T15:59:59.500Z');
      expect((await walk.tries('inventor1', 'sendForConsent')).status).toBe(202);
      const first = await pinnedRules(walk.caseId);
      expect(first?.on).toBe('2026-07-01');
      await clock('2026-07-02T16:00:00Z', '2026-07-02T16:00:00Z');
      await api.pool.query(
        `INSERT INTO overlay_version (institution_id, version, from_date, content)
         SELECT institution_id, version + 1, '2026-07-03', content || jsonb_build_object('version', version + 1, 'from', '2026-07-03')
           FROM overlay_version WHERE institution_id = $1`,
        [sampleInstitutionId('harbin-university')],
      );
      expect((await walk.tries('inventor1', 'sendForConsent')).status).toBe(202);
      expect(await pinnedRules(walk.caseId)).toEqual(first);
    } finally {
      await api.pool.query(rows[0]?.body ?? '');
    }
  });
});

describe('the log', () => {
  it('keeps refused objections from a supervisor who applies in the case, and no fingerprint of any body', async () => {
    const caseId = await openCase('publicity');
    const institution = sampleInstitutionId('hohhot-university');
    const supervisor = await api.as('hohhot-university', 'supervisor');
    const objector = await api.as('hohhot-university', 'inventor3');
    await api.pool.query(
      `INSERT INTO notice (id, case_id, institution_id, kind, edition, audience, published_at, deadline_key, content, content_digest, state, addenda)
       VALUES ($1, $2, $3, 'empowerment', 1, 'members', now(), 'window:1', '{}', 'x', 'open', '[]')`,
      [randomUUID(), caseId, institution],
    );
    const refuse = (client: Client, type: string) => client.act('hohhot-university', caseId, { type, body: {} });
    expectProblem(await refuse(supervisor, 'passCheck'), 403, 'access.denied');
    await api.pool.query("UPDATE cases SET step = 'check' WHERE id = $1", [caseId]);
    expectProblem(await refuse(objector, 'fileObjection'), 409, 'act.wrongStep');
    const refused = async () => {
      const { body } = await supervisor.get(`${base}/log?limit=200`);
      const items = (body as { items: { subject: string; detail: { type: string; code: string } }[] }).items;
      expect(items.length).toBeGreaterThan(2);
      return items.filter(({ subject }) => subject === caseId).map(({ detail }) => detail);
    };
    const passed = { type: 'passCheck', code: 'access.denied' };
    expect(await refused()).toEqual([{ type: 'fileObjection', code: 'act.wrongStep' }, passed]);
    await api.pool.query("INSERT INTO case_party (case_id, institution_id, person_id, role) VALUES ($1, $2, $3, 'inventor')", [
      caseId,
      institution,
      supervisor.id,
    ]);
    expect(await refused()).toEqual([passed]);
  });
});

describe('the development issuer', () => {
  it.each([
    { FUQUAN_API_HOST: '0.0.0.0' },
    { FUQUAN_API_HOST: '192.0.2.1' },
    { FUQUAN_ROLE: 'api', DATABASE_URL: 'postgresql://db.test/x', TEMPORAL_ADDRESS: 'temporal.test:7233' },
  ])('is for one machine alone: %j', async (env) => {
    const refused = startApi({ config: readConfig(env) } as never).catch((error: unknown) => error);
    const error = (await refused) as LaunchError;
    expect([error.name, error.code]).toEqual(['LaunchError', 'tokensNeeded']);
    for (const name of ['FUQUAN_TOKEN_ISSUER', 'FUQUAN_TOKEN_JWKS_URI', 'FUQUAN_API_HOST']) {
      expect([error.zh.includes(name), error.en.includes(name)]).toEqual([true, true]);
    }
  });
});

describe('text that no database holds is refused, not a failure', () => {
  it.each([
    `${base}/cases?step=%00`,
    `${base}/cases?number=%00`,
    `${base}/people?department=%00`,
    `${base}/notices/a%00b`,
    '/calendars/a%00',
    '/notices/a%00b',
    '/packs/a%00',
  ])('%s', async (path) => {
    expectProblem(await administrator.get(path), 400, 'request.invalid');
  });

  it('in bodies, on pages, in tokens and at the development issuer', async () => {
    expectProblem(await administrator.send('post', '/messages/a%00b/read'), 400, 'request.invalid');
    for (const sign of ['\u0000', '\ud800']) {
      const person = { name: '示例', externalId: `login${sign}`, roles: [], departments: [] };
      expectProblem(await administrator.send('post', `${base}/people`, person), 400, 'request.invalid');
    }
    expectProblem(await request(api.app).get('/notices/a%00b'), 404, 'notFound');
    for (const name of ['role', 'institution', 'department']) {
      const given = { role: 'officer', [name]: '\u0000' };
      expectProblem(await request(api.app).get(`/dev/token?${new URLSearchParams(given).toString()}`), 404, 'notFound');
    }
    expectProblem(await request(api.app).get(`${BASE}/problems/a%00`), 404, 'notFound');
    expectProblem(await clientOf(api.app, '', await api.token('a\u0000b')).get('/me'), 400, 'request.invalid');
    const read = await administrator.get(`${base}/overlay`);
    const { version: _version, ...overlay } = read.body.overlay as Record<string, unknown>;
    const match = { 'If-Match': read.headers['etag'] as string };
    const put = await administrator.send('put', `${base}/overlay`, { ...overlay, title: '规定\u0000' }, match);
    expectProblem(put, 400, 'request.invalid');
  });
});
