import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Story } from '../../../cli/demo/story.ts';
import type { Rehearsal } from '../../../runtime/rehearsing/rehearsal.ts';
import type { Client } from '../../api/service.ts';
import { httpOver, type Http } from './http.ts';
import { closeSound, ledger, rehearse, rows, tasks, team } from './support.ts';

const unit = 'hohhot-university';
let rehearsal: Rehearsal;
let http: Http;
let deputy: Client;
let officer: Client;
let story: Story;

beforeAll(async () => {
  rehearsal = await rehearse('2026-07-01 09:00');
  http = await httpOver(rehearsal);
  story = await submitted();
  deputy = await http.as(story.person('colleague2'));
  officer = await http.as(story.person('officer1'));
});
afterAll(async () => {
  await http.close();
  await closeSound(rehearsal);
});

/** A case that waits for the office's check. */
async function submitted(): Promise<Story> {
  const one = new Story(rehearsal, unit);
  await one.apply({ mode: 'coOwnership', team });
  await one.submit('inventor1');
  return one;
}

const passCheck = async () => {
  const { rules } = await story.state();
  const conditions = rules?.rules['empowerment.conditions']?.value ?? [];
  return { type: 'passCheck', body: { conditions, secrecyChecked: true } };
};

describe('scenario 8: an officer is on leave from 07-06 to 07-19, with a deputy', () => {
  it('lends nothing before 07-06: on 07-05 at 23:59:59.999 the deputy does not even see the case', async () => {
    const delegation = { to: deputy.id, firstDay: '2026-07-06', lastDay: '2026-07-19' };
    await officer.send('post', `/institutions/${unit}/delegations`, delegation).expect(201);
    await story.on('2026-07-05 23:59:59.999');
    await deputy.get(`/institutions/${unit}/cases/${story.caseId}`).expect(404);
    await deputy.act(unit, story.caseId, await passCheck()).expect(404);
  });

  it('puts both names on every act from 07-06 on', async () => {
    await story.on('2026-07-06 00:00');
    const items = [{ at: '/application/summary', text: '请补充应用前景。' }];
    const returned = await deputy.act(unit, story.caseId, { type: 'returnForCorrection', body: { items } }).expect(200);
    expect(returned.body).toMatchObject({ outcome: 'done', step: 'returned', onBehalfOf: officer.id });
    await story.on('2026-07-08 10:00');
    const application = story.application({ mode: 'coOwnership', team });
    await story.does('inventor1', 'amendApplication', { application: { ...application, summary: '应用前景已补充（示例）。' } });
    for (const who of Object.keys(team).slice(1)) await story.does(who, 'consent', { applicationVersion: 2 });
    await story.submit('inventor1');
    await story.on('2026-07-19 23:59:59.999');
    const passed = await deputy.act(unit, story.caseId, { ...(await passCheck()), onBehalfOf: officer.id }).expect(200);
    expect(passed.body).toMatchObject({ outcome: 'done', step: 'departmentReview', onBehalfOf: officer.id });

    const byDeputy = (await rehearsal.timeline(story.caseId)).filter(
      ({ actor }) => actor.kind === 'person' && actor.personId === deputy.id,
    );
    expect(byDeputy.map(({ type }) => type)).toEqual(['returnedForCorrection', 'stepEntered', 'checkPassed', 'stepEntered']);
    for (const { actor } of byDeputy)
      expect(actor).toMatchObject({ kind: 'person', personId: deputy.id, onBehalfOf: officer.id, roles: ['officer'] });
    expect((await ledger(story)).slice(-2)).toEqual([
      '2026-07-19 23:59:59.999 checkPassed',
      '2026-07-19 23:59:59.999 stepEntered',
    ]);
    const { rows: received } = await rehearsal.pool.query(
      'SELECT on_behalf_of::text AS "for" FROM inbox WHERE case_id = $1 AND actor_person = $2',
      [story.caseId, deputy.id],
    );
    expect(received).toEqual([{ for: officer.id }, { for: officer.id }]);
  });

  it('ends with 07-19: on 07-20 the same token can do nothing more, and nothing reaches the inbox', async () => {
    const other = await submitted();
    const before = await rows(other);
    await story.on('2026-07-20 00:00');
    await deputy.get(`/institutions/${unit}/cases/${other.caseId}`).expect(404);
    for (const onBehalfOf of [undefined, officer.id]) {
      const refuse = { type: 'refuseApplication', body: { grounds: '材料不全。' }, ...(onBehalfOf && { onBehalfOf }) };
      await deputy.act(unit, other.caseId, refuse).expect(404);
    }
    expect(await rows(other)).toEqual(before);
    expect(await tasks(other)).toEqual(['passCheck officer']);
    const { rows: received } = await rehearsal.pool.query('SELECT 1 FROM inbox WHERE case_id = $1 AND actor_person = $2', [
      other.caseId,
      deputy.id,
    ]);
    expect(received).toEqual([]);
    // The officer is back, and needs nobody's leave.
    const { body } = await officer.act(unit, other.caseId, await passCheck()).expect(200);
    expect(body).toMatchObject({ outcome: 'done', step: 'departmentReview' });
    expect(body).not.toHaveProperty('onBehalfOf');
  });

  it('left on 07-20 a deputy who is party to a case with no more than that part', async () => {
    // An inventor sees the case, and is told that the right he used is no longer lent.
    const inventor = await http.as(story.person('inventor2'));
    await officer
      .send('post', `/institutions/${unit}/delegations`, { to: inventor.id, firstDay: '2026-07-20', lastDay: '2026-07-20' })
      .expect(201);
    await story.on('2026-07-21 00:00');
    const act = { type: 'recordLifeEvent', onBehalfOf: officer.id, body: {} };
    const refused = await inventor.act(unit, story.caseId, act).expect(403);
    expect(refused.body).toMatchObject({ code: 'delegation.notValid' });
    const own = await inventor.act(unit, story.caseId, { type: act.type, body: {} }).expect(403);
    expect(own.body).toMatchObject({ code: 'access.denied' });
  });
});
