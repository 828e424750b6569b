import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SMTPServer } from 'smtp-server';
import { sampleInstitutionId } from '../../runtime/samplePeople.ts';
import { workflowBundle } from '../../worker/bundle.ts';
import { mailChannel } from '../../worker/channels.ts';
import { restartCase } from '../../worker/restart.ts';
import { waitFor } from '../harness/services.ts';
import { bundleCache } from '../workflows/support/engine.ts';
import { expectProblem } from './problem.ts';
import { Repairing } from './repairing.ts';
import { appears, goes, listed, type Listed } from './stalledList.ts';
import { Walk } from './walk.ts';

/** Repairs of what is delivered, to cases and to people, and of a case that does not get on; and who may. */

const here = 'baotou-university';
const institutionId = sampleInstitutionId(here);
let on: Repairing;
let smtp: SMTPServer;
let smtpDown = true;

beforeAll(async () => {
  smtp = new SMTPServer({
    closeTimeout: 100,
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, _session, callback) {
      stream.resume();
      stream.on('end', () => callback(smtpDown ? new Error('try later') : undefined));
    },
  });
  smtp.listen(0, '127.0.0.1');
  await once(smtp.server, 'listening');
  const { port } = smtp.server.address() as AddressInfo;
  const mail = { url: `smtp://127.0.0.1:${port}`, from: 'fuquan@example.edu.cn' };
  const channels = () => [mailChannel(mail, async () => 'someone@example.edu.cn')];
  on = await Repairing.at(here, () => ({ channels: channels() }));
});
afterAll(async () => {
  await on?.close();
  await new Promise<void>((closed) => smtp.close(() => closed()));
});

/** What the delivery of the case's act last met. */
async function met({ caseId }: Walk): Promise<string | null | undefined> {
  const { rows } = await on.api.pool.query<{ last_error: string | null }>(
    'SELECT last_error FROM inbox WHERE case_id = $1 AND answered_at IS NULL',
    [caseId],
  );
  return rows[0]?.last_error;
}

describe('an act without an answer', () => {
  it('is tried again: not helped while its workflow is lost; it is answered when that is restarted', async () => {
    const walk = await on.openCase();
    await on.handleOf(walk.caseId).terminate('lost');
    await on.sends(walk, 'inventor2', 'consent', { applicationVersion: 1 });
    const lost = await appears(on.api, here, { cause: 'workflowLost', caseId: walk.caseId });
    await on.api.pool.query(
      "UPDATE inbox SET received_at = received_at - interval '1 minute' WHERE case_id = $1 AND answered_at IS NULL",
      [walk.caseId],
    );
    const found = await appears(on.api, here, { cause: 'actUnanswered', caseId: walk.caseId });
    const helpless = await on.repaired({ kind: 'retry', findings: [found.id] }, 'operator');
    expect(helpless.items).toMatchObject([{ status: 'notHelped', reason: 'workflowLost' }]);
    await on.repaired({ kind: 'restart', findings: [lost.id] });
    await goes(on.api, here, found.id);
    await goes(on.api, here, lost.id);
    expect(await on.consents(walk)).toBe(2);
  });

  it('is tried again long before its time', async () => {
    const walk = await on.openCase();
    await on.handleOf(walk.caseId).terminate('lost');
    await on.sends(walk, 'inventor2', 'consent', { applicationVersion: 1 });
    await waitFor(async () => (await met(walk)) === 'workflowLost');
    await on.api.pool.query(
      `UPDATE inbox SET received_at = received_at - interval '1 minute', lease_until = clock_timestamp() + interval '1 hour'
        WHERE case_id = $1 AND answered_at IS NULL`,
      [walk.caseId],
    );
    const found = await appears(on.api, here, { cause: 'actUnanswered', caseId: walk.caseId });
    await restartCase(on.worker!.client, { kind: 'empowerment', caseId: walk.caseId, version: 1 }, on.taskQueue);
    expect((await on.repaired({ kind: 'retry', findings: [found.id] })).items).toMatchObject([{ status: 'done' }]);
    await goes(on.api, here, found.id);
  });
});

