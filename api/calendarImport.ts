/**
 * Imports a calendar: a new version, and in the same transaction every running window counted anew. A published window
 * never ends earlier. Each case whose window is touched gets an act of the system in the same transaction, and notes the
 * import in its ledger when it comes to it: after what was received before, and before anything that was received later.
 */
import { systemActRequest } from '../contracts/systemActs.ts';
import {
  applyImport,
  checkImport,
  previewImport,
  type Calendar,
  type CalendarImport,
  type DeadlineChange,
  type ImportPreview,
  type StoredDeadline,
} from '../domain/time/index.ts';
import type { Adjustment } from '../domain/process.ts';
import type { Tx } from './audit.ts';

interface Row {
  institutionId: string;
  caseId: string;
  key: string;
  kind: string;
  startDate: string;
  lastDay: string;
  endsAt: string;
  bound: 'atLeast' | 'atMost';
  n: number;
  unit: 'workingDay' | 'calendarDay' | 'month' | 'year';
  countsFirstDay: boolean;
  calendarVersion: string;
  provisional: boolean;
  skipped: { date: string; reason: string }[];
  adjustments: Adjustment[] | null;
}

/** The last day that a window was moved to by hand. */
function movedTo({ adjustments }: Row): { notBefore?: string } {
  const moves = (adjustments ?? []).filter(({ kind }) => kind === 'move').map(({ lastDay }) => lastDay);
  const last = moves.toSorted().at(-1);
  return last === undefined ? {} : { notBefore: last };
}

const stored = (row: Row): StoredDeadline => ({
  id: `${row.institutionId} ${row.caseId} ${row.key}`,
  input: { start: row.startDate, bound: row.bound, n: row.n, unit: row.unit, countsFirstDay: row.countsFirstDay },
  deadline: {
    lastDay: row.lastDay,
    endsAt: row.endsAt,
    provisional: row.provisional,
    calendarVersion: row.calendarVersion,
    skipped: row.skipped,
    arithmetic: [],
  },
  published: row.kind === 'window',
  ...movedTo(row),
});

/** Windows that end after the transaction's own instant, locked; and that instant. */
async function running(tx: Tx, lock: boolean): Promise<{ at: string; deadlines: StoredDeadline[] }> {
  // The cases' locks first, in one order: receipts and closings of these cases are waited for, and the instant lies behind.
  if (lock)
    await tx.$queryRaw`SELECT 1 FROM cases c WHERE EXISTS (
        SELECT 1 FROM deadline d WHERE d.case_id = c.id AND d.kind = 'window' AND d.state = 'running') ORDER BY c.id FOR UPDATE`;
  const rows = await tx.$queryRaw<{ at: string; rows: Row[] }[]>`
    WITH clock AS MATERIALIZED (SELECT service_clock() AS at)
    SELECT iso(clock.at) AS at, coalesce((SELECT jsonb_agg(jsonb_build_object('institutionId', d.institution_id, 'caseId', d.case_id, 'key', d.key, 'kind', d.kind,
        'startDate', d.start_date, 'lastDay', d.last_day, 'endsAt', iso(d.ends_at), 'bound', d.bound, 'n', d.n, 'unit', d.unit,
        'countsFirstDay', d.counts_first_day, 'calendarVersion', d.calendar_version, 'provisional', d.provisional,
        'skipped', d.skipped, 'adjustments', d.adjustments) ORDER BY d.case_id, d.key)
      FROM deadline d WHERE d.kind = 'window' AND d.state = 'running' AND d.ends_at > clock.at), '[]') AS rows FROM clock`;
  const [row] = rows;
  return { at: row?.at ?? '', deadlines: (row?.rows ?? []).map(stored) };
}

/** Whose deadline it is. */
function placeOf({ id }: DeadlineChange): { institutionId: string; caseId: string; key: string } {
  const [institutionId = '', caseId = '', key = ''] = id.split(' ');
  return { institutionId, caseId, key };
}

/** What an import does to one deadline, as it is told. */
export function changeShown(change: DeadlineChange) {
  const { outcome, from, to } = change;
  const { caseId, key } = placeOf(change);
  return { caseId, key, outcome, from, to };
}

/** What the import would do now, changing nothing. Throws CalendarError for one that cannot be used. */
export async function previewCalendar(tx: Tx, base: Calendar, raw: unknown): Promise<ImportPreview> {
  const patch = checkImport(base, raw);
  const { at, deadlines } = await running(tx, false);
  return previewImport(base, patch, deadlines, at);
}

/** Moves the windows, stores the version and sends each case its act; answers what has changed. */
export async function applyCalendarImport(
  tx: Tx,
  base: Calendar,
  patch: CalendarImport,
  by: { personId: string; note: string | undefined },
): Promise<ImportPreview> {
  const { at, deadlines } = await running(tx, true);
  const done = previewImport(base, patch, deadlines, at);
  const calendar = applyImport(base, patch);
  await tx.$executeRaw`INSERT INTO calendar_version (version, content, imported_at, imported_by, note)
    VALUES (${calendar.version}, ${JSON.stringify(calendar)}::jsonb, ${at}::timestamptz, ${by.personId}::uuid, ${by.note ?? null})`;
  const rows = done.changes.filter(({ changed }) => changed).map((change) => ({ ...placeOf(change), ...change.deadline }));
  await tx.$executeRaw`
    UPDATE deadline d SET last_day = n."lastDay", ends_at = n."endsAt", provisional = n.provisional,
           calendar_version = n."calendarVersion", skipped = n.skipped, moved_to = n."calendarVersion"
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        AS n("caseId" uuid, key text, "lastDay" date, "endsAt" timestamptz, provisional boolean, "calendarVersion" text, skipped jsonb)
     WHERE d.case_id = n."caseId" AND d.key = n.key`;
  const { version: calendarVersion } = calendar;
  const acts = done.changes
    // Held, and as certain as before: the case has nothing to note.
    .filter(({ changed, from, to }) => changed || from.provisional !== to.provisional)
    .map((change) => {
      const { institutionId, caseId, key } = placeOf(change);
      const body = { calendarVersion, deadline: key };
      return systemActRequest({ institutionId, caseId, type: 'applyCalendar', body, reason: `${calendarVersion} ${key}` });
    });
  const [told] = await tx.$queryRaw<{ n: number }[]>`SELECT receive_system_acts(${JSON.stringify(acts)}::jsonb) AS n`;
  if (told?.n !== acts.length) throw new Error(`Of ${acts.length} acts of the import ${told?.n ?? 0} were received`);
  return done;
}
