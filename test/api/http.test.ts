import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { generateKeyPair, UnsecuredJWT, SignJWT } from 'jose';
import { Pool } from 'pg';
import request from 'supertest';
import { Access } from '../../api/access.ts';
import { Answers } from '../../api/answers.ts';
import { BASE, createApp, routes } from '../../api/app.ts';
import { Db } from '../../api/db.ts';
import type { Deps } from '../../api/deps.ts';
import { catalogue } from '../../api/problems.ts';
import { openPrisma } from '../../api/server.ts';
import { endpointTable } from '../../api/table.ts';
import { sampleInstitutionId } from '../../runtime/samplePeople.ts';
import { expectProblem } from './problem.ts';
import { clientOf, ISSUER, testApi, type Client, type TestApi } from './service.ts';

let api: TestApi;
let inventor: Client;
let administrator: Client;
const base = '/institutions/hohhot-university';

beforeAll(async () => {
  api = await testApi();
  inventor = await api.as('hohhot-university', 'inventor1');
  administrator = await api.as('hohhot-university', 'administrator');
});
afterAll(() => api?.close());

function me(authorization?: string): request.Test {
  const sent = request(api.app).get(`${BASE}/me`);
  return authorization === undefined ? sent : sent.set('Authorization', authorization);
}

describe('tokens', () => {
  it('are needed', async () => {
    const answer = await me();
    expectProblem(answer, 401, 'auth.required');
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  });

  it('are refused with a wrong issuer, audience, key, algorithm or time', async () => {
    const { privateKey } = await generateKeyPair('ES256');
    const claims = { iss: ISSUER, aud: 'fuquan', sub: inventor.id };
    const bad = [
      await api.token(inventor.id, { iss: 'https://elsewhere.test' }),
      await api.token(inventor.id, { aud: 'another' }),
      await api.token(inventor.id, { key: privateKey }),
      new UnsecuredJWT(claims).setExpirationTime('1h').encode(),
      await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('1h').sign(new Uint8Array(32)),
      await api.token(inventor.id, { nbf: Math.floor(Date.now() / 1_000) + 600 }),
      'not.a.token',
      '',
    ];
    for (const token of bad) expectProblem(await me(`Bearer ${token}`), 401, 'auth.invalid');
    expectProblem(await me(`Basic ${Buffer.from('a:b').toString('base64')}`), 401, 'auth.invalid');
    expectProblem(await me(`Bearer ${await api.token(inventor.id, { expiresIn: '-1m' })}`), 401, 'auth.expired');
    expectProblem(await me(`Bearer ${await api.token(randomUUID())}`), 401, 'auth.unknownPerson');
    expectProblem(await me(`Bearer ${await api.token('nobody@login')}`), 401, 'auth.unknownPerson');
  });

  it('claim no roles: what they say beside the subject is not read', async () => {
    const token = await api.token(inventor.id, { roles: ['administrator'], global_roles: ['platformOperator'] });
    const client = clientOf(api.app, inventor.id, token);
    expectProblem(await client.send('post', '/packs/preview', {}), 403, 'access.denied');
    expectProblem(await client.send('post', `${base}/overlay/preview`, {}), 403, 'access.denied');
  });

  it('of the dead and of people whose membership has ended open nothing', async () => {
    const gone = await api.as('hohhot-university', 'inventor4');
    const key = [sampleInstitutionId('hohhot-university'), gone.id];
    expect((await gone.get(base)).status).toBe(200);
    await api.pool.query('UPDATE membership SET until = now()::date - 2 WHERE institution_id = $1 AND person_id = $2', key);
    expectProblem(await gone.get(base), 404, 'notFound');
    await api.pool.query("UPDATE person SET status = 'deceased' WHERE id = $1", [gone.id]);
    expectProblem(await gone.get('/me'), 401, 'auth.unknownPerson');
  });

  it('may name a person by the id of their login system', async () => {
    const made = await administrator.send('post', `${base}/people`, {
      name: '示例新人',
      externalId: 'login-4711',
      roles: ['officer'],
      departments: [],
    });
    expect(made.status).toBe(201);
    const me2 = await clientOf(api.app, '', await api.token('login-4711')).get('/me');
    expect(me2.body).toMatchObject({ personId: made.body.id, name: '示例新人' });
  });

  it('come from the development issuer for any role', async () => {
    const jwks = await request(api.app).get('/dev/jwks.json');
    expect(jwks.body.keys[0]).toMatchObject({ kty: 'OKP', alg: 'EdDSA' });
    expect(jwks.body.keys[0]).not.toHaveProperty('d');
    const found = await request(api.app).get('/dev/token?institution=harbin-university&role=secretary');
    expect(found.body).toMatchObject({ tokenType: 'Bearer', roles: expect.arrayContaining(['secretary']) });
    expectProblem(await request(api.app).get('/dev/token?institution=nowhere&role=officer'), 404, 'notFound');
    expectProblem(await request(api.app).post('/dev/token?person=x'), 404, 'notFound');
  });
});

