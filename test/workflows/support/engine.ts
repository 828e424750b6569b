/** A worker on a database of its own, and the other side of the inbox. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { Pool } from 'pg';
import { createCaseActivities } from '../../../activities/record.ts';
import type { ActAnswer, CaseActivities } from '../../../contracts/messages.ts';
import type { LedgerEvent, Refusal } from '../../../domain/process.ts';
import { workflowBundle, type WorkflowBundle } from '../../../worker/bundle.ts';
import { keyRing, type KeyProvider } from '../../../worker/codec.ts';
import type { Log } from '../../../worker/log.ts';
import { startWorker, type RunningWorker, type WorkerConfig, type WorkerDeps } from '../../../worker/main.ts';
import { losingPool } from '../../harness/losingPool.ts';
import { freshDatabase, NAMESPACE, temporalAddress, uniqueTaskQueue, waitFor } from '../../harness/services.ts';

export const bundleCache = join(tmpdir(), 'fuquan-test-bundles');
export const probeEntry = fileURLToPath(new URL('./probeWorkflows/index.ts', import.meta.url));
export const testKeys: KeyProvider = keyRing('k1', { k1: randomBytes(32).toString('base64') });

/** Keeps what was logged; quiet unless a test looks. */
export class QuietLog implements Log {
  readonly lines: { level: string; message: string; fields: object }[] = [];
  debug = (): void => undefined;
  info = (): void => undefined;
  warn = (fields: object, message: string): void => void this.lines.push({ level: 'warn', message, fields });
  error = (fields: object, message: string): void => void this.lines.push({ level: 'error', message, fields });
}

export interface EngineOptions {
  config?: Partial<WorkerConfig>;
  /** Wraps the activities, for faults. */
  activities?: (real: CaseActivities) => CaseActivities;
  keys?: KeyProvider;
  /** Without the spreading of wake-ups, as in a rehearsal. */
  punctual?: boolean;
  /** Another build of the same code. */
  buildId?: string;
  /** Loses the answer to this statement once. */
  losing?: string;
  /** Other code than the probe process. */
  bundle?: WorkflowBundle;
  companions?: WorkerDeps['companions'];
}

export type Told = { outcome: 'refused'; refusal: Refusal } | ActAnswer;

/** Database, institution and task queue of one test file; workers come and go on them. */
export class Engine {
  readonly institutionId = randomUUID();
  readonly personId = randomUUID();
  readonly taskQueue = uniqueTaskQueue('cases');
  readonly log = new QuietLog();
  readonly pool: Pool;
  readonly url: string;
  readonly #workers: RunningWorker[] = [];

  private constructor(url: string) {
    this.url = url;
    this.pool = new Pool({ connectionString: url, max: 20 });
    this.pool.on('error', () => undefined);
  }

  /** On a database of the test run's cluster, or on the given migrated one. */
  static async create(url?: string): Promise<Engine> {
    const engine = new Engine(url ?? (await freshDatabase()));
    await engine.pool.query(
      `INSERT INTO institution (id, code, name, kind, province, state_founded) VALUES ($1, 'test', 'Test', 'university', '150000', true)`,
      [engine.institutionId],
    );
    await engine.pool.query(`INSERT INTO person (id, name, global_roles) VALUES ($1, '{}', '{}')`, [engine.personId]);
    return engine;
  }

  async startWorker(options: EngineOptions = {}): Promise<RunningWorker> {
    const {
      config,
      activities = (real) => real,
      keys = testKeys,
      punctual = false,
      buildId,
      losing,
      bundle,
      companions,
    } = options;
    const built = bundle ?? (await workflowBundle({ entry: probeEntry, cacheDir: bundleCache }));
    const pool = losingPool({ connectionString: this.url, max: 12 }, losing);
    const worker = await startWorker({
      config: { temporalAddress: temporalAddress(), namespace: NAMESPACE, taskQueue: this.taskQueue, ...config },
      pool,
      connection: { connectionString: this.url },
      keys,
      activities: activities(createCaseActivities({ pool })),
      facts: { read: async () => ({}), readSome: async () => ({}) },
      log: this.log,
      bundle: { ...built, ...(buildId && { buildId }) },
      ...(companions && { companions }),
      ...(punctual && { rehearsal: { shiftMs: 0 } }),
    });
    const started = {
      ...worker,
      stop: async () => {
        await worker.stop();
        if (!pool.ended) await pool.end();
      },
    };
    this.#workers.push(started);
    return started;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop()));
    await this.pool.end();
  }

  /** A draft, as the API leaves it. */
  async draft(): Promise<string> {
    const id = randomUUID();
    await this.pool.query(
      `INSERT INTO cases (id, institution_id, kind, mode, step, status, created_by) VALUES ($1, $2, 'empowerment', 'coOwnership', 'draft', 'draft', $3)`,
      [id, this.institutionId, this.personId],
    );
    return id;
  }

  /** Receives an act as the API does, and answers its id. */
  async receive(caseId: string, type: string, body: object = {}, actor = this.personId): Promise<string> {
    const id = randomUUID();
    const act = {
      id,
      institutionId: this.institutionId,
      caseId,
      actorPerson: actor,
      roles: ['member'],
      departments: [],
      type,
      body,
      bodyHashes: [createHash('sha256').update(JSON.stringify(body)).digest('hex')],
      idempotencyKey: id,
    };
    const { rows } = await this.pool.query<{ r: { outcome: string } }>('SELECT receive_act($1) AS r', [JSON.stringify(act)]);
    if (rows[0]?.r.outcome !== 'received') throw new Error(`Not received: ${JSON.stringify(rows[0])}`);
    return id;
  }

  /** What the person is told of the act, once there is an answer. */
  async answered(actId: string, timeoutMs = 20_000): Promise<Told> {
    return waitFor(
      async () => {
        const { rows } = await this.pool.query<{ answer: Told | null }>('SELECT answer FROM inbox WHERE id = $1', [actId]);
        return rows[0]?.answer ?? undefined;
      },
      { what: `an answer to act ${actId}`, timeoutMs },
    );
  }

  /** Receives an act and waits for its answer. */
  async perform(caseId: string, type: string, body: object = {}): Promise<Told> {
    return this.answered(await this.receive(caseId, type, body));
  }

  /** A case that is open. */
  async openCase(): Promise<string> {
    const caseId = await this.draft();
    const told = await this.perform(caseId, 'sendForConsent', { achievementId: randomUUID() });
    if (told.outcome !== 'done') throw new Error(JSON.stringify(told));
    return caseId;
  }

  async ledger(caseId: string): Promise<LedgerEvent[]> {
    const { rows } = await this.pool.query<{ r: { events: LedgerEvent[] } }>('SELECT load_case($1, 0) AS r', [caseId]);
    return rows[0]?.r.events ?? [];
  }
}
