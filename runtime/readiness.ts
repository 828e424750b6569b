/**
 * Looks at everything that the service needs to do its work. Each look has a short time of its own, so that a server
 * which hangs is told apart from one that answers, and an answer comes whatever hangs.
 */
import { Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import type { Pool } from 'pg';
import type { Health, PartHealth } from '../contracts/health.ts';
import { shippedCalendar } from '../domain/time/data/calendar.ts';
import { dateOfInstant, yearOf } from '../domain/time/index.ts';

type PartName = PartHealth['part'];
type Words = Pick<Required<PartHealth>, 'zh' | 'en' | 'todo'>;

/** What is said of a part that fails. */
const words: Record<PartName, Words> = {
  database: {
    zh: '数据库不可用',
    en: 'PostgreSQL does not answer',
    todo: {
      zh: '检查 PostgreSQL 是否运行、DATABASE_URL 是否可达',
      en: 'See that PostgreSQL runs and that DATABASE_URL can be reached',
    },
  },
  temporal: {
    zh: 'Temporal 不可用，办理动作已收下但暂不能处理',
    en: 'Temporal does not answer; acts are received and wait',
    todo: {
      zh: '检查 Temporal 服务是否运行、TEMPORAL_ADDRESS 是否可达',
      en: 'See that the Temporal server runs and that TEMPORAL_ADDRESS can be reached',
    },
  },
  worker: {
    zh: '没有 worker 在领取任务，办理动作已收下但暂不能处理',
    en: 'No worker polls the task queue; acts are received and wait',
    todo: {
      zh: '启动 worker，并查看其日志；新版本须先设为当前版本',
      en: 'Start a worker and read its log; a new release must have been made current',
    },
  },
  calendar: {
    zh: '缺少本年度的工作日历，工作日期限只能暂定',
    en: 'The calendar of this year is missing; deadlines in working days are provisional',
    todo: {
      zh: '由平台维护人员导入国务院办公厅公布的日历',
      en: 'Have the operator of the platform import the State Council calendar',
    },
  },
};

export interface ReadinessOptions {
  /** Asked with its own short limits; see operations.ts. */
  pool: Pool;
  temporalAddress: string;
  namespace: string;
  taskQueue: string;
  /** Told why a part fails; the answer itself names no hosts. */
  onFailure?: (part: PartName, reason: unknown) => void;
  withinMs?: number;
}

/** A poll is begun anew after a minute at the latest; a worker whose last one is older is gone. */
const POLLED_WITHIN_MS = 75_000;
const WITHIN_MS = 2_500;
/** However many ask, the servers are looked at once a second. */
const FRESH_MS = 1_000;

/** Looks on request. */
export class Readiness {
  readonly #options: ReadinessOptions;
  readonly #withinMs: number;
  readonly #connection: Connection;
  readonly #since = new Map<PartName, string>();
  #ownWorker: (() => boolean) | undefined;
  #last: { at: number; health: Promise<Health> } | undefined;

  constructor(options: ReadinessOptions) {
    this.#options = options;
    this.#withinMs = options.withinMs ?? WITHIN_MS;
    this.#connection = Connection.lazy({
      address: options.temporalAddress,
      connectTimeout: this.#withinMs,
      // No retries: a call that fails is the answer, and one put off would run into a closed connection.
      interceptors: [],
    });
  }

  /** A process with a worker of its own is not ready when that one has stopped, whoever else polls. */
  watchWorker(polls: () => boolean): void {
    this.#ownWorker = polls;
  }

  /** How the parts are now, or were a moment ago. */
  look(): Promise<Health> {
    const now = performance.now();
    if (!this.#last || now - this.#last.at > FRESH_MS) this.#last = { at: now, health: this.#lookNow() };
    return this.#last.health;
  }

  /** Closes the connection to Temporal. */
  async close(): Promise<void> {
    await this.#connection.close();
  }

  async #lookNow(): Promise<Health> {
    const parts = await Promise.all([
      this.#part('database', () => this.#database()),
      this.#part('temporal', () => this.#temporal()),
      this.#part('worker', () => this.#worker()),
      this.#part('calendar', () => this.#calendar()),
    ]);
    return { ready: parts.every(({ ok }) => ok), parts };
  }

  async #part(part: PartName, check: () => Promise<void>): Promise<PartHealth> {
    try {
      await within(this.#withinMs, check());
      this.#since.delete(part);
      return { part, ok: true };
    } catch (error) {
      this.#options.onFailure?.(part, error);
      const since = this.#since.get(part) ?? new Date().toISOString();
      this.#since.set(part, since);
      return { part, ok: false, since, ...words[part] };
    }
  }

  async #database(): Promise<void> {
    await this.#options.pool.query('SELECT 1');
  }

  async #temporal(): Promise<void> {
    await this.#connection.ensureConnected();
    const service = 'temporal.api.workflowservice.v1.WorkflowService';
    const { status } = await this.#call(() => this.#connection.healthService.check({ service }));
    if ((status as number) !== 1) throw new Error(`The frontend says status ${status}`);
  }

  #call<T>(call: () => Promise<T>): Promise<T> {
    return this.#connection.withDeadline(Date.now() + this.#withinMs, call);
  }

  async #worker(): Promise<void> {
    if (this.#ownWorker?.() === false) throw new Error('The worker of this process does not run');
    const { namespace, taskQueue } = this.#options;
    const { pollers, versioningInfo } = await this.#call(() =>
      this.#connection.workflowService.describeTaskQueue({
        namespace,
        taskQueue: { name: taskQueue },
        taskQueueType: proto.temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
      }),
    );
    // Cases run on the current version: workers of another one that still poll do not help them.
    const current = versioningInfo?.currentDeploymentVersion?.buildId;
    const polls = (pollers ?? []).some(
      ({ lastAccessTime, deploymentOptions }) =>
        Number(lastAccessTime?.seconds ?? 0) * 1_000 > Date.now() - POLLED_WITHIN_MS &&
        (!current || deploymentOptions?.buildId === current),
    );
    if (!polls) throw new Error('No worker of the current version has polled lately');
  }

  async #calendar(): Promise<void> {
    const { rows } = await this.#options.pool.query<{ now: Date; years: string[] | null }>(
      `SELECT service_clock() AS now,
              (SELECT array(SELECT jsonb_object_keys(content->'years')) FROM calendar_version
                ORDER BY imported_at DESC, version DESC LIMIT 1) AS years`,
    );
    const [row] = rows;
    const year = yearOf(dateOfInstant(row?.now.toISOString() ?? '')).toString();
    if (!(row?.years ?? Object.keys(shippedCalendar.years)).includes(year)) throw new Error(`No calendar of ${year}`);
  }
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${ms} ms`)), ms);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
