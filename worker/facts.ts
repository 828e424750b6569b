/** Reads, at the moment of delivery, what an act is decided by. What an event relies on is written into the event. */
import type pg from 'pg';
import type { FactQuery, FactReader } from '../contracts/facts.ts';
import type { FactNeed } from '../domain/casework/table.ts';
import type { CommonBodies } from '../domain/casework/index.ts';
import { processOf } from '../domain/index.ts';
import type { BodyFacts, Facts, InstitutionRole, PersonStatus, RightRow } from '../domain/process.ts';
import type { RuleSnapshot } from '../domain/rules.ts';
import { dateOfInstant, yearOf, type Calendar } from '../domain/time/index.ts';
import { shippedCalendar } from '../domain/time/data/calendar.ts';
import type { FactActivities } from '../workflows/shared/durable.ts';
import { rulesOn } from './rules.ts';

export interface FactDeps {
  pool: pg.Pool;
  /** How the rules of an institution on a date are found; replaced in tests of the engine. */
  rules?: (institutionId: string, on: string) => Promise<RuleSnapshot>;
  /** Whether the service checks that notices can be read; where nobody does, a day without a read says nothing. */
  noticesChecked?: boolean;
}

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const NO_NEEDS: readonly FactNeed[] = [];

/** What the table says that the act needs; an act that it does not know is left to the decider, which refuses it. */
function needsOf({ kind, type }: Pick<FactQuery, 'kind' | 'type'>): readonly FactNeed[] {
  const table = processOf(kind)?.table ?? {};
  return (Object.hasOwn(table, type) ? table[type]?.needs : undefined) ?? NO_NEEDS;
}

/** What is asked for, on the day of the receipt. */
type Asked = Omit<FactQuery, 'at' | 'caseId' | 'kind'> & { caseId: string | undefined; on: string };

/** A reader over the database; one query for each need, none for an act without needs. */
export function factReader(deps: FactDeps): FactReader {
  const { pool, rules = (institution, on) => rulesOn(pool, institution, on), noticesChecked = false } = deps;
  async function readAll(needs: readonly FactNeed[], asked: Asked): Promise<Facts> {
    const { institutionId, caseId, on } = asked;
    const wanted = (need: FactNeed): boolean => needs.includes(need);
    const involved = wanted('people') ? await personsInvolved(pool, asked) : [];
    const facts: Facts = {};
    await Promise.all([
      wanted('calendar') && readCalendar(pool, yearOf(on), versionIn(asked)).then((value) => (facts.calendar = value)),
      wanted('bodies') && readBodies(pool, institutionId, on).then((value) => (facts.bodies = value)),
      wanted('relations') && readRelations(pool, asked).then((value) => (facts.relations = value)),
      wanted('people') && readPeople(pool, institutionId, involved, on).then((value) => (facts.people = value)),
      wanted('pinnedRules') &&
        readPinned(pool, caseId)
          .then((pinned) => pinned ?? rules(institutionId, on))
          .then((value) => (facts.pinnedRules = value)),
      wanted('currentRules') && rules(institutionId, on).then((value) => (facts.currentRules = value)),
      wanted('rightsOnFile') && readRights(pool, asked).then((value) => (facts.rightsOnFile = value)),
      wanted('unreadDays') && noticesChecked && readUnread(pool, caseId).then((value) => (facts.unreadDays = value)),
    ]);
    return facts;
  }
  return {
    read: async ({ at, ...query }) => readAll(needsOf(query), { ...query, on: dateOfInstant(at) }),
    readSome: async (needs, { caseId, ...query }) => readAll(needs, { ...query, caseId, type: '', body: null }),
  };
}

/** The activity by which a case reads facts for an act of the system. */
export function createFactActivities(pool: pg.Pool, reader: FactReader): FactActivities {
  return {
    async loadFacts({ caseId, type, at }) {
      const { rows } = await pool.query<{ institution_id: string; kind: string }>(
        'SELECT institution_id, kind FROM cases WHERE id = $1',
        [caseId],
      );
      const [found] = rows;
      if (!found) throw new Error(`There is no case ${caseId}`);
      return reader.read({ caseId, institutionId: found.institution_id, kind: found.kind, type, at, body: null });
    },
  };
}

