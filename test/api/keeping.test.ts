import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sampleInstitutionId } from '../../runtime/samplePeople.ts';
import { expectProblem } from './problem.ts';
import { testApi, type Client, type TestApi } from './service.ts';
import { Walk } from './walk.ts';

let api: TestApi;
let inventor: Client;
let administrator: Client;
let operator: Client;
const base = '/institutions/hohhot-university';

beforeAll(async () => {
  api = await testApi();
  inventor = await api.as('hohhot-university', 'inventor1');
  administrator = await api.as('hohhot-university', 'administrator');
  operator = await api.as('outside', 'operator');
});
afterAll(() => api?.close());

describe('drafts and what administrators keep', () => {
  it('a stale If-Match is 412, a missing one 428, a lost race 409', async () => {
    const made = await inventor.send('post', `${base}/cases`, { application: { mode: 'useRight' } });
    const path = `${base}/cases/${made.body.caseId as string}/draft`;
    const etag = made.headers['etag'] as string;
    const put = (title: string, match?: string) =>
      inventor.send('put', path, { application: { title } }, match === undefined ? {} : { 'If-Match': match });
    expectProblem(await put('a'), 428, 'precondition.required');
    expectProblem(await put('a', '"other"'), 412, 'precondition.failed');
    const saved = await put('甲', etag);
    expect([saved.status, saved.body.application]).toEqual([200, { title: '甲' }]);
    expectProblem(await put('b', etag), 412, 'precondition.failed');
    const read = await inventor.get(path);
    expect(read.headers['etag']).toBe(saved.headers['etag']);
    const races = await Promise.all(Array.from({ length: 10 }, (_, i) => put(`第${i}`, saved.headers['etag'] as string)));
    const statuses = races.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 409 || status === 412)).toHaveLength(9);
    const { rows } = await api.pool.query<{ content: Buffer }>('SELECT content FROM case_draft WHERE case_id = $1', [
      made.body.caseId,
    ]);
    expect(rows[0]?.content.toString('utf8')).not.toContain('第');
    expect((await inventor.send('delete', path, undefined, { 'If-Match': '"x"' })).status).toBe(412);
    const now = (await inventor.get(path)).headers['etag'] as string;
    expect((await inventor.send('delete', path, undefined, { 'If-Match': now })).status).toBe(204);
    expectProblem(await inventor.get(path), 404, 'notFound');
  });

  it('a draft is its author’s own', async () => {
    const made = await inventor.send('post', `${base}/cases`, { application: { title: '未公开' } });
    const path = `${base}/cases/${made.body.caseId as string}/draft`;
    for (const key of ['officer1', 'inventor2', 'administrator']) {
      expectProblem(await (await api.as('hohhot-university', key)).get(path), 404, 'notFound');
    }
    const supervisor = await api.as('hohhot-university', 'supervisor');
    expect((await supervisor.get(path)).body.application).toEqual({ title: '未公开' });
    expectProblem(
      await supervisor.send('put', path, { application: {} }, { 'If-Match': made.headers['etag'] as string }),
      403,
      'access.denied',
    );
  });

  it('a supervisor opens the files of a draft, its author’s own alone', async () => {
    const walk = new Walk(api, 'hohhot-university');
    await walk.draft({ inventor1: '60', inventor2: '40' });
    const [own, others] = [await walk.upload('inventor1', '未公开附件'), await walk.upload('inventor2', '他人附件')];
    const path = `/cases/${walk.caseId}/draft`;
    const { body, headers } = await walk.get('inventor1', path);
    const plan = { application: { ...body.application, secrecy: { secret: false, screened: own, approval: others } } };
    const match = { 'If-Match': headers['etag'] as string };
    expect((await inventor.send('put', `${walk.base}${path}`, plan, match)).status).toBe(200);
    const opens = async (who: string, { document }: { document: string }) =>
      (await walk.get(who, `/documents/${document}?caseId=${walk.caseId}`)).status;
    expect([await opens('supervisor', own), await opens('supervisor', others)]).toEqual([200, 404]);
    expect([await opens('inventor1', own), await opens('inventor1', others)]).toEqual([200, 404]);
    for (const who of ['officer1', 'inventor2', 'administrator']) expect([who, await opens(who, own)]).toEqual([who, 404]);
  });

  it('people, bodies and the institution are changed by what was read, and every change is written down', async () => {
    const person = await administrator.get(`${base}/people/${inventor.id}`);
    const path = `${base}/people/${inventor.id}/membership`;
    const body = { roles: [], departments: ['research'], from: '2020-01-01' };
    expectProblem(await administrator.send('put', path, body), 428, 'precondition.required');
    const match = { 'If-Match': person.headers['etag'] as string };
    const changed = await administrator.send('put', path, body, match);
    expect([changed.status, changed.body.from]).toEqual([200, '2020-01-01']);
    expectProblem(await administrator.send('put', path, body, match), 412, 'precondition.failed');
    const bodies = await administrator.get(`${base}/bodies`);
    const group = (bodies.body.items as { body: string; etag: string; members: object[] }[])[0];
    const seats = { name: '领导小组', members: group?.members.slice(0, 5), substitutes: [] };
    const put = () => administrator.send('put', `${base}/bodies/leadingGroup`, seats, { 'If-Match': group?.etag ?? '' });
    const [one, two] = await Promise.all([put(), put()]);
    expect([one.status, two.status].filter((status) => status === 200)).toHaveLength(1);
    expect([409, 412]).toContain(Math.max(one.status, two.status));
    const { rows } = await api.pool.query(
      "SELECT count(*)::int AS n FROM body_member WHERE body = 'leadingGroup' AND until IS NOT NULL AND institution_id = $1",
      [sampleInstitutionId('hohhot-university')],
    );
    expect(rows[0].n).toBeGreaterThan(5);
    const audit = await api.pool.query('SELECT action FROM audit WHERE actor_person = $1 ORDER BY id', [administrator.id]);
    expect(audit.rows.map(({ action }) => action)).toEqual(expect.arrayContaining(['putMembership', 'putBody']));
    const supervisor = await api.as('hohhot-university', 'supervisor');
    const log = await supervisor.get(`${base}/log?limit=1`);
    expect(log.body).toMatchObject({ items: [{ action: 'putBody', personId: administrator.id }], next: expect.any(String) });
    expect((await supervisor.get(`${base}/log?cursor=${log.body.next as string}`)).body.items[0].action).toBe('putMembership');
    expectProblem(await administrator.get(`${base}/log`), 403, 'access.denied');
    const stranger = await api.as('baotou-university', 'officer1');
    const foreign = await administrator.send(
      'put',
      `${base}/bodies/leadership`,
      { ...seats, members: [{ personId: stranger.id }] },
      { 'If-Match': '"x"' },
    );
    expect(foreign.status).toBe(412);
  });

  it('an overlay is checked and previewed before it is adopted', async () => {
    const before = await administrator.get(`${base}/overlay`);
    const { version: _version, ...overlay } = before.body.overlay as Record<string, unknown> & {
      entries: { key: string; value: unknown }[];
    };
    const lax = {
      ...overlay,
      entries: overlay.entries.map((one) => (one.key === 'decision.group.quorum' ? { ...one, value: 'five' } : one)),
    };
    const preview = await administrator.send('post', `${base}/overlay/preview`, lax);
    expect(preview.body).toMatchObject({ ok: false, errors: [{ path: expect.stringContaining('/entries/') }] });
    const match = { 'If-Match': before.headers['etag'] as string };
    expectProblem(await administrator.send('put', `${base}/overlay`, lax, match), 422, 'overlay.invalid');
    const stricter = {
      ...overlay,
      from: '2026-06-01',
      entries: overlay.entries.map((one) => (one.key === 'decision.group.quorum' ? { ...one, value: 6 } : one)),
    };
    const good = await administrator.send('post', `${base}/overlay/preview`, stricter);
    expect(good.body).toMatchObject({ ok: true, changes: [{ key: 'decision.group.quorum' }] });
    const put = await administrator.send('put', `${base}/overlay`, stricter, match);
    expect([put.status, put.body.version]).toEqual([200, 2]);
    const rules = async (on: string) =>
      (await inventor.get(`${base}/rules?on=${on}`)).body as { keys: { key: string; rule?: { value: unknown } }[] };
    const quorum = async (on: string) => (await rules(on)).keys.find(({ key }) => key === 'decision.group.quorum')?.rule?.value;
    expect([await quorum('2026-05-31'), await quorum('2026-06-01')]).toEqual([5, 6]);
  });

  it('delegations are one’s own to give, for a year at most, within the institution', async () => {
    const officer = await api.as('hohhot-university', 'officer1');
    const colleague = await api.as('hohhot-university', 'colleague1');
    const stranger = await api.as('baotou-university', 'officer1');
    const give = (to: string, firstDay: string, lastDay: string, from?: string) =>
      officer.send('post', `${base}/delegations`, { to, firstDay, lastDay, ...(from === undefined ? {} : { from }) });
    expectProblem(await give(stranger.id, '2026-07-06', '2026-07-19'), 400, 'request.invalid');
    expectProblem(await give(officer.id, '2026-07-06', '2026-07-19'), 400, 'request.invalid');
    expectProblem(await give(colleague.id, '2026-07-19', '2026-07-06'), 400, 'request.invalid');
    expectProblem(await give(colleague.id, '2026-07-06', '2027-07-07'), 400, 'request.invalid');
    expectProblem(await give(colleague.id, '2026-07-06', '2026-07-19', inventor.id), 403, 'access.denied');
    const made = await give(colleague.id, '2026-07-06', '2026-07-19');
    expect(made.status).toBe(201);
    expectProblem(await inventor.send('delete', `${base}/delegations/${made.body.id as string}`), 404, 'notFound');
    expectProblem(await colleague.send('delete', `${base}/delegations/${made.body.id as string}`), 403, 'access.denied');
    expect((await officer.send('delete', `${base}/delegations/${made.body.id as string}`)).status).toBe(204);
  });

  it.each([
    ['the day before it begins', 1, 2, false],
    ['its first day', 0, 2, true],
    ['its last day', -2, 0, true],
    ['the day after its last', -2, -1, false],
  ])('a delegation on %s', async (_when, first, last, holds) => {
    const deputy = await api.as('baotou-institute', 'colleague1');
    const id = randomUUID();
    await api.pool.query(
      `INSERT INTO delegation (id, institution_id, from_person, to_person, first_day, last_day, roles, acts)
       SELECT $1, $2, $3, $4, d + $5::int, d + $6::int, '{}', '{}' FROM (SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date AS d) AS t`,
      [
        id,
        sampleInstitutionId('baotou-institute'),
        (await api.as('baotou-institute', 'administrator')).id,
        deputy.id,
        first,
        last,
      ],
    );
    const answer = await deputy.send('post', '/institutions/baotou-institute/overlay/preview', {});
    expect(answer.status).toBe(holds ? 200 : 403);
    await api.pool.query('DELETE FROM delegation WHERE id = $1', [id]);
  });
});

