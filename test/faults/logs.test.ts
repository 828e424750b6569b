/**
 * What people write in a whole case with an objection (names, contacts, grounds, opinions, titles, addresses) stands
 * nowhere in Temporal's databases, nowhere in any process's log, and in no number that is scraped; and the logs still
 * tell of each act where it went, from the request to its rows in the ledger.
 */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { demoStories } from '../../cli/demo/stories.ts';
import { shanghai } from '../../cli/demo/play.ts';
import { caseWorkflowId } from '../../contracts/messages.ts';
import type { Trace } from '../../cli/trace.ts';
import { samplePersonId } from '../../runtime/samplePeople.ts';
import type { Outcome, RehearsedAct } from '../../runtime/rehearsing/rehearsal.ts';
import { freshDatabase, services, temporalAddress, waitFor } from '../harness/services.ts';
import { bundleCache } from '../workflows/support/engine.ts';
import { dump, newCanary, searchFor, withCanary } from './support/canaries.ts';
import { allTold } from './support/endState.ts';
import { HttpStage, HttpStory } from './support/stage.ts';
import { Stack } from './support/stack.ts';

const demo = demoStories.find(({ name }) => name === 'objection')!;
const canary = newCanary();
const seen = searchFor(canary);
/** Written in clear on purpose, where the search must find it. */
const plain = newCanary();
const planted = searchFor(plain);

/** Acts that are written down only when the database has refused to: where something fails, more is said of it. */
const refusedAtFirst: Record<string, 'inbox' | 'ledger'> = {
  fileObjection: 'inbox',
  recordFinding: 'ledger',
  proposeAmendment: 'inbox',
};

/** Everybody who writes anything writes the canary with it. The notice is the service's own composition and stays as it is. */
class CanaryStage extends HttpStage {
  override draft(...[institutionId, personId, achievement]: Parameters<HttpStage['draft']>): ReturnType<HttpStage['draft']> {
    const told = withCanary(achievement, canary);
    return refusing('achievement', () => super.draft(institutionId, personId, told), apiFailed());
  }

  override perform(act: RehearsedAct): Promise<Outcome> {
    const { content, ...body } = withCanary(act.body as Record<string, unknown>, canary);
    const shown = content === undefined ? {} : { content: (act.body as { content: unknown }).content };
    const perform = (): Promise<Outcome> => super.perform({ ...act, body: { ...body, ...shown } });
    const table = refusedAtFirst[act.type];
    if (table === undefined) return perform();
    return refusing(table, perform, table === 'inbox' ? apiFailed() : recordFailed(act.caseId));
  }
}

/** Does the work while the database refuses each new row of a table, with the row in its words, until that has been noticed. */
async function refusing<T>(table: string, work: () => Promise<T>, noticed: () => boolean | Promise<boolean>): Promise<T> {
  const { pool } = stack;
  await pool.query(`CREATE OR REPLACE FUNCTION refuse_row() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = 'data_corrupted', DETAIL = NEW::text; END $$`);
  await pool.query(`CREATE TRIGGER refused BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION refuse_row()`);
  const mended = async (): Promise<void> => {
    try {
      await waitFor(noticed, { what: `a failure at the table ${table}` });
    } finally {
      await pool.query(`DROP TRIGGER refused ON ${table}`);
    }
  };
  const [done] = await Promise.all([work(), mended()]);
  return done;
}

function apiFailed(): () => boolean {
  const { faults } = stack.client;
  const before = faults.length;
  return () => faults.length > before;
}

/** The step that records an act of the case has failed within a task, and now waits with its error for another attempt. */
function recordFailed(caseId: string): () => Promise<boolean> {
  return async () => {
    const { raw } = await temporal.workflow.getHandle(caseWorkflowId('empowerment', caseId)).describe();
    return (raw.pendingActivities ?? []).some(({ lastFailure }) => lastFailure);
  };
}

let stack: Stack;
let story: HttpStory;
let connection: Connection;
let temporal: Client;

beforeAll(async () => {
  const databaseUrl = await freshDatabase();
  stack = await Stack.open({
    databaseUrl,
    temporalAddress: temporalAddress(),
    cacheDir: bundleCache,
    startsAt: shanghai(demo.startsAt),
    logLevel: 'trace',
    numbers: true,
  });
  connection = await Connection.connect({ address: temporalAddress() });
  temporal = new Client({ connection, namespace: stack.namespace });
  await stack.pool.query("UPDATE person SET external_id = $1 || '.' || id || '@mail.test'", [canary.latin]);
  await rename();
  story = new HttpStory(new CanaryStage(stack), demo.institution);
  // The first letters come back, so that failures are logged too.
  stack.mailbox.mood = 'refusing';
  const plays = demo.play(story);
  await Promise.race([plays, waitFor(() => stack.mailbox.refused > 2, { what: 'letters that are refused', timeoutMs: 120_000 })]);
  stack.mailbox.mood = 'well';
  await plays;
  await waitFor(() => allTold(stack.pool, story.caseId), { what: 'messages to go their way', timeoutMs: 120_000 });
  await goWrong();
  await plant();
}, 600_000);
afterAll(async () => {
  await connection?.close();
  await stack?.stop();
});

