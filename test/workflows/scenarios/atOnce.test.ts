import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { paperOf, Story } from '../../../cli/demo/story.ts';
import type { Outcome, Rehearsal } from '../../../runtime/rehearsing/rehearsal.ts';
import { httpOver, type Http } from './http.ts';
import { claims, closeSound, rehearse, rows, team, toDecision } from './support.ts';

const unit = 'hohhot-university';
let rehearsal: Rehearsal;
let http: Http;

beforeAll(async () => {
  rehearsal = await rehearse('2026-03-02 09:00');
  http = await httpOver(rehearsal);
});
afterAll(async () => {
  await http.close();
  await closeSound(rehearsal);
});

const times = <T>(n: number, run: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: n }, (_, i) => run(i)));

/** Inbox rows of the case with what was answered, in order of receipt. */
async function inbox(story: Story, type: string): Promise<{ outcome: string; code: string | null }[]> {
  const { rows: found } = await rehearsal.pool.query<{ outcome: string; code: string | null }>(
    `SELECT answer->>'outcome' AS outcome, answer->'refusal'->>'code' AS code FROM inbox
      WHERE case_id = $1 AND type = $2 ORDER BY received_at, seq`,
    [story.caseId, type],
  );
  return found;
}

/** The minutes of one meeting, for or against. */
async function minutes(story: Story, outcome: 'approved' | 'rejected'): Promise<object> {
  const eligible = (await story.state()).assessment?.eligible ?? [];
  return {
    body: 'leadingGroup',
    heldOn: '2026-03-02',
    minutesNumber: outcome === 'approved' ? '领纪〔2026〕1号' : '领纪〔2026〕2号',
    minutes: paperOf('会议纪要'),
    present: eligible,
    substitutes: [],
    recusals: [],
    votes: eligible.map((personId) => ({ personId, vote: outcome === 'approved' ? 'approve' : 'reject' })),
    outcome,
    conditions: [],
    ...(outcome === 'rejected' ? { grounds: '经审议不同意。' } : {}),
  };
}

const decides = (story: Story, body: object, idempotencyKey?: string): Promise<Outcome> =>
  rehearsal.perform({
    caseId: story.caseId,
    institutionId: story.institutionId,
    personId: story.person('secretary'),
    type: 'recordDecision',
    body,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  });

describe('two opposite decisions at once', () => {
  it.each([1, 2, 3])('one wins, the other gets 409, and both are kept (%i)', async () => {
    const story = new Story(rehearsal, unit);
    await toDecision(story, { mode: 'coOwnership', team });
    const bodies = [await minutes(story, 'approved'), await minutes(story, 'rejected')];
    const answers = await Promise.all(bodies.map((body) => decides(story, body)));
    const won = answers.findIndex(({ outcome }) => outcome === 'done');
    const lost = answers[1 - won];
    expect(answers.filter(({ outcome }) => outcome === 'done')).toHaveLength(1);
    expect(lost).toMatchObject({ outcome: 'refused', refusal: { code: 'wrongStep', status: 409 } });
    const decisions = await story.events('decisionRecorded');
    expect(decisions).toMatchObject([{ outcome: won === 0 ? 'approved' : 'rejected' }]);
    expect(await rows(story)).toMatchObject(
      won === 0 ? { step: 'noticePreparation', status: 'open' } : { step: 'refused', status: 'refused' },
    );
    expect(await claims(story)).toMatchObject([{ state: won === 0 ? 'claimed' : 'released' }]);
    expect((await inbox(story, 'recordDecision')).toSorted((a, b) => a.outcome.localeCompare(b.outcome))).toEqual([
      { outcome: 'done', code: null },
      { outcome: 'refused', code: 'wrongStep' },
    ]);
  });
});

describe('the same act 50 times at once', () => {
  it('has one effect and one answer', async () => {
    const story = new Story(rehearsal, unit);
    await toDecision(story, { mode: 'coOwnership', team });
    const body = await minutes(story, 'approved');
    const answers = await times(50, () => decides(story, body, 'decision-2026-03-02'));
    expect(answers[0]).toMatchObject({ outcome: 'done', step: 'noticePreparation' });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(await inbox(story, 'recordDecision')).toEqual([{ outcome: 'done', code: null }]);
    expect(await story.events('decisionRecorded')).toHaveLength(1);
  });

  it('also by HTTP, with the same receipt; the same key with another body is 422', async () => {
    const story = new Story(rehearsal, unit);
    await story.apply({ mode: 'coOwnership', team });
    const inventor = await http.as(story.person('inventor1'));
    const submit = (key: string, body: object) => inventor.act(unit, story.caseId, { type: 'submit', body }, key);
    const answers = await times(50, () => submit('submit-2026-03-02', { representationConfirmed: true }));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const [first] = answers.map(({ body }) => body as { actId: string; number: string });
    for (const { body } of answers) expect(body).toEqual(first);
    expect(await story.events('applicationSubmitted')).toHaveLength(1);
    expect((await rows(story)).number).toBe(first?.number);
    const other = await submit('submit-2026-03-02', { representationConfirmed: false });
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency.otherBody' } });
  });
});

describe('eight applications submitted at once', () => {
  it('get eight numbers, one after the other, without a gap or a double', async () => {
    const stories = await times(8, async () => {
      const story = new Story(rehearsal, unit);
      await story.apply({ mode: 'coOwnership', team: { inventor1: '100' } });
      return story;
    });
    const { rows: before } = await rehearsal.pool.query<{ last: number }>(
      'SELECT coalesce(max(last), 0) AS last FROM number_series WHERE institution_id = $1 AND year = 2026',
      [stories[0]?.institutionId],
    );
    const answers = await Promise.all(stories.map((story) => story.submit('inventor1')));
    const last = before[0]?.last ?? 0;
    const expected = Array.from({ length: 8 }, (_, i) => `赋权〔2026〕${last + i + 1}号`);
    expect(new Set((await Promise.all(stories.map(rows))).map(({ number }) => number))).toEqual(new Set(expected));
    expect(answers).toHaveLength(8);
  });
});