describe('a delegation for single acts', () => {
  it('lets its deputy do those acts, and change nothing else', async () => {
    const deputy = await api.as('harbin-university', 'colleague2');
    const institution = sampleInstitutionId('harbin-university');
    const from = (await api.as('harbin-university', 'administrator')).id;
    await api.pool.query(
      `INSERT INTO delegation (id, institution_id, from_person, to_person, first_day, last_day, roles, acts)
       SELECT $1, $2, $3, $4, d, d, '{}', '{nameSubstitute}' FROM (SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date AS d) AS t`,
      [randomUUID(), institution, from, deputy.id],
    );
    expectProblem(await deputy.send('post', '/institutions/harbin-university/overlay/preview', {}), 403, 'access.denied');
    const me = await deputy.get('/me');
    const grants = (me.body as { institutions: { grants: object[] }[] }).institutions[0]?.grants;
    expect(grants?.[1]).toEqual({ onBehalfOf: from, roles: ['administrator'], departments: [], acts: ['nameSubstitute'] });
  });

  it('of two people to one deputy asks whose right is used', async () => {
    const deputy = await api.as('harbin-university', 'colleague3');
    const institution = sampleInstitutionId('harbin-university');
    const officers = [await api.as('harbin-university', 'officer1'), await api.as('harbin-university', 'officer2')];
    for (const officer of officers) {
      await api.pool.query(
        `INSERT INTO delegation (id, institution_id, from_person, to_person, first_day, last_day, roles, acts)
         SELECT $1, $2, $3, $4, d, d, '{officer}', '{}' FROM (SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date AS d) AS t`,
        [randomUUID(), institution, officer.id, deputy.id],
      );
    }
    const caseId = randomUUID();
    await api.pool.query(
      `INSERT INTO cases (id, institution_id, kind, mode, step, status, created_by) VALUES ($1, $2, 'empowerment', 'useRight', 'check', 'open', $3)`,
      [caseId, institution, deputy.id],
    );
    const refuse = (onBehalfOf?: string) =>
      deputy.act('harbin-university', caseId, { type: 'refuseApplication', body: {}, ...(onBehalfOf ? { onBehalfOf } : {}) });
    expectProblem(await refuse(), 422, 'delegation.ambiguous');
    expectProblem(await refuse(inventor.id), 403, 'delegation.notValid');
    expectProblem(await refuse(officers[1]?.id), 400, 'request.invalid');
  });
});

