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

/** Windows that were counted alike, and so are counted anew alike: thousands of them are published by few counts. */
interface Alike {
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
  windows: Window[];
}

interface Window {
  institutionId: string;
  caseId: string;
  key: string;
}

/** What an import does to one window. */
export type WindowChange = Window & Pick<DeadlineChange, 'outcome' | 'changed' | 'from' | 'to'>;

/** What an import does to all of them. */
export interface CalendarChanges extends Omit<ImportPreview, 'changes'> {
  changes: WindowChange[];
}

/** The last day that a window was moved to by hand. */
function movedTo({ adjustments }: Alike): { notBefore?: string } {
  const moves = (adjustments ?? []).filter(({ kind }) => kind === 'move').map(({ lastDay }) => lastDay);
  const last = moves.toSorted().at(-1);
  return last === undefined ? {} : { notBefore: last };
}

const stored = (alike: Alike, id: string): StoredDeadline => ({
  id,
  input: {
    start: alike.startDate,
    bound: alike.bound,
    n: alike.n,
    unit: alike.unit,
    countsFirstDay: alike.countsFirstDay,
  },
  deadline: {
    lastDay: alike.lastDay,
    endsAt: alike.endsAt,
    provisional: alike.provisional,
    calendarVersion: alike.calendarVersion,
    skipped: alike.skipped,
    arithmetic: [],
  },
  published: true,
  ...movedTo(alike),
});

/** Locks the cases of windows that run, in one order: receipts and closings of these cases are waited for. */
const lockCases = (tx: Tx): Promise<unknown> =>
  tx.$executeRaw`SELECT FROM cases c WHERE EXISTS (
    SELECT 1 FROM deadline d WHERE d.case_id = c.id AND d.kind = 'window' AND d.state = 'running') ORDER BY c.id FOR UPDATE`;

/** Windows that end after the transaction's own instant; and that instant. */
async function running(tx: Tx): Promise<{ at: string; groups: Alike[] }> {
  const rows = await tx.$queryRaw<{ at: string; groups: Alike[] }[]>`
    WITH clock AS MATERIALIZED (SELECT service_clock() AS at), alike AS (
      SELECT d.start_date AS "startDate", d.last_day AS "lastDay", iso(d.ends_at) AS "endsAt", d.bound, d.n, d.unit,
             d.counts_first_day AS "countsFirstDay", d.calendar_version AS "calendarVersion", d.provisional, d.skipped, d.adjustments,
             jsonb_agg(jsonb_build_object('institutionId', d.institution_id, 'caseId', d.case_id, 'key', d.key)) AS windows
        FROM deadline d, clock WHERE d.kind = 'window' AND d.state = 'running' AND d.ends_at > clock.at
       GROUP BY d.start_date, d.last_day, d.ends_at, d.bound, d.n, d.unit, d.counts_first_day, d.calendar_version, d.provisional,
                d.skipped, d.adjustments
    ) SELECT iso(clock.at) AS at, coalesce((SELECT jsonb_agg(alike) FROM alike), '[]') AS groups FROM clock`;
  return rows[0] ?? { at: '', groups: [] };
}

type Counted = DeadlineChange & { windows: Window[] };

/** What the import does to each group, and to each window in the order of their cases. */
function counted(base: Calendar, patch: CalendarImport, { at, groups }: { at: string; groups: Alike[] }) {
  const { changes, ...done } = previewImport(
    base,
    patch,
    groups.map((alike, n) => stored(alike, String(n))),
    at,
  );
  const each: Counted[] = changes.map((change) => ({ ...change, windows: groups[Number(change.id)]?.windows ?? [] }));
  const windows = each.flatMap(({ windows: all, outcome, changed, from, to }) =>
    all.map((window): WindowChange => ({ ...window, outcome, changed, from, to })),
  );
  windows.sort((a, b) => (a.caseId < b.caseId || (a.caseId === b.caseId && a.key < b.key) ? -1 : 1));
  return { each, done: { ...done, changes: windows } satisfies CalendarChanges };
}

/** What an import does to one deadline, as it is told. */
export const changeShown = ({ caseId, key, outcome, from, to }: WindowChange) => ({ caseId, key, outcome, from, to });

/** What the import would do now, changing nothing. Throws CalendarError for one that cannot be used. */
export async function previewCalendar(tx: Tx, base: Calendar, raw: unknown): Promise<CalendarChanges> {
  const patch = checkImport(base, raw);
  return counted(base, patch, await running(tx)).done;
}

/** Moves the windows, stores the version and sends each case its act; answers what has changed. */
export async function applyCalendarImport(
  tx: Tx,
  base: Calendar,
  patch: CalendarImport,
  by: { personId: string; note: string | undefined },
): Promise<CalendarChanges> {
  await lockCases(tx);
  // The instant is taken behind the locks.
  const found = await running(tx);
  const { each, done } = counted(base, patch, found);
  const calendar = applyImport(base, patch);
  await tx.$executeRaw`INSERT INTO calendar_version (version, content, imported_at, imported_by, note)
    VALUES (${calendar.version}, ${JSON.stringify(calendar)}::jsonb, ${found.at}::timestamptz, ${by.personId}::uuid, ${by.note ?? null})`;
  const moved = each
    .filter(({ changed }) => changed)
    .map(({ deadline: { lastDay, endsAt, provisional, calendarVersion, skipped }, windows }) => ({
      lastDay,
      endsAt,
      provisional,
      calendarVersion,
      skipped,
      caseIds: windows.map(({ caseId }) => caseId),
      keys: windows.map(({ key }) => key),
    }));
  await tx.$executeRaw`
    UPDATE deadline d SET last_day = n."lastDay", ends_at = n."endsAt", provisional = n.provisional,
           calendar_version = n."calendarVersion", skipped = n.skipped, moved_to = n."calendarVersion"
      FROM jsonb_to_recordset(${JSON.stringify(moved)}::jsonb)
        AS n("caseIds" uuid[], keys text[], "lastDay" date, "endsAt" timestamptz, provisional boolean, "calendarVersion" text,
             skipped jsonb), unnest(n."caseIds", n.keys) AS w(case_id, key)
     WHERE d.case_id = w.case_id AND d.key = w.key`;
  const { version: calendarVersion } = calendar;
  const acts = done.changes
    // Held, and as certain as before: the case has nothing to note.
    .filter(({ changed, from, to }) => changed || from.provisional !== to.provisional)
    .map(({ institutionId, caseId, key }) => {
      const body = { calendarVersion, deadline: key };
      return systemActRequest({ institutionId, caseId, type: 'applyCalendar', body, reason: `${calendarVersion} ${key}` });
    });
  const [told] = await tx.$queryRaw<{ n: number }[]>`SELECT receive_system_acts(${JSON.stringify(acts)}::jsonb) AS n`;
  if (told?.n !== acts.length) throw new Error(`Of ${acts.length} acts of the import ${told?.n ?? 0} were received`);
  return done;
}
