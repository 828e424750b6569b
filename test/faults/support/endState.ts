/**
 * The state in which a case was left, so that two cases led the same way can be compared: ledger, answers, lists,
 * messages. Ids are named by the order in which they come, instants are left out, sealed texts are opened.
 */
import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { Sealer } from '../../../activities/sealing.ts';
import { SYSTEM_ACTOR } from '../../../contracts/systemActs.ts';
import type { SealedRef } from '../../../domain/process.ts';
import { sampleNames } from '../../../policies/load.ts';
import { samplePeople, samplePersonId } from '../../../runtime/samplePeople.ts';

/** What people were told beside the acts of the case: reminders depend on when a worker looks. */
const TOLD_BY_ACTS = "id NOT LIKE 'reminder:%'";

/** So do the acts by which a case is asked whether time has not brought something; what it has brought is in the ledger. */
const NO_NUDGE = `NOT (actor_person = '${SYSTEM_ACTOR}' AND type IN ('closeWindow', 'lapseReview'))`;

const queries: Record<string, string> = {
  ledger: 'SELECT seq, type, v, actor, data, act_id FROM ledger WHERE case_id = $1 ORDER BY seq',
  lists: 'SELECT read_projection($1) AS shown',
  answers: `SELECT id, type, actor_person, on_behalf_of, timely, answer FROM inbox
             WHERE case_id = $1 AND ${NO_NUDGE} ORDER BY received_at, seq`,
  claims: `SELECT state FROM (SELECT CASE WHEN released_at IS NULL THEN 'claimed' ELSE 'released' END AS state
             FROM achievement_claim WHERE case_id = $1) AS c ORDER BY state`,
  outbox: `SELECT seq, template, recipient, channel, delivered_at IS NOT NULL AS delivered, last_error FROM outbox
            WHERE case_id = $1 AND ${TOLD_BY_ACTS} ORDER BY seq, template, channel, recipient::text`,
  messages: `SELECT template, person_id, count(*)::int AS times FROM message WHERE case_id = $1 AND ${TOLD_BY_ACTS}
              GROUP BY 1, 2 ORDER BY 1, 2`,
};

/** Sample people by key: theirs are the only ids that stay the same from case to case. */
const people = new Map(
  sampleNames.flatMap((name) => samplePeople(name).map(({ key }) => [samplePersonId(name, key), `${name}/${key}`] as const)),
);

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const DIGEST = /\b[0-9a-f]{64}\b/g;
const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;
/** Numbers of a year's series follow the order in which cases are numbered. */
const CASE_NUMBER = /(〔\d{4}〕)\d+号/g;

/** The state as text, one line for each row. */
export async function endState(pool: pg.Pool, sealer: Sealer, caseId: string): Promise<string> {
  const lines: string[] = [];
  for (const [name, sql] of Object.entries(queries)) {
    const { rows } = await pool.query<object>(sql, [caseId]);
    for (const row of rows) {
      const told = JSON.stringify(await opened(row, sealer)).replaceAll(UUID, (id) => people.get(id) ?? id);
      lines.push(`${name} ${JSON.stringify(ordered(JSON.parse(told)))}`);
    }
  }
  return named(lines.join('\n'));
}

export const digestOf = (state: string): string => createHash('sha256').update(state).digest('hex').slice(0, 16);

/** How many of the letters, by Message-ID, tell of acts. */
export async function toldByLetter(pool: pg.Pool, messageIds: Iterable<string>): Promise<number> {
  const { rows } = await pool.query<{ id: string }>(`SELECT id FROM outbox WHERE NOT (${TOLD_BY_ACTS})`);
  const others = new Set(rows.map(({ id }) => createHash('sha256').update(id).digest('hex').slice(0, 40)));
  return [...messageIds].filter((id) => !others.has(/^<([0-9a-f]+)@/.exec(id)?.[1] ?? '')).length;
}

/** Every message of the case has gone its way, or has nowhere to go. */
export async function allTold(pool: pg.Pool, caseId: string): Promise<boolean> {
  const { rows } = await pool.query<{ n: number }>(
    'SELECT count(*)::int AS n FROM outbox WHERE case_id = $1 AND delivered_at IS NULL',
    [caseId],
  );
  return rows[0]?.n === 0;
}

/** Sealed values as what they say. */
async function opened(value: unknown, sealer: Sealer): Promise<unknown> {
  const refs = JSON.stringify(value).matchAll(/\{"(?:digest|sealed)":"[^"]*","(?:digest|sealed)":"[^"]*"\}/g);
  const texts = await sealer.open([...refs].map(([text]) => JSON.parse(text) as SealedRef));
  const walk = (at: unknown): unknown => {
    if (Array.isArray(at)) return at.map(walk);
    if (typeof at !== 'object' || at === null) return at;
    const { sealed } = at as { sealed?: unknown };
    if (typeof sealed === 'string') return { sealed: texts.get(sealed) ?? null };
    return Object.fromEntries(Object.entries(at).map(([key, one]) => [key, walk(one)]));
  };
  return walk(value);
}

const keyOf = (one: unknown): string => JSON.stringify(one).replaceAll(UUID, '');

/** Lists that the database gives in no order, in one. */
function ordered(value: unknown): unknown {
  const { shown } = value as { shown?: Record<string, unknown> };
  if (!shown) return value;
  return Object.fromEntries(
    Object.entries(shown).map(([key, list]) => [
      key,
      Array.isArray(list) ? list.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)) : list,
    ]),
  );
}

function named(text: string): string {
  const names = new Map<string, string>();
  const nameOf = (prefix: string) => (id: string) => {
    const name = names.get(id) ?? `${prefix}${names.size + 1}`;
    names.set(id, name);
    return name;
  };
  return text
    .replaceAll(UUID, nameOf('id'))
    .replaceAll(DIGEST, nameOf('digest'))
    .replaceAll(INSTANT, '<instant>')
    .replaceAll(CASE_NUMBER, '$1n号');
}
