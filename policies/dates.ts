/** When packs and values are in force. All dates are inclusive and compare as strings, being of one width. */
import { addDays, addYears, isDate } from '../domain/time/index.ts';
import { problem, PolicyError } from './problems.ts';
import type { Pack } from './schema.ts';

/** The pack's last day in force, or nothing if it has no end (hlj.z1). Five years from 2025-01-01 end on 2029-12-31. */
export function lastDayOf(pack: Pick<Pack, 'from' | 'until' | 'lasts'>): string | undefined {
  if (pack.until) return pack.until;
  return pack.from && pack.lasts ? addDays(addYears(pack.from, pack.lasts.years), -1) : undefined;
}

/** The earlier of two last days; an absent one is no end. */
export function earlier(a: string | undefined, b: string | undefined): string | undefined {
  if (!a || !b) return a ?? b;
  return a < b ? a : b;
}

/**
 * The packs with first days as the platform operator set them. Only a pack whose text leaves its first day open can be
 * edited, and where the text leaves just some readings (bt-149.z2), only to one of these; the version then carries the date, so
 * that a snapshot shows it. Throws PolicyError otherwise.
 */
export function withDates(packs: readonly Pack[], edits: Readonly<Record<string, string>>): Pack[] {
  return packs.map((pack) => {
    const from = edits[pack.id];
    if (from === undefined || from === pack.from) return pack;
    const choices = pack.assumedFrom?.choices;
    if (!pack.assumedFrom || !isDate(from) || (choices && !choices.includes(from))) {
      throw new PolicyError([problem('packs.datesFixed', `/${pack.id}/from`, from)], 'withDates');
    }
    return { ...pack, from, version: `${pack.version}@${from}` };
  });
}

/** Every day on which something begins or follows an end: between two of them nothing changes. Sorted. */
export function boundaries(packs: readonly Pack[]): string[] {
  const days = new Set<string>();
  const after = (day: string | undefined): unknown => day && days.add(addDays(day, 1));
  for (const pack of packs) {
    if (pack.status === 'draft' || !pack.from) continue;
    days.add(pack.from);
    after(lastDayOf(pack));
    for (const one of Object.values(pack.rules).flat()) {
      if (one.from) days.add(one.from);
      after(one.until);
    }
  }
  return [...days].sort();
}
