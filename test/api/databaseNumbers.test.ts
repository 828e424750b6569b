import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { databaseNumbers, type DatabaseNumbers } from '../../runtime/databaseNumbers.ts';
import { sampleInstitutionId, samplePersonId } from '../../runtime/samplePeople.ts';
import { testApi, type TestApi } from './service.ts';

/** What is counted as passed and not worked off: what time alone brings, and not what people are late with. */

const here = 'hohhot-university';
const institutionId = sampleInstitutionId(here);
let api: TestApi;

beforeAll(async () => {
  api = await testApi();
});
afterAll(() => api?.close());

async function caseWith(status: string, wakesInMinutes?: number): Promise<string> {
  const id = randomUUID();
  await api.pool.query(
    `INSERT INTO cases (id, institution_id, kind, mode, step, status, created_by, wakes_at, wake_type)
     VALUES ($1, $2, 'empowerment', 'coOwnership', 'publicity', $3, $4, service_clock() + make_interval(mins => $5::int), 'wake')`,
    [id, institutionId, status, samplePersonId(here, 'inventor1'), wakesInMinutes ?? null],
  );
  return id;
}

const deadline = (caseId: string, kind: string, state = 'running', endsInMinutes = -1): Promise<unknown> =>
  api.pool.query(
    `INSERT INTO deadline (case_id, institution_id, key, kind, start_date, last_day, ends_at, bound, n, unit, counts_first_day, clause, phrase, calendar_version, provisional, skipped, state)
     VALUES ($1, $2, $3, $3, current_date, current_date, service_clock() + make_interval(mins => $5), 'atMost', 15, 'calendarDay', false, 'c', 'p', 'v', false, '[]', $4)`,
    [caseId, institutionId, kind, state, endsInMinutes],
  );

const past = async (): Promise<number | undefined> => {
  const numbers: DatabaseNumbers | undefined = await databaseNumbers(api.pool)();
  return numbers?.past;
};

it('does not count what people are late with, nor what is stopped, to come or over', async () => {
  const open = await caseWith('open', 5);
  for (const kind of ['handling', 'admission', 'title', 'term']) await deadline(open, kind);
  await deadline(open, 'window', 'closed');
  await deadline(open, 'review', 'running', 5);
  await deadline(await caseWith('withdrawn', -1), 'window');
  expect(await past()).toBe(0);
});

it('counts windows, reviews and wake-ups that have passed', async () => {
  const open = await caseWith('open');
  await deadline(open, 'window');
  expect(await past()).toBe(1);
  await deadline(open, 'review');
  expect(await past()).toBe(2);
  await caseWith('open', -1);
  expect(await past()).toBe(3);
});
