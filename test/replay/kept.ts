/** What releases have left behind: for each, the histories of cases parked at every step. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import type { ProcessKind } from '../../contracts/messages.ts';
import type { LedgerEvent, Process, Projection } from '../../domain/process.ts';
import type { KeptHistory } from '../../worker/replay.ts';

export const releasesFolder = fileURLToPath(new URL('./releases/', import.meta.url));
export const SUFFIX = '.json.gz';

/** What a case shows of its ledger, but for the to-dos, which a release may arrange otherwise. */
export type Meaning = Omit<Projection, 'tasks'>;

/** What the rows of a ledger mean to the present code; undefined where there are none. */
export function meaningOf(process: Process<unknown>, caseId: string, rows: readonly LedgerEvent[]): Meaning | undefined {
  const [opened] = rows as readonly LedgerEvent<string, { rules?: { institutionId?: string } }>[];
  if (!opened) return undefined;
  const start = process.initial(caseId, opened.data.rules?.institutionId ?? '');
  const { tasks: _tasks, ...meaning } = process.project(rows.reduce((state, row) => process.evolve(state, row), start));
  return meaning;
}

/** A moment at which the case was parked: nothing was under way, and its history had come so far. */
export interface KeptStop {
  step: string;
  /** Tells stops at the same step apart. */
  as?: string;
  /** Length of the history then. */
  events: number;
  /** Length of the case's ledger then. */
  version: number;
  /** What the ledger meant to the release that wrote it; absent where the ledger holds nothing. */
  meant?: Meaning;
}

/** One file: a run of a case as Temporal held it in the end, payloads decoded, and where it was parked on the way. */
export interface KeptRun {
  stops: KeptStop[];
  history: { events: unknown[] };
}

/** A release comes after its candidates: `0.1.0` after `0.1.0-rc.1`. */
const sortable = (release: string): string => (release.includes('-') ? release : `${release}-released`);

/** Releases that left something, oldest first. */
export const releases = readdirSync(releasesFolder).toSorted((a, b) =>
  sortable(a).localeCompare(sortable(b), 'en', { numeric: true }),
);

/** Folder of what the release leaves. Throws when that is no name of a release. */
export function releaseFolder(release: string | undefined): string {
  if (!release || !/^\d+\.\d+\.\d+(-rc\.\d+)?$/.test(release)) throw new Error('Say which: --release 0.2.0');
  return `${releasesFolder}${release}/`;
}

/** Files of a release, by name without suffix. */
export const namesOf = (release: string): string[] =>
  readdirSync(`${releasesFolder}${release}/histories`)
    .filter((name) => name.endsWith(SUFFIX))
    .map((name) => name.slice(0, -SUFFIX.length));

/** The run as it is kept: payloads as the text that they are, which packs to half of what base64 does. */
export const packRun = (run: KeptRun): Buffer => gzipSync(JSON.stringify(run, inText), { level: 9 });

export const readKept = (release: string, name: string): KeptRun =>
  JSON.parse(
    gunzipSync(readFileSync(`${releasesFolder}${release}/histories/${name}${SUFFIX}`)).toString('utf8'),
    inBase64,
  ) as KeptRun;

interface Field {
  metadata?: unknown;
  data?: unknown;
  text?: unknown;
}

function inText(_key: string, value: unknown): unknown {
  const { metadata, data } = (value ?? {}) as Field;
  if (metadata === undefined || typeof data !== 'string') return value;
  const text = Buffer.from(data, 'base64').toString('utf8');
  return Buffer.from(text).toString('base64') === data ? { metadata, text } : value;
}

function inBase64(_key: string, value: unknown): unknown {
  const { metadata, text } = (value ?? {}) as Field;
  if (metadata === undefined || typeof text !== 'string') return value;
  return { metadata, data: Buffer.from(text).toString('base64') };
}

/** Every kept run of every release, whole. */
export function* keptHistories(): Generator<KeptHistory> {
  for (const release of releases) {
    for (const name of namesOf(release)) {
      yield { name: `${release}/${name}`, history: historyFromJSON(readKept(release, name).history) };
    }
  }
}

/** Every kept run once for each of its stops, as Temporal held it then. */
export function* parkedHistories(): Generator<KeptHistory> {
  for (const release of releases) {
    for (const name of namesOf(release)) {
      const { stops, history } = readKept(release, name);
      for (const { step, as, events } of stops) {
        const parked = { ...history, events: history.events.slice(0, events) };
        yield { name: [`${release}/${name}`, step, as ?? []].flat().join('.'), history: historyFromJSON(parked) };
      }
    }
  }
}

/** Texts that stood sealed in the database when the release's histories were made: none may stand in a history. */
export const canariesOf = (release: string): string[] =>
  JSON.parse(readFileSync(`${releasesFolder}${release}/canaries.json`, 'utf8')) as string[];

/** Every payload's bytes in a history as JSON has it, decoded, as text. */
export function payloadTexts(history: unknown): string[] {
  const texts: string[] = [];
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, child] of Object.entries(value)) {
      if (key === 'data' && typeof child === 'string') texts.push(Buffer.from(child, 'base64').toString('utf8'));
      else walk(child);
    }
  };
  walk(history);
  return texts;
}

/** The ledger of the case as far as a run brought it, out of what the activities answered. */
export function ledgerIn(history: unknown): LedgerEvent[] {
  const events = new Map<number, LedgerEvent>();
  for (const text of payloadTexts(history)) {
    const answer = text.startsWith('{') ? (JSON.parse(text) as { rows?: LedgerEvent[]; events?: LedgerEvent[] }) : {};
    for (const event of [...(answer.rows ?? []), ...(answer.events ?? [])])
      if ('effectiveAt' in event) events.set(event.seq, event);
  }
  return [...events.values()].toSorted((a, b) => a.seq - b.seq);
}

interface StartedEvent {
  workflowExecutionStartedEventAttributes?: { workflowType?: { name?: string } };
}

/** The process that a run is of, by its workflow type. */
export function kindOf({ events }: KeptRun['history']): ProcessKind {
  const started = (events[0] as StartedEvent | undefined)?.workflowExecutionStartedEventAttributes;
  return started?.workflowType?.name?.replace(/Workflow$/, '') as ProcessKind;
}