describe('a workflow that does not get on', () => {
  it('is waited for, and started anew from the ledger: neither helps under a release with a bug', async () => {
    const walk = await on.openCase();
    await on.stop();
    const entry = fileURLToPath(new URL('../workflows/support/poisonWorkflows/index.ts', import.meta.url));
    await on.start({ bundle: await workflowBundle({ entry, cacheDir: bundleCache }) });
    await on.sends(walk, 'inventor2', 'consent', { applicationVersion: 1 });
    const found = await appears(on.api, here, { cause: 'workflowTaskFailing', caseId: walk.caseId });
    expect(found.repairs).toEqual(['retry', 'restart']);
    for (const kind of ['retry', 'restart'] as const)
      expect((await on.repaired({ kind, findings: [found.id] })).items).toMatchObject([{ status: 'notHelped' }]);

    await on.stop();
    await on.start();
    const again = await appears(on.api, here, { cause: 'workflowTaskFailing', caseId: walk.caseId });
    expect((await on.repaired({ kind: 'restart', findings: [again.id] })).items).toMatchObject([{ status: 'done' }]);
    await goes(on.api, here, again.id);
    await waitFor(async () => (await on.consents(walk)) === 2);
  });
});

describe('letters that the mail server refuses', () => {
  it('are sent again: not helped while it refuses, done when all went out', async () => {
    await on.openCase();
    const found = await appears(on.api, here, { cause: 'messageStuck' });
    expect(found.zh).toMatch(/封通知未能送出（mail）/);
    const helpless = await on.repaired({ kind: 'retry', findings: [found.id] }, 'operator');
    expect(helpless.items).toMatchObject([{ status: 'notHelped', reason: 'Error EMESSAGE 450 DATA' }]);
    // Else the next try by itself could be the one that helps.
    await on.api.pool.query("UPDATE outbox SET next_at = clock_timestamp() + interval '1 hour' WHERE delivered_at IS NULL");
    smtpDown = false;
    expect((await on.repaired({ kind: 'retry', findings: [found.id] })).items).toMatchObject([{ status: 'done' }]);
    await goes(on.api, here, found.id);
  });
});

/** The database's day is so many days ahead of the engine's: the case's own timer does not come. */
const ahead = (days: number): Promise<unknown> =>
  on.api.pool.query(`CREATE OR REPLACE FUNCTION service_clock() RETURNS timestamptz LANGUAGE sql VOLATILE AS
    $$ SELECT date_trunc('milliseconds', clock_timestamp()) + interval '${days} days' $$`);

/** How many windows the case has closed. */
async function closings({ caseId }: Walk): Promise<number | null> {
  return (await on.api.pool.query("SELECT 1 FROM ledger WHERE case_id = $1 AND type = 'windowClosed'", [caseId])).rowCount;
}

describe('a window that ended and was not closed', () => {
  const school = 'hohhot-university';

  it('is closed when the case is made to look', async () => {
    const walk = new Walk(on.api, school);
    await walk.toPublicity();
    await ahead(30);
    const found = await appears(on.api, school, { cause: 'deadlinePassed', caseId: walk.caseId });
    expect((await on.repaired({ kind: 'retry', findings: [found.id] }, 'operator')).items).toMatchObject([{ status: 'done' }]);
    await goes(on.api, school, found.id);
    expect(await closings(walk)).toBe(1);
    await ahead(0);
  });

  it('is not helped while its workflow is lost, and closed when that is started again', async () => {
    const walk = new Walk(on.api, school);
    await walk.toPublicity();
    await on.handleOf(walk.caseId).terminate('lost');
    await ahead(30);
    const [found, lost] = [
      await appears(on.api, school, { cause: 'deadlinePassed', caseId: walk.caseId }),
      await appears(on.api, school, { cause: 'workflowLost', caseId: walk.caseId }),
    ];
    const helpless = await on.repaired({ kind: 'retry', findings: [found.id] }, 'operator');
    expect(helpless.items).toMatchObject([{ status: 'notHelped', reason: 'workflowLost' }]);
    await appears(on.api, school, { id: found.id });
    expect(await closings(walk)).toBe(0);
    await on.repaired({ kind: 'restart', findings: [lost.id] }, school);
    await goes(on.api, school, found.id);
    expect(await closings(walk)).toBe(1);
    await ahead(0);
  });
});

