/**
 * The numbers of one process, in Prometheus's text form. Labels are codes that stand in our own code or tables of law;
 * nothing that a person wrote, and nothing that grows with the number of cases or people.
 */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { routes } from '../api/app.ts';
import type { ApiMetrics } from '../api/metrics.ts';
import type { Health } from '../contracts/health.ts';
import { actLabels } from '../domain/index.ts';
import type { WorkerMetrics } from '../worker/metrics.ts';
import type { DatabaseNumbers } from './databaseNumbers.ts';

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export interface MetricsSources {
  /** Undefined when the database cannot be read: its numbers are then absent, not old. */
  database: () => Promise<DatabaseNumbers | undefined>;
  health: () => Promise<Health>;
  /** Text of the Temporal SDK's own exporter, in a process with a worker. */
  sdk: () => Promise<string>;
}

/** Counts what API and worker tell, and reads the rest when asked. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #sources: MetricsSources;
  readonly #seconds = (name: string, help: string, labelNames: string[]) =>
    new Histogram({ name, help, labelNames, buckets: SECONDS, registers: [this.#registry] });
  readonly #total = (name: string, help: string, labelNames: string[]) =>
    new Counter({ name, help, labelNames, registers: [this.#registry] });
  readonly #gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name, help, labelNames, registers: [this.#registry] });

  readonly api: ApiMetrics;
  readonly worker: WorkerMetrics;
  readonly #fill: (numbers: DatabaseNumbers | undefined, health: Health) => void;

  constructor(sources: MetricsSources) {
    this.#sources = sources;
    collectDefaultMetrics({ register: this.#registry });
    this.api = this.#apiMetrics();
    this.worker = this.#workerMetrics();
    this.#fill = this.#gauges();
  }

  /** Everything, as `/metrics` serves it. */
  async text(): Promise<string> {
    const [numbers, health, sdk] = await Promise.all([this.#sources.database(), this.#sources.health(), this.#sources.sdk()]);
    this.#fill(numbers, health);
    return `${await this.#registry.metrics()}${sdk}`;
  }

  #apiMetrics(): ApiMetrics {
    const requests = this.#total('fuquan_http_requests_total', 'Requests by endpoint and status', ['operation', 'status']);
    const took = this.#seconds('fuquan_http_request_seconds', 'Time to answer a request', ['operation']);
    const acts = this.#seconds('fuquan_act_seconds', 'From the receipt of an act to its answer', ['act', 'outcome']);
    const operations = new Set<string>(routes.map(({ id }) => id));
    return {
      answered(operation, status, seconds) {
        if (!operations.has(operation)) return;
        requests.inc({ operation, status });
        took.observe({ operation }, seconds);
      },
      acted: (act, outcome, seconds) => acts.observe({ act: Object.hasOwn(actLabels, act) ? act : 'other', outcome }, seconds),
    };
  }

  #workerMetrics(): WorkerMetrics {
    const deliveries = this.#seconds('fuquan_delivery_seconds', 'From the claim of an act to what became of it', ['outcome']);
    const records = this.#seconds('fuquan_record_seconds', 'Time to write a decision to the ledger', ['outcome']);
    const messages = this.#total('fuquan_messages_total', 'Attempts to hand over a message', ['channel', 'outcome']);
    const probes = this.#total('fuquan_probe_runs_total', 'Checks made beside the cases', ['probe', 'outcome']);
    const nudges = this.#total('fuquan_nudges_total', 'Cases asked to look at a deadline that they slept past', [
      'deadline',
      'attempt',
    ]);
    return {
      delivered: (outcome, seconds) => deliveries.observe({ outcome }, seconds),
      recorded: (outcome, seconds) => records.observe({ outcome }, seconds),
      told: (channel, outcome) => messages.inc({ channel, outcome }),
      probed: (probe, outcome) => probes.inc({ probe, outcome }),
      nudged: (deadline, attempt) => nudges.inc({ deadline, attempt }),
    };
  }

  #gauges(): (numbers: DatabaseNumbers | undefined, health: Health) => void {
    const up = this.#gauge('fuquan_database_numbers_up', '1 if the numbers below could be read from the database');
    const cases = this.#gauge('fuquan_open_cases', 'Open cases by step', ['kind', 'step']);
    const overdue = this.#gauge('fuquan_tasks_overdue', 'Tasks past their deadline, by act', ['act']);
    const past = this.#gauge('fuquan_deadlines_past_running', 'Deadlines that have passed and are not worked off');
    const inbox = this.#gauge('fuquan_inbox_unanswered', 'Acts received and not yet answered');
    const inboxAge = this.#gauge('fuquan_inbox_oldest_seconds', 'Age of the oldest unanswered act');
    const outbox = this.#gauge('fuquan_outbox_undelivered', 'Messages not yet delivered', ['channel']);
    const outboxAge = this.#gauge('fuquan_outbox_oldest_seconds', 'Age of the oldest undelivered message', ['channel']);
    const jobs = this.#gauge('fuquan_jobs_waiting', 'Jobs queued or running');
    const ready = this.#gauge('fuquan_ready', '1 if the part is ready, as /readyz says', ['part']);
    return (numbers, health) => {
      for (const gauge of [cases, overdue, past, inbox, inboxAge, outbox, outboxAge, jobs, ready]) gauge.reset();
      up.set(numbers ? 1 : 0);
      for (const { part, ok } of health.parts) ready.set({ part }, ok ? 1 : 0);
      if (!numbers) {
        // A gauge without labels shows 0 after a reset, which would be a claim.
        for (const gauge of [past, inbox, inboxAge, jobs]) gauge.remove();
        return;
      }
      for (const { kind, step, n } of numbers.cases) cases.set({ kind, step }, n);
      for (const { act, n } of numbers.overdue) overdue.set({ act }, n);
      for (const { channel, n, age } of numbers.outbox) {
        outbox.set({ channel }, n);
        outboxAge.set({ channel }, age);
      }
      past.set(numbers.past);
      inbox.set(numbers.inbox.n);
      inboxAge.set(numbers.inbox.age);
      jobs.set(numbers.jobs);
    };
  }
}
