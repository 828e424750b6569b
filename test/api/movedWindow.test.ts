import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sampleInstitutionId } from '../../runtime/samplePeople.ts';
import { testApi, type TestApi } from './service.ts';
import { storeLedger, storyAt } from './storedCase.ts';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});
afterAll(async () => api?.close());

interface Shown {
  notices: { id: string; state: string; lastDay: string; endsAt: string }[];
  deadlines: { key: string; kind: string; lastDay: string; endsAt: string; provisional: boolean; calendarVersion: string }[];
}

it('a window that a calendar has moved is shown where it ends now, before its case has followed', async () => {
  const people = await Promise.all(
    ['inventor1', 'inventor2', 'colleague1', 'colleague3', 'officer1'].map((key) => api.as('hohhot-university', key)),
  );
  const [representative = '', inventor = '', objector = '', handler = ''] = people.map(({ id }) => id);
  const officer = people.at(-1)!;
  const [caseId, institution] = [randomUUID(), sampleInstitutionId('hohhot-university')];
  await api.pool.query(
    "INSERT INTO cases (id, institution_id, kind, mode, step, status, created_by) VALUES ($1, $2, 'empowerment', 'coOwnership', 'publicity', 'open', $3)",
    [caseId, institution, representative],
  );
  const story = storyAt('publicity', { representative, inventor, objector, handler });
  await storeLedger(api.pool, caseId, institution, story);
  const shown = async (): Promise<Shown> => (await officer.get(`/institutions/hohhot-university/cases/${caseId}`)).body;
  const before = await shown();
  const window = before.deadlines.find(({ kind }) => kind === 'window')!;
  const row = (movedTo: string | null) =>
    api.pool.query(
      `INSERT INTO deadline AS d (case_id, institution_id, key, kind, start_date, last_day, ends_at, bound, n, unit, counts_first_day, clause,
                             phrase, calendar_version, provisional, skipped, state, moved_to)
       VALUES ($1, $2, $3, 'window', '2026-03-02', '2099-01-02', '2099-01-02T16:00:00Z', 'atLeast', 15, 'calendarDay', false, 'nm-hei.8e',
               '公示期不少于15日', 'cn-2099.2', true, '[]', 'running', $4)
       ON CONFLICT (case_id, key) DO UPDATE SET moved_to = excluded.moved_to`,
      [caseId, institution, window.key, movedTo],
    );
  // A row that no import has moved says what the case itself says, whatever stands in it.
  await row(null);
  expect((await shown()).notices).toEqual(before.notices);
  await row('cn-2099.2');
  const after = await shown();
  const moved = { lastDay: '2099-01-02', endsAt: '2099-01-02T16:00:00.000Z' };
  expect(before.notices[0]).toMatchObject({ state: 'closed' });
  expect(after.notices[0]).toEqual({ ...before.notices[0], ...moved, state: 'open' });
  expect(after.deadlines.find(({ key }) => key === window.key)).toMatchObject({
    ...moved,
    calendarVersion: 'cn-2099.2',
    provisional: true,
    state: 'running',
  });
});
