/** A running service with cases at several steps, and what Schemathesis needs to know of it. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPair } from 'jose';
import { createApp, routes } from '../../api/app.ts';
import type { Audience } from '../../api/table.ts';
import { actTable } from '../../domain/empowerment/index.ts';
import { samplePersonId } from '../../runtime/samplePeople.ts';
import { testApi, type TestApi } from '../api/service.ts';
import { Walk } from '../api/walk.ts';
import { workerFor } from '../api/worker.ts';
import type { Attending } from '../../worker/main.ts';
import { startRepairs } from '../../worker/repairs/index.ts';
import { QuietLog } from '../workflows/support/engine.ts';

const INSTITUTION = 'hohhot-university';
const OTHER = 'harbin-university';

/** Who stands for a role; several, where what they may see differs. */
const people: Record<string, string[]> = {
  member: ['inventor1', 'officer1', 'supervisor', 'colleague1'],
  officer: ['officer1'],
  administrator: ['administrator'],
  supervisor: ['supervisor'],
  platformOperator: ['operator'],
  interestedParty: ['interested'],
};

/** Who does acts of a case's roles in the cases that are played. */
const doers: Record<string, string[]> = {
  representative: ['inventor1'],
  inventor: ['inventor2'],
  objector: ['colleague1'],
  officer: ['officer1'],
  secretary: ['secretary'],
  signatory: ['signatory'],
  administrator: ['administrator'],
  supervisor: ['supervisor'],
  departmentReviewer: ['reviewer-research'],
  member: ['colleague1'],
};

/** What those hold who stand for a role, as far as an endpoint asks for it; whoever has a token is an interested party. */
const held: Record<string, string[]> = {
  colleague1: ['member'],
  officer1: ['member', 'officer'],
  administrator: ['member', 'administrator'],
  supervisor: ['member', 'supervisor'],
  operator: ['platformOperator'],
  interested: [],
};

/** How many requests came, and how many had what they asked for. */
export type Tally = Map<string, { asked: number; given: number }>;

function count(tally: Tally, key: string, status: number): void {
  const { asked, given } = tally.get(key) ?? { asked: 0, given: 0 };
  tally.set(key, { asked: asked + 1, given: given + (status < 300 ? 1 : 0) });
}

/** Everybody whose token opens something, each of whom must have been given something by a run that is worth its name. */
export const insiders = Object.keys(held);

/** Who is to be refused wherever a token is asked for, and must have asked. */
export const outsiders = ['without a token', 'with a made-up token', 'with a forged token', 'of another institution'] as const;
type Outsider = (typeof outsiders)[number];

export interface World {
  url: string;
  /** Folder with the configuration and the settings of the hooks. */
  folder: string;
  /** Requests by operation. */
  tally: Tally;
  /** The same by who asked: a key of the sample people, or one of `outsiders`. */
  callers: Tally;
  close(): Promise<void>;
}