describe('pages', () => {
  it('lead through everything once, and their cursors hold for one list alone', async () => {
    const seen: string[] = [];
    let path: string | undefined = `${base}/people?limit=7`;
    let cursor = '';
    while (path !== undefined) {
      const { body } = await inventor.get(path);
      seen.push(...(body.items as { id: string }[]).map(({ id }) => id));
      cursor = (body.next as string | undefined) ?? cursor;
      path = body.next === undefined ? undefined : `${base}/people?limit=7&cursor=${body.next as string}`;
    }
    const { rows } = await api.pool.query(
      'SELECT person_id::text AS id FROM membership WHERE institution_id = $1 AND NOT ended ORDER BY 1',
      [sampleInstitutionId('hohhot-university')],
    );
    expect(seen).toEqual(rows.map(({ id }) => id));
    for (const path2 of [
      `${base}/cases?cursor=${cursor}`,
      `${base}/people?role=officer&cursor=${cursor}`,
      `${base}/people?cursor=${cursor}x`,
      `${base}/people?cursor=nonsense`,
    ]) {
      expectProblem(await inventor.get(path2), 400, 'request.badCursor');
    }
    expectProblem(await administrator.get(`${base}/people?cursor=${cursor}`), 400, 'request.badCursor');
  });

  it('of cases are stable while others are added', async () => {
    const made: string[] = [];
    for (let i = 0; i < 5; i += 1)
      made.push((await inventor.send('post', `${base}/cases`, { application: { title: `第${i}` } })).body.caseId as string);
    const first = await inventor.get(`${base}/cases?limit=2&status=draft`);
    await inventor.send('post', `${base}/cases`, { application: {} });
    const second = await inventor.get(`${base}/cases?limit=2&status=draft&cursor=${first.body.next as string}`);
    const ids = [...first.body.items, ...second.body.items].map(({ id }: { id: string }) => id);
    expect(ids).toEqual(made.toReversed().slice(0, 4));
  });
});