describe('bad input is a problem, never a failure', () => {
  const url = `${BASE}${base}/cases`;
  const send = (body: string, type = 'application/json') =>
    request(api.app).post(url).set('Authorization', `Bearer ${inventor.token}`).set('Content-Type', type).send(body);

  it.each([
    ['{"application":', 400, 'request.malformed'],
    ['', 400, 'request.invalid'],
    ['"text"', 400, 'request.malformed'],
    ['[]', 400, 'request.invalid'],
    ['null', 400, 'request.malformed'],
    ['{"application":{"title":"\\u0000"}}', 400, 'request.invalid'],
    ['{"application":{"title":"\\ud800"}}', 400, 'request.invalid'],
    ['{"application":{},"__proto__":{}}', 400, 'request.invalid'],
    [`${'['.repeat(50_000)}${']'.repeat(50_000)}`, 400, 'request.invalid'],
  ])('%.40j', async (body, status, code) => {
    expectProblem(await send(body), status, code);
  });

  it('too large, or of another type', async () => {
    expectProblem(await send(JSON.stringify({ application: { title: 'x'.repeat(2 * 1024 * 1024) } })), 413, 'request.tooLarge');
    expectProblem(await send('<a/>', 'application/xml'), 415, 'request.unsupportedType');
    expectProblem(await send('{}', 'application/json; charset=latin1'), 415, 'request.unsupportedType');
    const packed = request(api.app)
      .post(url)
      .set('Authorization', `Bearer ${inventor.token}`)
      .set('Content-Type', 'application/json');
    expectProblem(await packed.set('Content-Encoding', 'gzip').send('no gzip'), 400, 'request.malformed');
  });

  it('in paths and queries', async () => {
    expectProblem(await inventor.get(`${base}/cases/no-uuid`), 400, 'request.invalid');
    expectProblem(await inventor.get(`${base}/cases?limit=0`), 400, 'request.invalid');
    expectProblem(await inventor.get(`${base}/cases?limit=201`), 400, 'request.invalid');
    expectProblem(await inventor.get(`${base}/cases?nonsense=1`), 400, 'request.invalid');
    expectProblem(await inventor.get(`${base}/cases?limit=1&limit=2`), 400, 'request.invalid');
    expectProblem(await inventor.get(`${base}/rules?on=2026-02-30`), 400, 'request.invalid');
    expectProblem(await inventor.get('/institutions/%E0%A4%A/cases'), 400, 'request.invalid');
    expectProblem(await inventor.get('/institutions/No_Such/cases'), 400, 'request.invalid');
    expectProblem(await inventor.get('/nowhere'), 404, 'notFound');
    const method = await inventor.send('delete', '/me');
    expectProblem(method, 405, 'request.methodNotAllowed');
    expect(method.headers['allow']).toBe('GET');
  });

  it('is read only from those who may send it', async () => {
    expectProblem(
      await request(api.app).post(url).set('Content-Type', 'application/json').send('{"application":'),
      401,
      'auth.required',
    );
  });

  it('an act without a good Idempotency-Key is told how to have one', async () => {
    const path = `${base}/cases/${randomUUID()}/acts`;
    const act = { type: 'withdraw', body: { grounds: 'x' } };
    expectProblem(await inventor.send('post', path, act), 400, 'idempotency.keyMissing');
    for (const key of ['short', 'x'.repeat(129), 'with blank in it']) {
      expectProblem(await inventor.send('post', path, act, { 'Idempotency-Key': key }), 400, 'idempotency.keyInvalid');
    }
    expectProblem(
      await inventor.send('post', path, { type: 'nonsense' }, { 'Idempotency-Key': randomUUID() }),
      400,
      'request.invalid',
    );
    expectProblem(await inventor.send('post', path, act, { 'Idempotency-Key': randomUUID() }), 404, 'notFound');
  });

  it('a case that no worker answers gives a receipt', async () => {
    const draft = await inventor.send('post', `${base}/cases`, { application: {} });
    const caseId = draft.body.caseId as string;
    await api.pool.query("UPDATE cases SET status = 'open', step = 'agreement' WHERE id = $1", [caseId]);
    const answer = await inventor.act('hohhot-university', caseId, { type: 'withdraw', body: { grounds: 'x' } });
    expect([answer.status, answer.body.outcome]).toEqual([202, 'received']);
    const receipt = await inventor.get(String(answer.headers['location']).slice(BASE.length));
    expect(receipt.body).toEqual(answer.body);
    await api.pool.query('DELETE FROM inbox WHERE case_id = $1', [caseId]);
  });

  it('the catalogue is served, each code at its type', async () => {
    const list = await request(api.app).get(`${BASE}/problems`);
    expect(list.body.items.map(({ code }: { code: string }) => code)).toEqual(Object.keys(catalogue));
    for (const { type, code } of list.body.items as { type: string; code: string }[]) {
      expect((await request(api.app).get(type)).body).toMatchObject({
        code,
        zh: expect.stringMatching(/\p{Script=Han}/u),
        en: expect.stringMatching(/^[A-Z]/),
      });
    }
  });
});