/** An import that the case is to follow is followed by its own calendar, though another may have come since. */
function versionIn({ type, body }: Asked): string | null {
  return type === 'applyCalendar' ? ((body as Partial<CommonBodies['applyCalendar']> | null)?.calendarVersion ?? null) : null;
}

/** That calendar or the newest, cut to the years that a deadline set now can reach. A year that it lacks stays unknown. */
async function readCalendar(pool: pg.Pool, year: number, version: string | null): Promise<Calendar> {
  const { rows } = await pool.query<{ content: Calendar }>(
    'SELECT content FROM calendar_version ORDER BY (version = $1) DESC NULLS LAST, imported_at DESC, version DESC LIMIT 1',
    [version],
  );
  const calendar = rows[0]?.content ?? shippedCalendar;
  const years = [year - 1, year, year + 1, year + 2].map(String);
  return {
    version: calendar.version,
    years: Object.fromEntries(years.flatMap((y) => (calendar.years[y] ? [[y, calendar.years[y]]] : []))),
  };
}

/** The rules that the API pinned with the opening act, in the same transaction: what was decided on is what was promised. */
async function readPinned(pool: pg.Pool, caseId: string | undefined): Promise<RuleSnapshot | undefined> {
  const { rows } = await pool.query<{ content: RuleSnapshot }>(
    `SELECT s.content FROM cases c JOIN rule_snapshot s ON s.institution_id = c.institution_id AND s.hash = c.snapshot_hash
      WHERE c.id = $1`,
    [caseId],
  );
  return rows[0]?.content;
}

interface MemberRow {
  body: 'leadingGroup' | 'leadership';
  person_id: string;
  department: string | null;
  substitute: boolean;
  substitute_for: string | null;
}

async function readBodies(pool: pg.Pool, institutionId: string, on: string): Promise<NonNullable<Facts['bodies']>> {
  const { rows } = await pool.query<MemberRow>(
    `SELECT body, person_id, department, substitute, substitute_for FROM body_member
      WHERE institution_id = $1 AND "from" <= $2::date AND (until IS NULL OR until >= $2::date) ORDER BY body, person_id`,
    [institutionId, on],
  );
  const bodies: Partial<Record<MemberRow['body'], BodyFacts>> = {};
  for (const row of rows) {
    const body = (bodies[row.body] ??= { members: [], substitutes: [] });
    const member = { personId: row.person_id, ...(row.department !== null && { department: row.department }) };
    if (!row.substitute) body.members.push(member);
    else body.substitutes.push({ ...member, ...(row.substitute_for !== null && { for: row.substitute_for }) });
  }
  return bodies;
}

const namedIn = (body: unknown): string[] => JSON.stringify(body ?? null).match(UUID) ?? [];

