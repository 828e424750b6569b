/** Plays the demonstration's stories on the service itself: acts travel over HTTP, and legal time is moved as they ask. */
import { randomUUID } from 'node:crypto';
import { Story, type Stage } from '../../../cli/demo/story.ts';
import type { NoticeKind } from '../../../domain/rules.ts';
import type { Outcome, RehearsedAct, TimelineEntry } from '../../../runtime/rehearsing/rehearsal.ts';
import { sampleInstitutionId, type SampleName } from '../../../runtime/samplePeople.ts';
import { sampleNames } from '../../../policies/load.ts';
import { waitFor } from '../../harness/services.ts';
import { asked } from './asking.ts';
import type { Acknowledged } from './client.ts';
import { setClock } from './clock.ts';
import type { Stack } from './stack.ts';

const PATIENCE_MS = 120_000;

export class HttpStage implements Stage {
  readonly stack: Stack;
  /** Called before each act and each passage of time, for whoever puts faults between them. */
  before: (what: string) => Promise<void> = async () => undefined;

  constructor(stack: Stack) {
    this.stack = stack;
  }

  async draft(
    institutionId: string,
    personId: string,
    achievement: { kind: string; title: string; id?: string },
  ): Promise<{ caseId: string; achievementId: string }> {
    const { client } = this.stack;
    const base = `/api/v1/institutions/${codeOf(institutionId)}`;
    const body = { title: achievement.title, kind: achievement.kind, number: 'ZL202610000001.0' };
    const made = await client.insist(personId, 'POST', `${base}/achievements`, { body });
    const achievementId = idOf(made, 'id');
    const application = { mode: 'coOwnership', achievementId };
    const draft = await client.insist(personId, 'POST', `${base}/cases`, { body: { application } });
    return { caseId: idOf(draft, 'caseId'), achievementId };
  }

  async perform(act: RehearsedAct): Promise<Outcome> {
    const { institutionId, caseId, personId, onBehalfOf, type, body } = act;
    await this.before(type);
    await this.#keepDocuments(institutionId, personId, documentsIn(body));
    const sent = { institution: codeOf(institutionId), caseId, personId, onBehalfOf, type, body };
    const told = await this.stack.client.act(sent, act.idempotencyKey ?? randomUUID());
    if ('turnedAway' in told) return { outcome: 'refused', refusal: told.turnedAway as never };
    return outcomeOf(told);
  }

  /** Sets the clock; whatever has ended by then is waited for. */
  async advanceTo(instant: string): Promise<void> {
    await this.before(`time passes to ${instant}`);
    const { pool } = this.stack;
    await setClock(pool, instant);
    const open = `SELECT count(*)::int AS n FROM deadline d JOIN cases c ON c.id = d.case_id
                   WHERE d.state = 'running' AND d.kind IN ('window', 'review') AND c.status = 'open' AND d.ends_at <= $1`;
    const over = async (): Promise<boolean> => (await pool.query<{ n: number }>(open, [instant])).rows[0]?.n === 0;
    await waitFor(over, { what: `what ends by ${instant}`, timeoutMs: PATIENCE_MS, everyMs: 50 });
  }

  async timeline(caseId: string): Promise<TimelineEntry[]> {
    return asked<TimelineEntry>(
      this.stack.pool,
      `SELECT case_id AS "caseId", seq, type, effective_at AS "effectiveAt", iso(recorded_at) AS "recordedAt", actor, data
         FROM ledger WHERE case_id = $1 ORDER BY seq`,
      [caseId],
    );
  }

  /** Papers of a harness are named and never read: their rows stand for them. */
  async #keepDocuments(institutionId: string, personId: string, digests: string[]): Promise<void> {
    if (digests.length === 0) return;
    await asked(
      this.stack.pool,
      `INSERT INTO document (institution_id, digest, size, media_type, wrapped_key, kek_id, uploaded_by)
       SELECT $1, d, 0, 'application/pdf', '', 'faults', $2 FROM unnest($3::text[]) AS d ON CONFLICT DO NOTHING`,
      [institutionId, personId, digests],
    );
  }
}

/** A story whose notices say what the service composes, since over HTTP nothing else is published. */
export class HttpStory extends Story<HttpStage> {
  override async noticeBody(kind: NoticeKind, n?: number): Promise<Record<string, unknown>> {
    const path = `/api/v1/institutions/${this.institution}/cases/${this.caseId}/notice-draft?kind=${kind}${n ? `&n=${n}` : ''}`;
    const { body } = await this.rehearsal.stack.client.insist(this.person('officer1'), 'GET', path);
    const { content, contentDigest } = body;
    return { kind, content, contentDigest, place: '单位内网公示栏', ...(n === undefined ? {} : { n }) };
  }
}

function idOf({ status, body }: { status: number; body: Record<string, unknown> }, name: string): string {
  if (status !== 201) throw new Error(`Not made: ${status} ${JSON.stringify(body)}`);
  return body[name] as string;
}

function outcomeOf({ outcome, answer, problem }: Acknowledged): Outcome {
  return outcome === 'done' ? (answer as never) : { outcome: 'refused', refusal: problem as never };
}

const codes = new Map(sampleNames.map((name) => [sampleInstitutionId(name), name]));

function codeOf(institutionId: string): SampleName {
  const code = codes.get(institutionId);
  if (!code) throw new Error(`No sample institution ${institutionId}`);
  return code;
}

/** Digests of files that a body names. */
function documentsIn(body: unknown): string[] {
  if (typeof body !== 'object' || body === null) return [];
  return Object.entries(body).flatMap(([name, value]) =>
    name === 'document' && typeof value === 'string' ? [value] : documentsIn(value),
  );
}