describe('a database that is away', () => {
  it('is 503 with nothing done, and noticed by the probe', async () => {
    const url = 'postgresql://nobody@127.0.0.1:1/none';
    const prisma = openPrisma(url, 2);
    const db = new Db(new Pool({ connectionString: url, max: 2 }));
    const deps: Deps = {
      ...api.deps,
      prisma,
      db,
      access: new Access(db, async () => inventor.id),
      answers: new Answers(db, url),
    };
    await deps.answers.start();
    const app = createApp(deps, { version: 'test' });
    const client = clientOf(app, inventor.id, inventor.token);
    const answer = await client.act('hohhot-university', randomUUID(), { type: 'withdraw', body: { grounds: 'x' } });
    expectProblem(answer, 503, 'service.unavailable');
    expect(answer.headers['retry-after']).toBe('5');
    expect((await request(app).get('/livez')).status).toBe(200);
    await deps.answers.close();
  });

  it.each(['EPIPE', 'ECONNRESET', 'EHOSTUNREACH', '57P01', '08006', 'P1017'])(
    'is 503 when it goes under a request: %s',
    async (code) => {
      const gone = Object.assign(new Error('write failed'), { code });
      const access = new Access(api.deps.db, () => Promise.reject(gone));
      const client = clientOf(createApp({ ...api.deps, access }, { version: 'test' }), inventor.id, inventor.token);
      expectProblem(await client.get('/me'), 503, 'service.unavailable');
    },
  );

  it('is 503 with who must do something when its disk is full', async () => {
    await api.pool.query(`
      CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
      CREATE TRIGGER full_disk BEFORE INSERT ON achievement EXECUTE FUNCTION full_disk();`);
    const answer = await inventor.send('post', `${base}/achievements`, { title: '示例', kind: 'patent', number: 'ZL1' });
    await api.pool.query('DROP TRIGGER full_disk ON achievement; DROP FUNCTION full_disk()');
    expectProblem(answer, 503, 'service.unavailable');
    expect(answer.body).toMatchObject({ en: expect.stringContaining('An administrator must make room') });
  });
});