/** Everyone whom the act could concern: named in it, parties and handlers of the case, members of the bodies on the day. */
async function personsInvolved(pool: pg.Pool, { caseId, institutionId, type, body, on }: Asked): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT person_id::text AS id FROM case_party WHERE case_id = $1
      UNION SELECT unnest(handlers)::text FROM objection WHERE case_id = $1
      UNION SELECT objector_id::text FROM objection WHERE case_id = $1 AND objector_id IS NOT NULL
      UNION SELECT person_id::text FROM body_member
             WHERE institution_id = $2 AND "from" <= $3::date AND (until IS NULL OR until >= $3::date)
      UNION SELECT id::text FROM person WHERE id = ANY ($4::uuid[])
      -- Whoever is to take something over, while a second person has not confirmed it.
      UNION SELECT l.data->'mend'->>'to' FROM ledger l
             WHERE l.case_id = $1 AND l.type = 'mendingProposed' AND l.data->'mend'->>'kind' = 'reassign' AND $5`,
    [caseId, institutionId, on, namedIn(body), type === 'confirmMending'],
  );
  return rows.map(({ id }) => id).toSorted();
}

/** Declared relations of whoever's own matter it is or was, or is named in the act: whoever acts may be the other end. */
async function readRelations(pool: pg.Pool, { caseId, institutionId, body }: Asked): Promise<[string, string][]> {
  const { rows } = await pool.query<{ a: string; b: string }>(
    `WITH own AS (
       SELECT person_id AS id FROM case_party WHERE case_id = $2 AND role IN ('inventor', 'holder', 'applicant', 'leader')
        UNION SELECT (i->>'personId')::uuid FROM ledger l, jsonb_array_elements(l.data->'application'->'inventors') i
               WHERE l.case_id = $2 AND l.type IN ('caseOpened', 'applicationAmended')
        UNION SELECT (i->>'personId')::uuid FROM ledger l, jsonb_array_elements(l.data->'inventors') i
               WHERE l.case_id = $2 AND l.type = 'amendmentProposed'
        UNION SELECT unnest($3::uuid[])
     )
     SELECT DISTINCT person_a::text AS a, person_b::text AS b FROM relation
      WHERE institution_id = $1 AND (person_a IN (SELECT id FROM own) OR person_b IN (SELECT id FROM own)) ORDER BY a, b`,
    [institutionId, caseId, namedIn(body)],
  );
  return rows.map(({ a, b }) => [a, b]);
}

async function readPeople(
  pool: pg.Pool,
  institutionId: string,
  persons: string[],
  on: string,
): Promise<NonNullable<Facts['people']>> {
  const { rows } = await pool.query<{ id: string; status: PersonStatus; departments: string[] | null; roles: InstitutionRole[] }>(
    `SELECT p.id::text, p.status, m.departments,
            CASE WHEN m."from" <= $3::date AND (m.until IS NULL OR m.until >= $3::date)
                 THEN array_append(array_remove(m.roles, 'member'), 'member') ELSE '{}' END AS roles
       FROM person p
       LEFT JOIN membership m ON m.person_id = p.id AND m.institution_id = $1 AND NOT m.ended
      WHERE p.id = ANY ($2::uuid[]) ORDER BY p.id`,
    [institutionId, persons, on],
  );
  return Object.fromEntries(
    rows.map(({ id, status, departments, roles }) => [id, { status, departments: departments ?? [], roles }]),
  );
}

interface OnFile {
  achievement: string;
  kind: RightRow['kind'];
  holders: RightRow['holders'];
  start: string;
  last: string | null;
}

/** Rights that are on record in the institution for the achievements named in the act or in the case. */
async function readRights(pool: pg.Pool, { institutionId, caseId, body }: Asked): Promise<NonNullable<Facts['rightsOnFile']>> {
  const { rows } = await pool.query<OnFile>(
    `SELECT c.achievement_id::text AS achievement, r.kind, r.holders, r.start_date::text AS start, r.last_day::text AS last
       FROM case_right r JOIN cases c ON c.id = r.case_id
      WHERE c.institution_id = $1 AND c.status = 'done'
        AND (c.achievement_id = ANY ($2::uuid[]) OR c.achievement_id = (SELECT o.achievement_id FROM cases o WHERE o.id = $3))
      ORDER BY r.start_date, r.case_id, r.key`,
    [institutionId, namedIn(body), caseId ?? null],
  );
  const onFile: NonNullable<Facts['rightsOnFile']> = {};
  for (const { achievement, kind, holders, start, last } of rows) {
    const right = {
      kind,
      holders: holders.map(({ personId }) => personId),
      startDate: start,
      ...(last !== null && { lastDay: last }),
    };
    (onFile[achievement] ??= []).push(right);
  }
  return onFile;
}

/** Counted days of the notices shown on which no check could read them. */
async function readUnread(pool: pg.Pool, caseId: string | undefined): Promise<NonNullable<Facts['unreadDays']>> {
  const { rows } = await pool.query<{ id: string; days: string[] }>(
    `SELECT n.id, array_agg(to_char(days.day, 'YYYY-MM-DD') ORDER BY days.day) AS days
       FROM notice n JOIN deadline d ON d.case_id = n.case_id AND d.key = n.deadline_key
            CROSS JOIN LATERAL generate_series(d.start_date + 1, d.last_day, interval '1 day') AS days(day)
      WHERE n.case_id = $1 AND n.state IN ('open', 'closed')
        AND NOT EXISTS (SELECT 1 FROM notice_read_check k WHERE k.notice_id = n.id AND k.day = days.day::date AND k.ok)
      GROUP BY n.id`,
    [caseId],
  );
  return Object.fromEntries(rows.map(({ id, days }) => [id, days]));
}
