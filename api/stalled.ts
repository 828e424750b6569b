/** The list of what stands still, as it may be shown: findings of the checks, and what is wrong with the checking itself. */
import { stalledCauses, stalledChecks, checkLateAfter, WORKER_SILENT_SECONDS } from '../contracts/stalled.ts';
import type { RepairKind, StalledCause, StalledCheck } from '../contracts/stalled.ts';
import { stalledWords, type StalledWords } from '../letters/stalled.ts';
import { Prisma, type PrismaClient } from '../prisma/generated/client.ts';

/** A finding as it is stored. */
export interface FindingRow {
  id: string;
  cause: StalledCause;
  institution: string | null;
  caseId: string | null;
  number: string | null;
  step: string | null;
  since: string;
  foundAt: string;
  lastSeenAt: string;
  detail: Record<string, unknown>;
}

export interface ShownFinding extends Omit<StalledWords, 'who'> {
  id: string;
  cause: StalledCause;
  institution?: string;
  caseId?: string;
  number?: string;
  step?: string;
  who: { zh: string; en: string; role?: string; personId?: string; department?: string };
  since: string;
  foundAt: string;
  lastSeenAt: string;
  repairs: readonly RepairKind[];
  /** What the machine said; for operators alone. */
  reason?: string;
}

/** Who reads: an institution's own people see what is to be done, the operator what the machine says, neither both. */
export interface Reader {
  operator: boolean;
  personId: string;
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Words of the machine without what may be somebody's: quoted texts, addresses, anything that is not plain ASCII. */
export function technical(reason: string): string {
  return reason
    .replaceAll(/[^\u0020-\u007e]+/g, '…')
    .replaceAll(/"[^"]*"|'[^']*'|`[^`]*`/g, '…')
    .replaceAll(/\S+@\S+/g, '…')
    .slice(0, 200);
}

/** A finding as the reader sees it. */
export function shownFinding(row: FindingRow, { operator }: Reader): ShownFinding {
  const { id, cause, institution, caseId, number, step, since, foundAt, lastSeenAt, detail } = row;
  const { technical: ofTheMachine, repairs } = stalledCauses[cause];
  const personId = text(detail['personId']);
  const department = text(detail['department']);
  const role = cause === 'quorumLost' ? 'administrator' : ofTheMachine ? 'platformOperator' : (text(detail['role']) ?? undefined);
  const { who, ...said } = stalledWords(cause, detail, role);
  const reason = text(detail['reason']);
  return {
    id,
    cause,
    ...(institution !== null && { institution }),
    ...(caseId !== null && { caseId }),
    ...(number !== null && !operator && { number }),
    ...(step !== null && { step }),
    ...said,
    who: {
      ...who,
      ...(role !== undefined && { role }),
      ...(personId !== undefined && { personId }),
      ...(department !== undefined && { department }),
    },
    since,
    foundAt,
    lastSeenAt,
    repairs,
    ...(operator && reason !== undefined && { reason: technical(reason) }),
  };
}

interface CheckRow {
  name: string;
  ran_at: Date;
  ok_at: Date | null;
  error: string | null;
}

export interface Checking {
  /** Whether every check has been made lately: else something may stand still that the list does not have. */
  complete: boolean;
  checks: { name: string; everySeconds: number; lastGoodAt?: string; late: boolean }[];
  /** What is wrong with the checking itself, found while reading: nobody could write it down. */
  findings: FindingRow[];
}

const nowhere = { institution: null, caseId: null, number: null, step: null };

/** How the checking itself is, by the notes that workers leave. */
export async function checkingNow(prisma: PrismaClient): Promise<Checking> {
  const [clock, rows, workers] = await Promise.all([
    prisma.$queryRaw<{ now: Date }[]>`SELECT clock_timestamp() AS now`,
    prisma.$queryRaw<CheckRow[]>`SELECT name, ran_at, ok_at, error FROM stalled_check`,
    prisma.$queryRaw<{ last: Date | null; polling: boolean | null }[]>`
      SELECT max(seen_at) FILTER (WHERE polls) AS last,
             bool_or(polls AND seen_at > clock_timestamp() - make_interval(secs => ${WORKER_SILENT_SECONDS}::int)) AS polling
        FROM worker_presence`,
  ]);
  const now = clock[0]?.now ?? new Date();
  const findings: FindingRow[] = [];
  const wrong = (cause: StalledCause, since: Date | null | undefined, detail: { check?: string; reason?: string }): void => {
    const seen = now.toISOString();
    const id = detail.check === undefined ? cause : `${cause}:${detail.check}`;
    const at = (since ?? now).toISOString();
    findings.push({ ...nowhere, id, cause, since: at, foundAt: seen, lastSeenAt: seen, detail });
  };
  if (workers[0]?.polling !== true) wrong('noWorker', workers[0]?.last, {});
  const checks = (Object.keys(stalledChecks) as StalledCheck[]).map((name) => {
    const row = rows.find((one) => one.name === name);
    const { every } = stalledChecks[name];
    const late = !row?.ok_at || now.getTime() - row.ok_at.getTime() > checkLateAfter(name) * 1_000;
    if (late || row?.error) wrong('checkStopped', row?.ok_at, { check: name, ...(row?.error && { reason: row.error }) });
    return { name, everySeconds: every, ...(row?.ok_at && { lastGoodAt: row.ok_at.toISOString() }), late: late || !!row?.error };
  });
  return { complete: checks.every(({ late }) => !late), checks, findings };
}

export interface FindingFilter {
  /** Undefined: of all institutions, technical causes alone. */
  institutionId: string | undefined;
  cause?: StalledCause | undefined;
  caseIds?: readonly string[] | undefined;
  ids?: readonly string[] | undefined;
  /** The reader, where parts of a finding are kept from applicants of its case. */
  personId: string;
}

/** Open findings, the longest first; behind `after` (since, id), at most `limit`. */
export async function openFindings(
  prisma: PrismaClient,
  filter: FindingFilter,
  after: readonly string[],
  limit: number,
): Promise<FindingRow[]> {
  const { institutionId, cause, caseIds, ids, personId } = filter;
  const [since, id] = after;
  const ofTheMachine = (Object.keys(stalledCauses) as StalledCause[]).filter((one) => stalledCauses[one].technical);
  const where = [
    Prisma.sql`s.gone_at IS NULL`,
    institutionId === undefined
      ? Prisma.sql`s.cause = ANY (${ofTheMachine})`
      : Prisma.sql`(s.institution_id = ${institutionId}::uuid OR s.institution_id IS NULL)`,
    ...(cause === undefined ? [] : [Prisma.sql`s.cause = ${cause}`]),
    ...(caseIds === undefined ? [] : [Prisma.sql`s.case_id = ANY (${caseIds}::uuid[])`]),
    ...(ids === undefined ? [] : [Prisma.sql`s.id = ANY (${ids}::uuid[])`]),
    ...(since === undefined ? [] : [Prisma.sql`(s.since, s.id) > (${since}::timestamptz, ${id}::uuid)`]),
  ];
  // An applicant who keeps the institution learns that an objection waits, not who handles it.
  return prisma.$queryRaw<FindingRow[]>`
    SELECT s.id::text, s.cause, i.code AS institution, s.case_id::text AS "caseId", c.number, c.step, iso(s.since) AS since,
           iso(s.found_at) AS "foundAt", iso(greatest(k.ok_at, s.found_at)) AS "lastSeenAt",
           CASE WHEN EXISTS (SELECT 1 FROM case_party p WHERE p.case_id = s.case_id AND p.person_id = ${personId}::uuid
                                AND p.role IN ('inventor', 'representative'))
                THEN s.detail - 'personId' ELSE s.detail END AS detail
      FROM stalled s LEFT JOIN institution i ON i.id = s.institution_id LEFT JOIN cases c ON c.id = s.case_id
      LEFT JOIN stalled_check k ON k.name = s.found_by
     WHERE ${Prisma.join(where, ' AND ')} ORDER BY s.since, s.id LIMIT ${limit}`;
}