const base = `/api/v1/institutions/${demo.institution}`;
const asked = (who: string, method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  stack.client.insist(samplePersonId(demo.institution, who), method, path, { body, headers });

/** Those who apply and object bear the canary in their names. */
async function rename(): Promise<void> {
  for (const who of ['inventor1', 'inventor2', 'colleague1', 'colleague3', 'officer1']) {
    const path = `${base}/people/${samplePersonId(demo.institution, who)}`;
    const { headers, body } = await asked('administrator', 'GET', path);
    const name = withCanary(body['name'], canary);
    const { status } = await asked(
      'administrator',
      'PUT',
      path,
      { name, status: 'active' },
      { 'If-Match': headers.get('etag') ?? '' },
    );
    expect([who, status]).toEqual([who, 200]);
  }
}

/** Requests that are refused at each door carry it as well: where something is wrong, more is logged. */
async function goWrong(): Promise<void> {
  const act = (body: unknown) =>
    asked('colleague1', 'POST', `${base}/cases/${story.caseId}/acts`, body, { 'Idempotency-Key': 'goes-wrong' });
  const words = withCanary('异议', canary);
  const objection = { noticeId: story.caseId, name: words, contact: words, grounds: [words], evidence: [] };
  const person = { name: words, externalId: `${canary.latin}@else.test`, roles: [], departments: [] };
  const add = (body: object) => asked('administrator', 'POST', `${base}/people`, body);
  const statuses = [
    (await act({ type: 'fileObjection', body: objection })).status,
    (await act({ type: 'tagLedger', body: { [words]: words } })).status,
    (await act({ type: words })).status,
    (await asked('colleague1', 'GET', `${base}/cases?step=${encodeURIComponent(words)}`)).status,
    (await asked('colleague1', 'GET', `${base}/cases?${encodeURIComponent(words)}=1`)).status,
    (await add({ ...person, [words]: 1 })).status,
    (await refusing('person', () => add(person), apiFailed())).status,
  ];
  expect(statuses).toEqual([409, 403, 400, 200, 400, 400, 201]);
}

/** A workflow without the codec, and a request whose address says a word: so it would look if something were in clear. */
async function plant(): Promise<void> {
  const { workflow } = temporal;
  await workflow.start('nobodysWorkflow', {
    taskQueue: 'nobody',
    workflowId: 'planted',
    args: [{ name: plain.han }],
    memo: { contact: plain.latin },
  });
  await waitFor(async () => (await workflow.count("WorkflowId = 'planted'")).count > 0, { what: 'it to be visible' });
  await asked('colleague1', 'GET', `/${plain.latin}`);
}

const processLogs = async (): Promise<{ name: string; text: string }[]> => {
  const serverLogs = join(services().dataDir, 'logs');
  const files = [
    ...(await readdir(stack.folder)).filter((name) => name.endsWith('.log')).map((name) => join(stack.folder, name)),
    ...(await readdir(serverLogs)).map((name) => join(serverLogs, name)),
  ];
  return Promise.all(files.map(async (name) => ({ name, text: await readFile(name, 'utf8') })));
};

describe.each(['temporal', 'temporal_visibility'])("Temporal's database %s", (database) => {
  it('holds the case, and not one word of it', async () => {
    const url = new URL(services().postgresUrl);
    url.pathname = `/${database}`;
    const [found, clear, ofCase]: string[][] = [[], [], []];
    for await (const { table, bytes } of dump(url.href)) {
      if (seen(bytes)) found!.push(table);
      if (planted(bytes)) clear!.push(table);
      if (bytes.includes(caseWorkflowId('empowerment', story.caseId))) ofCase!.push(table);
    }
    expect(found).toEqual([]);
    // The search looks where the case is, and finds what stands in clear.
    expect(ofCase).not.toEqual([]);
    expect(clear).toEqual(database === 'temporal' ? expect.arrayContaining(['history_node']) : ['executions_visibility']);
  });
});

describe('the logs of all processes', () => {
  it('are lines of JSON that tell of each act, and of no word in it', async () => {
    const logs = await processLogs();
    expect(logs.map(({ name }) => name.replace(/^.*\//, '')).toSorted()).toEqual(
      expect.arrayContaining(['api.log', 'postgres.log', 'temporal.log', 'worker1.log']),
    );
    expect(logs.filter(({ text }) => seen(text)).map(({ name }) => name)).toEqual([]);
    expect(logs.filter(({ text }) => planted(text)).map(({ name }) => name)).toEqual([join(stack.folder, 'api.log')]);
    for (const { text } of logs.filter(({ name }) => name.startsWith(stack.folder))) {
      const lines = text.split('\n').filter((line) => line.startsWith('{'));
      for (const line of lines) JSON.parse(line);
      expect(stack.client.acknowledged.filter(({ actId }) => !text.includes(actId))).toEqual([]);
    }
  });
});

describe('the numbers of all processes', () => {
  it('count the acts, and say no word of them', async () => {
    expect(stack.metricsUrls).toHaveLength(2);
    const pages = await Promise.all(stack.metricsUrls.map(async (url) => (await fetch(url)).text()));
    for (const page of pages) expect([/^fuquan_\w+/m.test(page), seen(page), planted(page)]).toEqual([true, false, false]);
    expect(pages.join('\n')).toContain('fileObjection');
  });
});

async function traced(id: string): Promise<Trace> {
  const run = promisify(execFile);
  const args = ['--import', 'tsx', 'cli/main.ts', 'trace', id, '--json', '--database', stack.pool.options.connectionString!];
  return JSON.parse((await run(process.execPath, args)).stdout) as Trace;
}

const linesOf = async (process: string, traceId: string): Promise<{ msg: string; actId?: string; outcome?: string }[]> => {
  const lines = (await readFile(join(stack.folder, `${process}.log`), 'utf8')).split('\n');
  return lines.filter((line) => line.includes(traceId)).map((line) => JSON.parse(line) as { msg: string });
};

describe('the way of an act', () => {
  const SPAN = '00f067aa0ba902b7';
  const given = '4bf92f3577b34da6a3ce929d0e0e4736';

  it('is told by the logs of the processes it went through, and by `fuquan trace` down to rows and letters', async () => {
    const id = stack.client.acknowledged.find(({ type }) => type === 'fileObjection')!.actId;
    const { acts } = await traced(id);
    expect(acts).toMatchObject([{ id, type: 'fileObjection', caseId: story.caseId, outcome: 'done' }]);
    const [act] = acts as [Trace['acts'][number]];
    expect(act.ledger.map(({ type }) => type)).toContain('objectionReceived');
    expect(act.letters.map(({ channel }) => channel)).toEqual(expect.arrayContaining(['inbox', 'mail']));
    expect(act.letters.every(({ deliveredAt }) => deliveredAt !== null)).toBe(true);
    const traceId = act.traceId ?? '';
    expect(traceId).toMatch(/^[0-9a-f]{32}$/);
    expect((await traced(`00-${traceId}-${SPAN}-01`)).acts).toEqual(acts);
    const [api, worker] = [await linesOf('api', traceId), await linesOf('worker1', traceId)];
    expect(api.map(({ msg }) => msg)).toEqual(['an act was received', 'request completed']);
    expect(worker.map(({ msg }) => msg).toSorted()).toEqual(
      ['an act goes to its case', 'an act was brought to the record', 'an act was decided', 'an act was delivered'].toSorted(),
    );
    for (const line of [...api.slice(0, 1), ...worker]) expect(line.actId).toBe(id);
  });

  it("begins at the caller's own trace, and ends in the institution's log where the act is refused at the door", async () => {
    const { body, headers, status } = await asked(
      'colleague1',
      'POST',
      `${base}/cases/${story.caseId}/acts`,
      { type: 'fileObjection', body: { noticeId: story.caseId, name: '某人', contact: '某处', grounds: ['某事'], evidence: [] } },
      { 'Idempotency-Key': 'a-trace-of-mine', traceparent: `00-${given}-${SPAN}-01` },
    );
    expect([403, 409, 422]).toContain(status);
    expect(body['instance']).toBe('urn:uuid:4bf92f35-77b3-4da6-a3ce-929d0e0e4736');
    expect(headers.get('traceparent')).toMatch(new RegExp(`^00-${given}-(?!${SPAN})[0-9a-f]{16}-01$`));
    const { acts, log } = await traced(body['instance'] as string);
    expect(acts).toEqual([]);
    expect(log).toMatchObject([{ action: 'refusedAct', subject: story.caseId, code: body['code'] }]);
  });
});

describe('the search itself', () => {
  const word = searchFor(plain);
  it.each([
    ['as it is', (text: string) => text],
    [
      'as JSON with escapes',
      (text: string) => JSON.stringify(text).replace(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`),
    ],
    ['in base64', (text: string) => Buffer.from(`x${text}yz`).toString('base64')],
    ['in base64 for addresses', (text: string) => Buffer.from(`xy${text}z`).toString('base64url')],
    ['in base64 of base64', (text: string) => Buffer.from(Buffer.from(`xx${text}x`).toString('base64')).toString('base64')],
    ['in hexadecimal', (text: string) => Buffer.from(text).toString('hex')],
    ['in an address', (text: string) => encodeURIComponent(text)],
  ])('finds a word %s, in either script', (_how, write) => {
    expect([word(write(plain.han)), word(write(plain.latin)), word(write('某某 nothing'))]).toEqual([true, true, false]);
  });
});
