/**
 * A rehearsal plays cases on the real workflows, dispatcher and record, in a database and on a clock of its own: years
 * pass in seconds, nothing is sent to anybody, and no number of the real series is taken.
 */
import { createHash, randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import { keyRing as valueKeys } from '../../activities/keys.ts';
import { createCaseActivities } from '../../activities/record.ts';
import { Sealer } from '../../activities/sealing.ts';
import { keptTexts } from '../../api/keptTexts.ts';
import { documentsIn, seal } from '../../api/seal.ts';
import { caseTaskQueue, caseWorkflowId, type ActAnswer, type ProcessKind } from '../../contracts/messages.ts';
import { schemaOf } from '../../contracts/schemas.ts';
import type { Actor, Message, Refusal } from '../../domain/process.ts';
import { instantMs } from '../../domain/time/index.ts';
import type { WorkflowBundle } from '../../worker/bundle.ts';
import { keyRing as payloadKeys } from '../../worker/codec.ts';
import { caseWorkflowType, startOptions } from '../../worker/deliver.ts';
import type { Log } from '../../worker/log.ts';
import { startWorker, type RunningWorker } from '../../worker/main.ts';
import { dropDatabase, ensureDatabase, migrate } from '../migrate.ts';
import { openPool } from '../pool.ts';
import { nextComing, opened, standingOf, type Coming, type Standing } from './coming.ts';
import { installClock, readClock, setClock, skipTo, until } from './clock.ts';
import { seedSamples } from '../seed.ts';

export interface RehearsalOptions {
  /** The cluster in which the rehearsal makes a database of its own. */
  postgresUrl: string;
  temporalAddress: string;
  namespace: string;
  /** Instant at which the rehearsal begins. */
  startsAt: string;
  /** What the database is named after, so that a second try finds what a first one left; by chance without it. */
  id?: string;
  /** Fills the fresh database; the sample institutions unless it says otherwise. */
  fill?: (pool: Pool, sealer: Sealer) => Promise<unknown>;
  cacheDir?: string | undefined;
  /** Workflow code to begin with; today's unless it says otherwise. */
  bundle?: WorkflowBundle;
  log: Log;
}

export interface RehearsedAct {
  caseId: string;
  institutionId: string;
  personId: string;
  onBehalfOf?: string;
  type: string;
  /** As a client sends it: texts in clear, shares as percentages. */
  body: unknown;
  /** The same key again is the same act. */
  idempotencyKey?: string;
}

export type Outcome = ActAnswer | { outcome: 'refused'; refusal: Refusal };

/** A line of what happened, as the ledger has it. */
export interface TimelineEntry {
  caseId: string;
  seq: number;
  type: string;
  effectiveAt: string;
  recordedAt: string;
  actor: Actor;
  data: Record<string, unknown>;
}

/** A line of what would have been sent to whom. */
export interface Told {
  caseId: string;
  seq: number;
  template: string;
  recipient: { personId?: string; role?: string; department?: string };
  values: Message['values'];
  createdAt: string;
}

export class Rehearsal {
  readonly pool: Pool;
  readonly sealer: Sealer;
  readonly #database: string;
  readonly #options: RehearsalOptions;
  readonly #start: (bundle?: WorkflowBundle) => Promise<RunningWorker>;
  #worker: RunningWorker;
  /** Legal time less the engine's time, in milliseconds. */
  readonly #shiftMs: number;

  private constructor(
    options: RehearsalOptions,
    parts: {
      pool: Pool;
      sealer: Sealer;
      database: string;
      start: (bundle?: WorkflowBundle) => Promise<RunningWorker>;
      worker: RunningWorker;
      shiftMs: number;
    },
  ) {
    this.#options = options;
    this.pool = parts.pool;
    this.sealer = parts.sealer;
    this.#database = parts.database;
    this.#start = parts.start;
    this.#worker = parts.worker;
    this.#shiftMs = parts.shiftMs;
  }

  /** Makes the database with the sample institutions, and starts a worker on it. */
  static async open(options: RehearsalOptions): Promise<Rehearsal> {
    const database = `rehearsal_${(options.id ?? randomUUID()).replaceAll('-', '')}`;
    await dropDatabase(options.postgresUrl, database);
    const url = new URL(options.postgresUrl);
    url.pathname = `/${database}`;
    await ensureDatabase(url.href);
    await migrate(url.href);
    const connection = { connectionString: url.href };
    const pool = openPool({ ...connection, max: 12 }, (error) =>
      options.log.warn({ reason: error.message }, 'a connection of the rehearsal broke'),
    );
    try {
      // Keys of its own, forgotten with the rehearsal: nothing that it wrote can be read afterwards.
      const key = createHash('sha256').update(randomUUID()).digest();
      const sealer = new Sealer({ pool, keys: valueKeys([{ id: 'rehearsal', key }]) });
      await installClock(pool, options.startsAt);
      await (options.fill ?? seedSamples)(pool, sealer);
      const shiftMs = instantMs(options.startsAt) - Date.now();
      const start = (bundle?: WorkflowBundle): Promise<RunningWorker> =>
        startWorker({
          config: {
            temporalAddress: options.temporalAddress,
            namespace: options.namespace,
            taskQueue: `${caseTaskQueue}-${database}`,
            cacheDir: options.cacheDir,
          },
          pool,
          connection,
          keys: payloadKeys('rehearsal', { rehearsal: key.toString('base64') }),
          activities: createCaseActivities({ pool }),
          log: options.log,
          rehearsal: { shiftMs },
          ...(bundle && { bundle }),
        });
      return new Rehearsal(options, { pool, sealer, database, start, worker: await start(options.bundle), shiftMs });
    } catch (error) {
      await pool.end();
      throw error;
    }
  }

  get client(): Client {
    return this.#worker.client;
  }

  /** Stops the worker and starts one on other code, today's unless it says otherwise: the cases go on there. */
  async changeWorker(bundle?: WorkflowBundle): Promise<void> {
    await this.#worker.stop();
    this.#worker = await this.#start(bundle);
  }

  now(): Promise<string> {
    return readClock(this.pool);
  }

  /** A draft of the person's, as the API leaves it. */
  async draft(
    institutionId: string,
    personId: string,
    achievement: { kind: string; title: string; id?: string },
  ): Promise<{ caseId: string; achievementId: string }> {
    const caseId = randomUUID();
    const achievementId = await this.achievement(institutionId, achievement);
    await this.pool.query(
      `INSERT INTO cases (id, institution_id, kind, mode, achievement_id, step, status, created_by)
       VALUES ($1, $2, 'empowerment', 'coOwnership', $3, 'draft', 'draft', $4)`,
      [caseId, institutionId, achievementId, personId],
    );
    await this.pool.query(
      "INSERT INTO case_party (case_id, institution_id, person_id, role) VALUES ($1, $2, $3, 'representative')",
      [caseId, institutionId, personId],
    );
    return { caseId, achievementId };
  }

  /** An achievement of the institution's; one that it has already stays as it is. Answers its id. */
  async achievement(institutionId: string, achievement: { kind: string; title: string; id?: string }): Promise<string> {
    const achievementId = achievement.id ?? randomUUID();
    const { ref, row } = await this.sealer.seal({ kind: 'achievement', id: achievementId }, achievement.title);
    const fresh = await this.pool.query(
      'INSERT INTO achievement (id, institution_id, title, kind) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
      [achievementId, institutionId, JSON.stringify(ref), achievement.kind],
    );
    if (fresh.rowCount === 1) {
      await this.pool.query(
        `INSERT INTO sealed_value (id, institution_id, subject_kind, subject_id, digest, nonce, ciphertext)
         VALUES ($1, $2, $3, $4, $5, decode($6, 'base64'), decode($7, 'base64'))`,
        [row.id, institutionId, row.subjectKind, row.subjectId, row.digest, row.nonce, row.ciphertext],
      );
    }
    return achievementId;
  }

  /** Performs one act at the rehearsal's present instant, through the inbox and the case's workflow. */
  async perform(act: RehearsedAct): Promise<Outcome> {
    return this.answer(await this.receive(act));
  }

  /** Writes the act to the inbox and comes back; `answer` waits for what becomes of it. */
  async receive(act: RehearsedAct): Promise<string> {
    const { caseId, institutionId, personId, onBehalfOf, type } = act;
    const { rows } = await this.pool.query<{ kind: string; achievement_id: string | null }>(
      'SELECT kind, achievement_id FROM cases WHERE id = $1',
      [caseId],
    );
    const schema = schemaOf(rows[0]?.kind ?? '', type);
    if (!schema) throw new Error(`${type} is no act that a person can do to this case`);
    const parsed: unknown = schema.parse(act.body);
    const actId = randomUUID();
    const scope = { actId, actorId: personId, caseId, achievementId: rows[0]?.achievement_id ?? undefined };
    const kept = await keptTexts(this.sealer, { kind: rows[0]?.kind ?? '', type }, () => this.timeline(caseId));
    const sealed = await seal(parsed, scope, this.sealer, kept);
    const documents = documentsIn(sealed.body).map(({ digest }) => digest);
    await this.#keepDocuments(institutionId, personId, documents);
    const standing = await this.#standing(institutionId, caseId, onBehalfOf ?? personId);
    const request = {
      id: actId,
      institutionId,
      caseId,
      actorPerson: personId,
      ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
      ...standing,
      type,
      body: sealed.body,
      bodyHashes: this.sealer.bodyHashes(JSON.stringify({ type, body: act.body })),
      idempotencyKey: act.idempotencyKey ?? actId,
      documents,
      sealed: sealed.rows,
    };
    const received = await this.pool.query<{ r: { outcome: string; act?: { id: string } } }>('SELECT receive_act($1) AS r', [
      JSON.stringify(request),
    ]);
    const result = received.rows[0]?.r;
    if (!result?.act) throw new Error(`The act ${type} was not received: ${result?.outcome ?? 'no answer'}`);
    return result.act.id;
  }

  /** Opens a case of a process by its first act. Answers the case's id, and what became of the act. */
  async begin(kind: ProcessKind, act: Omit<RehearsedAct, 'caseId'>): Promise<{ caseId: string; outcome: Outcome }> {
    const caseId = randomUUID();
    await this.pool.query(
      `INSERT INTO cases (id, institution_id, kind, mode, step, status, created_by) VALUES ($1, $2, $3, $3, 'draft', 'draft', $4)`,
      [caseId, act.institutionId, kind, act.personId],
    );
    return { caseId, outcome: await this.perform({ ...act, caseId }) };
  }

  /** Waits until the act is answered. */
  async answer(actId: string): Promise<Outcome> {
    let answer: Outcome | null = null;
    await until(`act ${actId} unanswered`, async () => {
      const { rows } = await this.pool.query<{ answer: Outcome | null }>('SELECT answer FROM inbox WHERE id = $1', [actId]);
      answer = rows[0]?.answer ?? null;
      return answer !== null;
    });
    return answer as unknown as Outcome;
  }

  /** Lets time pass until the instant. Whatever ends on the way ends at its own moment, in order. */
  async advanceTo(instant: string): Promise<void> {
    for (let wake = await this.nextWake(instant); wake; wake = await this.nextWake(instant)) {
      const { at, what, over } = wake;
      const now = await this.now();
      await this.#moveTo(at > now ? at : now);
      await until(`${what} does not come at ${at}`, over);
      await opened(this.pool);
    }
    await this.#moveTo(instant);
  }

  /** What time brings next, up to the instant: the earliest of all cases. */
  async nextWake(instant: string): Promise<Coming | undefined> {
    await opened(this.pool);
    return nextComing(this.pool, instant);
  }

  /** Every case that there is, in the order in which they began. */
  async cases(): Promise<{ caseId: string; kind: ProcessKind; status: string }[]> {
    const { rows } = await this.pool.query<{ caseId: string; kind: ProcessKind; status: string }>(
      `SELECT id::text AS "caseId", kind, status FROM cases ORDER BY created_at, id`,
    );
    return rows;
  }

  /** Where the case stands. */
  standing(caseId: string): Promise<Standing> {
    return standingOf(this.pool, caseId);
  }

  /** Sets the legal clock alone, between instants at which a case would wake: for what is done by the day. */
  async tick(instant: string): Promise<void> {
    await setClock(this.pool, instant);
  }

  /** The instant by which all that time brings by itself has come, as far as a hundred years go. */
  async lastEnd(): Promise<string> {
    const { rows } = await this.pool.query<{ at: Date | null }>(
      "SELECT max(ends_at) AS at FROM deadline d JOIN cases c ON c.id = d.case_id WHERE c.status = 'open' AND d.state = 'running'",
    );
    const now = await this.now();
    const end = rows[0]?.at?.toISOString() ?? now;
    return end > now ? end : now;
  }

  /** Starts the workflow of a case that was brought along from elsewhere, where it stood. */
  async resume(caseId: string): Promise<void> {
    const { rows } = await this.pool.query<{ kind: ProcessKind; version: number }>(
      "SELECT kind, version FROM cases WHERE id = $1 AND status = 'open'",
      [caseId],
    );
    const [row] = rows;
    if (!row) return;
    const options = startOptions({ ...row, caseId }, { taskQueue: this.#taskQueue, rehearsal: { shiftMs: this.#shiftMs } });
    await this.client.workflow.start(caseWorkflowType(row.kind), options);
  }

  get #taskQueue(): string {
    return `${caseTaskQueue}-${this.#database}`;
  }

  /** What the ledger holds, in the order of record. */
  async timeline(caseId: string): Promise<TimelineEntry[]> {
    const { rows } = await this.pool.query<TimelineEntry>(
      `SELECT case_id AS "caseId", seq, type, effective_at AS "effectiveAt", iso(recorded_at) AS "recordedAt", actor, data
         FROM ledger WHERE case_id = $1 ORDER BY seq`,
      [caseId],
    );
    return rows;
  }

  /** What would have been sent. */
  async told(caseId: string): Promise<Told[]> {
    const { rows } = await this.pool.query<Told>(
      `SELECT case_id AS "caseId", seq, template, recipient, "values", iso(created_at) AS "createdAt" FROM outbox WHERE case_id = $1 ORDER BY seq, id`,
      [caseId],
    );
    return rows;
  }

  /** Stops the worker and drops the database; a workflow that waits on is ended. */
  async close(): Promise<void> {
    // What is being delivered is answered first: a workflow ended under it would look lost.
    await this.#worker.dispatcher.stop();
    const { rows } = await this.pool.query<{ id: string; kind: ProcessKind }>(
      "SELECT id, kind FROM cases WHERE status <> 'draft'",
    );
    for (const { id, kind } of rows) {
      // One that has ended by itself is as good.
      await this.client.workflow
        .getHandle(caseWorkflowId(kind, id))
        .terminate('rehearsal over')
        .catch(() => undefined);
    }
    await this.#worker.stop();
    await this.pool.end();
    await dropDatabase(this.#options.postgresUrl, this.#database);
  }

  async #moveTo(instant: string): Promise<void> {
    await setClock(this.pool, instant);
    const { rows } = await this.pool.query<{ id: string; kind: ProcessKind }>("SELECT id, kind FROM cases WHERE status = 'open'");
    const engineMs = instantMs(instant) - this.#shiftMs;
    for (const { id, kind } of rows) await skipTo(this.client, caseWorkflowId(kind, id), engineMs);
  }

  /** Roles as the API reads them at a request: of the membership, and in the case. */
  async #standing(institutionId: string, caseId: string, personId: string): Promise<{ roles: string[]; departments: string[] }> {
    const { rows } = await this.pool.query<{ roles: string[]; departments: string[] }>(
      `SELECT coalesce(m.roles, '{}') || p.global_roles || ARRAY(SELECT role FROM case_party WHERE case_id = $2 AND person_id = $3) AS roles,
              coalesce(m.departments, '{}') AS departments
         FROM person p LEFT JOIN membership m ON m.person_id = p.id AND m.institution_id = $1 AND NOT m.ended
        WHERE p.id = $3`,
      [institutionId, caseId, personId],
    );
    return rows[0] ?? { roles: [], departments: [] };
  }

  /** Papers of a rehearsal are named and never read: their rows stand for them. */
  async #keepDocuments(institutionId: string, personId: string, digests: string[]): Promise<void> {
    await this.pool.query(
      `INSERT INTO document (institution_id, digest, size, media_type, wrapped_key, kek_id, uploaded_by)
       SELECT $1, d, 0, 'application/pdf', '', 'rehearsal', $2 FROM unnest($3::text[]) AS d ON CONFLICT DO NOTHING`,
      [institutionId, personId, digests],
    );
  }
}

/** The digest by which a paper of a rehearsal is named. */
export const paper = (title: string): string => createHash('sha256').update(title).digest('hex');