describe('a step that a person owes', () => {
  it('is recalled to whoever must act, once for each time it is asked; to nobody it says so', async () => {
    const walk = await on.openCase();
    const officers = ['officer1', 'officer2'].map((key) => walk.person(key));
    const task = (key: string, role: string): Promise<unknown> =>
      on.api.pool.query(
        `INSERT INTO task (case_id, institution_id, key, act, role, department, since, due)
         VALUES ($1, $2, $3, 'passCheck', $4, $5, now(), service_clock() - interval '1 day')`,
        [walk.caseId, institutionId, key, role, role === 'officer' ? null : 'nowhere'],
      );
    const reminded = async () =>
      (
        await on.api.pool.query("SELECT 1 FROM message WHERE template = 'taskOverdue' AND person_id = ANY ($1::uuid[])", [
          officers,
        ])
      ).rowCount;
    await task('owed', 'officer');
    const found = await appears(on.api, here, { cause: 'taskOverdue', caseId: walk.caseId });
    const key = randomUUID();
    const asked = { kind: 'remind' as const, findings: [found.id], run: true };
    const [first, second] = await Promise.all([on.ask(asked, key), on.ask(asked, key)]);
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(second.body).toEqual(first.body);
    expectProblem(await on.ask({ kind: 'remind', cause: 'taskOverdue', run: true }, key), 422, 'idempotency.otherBody');
    await waitFor(async () => (await reminded()) === 2);
    await on.api.pool.query('DELETE FROM task WHERE case_id = $1', [walk.caseId]);
    await goes(on.api, here, found.id);
    expect(await on.repaired({ kind: 'remind', findings: [found.id] }).catch(() => undefined)).toBeUndefined();

    await task('nobodys', 'departmentReviewer');
    const nobodys = await appears(on.api, here, { cause: 'taskOverdue', caseId: walk.caseId });
    expect((await on.repaired({ kind: 'remind', findings: [nobodys.id] })).items).toMatchObject([
      { status: 'notHelped', zh: '已尝试，未能解决：没有可提醒的人员' },
    ]);
    expect(await reminded()).toBe(2);
    await on.api.pool.query('DELETE FROM task WHERE case_id = $1', [walk.caseId]);
    await goes(on.api, here, nobodys.id);
  });
});

describe('a step that is overdue', () => {
  it('goes from the list when whoever owes it does it', async () => {
    const walk = new Walk(on.api, here);
    await walk.toCheck();
    // What follows the submission's record may write the task once more.
    const found = await waitFor(async () => {
      await on.api.pool.query("UPDATE task SET due = service_clock() - interval '1 day' WHERE case_id = $1", [walk.caseId]);
      const { body } = await listed(on.api, here);
      return (body as { items: Listed[] }).items.find(({ cause, caseId }) => cause === 'taskOverdue' && caseId === walk.caseId);
    });
    await walk.does('officer1', 'passCheck', {
      conditions: ['clearTitle', 'clearProspects', 'definiteRecipient', 'strongWill'],
      secrecyChecked: true,
    });
    await goes(on.api, here, found.id);
  });
});