describe('calendars', () => {
  const days = { '2026-12-07': { is: 'off', reason: '临时放假 holiday' } };

  it('are previewed and imported by the operator; published windows move later only', async () => {
    const draft = await inventor.send('post', `${base}/cases`, { application: {} });
    const caseId = draft.body.caseId as string;
    const institution = sampleInstitutionId('hohhot-university');
    const window = (key: string, kind: string, start: string, last: string, ends: string) =>
      api.pool.query(
        `INSERT INTO deadline (case_id, institution_id, key, kind, start_date, last_day, ends_at, bound, n, unit, counts_first_day, clause, phrase, calendar_version, provisional, skipped, state)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'atLeast', 15, 'calendarDay', false, 'nm-hei.8e', '公示期不少于15日', 'cn-2026.1', false, '[]', 'running')`,
        [caseId, institution, key, kind, start, last, ends],
      );
    await window('window:a', 'window', '2026-11-22', '2026-12-07', '2026-12-07T16:00:00Z');
    await window('window:over', 'window', '2026-10-01', '2026-10-16', '2026-10-16T16:00:00Z');
    expectProblem(await administrator.send('post', '/calendars/preview', { version: 'x', days }), 403, 'access.denied');
    expectProblem(
      await operator.send('post', '/calendars', { version: 'x', days: { '2031-01-01': { is: 'off', reason: 'y' } } }),
      422,
      'calendar.invalid',
    );
    const preview = await operator.send('post', '/calendars/preview', { version: 'cn-2026.2', days });
    const change = {
      caseId,
      key: 'window:a',
      outcome: 'later',
      from: { lastDay: '2026-12-07' },
      to: { lastDay: '2026-12-08', endsAt: '2026-12-08T16:00:00.000Z' },
    };
    expect(preview.body.changes).toMatchObject([change]);
    expect((await operator.get('/calendars/current')).body.version).toBe('cn-2026.1');
    const imported = await operator.send('post', '/calendars', { version: 'cn-2026.2', days, note: '试' });
    expect([imported.status, imported.body.changes]).toMatchObject([201, [change]]);
    const { rows } = await api.pool.query(
      'SELECT key, last_day::text, calendar_version FROM deadline WHERE case_id = $1 ORDER BY key',
      [caseId],
    );
    expect(rows).toEqual([
      { key: 'window:a', last_day: '2026-12-08', calendar_version: 'cn-2026.2' },
      { key: 'window:over', last_day: '2026-10-16', calendar_version: 'cn-2026.1' },
    ]);
    const acts = await api.pool.query("SELECT case_id, body FROM inbox WHERE type = 'applyCalendar'");
    expect(acts.rows).toEqual([{ case_id: caseId, body: { calendarVersion: 'cn-2026.2', deadline: 'window:a' } }]);
    expectProblem(await operator.send('post', '/calendars', { version: 'cn-2026.2', days }), 409, 'conflict.exists');
  });
});
