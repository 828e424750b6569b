/**
 * From the inbox to the cases.
 *
 * 1. Acts of one case are delivered in order of receipt, one in flight, also with several workers: a claim gives only
 *    a case's oldest unanswered act, and its lease holds back the rest of that case and nothing else.
 * 2. Delivery repeats until the act is answered. That is safe because an Update's id is the act's id, and because the
 *    record knows the acts that it holds.
 * 3. What a worker that died had leased is freed as soon as another one looks; only of a worker that hangs must the
 *    lease run out.
 * 4. An act that cannot be delivered puts off its own case, ever longer, and shows with its reason; the others go on.
 */
import type pg from 'pg';
import { backoffSeconds, pause } from './backoff.ts';
import { answersIn } from './answered.ts';
import { Bell } from './bell.ts';
import { deliver, type DeliverDeps, type Delivery } from './deliver.ts';
import { inboxOf, type ClaimedAct } from './inbox.ts';
import { listenTo } from './listen.ts';
import { reasonOf, type Log } from './log.ts';
import { noMetrics, type WorkerMetrics } from './metrics.ts';

export interface DispatcherOptions extends Omit<DeliverDeps, 'waitMs' | 'answered'> {
  pool: pg.Pool;
  /** Settings for the connection that listens. */
  connection: pg.ClientConfig;
  /** Names this worker in the leases. */
  identity: string;
  log: Log;
  metrics?: WorkerMetrics;
  /** Cases served at the same time. */
  concurrency?: number;
  /** How long a worker that hangs holds back a case. */
  leaseSeconds?: number;
  /** How often to look for what no notice told of. */
  sweepMs?: number;
}

export interface Dispatcher {
  /** Looks for acts now. */
  wake(): void;
  /** Claims no more, and gives acts in flight a moment to be answered. */
  stop(): Promise<void>;
}

const LONGEST_AWAY_SECONDS = 5;
/** Short enough that a case goes on soon after what made it fail is over. */
const LONGEST_FAILING_SECONDS = 15;
const LONGEST_PUT_OFF_SECONDS = 300;
/** A case that cannot be told that an act of its own is recorded is left to the search for what stands still. */
const MOST_BRINGINGS = 20;
const STOP_GRACE_MS = 5_000;
/** What is left of a lease when an unanswered delivery is given up, for the putting off itself. */
const LEASE_MARGIN_MS = 5_000;

