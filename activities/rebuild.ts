/** Computes what lists and search show anew from the ledgers, and compares it with the tables or puts it back. */
import type pg from 'pg';
import type { LoadResult, ProcessKind } from '../contracts/messages.ts';
import type { Process, Projection } from '../domain/process.ts';

/** Every process that a ledger may belong to; `domain/index.ts` has them. */
export type Processes = Readonly<Record<ProcessKind, Process<unknown>>>;

/** A case whose rows are not what its ledger gives. */
export interface Difference {
  caseId: string;
  /** Where they differ, as JSON pointers into the projection; `/version` and `/headHash` are the case's own. */
  at: string[];
  /** Whether the rows were put right. */
  rebuilt: boolean;
}

export interface RebuildReport {
  cases: number;
  differences: Difference[];
  /** Cases whose ledger no process here could read, with the reason. */
  failed: { caseId: string; reason: string }[];
}

interface CaseRow {
  id: string;
  version: number;
  headHash: string;
  last: { seq: number; hash: string } | null;
  loaded: LoadResult;
  stored: Projection;
}

/** Goes through the cases of an institution, or of all. With `write` it replaces what differs. */
export async function rebuildProjections(
  pool: Pick<pg.Pool, 'query'>,
  processes: Processes,
  { institutionId, write }: { institutionId?: string | undefined; write: boolean },
): Promise<RebuildReport> {
  const report: RebuildReport = { cases: 0, differences: [], failed: [] };
  for (let after = '00000000-0000-0000-0000-000000000000'; ;) {
    // One statement, so that ledger and rows are of one moment even while acts go on.
    const { rows } = await pool.query<CaseRow>(
      `SELECT c.id, c.version, c.head_hash AS "headHash", load_case(c.id, 0) AS loaded, read_projection(c.id) AS stored,
              (SELECT jsonb_build_object('seq', l.seq, 'hash', l.hash) FROM ledger l WHERE l.case_id = c.id
                ORDER BY l.seq DESC LIMIT 1) AS last
         FROM cases c
        WHERE c.id > $1 AND ($2::uuid IS NULL OR c.institution_id = $2)
          AND EXISTS (SELECT 1 FROM ledger l WHERE l.case_id = c.id)
        ORDER BY c.id LIMIT 100`,
      [after, institutionId ?? null],
    );
    for (const row of rows) await one(pool, processes, row, write, report);
    const last = rows.at(-1);
    if (!last) return report;
    after = last.id;
  }
}

async function one(
  pool: Pick<pg.Pool, 'query'>,
  processes: Processes,
  { id, version, headHash, last, loaded, stored }: CaseRow,
  write: boolean,
  report: RebuildReport,
): Promise<void> {
  report.cases++;
  let projection: Projection;
  try {
    const process = processes[loaded.kind];
    const start = process.initial(id, loaded.institutionId);
    projection = process.project(loaded.events.reduce((state, event) => process.evolve(state, event), start));
  } catch (error) {
    report.failed.push({ caseId: id, reason: error instanceof Error ? error.message : String(error) });
    return;
  }
  const at = [
    ...(version === last?.seq ? [] : ['/version']),
    ...(headHash === last?.hash ? [] : ['/headHash']),
    ...differing(comparable(projection), comparable(stored), ''),
  ];
  if (at.length === 0) return;
  let rebuilt = false;
  if (write && last) {
    const answer = await pool.query<{ done: boolean }>('SELECT rebuild_projection($1, $2, $3, $4) AS done', [
      id,
      last.seq,
      last.hash,
      JSON.stringify(projection),
    ]);
    rebuilt = answer.rows[0]?.done ?? false;
  }
  report.differences.push({ caseId: id, at, rebuilt });
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

/** What tells rows of one list apart. */
function nameOf(row: unknown): string {
  const { id, key, personId, role } = row as Record<string, string | undefined>;
  return [id ?? key ?? personId, role].join(' ');
}

/** The order of rows means nothing, an absent value is a null, and an instant is one instant however it is written. */
function comparable(value: unknown): unknown {
  if (typeof value === 'string' && INSTANT.test(value)) {
    const ms = Date.parse(value);
    return Number.isNaN(ms) ? value : new Date(ms).toISOString();
  }
  if (Array.isArray(value)) {
    const keyed = value.every(
      (entry) => typeof entry === 'object' && entry !== null && ('id' in entry || 'key' in entry || 'personId' in entry),
    );
    const entries = value.map(comparable);
    return keyed ? Object.fromEntries(entries.map((entry) => [nameOf(entry), entry])) : entries;
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, entry]) => entry !== undefined && entry !== null)
        .map(([key, entry]) => [key, comparable(entry)]),
    );
  }
  return value;
}

function differing(a: unknown, b: unknown, at: string): string[] {
  if (typeof a === 'object' && a !== null && typeof b === 'object' && b !== null) {
    const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
    const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
    return [...keys].flatMap((key) => differing(left[key], right[key], `${at}/${key}`));
  }
  return a === b ? [] : [at];
}