/** Everything started and played. */
export async function openWorld(seed: string, long: boolean): Promise<World> {
  const api = await testApi({ answerWithinMs: 60_000, checkAnswers: true });
  const repairing = (attending: Attending) => startRepairs({ pool: api.pool, log: new QuietLog(), everyMs: 50 }, attending);
  const worker = await workerFor(api, { companions: [repairing] });
  const tally: Tally = new Map();
  const callers: Tally = new Map();
  const holders = new Map<string, string>();
  const app = createApp(api.deps, { version: 'test' });
  const counted: RequestListener = (request, response) => {
    const sent = request.headers.authorization;
    const who: string = sent === undefined ? outsiders[0] : (holders.get(sent.slice('Bearer '.length)) ?? outsiders[1]);
    response.once('finish', () => count(callers, who, response.statusCode));
    app(request, response);
  };
  const server: Server = createServer(counted);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`;
  const folder = await mkdtemp(join(tmpdir(), 'fuquan-fuzz-'));
  const ids = await play(api);
  // From now on a receipt will do, and what comes is counted.
  api.deps.answerWithinMs = 2_000;
  api.deps.metrics = { ...api.deps.metrics, answered: (id, status) => count(tally, id, status) };
  await writeFile(
    join(folder, 'settings.json'),
    JSON.stringify({ url, thin: !long, ...(await settings(api, seed, ids, holders)) }),
  );
  await writeFile(join(folder, 'schemathesis.toml'), long ? CONFIGURATION : CONFIGURATION + SHORT);
  return {
    url,
    folder,
    tally,
    callers,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((closed) => server.close(() => closed()));
      await worker.stop();
      await api.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const team = { inventor1: '60', inventor2: '40' };

/** Cases at each step that needs no window to end, two of each, so that there is something to read and to act on. */
async function play(api: TestApi): Promise<Record<string, string[]>> {
  const ways: ((walk: Walk) => Promise<unknown>)[] = [
    (walk) => walk.draft(team),
    (walk) => walk.draft(team).then(() => walk.does('inventor1', 'sendForConsent')),
    (walk) => walk.toCheck(team),
    (walk) => walk.toCheck(team).then(() => walk.passCheck()),
    (walk) => walk.toDecision(),
    (walk) => walk.toDecision().then(() => walk.decide()),
    (walk) => walk.toPublicity(),
  ];
  const cases: string[] = [];
  for (const way of [...ways, ...ways]) {
    const walk = new Walk(api, INSTITUTION);
    await way(walk);
    cases.push(walk.caseId);
  }
  const column = async (sql: string): Promise<string[]> => (await api.pool.query<{ v: string }>(sql)).rows.map(({ v }) => v);
  return {
    institution: [INSTITUTION],
    caseId: cases,
    // Nobody whose token is used: what they are is changed.
    personId: ['colleague2', 'group1'].map((key) => samplePersonId(INSTITUTION, key)),
    anybody: ['inventor1', 'inventor2', 'colleague1', 'colleague2', 'group1', 'officer1'].map((key) =>
      samplePersonId(INSTITUTION, key),
    ),
    achievementId: await column('SELECT id::text AS v FROM achievement LIMIT 3'),
    actId: await column('SELECT id::text AS v FROM inbox LIMIT 3'),
    noticeId: await column('SELECT id AS v FROM notice LIMIT 3'),
    messageId: await column(
      `SELECT id AS v FROM message WHERE person_id = '${samplePersonId(INSTITUTION, 'inventor1')}' LIMIT 3`,
    ),
    digest: await column('SELECT digest AS v FROM document LIMIT 3'),
    id: await column('SELECT DISTINCT id AS v FROM pack_version LIMIT 3'),
    body: ['leadingGroup', 'leadership'],
    version: await column('SELECT version AS v FROM calendar_version LIMIT 1'),
    code: ['notFound', 'auth.required'],
  };
}

/** Who has a token and none of the roles that the endpoint asks for. */
function keysBut(audience: Audience): string[] {
  if (audience === 'anyone' || audience === 'token') return [];
  const asks = (role: string): boolean => (audience as string[]).includes(role);
  return asks('interestedParty') ? [] : Object.keys(held).filter((key) => !held[key]?.some(asks));
}

function keysOf(audience: Audience): string[] {
  if (audience === 'anyone') return [];
  return audience === 'token' ? ['inventor1', 'operator'] : audience.flatMap((role) => people[role] ?? []);
}

/** Tokens of everybody whom the endpoint table lets in, by operation; `holders` is told whose each is. */
async function settings(
  api: TestApi,
  seed: string,
  ids: Record<string, string[]>,
  holders: Map<string, string>,
): Promise<object> {
  const make = async (key: string): Promise<string> => {
    const { token } = await api.as(key === 'operator' || key === 'interested' ? 'outside' : INSTITUTION, key);
    holders.set(token, key);
    return token;
  };
  const made = new Map<string, Promise<string>>();
  /** One token for each. */
  const tokenOf = (key: string): Promise<string> => {
    const token = made.get(key) ?? make(key);
    made.set(key, token);
    return token;
  };
  const outsider = (who: Outsider, token: string): string => {
    holders.set(token, who);
    return token;
  };
  const tokensFor = async (keysFor: (audience: Audience) => string[]): Promise<Record<string, string[]>> => {
    const all = routes.map(async ({ id, audience }) => [
      id,
      await Promise.all([...new Set(keysFor(audience))].map((key) => tokenOf(key))),
    ]);
    return Object.fromEntries((await Promise.all(all)) as [string, string[]][]);
  };
  const { privateKey } = await generateKeyPair('ES256');
  const { rows } = await api.pool.query<{ id: string; step: string }>('SELECT id::text, step FROM cases');
  const acts = Object.entries(actTable).map(async ([act, { roles, steps }]) => {
    const keys = roles.flatMap((role) => doers[role] ?? []);
    const here = rows.filter(({ step }) => (steps as string[]).includes(step)).map(({ id }) => id);
    return [act, { tokens: await Promise.all(keys.map((key) => tokenOf(key))), cases: here }];
  });
  const documents = await Promise.all(
    [...new Set(Object.values(doers).flat())].map(async (key) => {
      const { document } = await new Walk(api, INSTITUTION).upload(key, `附件 ${key}`);
      return [await tokenOf(key), document];
    }),
  );
  const place = await api.pool.query<object>(
    'SELECT kind, province, city, state_founded AS "stateFounded" FROM institution WHERE code = $1',
    [INSTITUTION],
  );
  return {
    seed,
    ids,
    place: place.rows[0],
    acts: Object.fromEntries(await Promise.all(acts)),
    documents: Object.fromEntries(documents),
    institution: INSTITUTION,
    drafts: rows.filter(({ step }) => step === 'draft').map(({ id }) => id),
    tokens: await tokensFor(keysOf),
    uninvited: await tokensFor(keysBut),
    stranger: outsider('of another institution', (await api.as(OTHER, 'administrator')).token),
    nobodys: outsider('with a forged token', await api.token(samplePersonId(INSTITUTION, 'officer1'), { key: privateKey })),
  };
}

/** A precondition that is missing has a status of its own (RFC 6585). */
const CONFIGURATION = `[checks.missing_required_header]
expected-statuses = [400, 401, 403, 404, 406, 415, 422, 428]
`;

/** An act is dry run in the shapes in which it is done, and a draft is changed to what it is made of: their limits are tried once. */
const SHORT = `
[[operations]]
include-operation-id = ["previewAct", "updateDraft"]
phases.coverage.enabled = false

[[operations]]
include-operation-id = ["performAct", "previewAct"]
generation.max-examples = 30
`;
