import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Story } from '../../../cli/demo/story.ts';
import type { RehearsalResult } from '../../../contracts/rehearsals.ts';
import type { Rehearsal } from '../../../runtime/rehearsing/rehearsal.ts';
import { startRehearsals } from '../../../runtime/rehearsing/runner.ts';
import { REHEARSAL_NAMESPACE, services, waitFor } from '../../harness/services.ts';
import { bundleCache, QuietLog } from '../support/engine.ts';
import { httpOver, type Http } from './http.ts';
import { closeSound, ledger, rehearse, team, toDecision } from './support.ts';

let service: Rehearsal;
let http: Http;
let story: Story;
let runner: ReturnType<typeof startRehearsals>;

/** A case whose notice is shown from 2026-03-02 to 03-17, on a service whose own clock stands at the first of these days. */
beforeAll(async () => {
  service = await rehearse('2026-02-24 09:00');
  http = await httpOver(service);
  story = new Story(service, 'hohhot-university');
  await toDecision(story, { mode: 'coOwnership', team });
  await story.on('2026-02-27 15:00');
  await story.decide('领纪〔2026〕3号', '2026-02-27');
  await story.on('2026-03-02 10:00');
  await story.publish();
  const { postgresUrl, temporalAddress } = services();
  runner = startRehearsals({
    pool: service.pool,
    opener: service.sealer,
    postgresUrl,
    temporalAddress,
    namespace: REHEARSAL_NAMESPACE,
    cacheDir: bundleCache,
    supported: true,
    log: new QuietLog(),
    everyMs: 50,
  });
});
afterAll(async () => {
  await runner.stop();
  await http.close();
  await closeSound(service);
});

interface Shown {
  rehearsalId: string;
  status: string;
  result?: RehearsalResult;
}

async function rehearsed(asked: object): Promise<RehearsalResult> {
  const officer = await http.as(story.person('officer1'));
  const at = '/institutions/hohhot-university/rehearsals';
  const { body } = await officer.send('post', at, asked, { 'Idempotency-Key': randomUUID() }).expect(202);
  const { rehearsalId } = body as Shown;
  const ended = await waitFor(
    async () => {
      const shown = (await officer.get(`${at}/${rehearsalId}`).expect(200)).body as Shown;
      return shown.status === 'done' || shown.status === 'failed' ? shown : undefined;
    },
    { what: 'the rehearsal', timeoutMs: 60_000 },
  );
  expect(ended).not.toHaveProperty('reason');
  return ended.result as RehearsalResult;
}

const types = (result: RehearsalResult): string[] => result.cases[0]?.timeline.map(({ type }) => type) ?? [];

it('plays a case on with nobody doing anything: the window closes by itself, and the office is waited for', async () => {
  const before = (await ledger(story)).length;
  const result = await rehearsed({ caseId: story.caseId });
  expect(types(result).slice(before)).toEqual(['windowClosed', 'stepEntered']);
  const [one] = result.cases;
  expect(one?.timeline.at(-2)).toMatchObject({ at: '2026-03-17T16:00:00.000Z', by: 'system' });
  expect(one?.timeline.find(({ type }) => type === 'noticePublished')).toMatchObject({
    clauses: ['nm-hei.8e'],
    lastDays: ['2026-03-17'],
  });
  expect(one).toMatchObject({ step: 'statement', status: 'open', waitsFor: [{ act: 'stateResult', role: 'officer' }] });
  expect(one?.letters.filter(({ at }) => at >= '2026-03-17T16').map(({ template }) => template)).toContain('windowClosed');
  // Nothing of it is real.
  expect(await ledger(story)).toHaveLength(before);
});

it('plays a script: an objection on a day within the window holds the case, one a day after the end is late', async () => {
  const notice = await story.notice();
  const objection = (who: string, at: string) => ({
    at,
    personId: story.person(who),
    type: 'fileObjection',
    body: { noticeId: notice.id, name: '甲', contact: '电话', grounds: ['非完成人'], evidence: [] },
  });
  const result = await rehearsed({
    caseId: story.caseId,
    acts: [objection('colleague2', '2026-03-18'), objection('colleague1', '2026-03-17T15:59:59.999Z')],
    until: '2026-03-20',
  });
  expect(result.acts.map(({ n, outcome }) => [n, outcome])).toEqual([
    [0, 'done'],
    [1, 'done'],
  ]);
  const [one] = result.cases;
  expect(one?.step).toBe('objectionHandling');
  const letters = one?.letters.map(({ template }) => template) ?? [];
  expect(letters.filter((template) => template === 'objectionReceived')).toHaveLength(1);
  expect(letters.filter((template) => template === 'objectionLate')).toHaveLength(1);
  expect(result.endsAt).toBe('2026-03-20T16:00:00.000Z');
});

it('is refused to who may not know who objects, for a draft, and where it begins with no case', async () => {
  const inventor = await http.as(story.person('inventor1'));
  const at = '/institutions/hohhot-university/rehearsals';
  const key = { 'Idempotency-Key': randomUUID() };
  await inventor.send('post', at, { caseId: story.caseId }, key).expect(403);
  const officer = await http.as(story.person('officer1'));
  await officer.send('post', at, { acts: [] }, key).expect(400);
  await officer.send('post', at, { caseId: randomUUID() }, key).expect(404);
});