/** Starts delivering; goes on until it is stopped. */
export function startDispatcher(options: DispatcherOptions): Dispatcher {
  const { pool, connection, identity, log, metrics = noMetrics } = options;
  const { concurrency = 32, leaseSeconds = 30, sweepMs = 3_000 } = options;
  const inbox = inboxOf(pool, identity, leaseSeconds);
  const answered = answersIn({ pool, connection, log });
  const deps: DeliverDeps = { ...options, answered, waitMs: Math.max(1_000, leaseSeconds * 1_000 - LEASE_MARGIN_MS) };
  const stopping = new AbortController();
  const inFlight = new Map<string, Promise<void>>();
  const bell = new Bell();
  const wake = (): void => bell.ring();

  async function serve(act: ClaimedAct): Promise<void> {
    const began = performance.now();
    const { traceId, id: actId, caseId, type, attempts } = act;
    log.info({ traceId, actId, caseId, type, attempts }, 'an act goes to its case');
    const delivery = await deliver(act, deps);
    const seconds = (performance.now() - began) / 1_000;
    metrics.delivered(delivery.kind, seconds);
    log.info({ traceId, actId, caseId, outcome: delivery.kind, seconds }, 'an act was delivered');
    try {
      await settle(act, delivery);
    } catch (error) {
      // The lease runs out by itself, and the act is delivered once more.
      log.warn({ actId: act.id, reason: reasonOf(error) }, 'the outcome of a delivery could not be written');
    }
  }

  async function settle(act: ClaimedAct, delivery: Delivery): Promise<void> {
    const fields = { actId: act.id, caseId: act.caseId, type: act.type, attempts: act.attempts, traceId: act.traceId };
    switch (delivery.kind) {
      case 'done':
        return;
      case 'refused':
        return inbox.refuse(act.id, delivery.refusal);
      case 'waiting':
        return putOff(act, 'The case has not answered yet', backoffSeconds(act.attempts, 1, LONGEST_AWAY_SECONDS));
      case 'away':
        return putOff(act, delivery.reason, backoffSeconds(act.attempts, 1, LONGEST_AWAY_SECONDS));
      case 'failing':
        log.warn({ ...fields, reason: delivery.reason }, 'the workflow of this case does not get through');
        return putOff(act, delivery.reason, backoffSeconds(act.attempts, 1, LONGEST_FAILING_SECONDS));
      case 'lost':
        log.error(fields, 'no workflow runs this open case');
        return putOff(act, 'workflowLost', backoffSeconds(act.attempts, 2, LONGEST_PUT_OFF_SECONDS));
      case 'fault':
        log.error({ ...fields, reason: delivery.reason }, 'an act cannot be handled');
        return putOff(act, delivery.reason, backoffSeconds(act.attempts, 2, LONGEST_PUT_OFF_SECONDS));
    }
  }

  async function putOff(act: ClaimedAct, reason: string, seconds: number): Promise<void> {
    if (await inbox.defer(act.id, reason, seconds)) setTimeout(wake, seconds * 1_000).unref();
    else if (act.attempts < MOST_BRINGINGS) setTimeout(() => void bringNews(act), seconds * 1_000).unref();
  }

  /**
   * The act is in the ledger, and its answer did not come back through Temporal: a server that died may have lost the
   * task in which it was recorded, and then the case waits for what it waited for before. It is brought once more.
   */
  async function bringNews(act: ClaimedAct): Promise<void> {
    if (stopping.signal.aborted) return;
    const standing = await inbox.standing(act.id).catch(() => act);
    if (standing) await serve({ ...act, version: standing.version, status: standing.status, attempts: act.attempts + 1 });
  }

  /** A claim whose answer is lost on its way may have leased acts that nobody serves: they are let go before the next one. */
  let unheard = false;
  async function claim(): Promise<ClaimedAct[]> {
    try {
      if (unheard) await inbox.letGo([...inFlight.keys()]);
      unheard = false;
      return await inbox.claim(concurrency - inFlight.size);
    } catch (error) {
      unheard = true;
      log.warn({ reason: reasonOf(error) }, 'the inbox cannot be read');
      await pause(500, stopping.signal);
      return [];
    }
  }

  async function run(): Promise<void> {
    for (;;) {
      await bell.heard();
      if (stopping.signal.aborted) return;
      if (inFlight.size >= concurrency) continue;
      for (const act of await claim()) {
        const served = serve(act).finally(() => {
          inFlight.delete(act.id);
          // The next act of this case can be claimed now, and there is a free place.
          wake();
        });
        inFlight.set(act.id, served);
      }
    }
  }

  async function takeOver(): Promise<void> {
    try {
      const freed = await inbox.takeOver();
      if (freed > 0) log.warn({ freed }, 'acts of workers that are gone were taken over');
    } catch (error) {
      log.warn({ reason: reasonOf(error) }, 'leases cannot be looked through');
    }
    wake();
  }

  const look = (): void => void takeOver();
  const listener = listenTo({ connection, channel: 'inbox', presence: identity, onNotice: wake, onConnected: look, log });
  const sweep = setInterval(look, sweepMs);
  const running = run();

  return {
    wake,
    async stop() {
      stopping.abort();
      clearInterval(sweep);
      wake();
      await Promise.all([listener.stop(), running]);
      const settled = new AbortController();
      await Promise.race([
        Promise.allSettled(inFlight.values()).then(() => settled.abort()),
        pause(STOP_GRACE_MS, settled.signal),
      ]);
      // What is still under way is left to another worker at once; there it is the same Update.
      await Promise.allSettled([...inFlight.keys()].map((id) => inbox.defer(id, 'The worker was stopped', 0)));
      await answered.stop();
    },
  };
}
