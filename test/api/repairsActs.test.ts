import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { waitFor } from '../harness/services.ts';
import { expectProblem } from './problem.ts';
import { Repairing, type AskedRepair, type Repaired } from './repairing.ts';
import { listed, type Listed } from './stalledList.ts';
import { Walk } from './walk.ts';

/** Acts on cases through repairs: many at once, first dry, and only what a second person confirms takes effect. */

const here = 'baotou-university';
const path = `/institutions/${here}/repairs`;
let on: Repairing;

beforeAll(async () => {
  on = await Repairing.at(here);
});
afterAll(() => on?.close());

const passCheck = {
  conditions: ['clearTitle', 'clearProspects', 'definiteRecipient', 'strongWill'],
  secrecyChecked: true,
};

/** As an officer, whose acts on cases these are as well. */
async function officer(key: string, asked: AskedRepair, run = true) {
  const client = await on.api.as(here, key);
  return client.send('post', path, { reason: '核对无误。', run, ...asked }, { 'Idempotency-Key': randomUUID() });
}

async function sent(caseId: string, type: string): Promise<number | null> {
  return (await on.api.pool.query('SELECT 1 FROM inbox WHERE case_id = $1 AND type = $2', [caseId, type])).rowCount;
}

describe('a hold', () => {
  it('is proposed for many, dry first; one that is too early is refused and keeps no other', async () => {
    const [walk, early] = [new Walk(on.api, here), await on.openCase()];
    await walk.toCheck();
    const asked = { kind: 'hold' as const, cases: [walk.caseId, early.caseId], body: { reason: 'dispute' } };

    const dry = (await on.ask(asked)).body as { items: { caseId: string }[] };
    const told = (caseId: string) => dry.items.find((one) => one.caseId === caseId);
    expect(told(walk.caseId)).toMatchObject({ outcome: 'wouldDo' });
    expect(told(early.caseId)).toMatchObject({ outcome: 'wouldBeRefused', code: 'act.wrongStep' });
    expect(await sent(walk.caseId, 'hold')).toBe(0);

    const key = randomUUID();
    const [once, again] = [await on.ask({ ...asked, run: true }, key), await on.ask({ ...asked, run: true }, key)];
    expect(again.body).toEqual(once.body);
    expect(await sent(walk.caseId, 'hold')).toBe(1);
    const done = once.body as Repaired;
    expect(done.items.find(({ caseId }) => caseId === walk.caseId)).toMatchObject({
      status: 'done',
      zh: '已提出暂停办理，待另一人复核',
    });
    expect(done.items.find(({ caseId }) => caseId === early.caseId)).toMatchObject({ status: 'refused', code: 'act.wrongStep' });
    expect(await walk.get('officer1', `/cases/${walk.caseId}`)).not.toHaveProperty('body.hold');

    const own = await on.repaired({ kind: 'confirmMending', cases: [walk.caseId] });
    expect(own.items).toMatchObject([{ status: 'refused', code: 'secondPersonNeeded' }]);
    const second = await officer('officer1', { kind: 'confirmMending', cases: [walk.caseId] });
    expect([second.status, second.body]).toMatchObject([200, { items: [{ status: 'done', zh: '已复核，已生效' }] }]);
    expectProblem(await walk.tries('officer1', 'passCheck', passCheck), 409, 'onHold');
    const { rows } = await on.api.pool.query<{ data: object }>(
      "SELECT data FROM ledger WHERE case_id = $1 AND type = 'holdBegun'",
      [walk.caseId],
    );
    expect(rows).toMatchObject([{ data: { proposedBy: walk.person('administrator'), confirmedBy: walk.person('officer1') } }]);

    // Nobody has anything left to confirm.
    expectProblem(await officer('officer1', { kind: 'confirmMending', cases: [walk.caseId] }), 409, 'repair.nothing');
    expect((await officer('officer1', { kind: 'resume', cases: [walk.caseId] })).status).toBe(200);
    expect((await on.repaired({ kind: 'confirmMending', cases: [walk.caseId] })).items).toMatchObject([{ status: 'done' }]);
    await walk.does('officer1', 'passCheck', passCheck);
  });
});

describe('an overdue step', () => {
  it('is put in charge of somebody else from the list, who is then the one to remind', async () => {
    const walk = new Walk(on.api, here);
    await walk.toCheck();
    const found = await waitFor(async () => {
      await on.api.pool.query("UPDATE task SET due = service_clock() - interval '1 day' WHERE case_id = $1", [walk.caseId]);
      const { body } = await listed(on.api, here);
      return (body as { items: Listed[] }).items.find(({ cause, caseId }) => cause === 'taskOverdue' && caseId === walk.caseId);
    });
    const body = { to: walk.person('officer2') };
    expect((await on.repaired({ kind: 'reassign', findings: [found.id], body })).items).toMatchObject([{ status: 'done' }]);
    expect((await officer('officer1', { kind: 'confirmMending', cases: [walk.caseId] })).status).toBe(200);
    const { rows } = await on.api.pool.query('SELECT person_id::text AS person FROM task WHERE case_id = $1', [walk.caseId]);
    expect(rows).toEqual([{ person: walk.person('officer2') }]);
  });

  it('cannot be repaired with what is wrong in itself, for all of them at once', async () => {
    const walk = new Walk(on.api, here);
    await walk.toCheck();
    const asked = { kind: 'hold' as const, cases: [walk.caseId], body: { reason: 'nothing' } };
    expectProblem(await on.ask({ ...asked, run: true }), 400, 'request.invalid');
    expectProblem(await on.ask({ kind: 'remind', cases: [walk.caseId], body: {} }), 400, 'request.invalid');
  });
});

describe('officers', () => {
  it('act on cases that they name, and repair nothing of the machine', async () => {
    const walk = await on.openCase();
    for (const asked of [
      { kind: 'restart' as const, cases: [walk.caseId] },
      { kind: 'hold' as const, cause: 'taskOverdue', body: { reason: 'dispute' } },
    ]) {
      expectProblem(await officer('officer1', asked), 403, 'access.denied');
    }
    const refused = await officer('officer1', { kind: 'hold', cases: [walk.caseId], body: { reason: 'dispute' } });
    expect(refused.body).toMatchObject({ items: [{ status: 'refused', code: 'act.wrongStep' }] });
    const { jobId } = refused.body as Repaired;
    expect((await (await on.api.as(here, 'officer1')).get(`${path}/${jobId}`)).status).toBe(200);
    expect((await (await on.api.as(here, 'supervisor')).get(`${path}/${jobId}`)).status).toBe(200);
    expectProblem(await (await on.api.as(here, 'officer2')).get(`${path}/${jobId}`), 404, 'notFound');
  });
});