const openTo = (audience: string): string[] =>
  Object.entries(endpointTable).flatMap(([id, one]) => (one === audience ? [id] : []));

describe('the document', () => {
  it('is OpenAPI 3.1 with every endpoint in it, and nothing else', async () => {
    const { body: document } = await request(api.app).get(`${BASE}/openapi.json`);
    expect(document.openapi).toMatch(/^3\.1\./);
    const listed = Object.entries(document.paths as Record<string, Record<string, { operationId: string }>>).flatMap(
      ([path, methods]) => Object.entries(methods).map(([method, { operationId }]) => `${method} ${path} ${operationId}`),
    );
    expect(listed.toSorted()).toEqual(routes.map(({ method, path, id }) => `${method} ${path} ${id}`).toSorted());
    expect(routes.map(({ id }) => id as string).toSorted()).toEqual(Object.keys(endpointTable).toSorted());
  });

  it('lets in without a token, or with anybody’s, nobody where it was not meant', () => {
    expect(openTo('anyone')).toEqual(['livez', 'readyz', 'listProblems', 'getProblem', 'getPublicNotice']);
    const tokens = ['whoAmI', 'listMessages', 'markMessageRead', 'listInstitutions'];
    expect(openTo('token')).toEqual([...tokens, 'listPacks', 'getPack', 'listCalendars', 'getCalendar']);
  });

  it('holds schemas that are JSON Schema, no dangling references, and declared parameters', async () => {
    const { body: document } = await request(api.app).get(`${BASE}/openapi.json`);
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema(document as object, 'openapi');
    const schemas: string[] = [];
    const walk = (value: unknown, at: string): void => {
      if (typeof value !== 'object' || value === null) return;
      const { $ref } = value as { $ref?: unknown };
      if (typeof $ref === 'string') {
        const target = $ref
          .slice(2)
          .split('/')
          .reduce<unknown>((node, part) => (node as Record<string, unknown> | undefined)?.[part], document);
        expect([at, $ref, target !== undefined]).toEqual([at, $ref, true]);
      }
      for (const [key, entry] of Object.entries(value)) {
        if (key === 'schema') schemas.push(`${at}/${key}`);
        walk(entry, `${at}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
      }
    };
    walk(document, '');
    expect(schemas.length).toBeGreaterThan(100);
    for (const at of schemas) expect(() => ajv.compile({ $ref: `openapi#${encodeURI(at)}` })).not.toThrow();
    for (const [path, methods] of Object.entries(
      document.paths as Record<string, Record<string, { parameters?: { name: string; in: string }[] }>>,
    )) {
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      for (const { parameters = [] } of Object.values(methods)) {
        expect([path, parameters.filter((one) => one.in === 'path').map(({ name }) => name)]).toEqual([path, names]);
      }
    }
  });

  it('says of every act what it takes', async () => {
    const { body: document } = await request(api.app).get(`${BASE}/openapi.json`);
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema(document as object, 'openapi');
    const check = ajv.compile({ $ref: 'openapi#/components/schemas/Act' });
    expect(check({ type: 'withdraw', body: { grounds: '因故' } })).toBe(true);
    expect(
      check({
        type: 'proposeAmendment',
        body: { inventors: [{ personId: randomUUID(), share: '100' }], unitShare: '30', incomeUnitShare: '30', grounds: 'x' },
      }),
    ).toBe(true);
    expect(check({ type: 'withdraw', body: { grounds: '因故', more: 1 } })).toBe(false);
    expect(check({ type: 'closeWindow', body: { noticeId: 'x' } })).toBe(false);
  });

  it('has a page that needs nothing from elsewhere', async () => {
    const page = await request(api.app).get(`${BASE}/docs/`);
    expect(page.status).toBe(200);
    expect(page.text).not.toMatch(/(?:src|href)="https?:/);
  });
});
