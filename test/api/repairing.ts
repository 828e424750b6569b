/** A service whose worker looks for what stands still and carries out repairs, with what tests ask of it over HTTP. */
import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import type { Test } from 'supertest';
import { caseWorkflowId } from '../../contracts/messages.ts';
import type { CaseActKind } from '../../contracts/repairs.ts';
import type { RepairKind } from '../../contracts/stalled.ts';
import type { SampleName } from '../../policies/load.ts';
import type { RunningWorker } from '../../worker/main.ts';
import { startRepairs } from '../../worker/repairs/index.ts';
import { uniqueTaskQueue, waitFor } from '../harness/services.ts';
import { QuietLog } from '../workflows/support/engine.ts';
import { testApi, type Client, type TestApi } from './service.ts';
import { watching, withThisYear } from './stalledList.ts';
import { Walk } from './walk.ts';
import { workerFor, type WorkerOptions } from './worker.ts';

export interface AskedRepair {
  kind: RepairKind | CaseActKind;
  findings?: string[];
  cases?: string[];
  cause?: string;
  body?: object;
}

export interface Repaired {
  jobId: string;
  status: string;
  progress: { done: number; total: number };
  items: { status: string; zh: string; caseId?: string; code?: string; reason?: string }[];
}

/** An institution's administrator, or the operator of the platform. */
type Asking = SampleName | 'operator';

const baseOf = (who: Asking): string => (who === 'operator' ? '/platform' : `/institutions/${who}`);

export class Repairing {
  readonly api: TestApi;
  readonly institution: SampleName;
  readonly taskQueue = uniqueTaskQueue('cases');
  worker: RunningWorker | undefined;
  readonly #options: () => WorkerOptions;

  private constructor(api: TestApi, institution: SampleName, options: () => WorkerOptions) {
    this.api = api;
    this.institution = institution;
    this.#options = options;
  }

  /** With a worker that runs, and is started again as `options` says. */
  static async at(institution: SampleName, options: () => WorkerOptions = () => ({})): Promise<Repairing> {
    const api = await testApi({ answerWithinMs: 120_000 });
    await withThisYear(api);
    const here = new Repairing(api, institution, options);
    await here.start();
    return here;
  }

  async start(options: WorkerOptions = {}): Promise<void> {
    const { api, taskQueue } = this;
    const repairs = { pool: api.pool, log: new QuietLog(), everyMs: 50, leaseSeconds: 5, atOnce: 2, youngMs: 0 };
    const companions = [watching(api), (attending: Parameters<typeof startRepairs>[1]) => startRepairs(repairs, attending)];
    this.worker = await workerFor(api, { taskQueue, companions, ...this.#options(), ...options });
  }

  async stop(): Promise<void> {
    await this.worker?.stop();
    this.worker = undefined;
  }

  async close(): Promise<void> {
    await this.stop();
    await this.api.close();
  }

  operator(): Promise<Client> {
    return this.api.as('outside', 'operator');
  }

  administrator(institution = this.institution): Promise<Client> {
    return this.api.as(institution, 'administrator');
  }

  /** As the administrator of the institution, or as the operator of the platform. */
  async ask(
    asked: AskedRepair & { run?: boolean },
    key: string = randomUUID(),
    who: Asking = this.institution,
  ): Promise<Awaited<Test>> {
    const client = who === 'operator' ? await this.operator() : await this.administrator(who);
    const body = { reason: '值班发现，核实后处理。', ...asked };
    return client.send('post', `${baseOf(who)}/repairs`, body, { 'Idempotency-Key': key });
  }

  /** Has it done without waiting; answers how to wait for what becomes of it. */
  async begins(asked: AskedRepair): Promise<() => Promise<Repaired>> {
    const { jobId } = await this.#hurried(async () => (await this.ask({ ...asked, run: true })).body as Repaired);
    const client = await this.administrator();
    return () =>
      waitFor(
        async () => {
          const { body } = await client.get(`${baseOf(this.institution)}/repairs/${jobId}`);
          return (body as Repaired).status === 'done' ? (body as Repaired) : undefined;
        },
        { what: 'the repairs', timeoutMs: 100_000, everyMs: 200 },
      );
  }

  async #hurried<T>(work: () => Promise<T>): Promise<T> {
    const { deps } = this.api;
    const wait = deps.answerWithinMs;
    deps.answerWithinMs = 0;
    try {
      return await work();
    } finally {
      deps.answerWithinMs = wait;
    }
  }

  /** Has it done, and answers what became of it. */
  async repaired(asked: AskedRepair, who: Asking = this.institution): Promise<Repaired> {
    const answer = await this.ask({ ...asked, run: true }, randomUUID(), who);
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
    expect([answer.status, answer.body]).toMatchObject([200, { status: 'done' }]);
    return answer.body as Repaired;
  }

  /** A case that waits for its second inventor's consent. */
  async openCase(): Promise<Walk> {
    const walk = new Walk(this.api, this.institution);
    await walk.draft({ inventor1: '60', inventor2: '40' });
    await walk.does('inventor1', 'sendForConsent');
    return walk;
  }

  handleOf(caseId: string) {
    if (!this.worker) throw new Error('No worker runs');
    return this.worker.client.workflow.getHandle(caseWorkflowId('empowerment', caseId));
  }

  /** Sends an act without waiting for its answer. */
  async sends(walk: Walk, who: string, type: string, body: object): Promise<void> {
    expect((await this.#hurried(() => walk.tries(who, type, body))).status).toBe(202);
  }

  /** How many consents the case's ledger holds. */
  async consents(walk: Walk): Promise<number> {
    const { rows } = await this.api.pool.query<{ n: number }>(
      "SELECT count(*)::int AS n FROM ledger WHERE case_id = $1 AND type = 'consentGiven'",
      [walk.caseId],
    );
    return rows[0]?.n ?? 0;
  }
}
