/** What releases have left behind: for each, the histories of cases parked at every step. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import type { LedgerEvent, Projection } from '../../domain/process.ts';
import type { KeptHistory } from '../../worker/replay.ts';

export const releasesFolder = fileURLToPath(new URL('./releases/', import.meta.url));
export const SUFFIX = '.json.gz';

/** What a case shows of its ledger, but for the to-dos, which a release may arrange otherwise. */
export type Meaning = Omit<Projection, 'tasks'>;

export function meaningOf({ tasks: _tasks, ...meaning }: Projection): Meaning {
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

/** Releases that left histories, oldest first. */
export const releases = readdirSync(releasesFolder).toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));

/** Files of a release, by name without suffix. */
export const namesOf = (release: string): string[] =>
  readdirSync(`${releasesFolder}${release}/histories`)
    .filter((name) => name.endsWith(SUFFIX))
    .map((name) => name.slice(0, -SUFFIX.length));

export const readKept = (release: string, name: string): KeptRun =>
  JSON.parse(gunzipSync(readFileSync(`${releasesFolder}${release}/histories/${name}${SUFFIX}`)).toString('utf8')) as KeptRun;

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