describe('a body that can no longer decide', () => {
  it('has whoever names substitutes reminded, and goes when one is named', async () => {
    const school = 'hohhot-university';
    const walk = new Walk(on.api, school);
    await walk.toDecision();
    const gone = ['group1', 'group2', 'group3'].map((key) => walk.person(key));
    await on.api.pool.query('UPDATE membership SET ended = true WHERE person_id = ANY ($1::uuid[])', [gone]);
    const found = await appears(on.api, school, { cause: 'quorumLost', caseId: walk.caseId });
    expect((await on.repaired({ kind: 'remind', findings: [found.id] }, school)).items).toMatchObject([{ status: 'done' }]);
    const told = "SELECT 1 FROM message WHERE template = 'quorumLost' AND person_id = $1 AND case_id = $2";
    await waitFor(async () => (await on.api.pool.query(told, [walk.person('administrator'), walk.caseId])).rowCount === 1);
    await walk.does('administrator', 'nameSubstitute', {
      body: 'leadingGroup',
      for: gone[0],
      personId: walk.person('groupSubstitute1'),
      grounds: '原成员已调离。',
    });
    await goes(on.api, school, found.id);
    await on.api.pool.query('UPDATE membership SET ended = false WHERE person_id = ANY ($1::uuid[])', [gone]);
  });

  it('goes as well when its case is put on hold, and is back when that ends', async () => {
    const school = 'hohhot-university';
    const walk = new Walk(on.api, school);
    await walk.toDecision();
    const gone = ['group1', 'group2', 'group3'].map((key) => walk.person(key));
    await on.api.pool.query('UPDATE membership SET ended = true WHERE person_id = ANY ($1::uuid[])', [gone]);
    const wanted = { cause: 'quorumLost', caseId: walk.caseId } as const;
    const found = await appears(on.api, school, wanted);
    const body = { reason: 'papers' };
    expect((await on.repaired({ kind: 'hold', findings: [found.id], body }, school)).items).toMatchObject([{ status: 'done' }]);
    const second = await on.api.as(school, 'officer1');
    const confirms = () =>
      second.send(
        'post',
        `/institutions/${school}/repairs`,
        { kind: 'confirmMending', cases: [walk.caseId], reason: '核对无误。', run: true },
        { 'Idempotency-Key': randomUUID() },
      );
    expect((await confirms()).status).toBe(200);
    await goes(on.api, school, found.id);
    expect((await on.repaired({ kind: 'resume', cases: [walk.caseId] }, school)).items).toMatchObject([{ status: 'done' }]);
    expect((await confirms()).status).toBe(200);
    const again = await appears(on.api, school, wanted);
    await on.api.pool.query('UPDATE membership SET ended = false WHERE person_id = ANY ($1::uuid[])', [gone]);
    await goes(on.api, school, again.id);
  });
});

describe('who may', () => {
  it('repair is said by the table: administrators their own, the operator the machine, nobody else', async () => {
    const path = `/institutions/${here}/repairs`;
    const body = { kind: 'remind', cause: 'taskOverdue', reason: 'x' };
    for (const who of ['officer1', 'supervisor', 'inventor1']) {
      expectProblem(await (await on.api.as(here, who)).send('post', path, body), 403, 'access.denied');
    }
    expectProblem(await (await on.api.as('hohhot-university', 'administrator')).send('post', path, body), 404, 'notFound');
    expectProblem(
      await (await on.administrator()).send('post', '/platform/repairs', { ...body, kind: 'retry' }),
      403,
      'access.denied',
    );
    expectProblem(await (await on.operator()).send('post', '/platform/repairs', body), 400, 'request.invalid');
    expectProblem(await (await on.administrator()).send('post', path, body), 409, 'repair.nothing');
    expectProblem(
      await (await on.administrator()).send('post', path, { ...body, cases: [randomUUID()] }),
      400,
      'request.invalid',
    );
    expectProblem(
      await (await on.administrator()).send('post', path, { kind: 'retry', cases: [randomUUID()], reason: 'x' }),
      400,
      'request.invalid',
    );
    expectProblem(await (await on.administrator()).send('post', path, { ...body, run: true }), 400, 'idempotency.keyMissing');
  });

  it('repair anything of another institution is nobody but its own', async () => {
    const walk = await on.openCase();
    await on.handleOf(walk.caseId).terminate('lost');
    const found = await appears(on.api, here, { cause: 'workflowLost', caseId: walk.caseId });
    const stranger = await on.api.as('hohhot-university', 'administrator');
    const path = '/institutions/hohhot-university/repairs';
    for (const named of [{ findings: [found.id] }, { cases: [walk.caseId] }]) {
      expectProblem(await stranger.send('post', path, { kind: 'restart', reason: 'x', ...named }), 400, 'request.invalid');
    }
    await on.repaired({ kind: 'restart', findings: [found.id] });
    await goes(on.api, here, found.id);
  });
});
