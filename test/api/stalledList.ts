/** The list of what stands still, over HTTP, and checks that look often enough for a test. */
import { expect } from '@jest/globals';
import type { Test } from 'supertest';
import { shippedCalendar } from '../../domain/time/data/calendar.ts';
import type { StalledCause } from '../../contracts/stalled.ts';
import type { SampleName } from '../../policies/load.ts';
import { factReader } from '../../worker/facts.ts';
import type { Attending, Companion } from '../../worker/main.ts';
import { watchStalled, type WatchOptions } from '../../worker/stalled/index.ts';
import { waitFor } from '../harness/services.ts';
import { QuietLog } from '../workflows/support/engine.ts';
import type { TestApi } from './service.ts';

export interface Listed {
  id: string;
  cause: StalledCause;
  institution?: string;
  caseId?: string;
  zh: string;
  en: string;
  who: { zh: string; role?: string; personId?: string };
  since: string;
  repairs: string[];
  reason?: string;
}

/** Looks at everything again and again, as fast as it can well be looked at; a companion of the worker. */
export function watching({ pool }: TestApi, more: Partial<WatchOptions> = {}): (worker: Attending) => Companion {
  const options = { pool, facts: factReader({ pool }), keyIds: () => ['test'], log: new QuietLog(), everyMs: 100, youngMs: 0 };
  // Two suites at a time ask one server, which lists workflows ten times a second; more would keep everybody waiting.
  const everySeconds = { database: 0, quorum: 0, platform: 0, workers: 0, engine: 0.5, comparison: 0.5 };
  return (worker) => watchStalled({ ...options, everySeconds, ...more }, worker);
}

/** Gives the service a calendar of the running year, whichever it is when a test runs. */
export async function withThisYear({ pool }: TestApi): Promise<void> {
  const years = { [new Date().getFullYear().toString()]: { off: {}, work: {} }, ...shippedCalendar.years };
  await pool.query(`INSERT INTO calendar_version (version, content, imported_at) VALUES ('running', $1, service_clock())`, [
    JSON.stringify({ version: 'running', years }),
  ]);
}

/** The list as the administrator of the institution reads it. */
export async function listed(api: TestApi, institution: SampleName, who = 'administrator', query = ''): Promise<Awaited<Test>> {
  return (await api.as(institution, who)).get(`/institutions/${institution}/stalled${query}`);
}

/** Waits until the institution's list has such a finding. */
export function appears(api: TestApi, institution: SampleName, wanted: Partial<Listed>): Promise<Listed> {
  return waitFor(
    async () => {
      const { body } = await listed(api, institution, 'administrator', '?limit=200');
      const { items, checks } = body as { items: Listed[]; checks: object[] };
      const found = items.find((item) => Object.entries(wanted).every(([key, value]) => item[key as keyof Listed] === value));
      if (!found) throw new Error(JSON.stringify({ items: items.map(({ cause, caseId }) => ({ cause, caseId })), checks }));
      return found;
    },
    { what: `${JSON.stringify(wanted)} in the list`, timeoutMs: 60_000, everyMs: 100 },
  );
}

/** Waits until the list has it no more. */
export async function goes(api: TestApi, institution: SampleName, id: string): Promise<void> {
  await waitFor(
    async () => {
      const { body, status } = await listed(api, institution, 'administrator', '?limit=200');
      expect(status).toBe(200);
      return !(body as { items: Listed[] }).items.some((item) => item.id === id);
    },
    { what: `${id} to be gone`, timeoutMs: 60_000, everyMs: 100 },
  );
}
