import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { waitFor } from '../harness/services.ts';
import { Repairing, type AskedRepair } from './repairing.ts';
import { appears, goes, listed, type Listed } from './stalledList.ts';
import { Walk } from './walk.ts';

/** Steps that people owe within the institution's own time: due in every list, overdue when it is over, mended by each act. */

const here = 'hohhot-university';
let on: Repairing;

beforeAll(async () => {
  on = await Repairing.at(here);
});
afterAll(() => on?.close());

/** The service's day is so many days ahead. */
const ahead = (days: number): Promise<unknown> =>
  on.api.pool.query(`CREATE OR REPLACE FUNCTION service_clock() RETURNS timestamptz LANGUAGE sql VOLATILE AS
    $$ SELECT date_trunc('milliseconds', clock_timestamp()) + interval '${days} days' $$`);

/** A second person's word. */
async function confirmed(caseId: string): Promise<void> {
  const client = await on.api.as(here, 'officer1');
  const asked: AskedRepair & { reason: string } = { kind: 'confirmMending', cases: [caseId], reason: '核对无误。' };
  const answer = await client.send(
    'post',
    `/institutions/${here}/repairs`,
    { ...asked, run: true },
    { 'Idempotency-Key': randomUUID() },
  );
  expect([answer.status, answer.body]).toMatchObject([200, { items: [{ status: 'done' }] }]);
}

/** A case whose check is overdue, as it is found. */
async function overdue(): Promise<{ walk: Walk; found: Listed }> {
  await ahead(0);
  const walk = new Walk(on.api, here);
  await walk.toCheck();
  await ahead(30);
  return { walk, found: await appears(on.api, here, { cause: 'taskOverdue', caseId: walk.caseId }) };
}

const ofCase = (body: unknown, caseId: string) =>
  (body as { items: (Record<string, unknown> & { caseId: string })[] }).items.filter((item) => item.caseId === caseId);

describe('a step of the office', () => {
  it('is due by the time that the institution gives it, in the to-do and among the deadlines', async () => {
    await ahead(0);
    const walk = new Walk(on.api, here);
    await walk.toCheck();
    const { body: deadlines } = await walk.get('officer1', '/deadlines?kind=internal&limit=200');
    const rows = ofCase(deadlines, walk.caseId);
    expect(rows).toMatchObject([{ nature: 'internal', source: 'institution', clause: 'overlay.41', n: 5, state: 'running' }]);
    const tasks = (await walk.get('officer1', '/tasks?limit=200')).body as { items: { due?: string }[] };
    expect(ofCase(tasks, walk.caseId)).toMatchObject([{ act: 'passCheck', due: rows[0]?.['endsAt'] }]);
    const due = tasks.items.map((task) => task.due ?? '9999');
    expect(due).toEqual(due.toSorted());
    expect(ofCase((await listed(on.api, here)).body, walk.caseId)).toEqual([]);
  });

  it('that is overdue is listed with who must act, since it was due; a reminder goes out; it goes when it is done', async () => {
    const { walk, found } = await overdue();
    expect(found).toMatchObject({ cause: 'taskOverdue', zh: '“审查通过”已逾期', who: { role: 'officer' } });
    expect(found.repairs).toEqual(['remind', 'reassign', 'hold']);
    const { rows } = await on.api.pool.query('SELECT iso(ends_at) AS due FROM deadline WHERE case_id = $1', [walk.caseId]);
    expect(rows).toEqual([{ due: found.since }]);
    expect((await on.repaired({ kind: 'remind', findings: [found.id] })).items).toMatchObject([{ status: 'done' }]);
    await walk.passCheck();
    await goes(on.api, here, found.id);
  });

  it('that is overdue goes from the list when it is put on hold, and is back when that ends', async () => {
    const { walk, found } = await overdue();
    const body = { reason: 'investigation' };
    expect((await on.repaired({ kind: 'hold', findings: [found.id], body })).items).toMatchObject([{ status: 'done' }]);
    expect(ofCase((await listed(on.api, here)).body, walk.caseId)).toMatchObject([{ id: found.id }]);
    await confirmed(walk.caseId);
    await goes(on.api, here, found.id);
    expect((await on.repaired({ kind: 'resume', cases: [walk.caseId] })).items).toMatchObject([{ status: 'done' }]);
    await confirmed(walk.caseId);
    // What had run out before the hold is over all the same.
    const again = await appears(on.api, here, { cause: 'taskOverdue', caseId: walk.caseId });
    expect(again.since).toBe(found.since);
    await walk.passCheck();
    await goes(on.api, here, again.id);
  });

  it('that is overdue is put in the charge of somebody else, who is then named, and goes when they do it', async () => {
    const { walk, found } = await overdue();
    const body = { to: walk.person('officer2') };
    expect((await on.repaired({ kind: 'reassign', findings: [found.id], body })).items).toMatchObject([{ status: 'done' }]);
    await confirmed(walk.caseId);
    expect(found).toMatchObject({ cause: 'taskOverdue', who: { role: 'officer' } });
    const inCharge = async () => ofCase((await listed(on.api, here)).body, walk.caseId)[0]?.['who'];
    await waitFor(async () => ((await inCharge()) as Listed['who'] | undefined)?.personId === body.to, { what: 'the new name' });
    await walk.does('officer2', 'passCheck', {
      conditions: ['clearTitle', 'clearProspects', 'definiteRecipient', 'strongWill'],
      secrecyChecked: true,
    });
    await goes(on.api, here, found.id);
  });
});
