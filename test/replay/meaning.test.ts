/**
 * What a ledger meant when it was written it means today: rows of every release's cases, folded by the present code,
 * give what they gave then. A later release may show more of a case, never something else.
 */
import { describe, expect, it } from '@jest/globals';
import { processes } from '../../domain/index.ts';
import { kindOf, ledgerIn, meaningOf, namesOf, readKept, releases } from './kept.ts';

/** What somebody could be in a case to the release; a later one may keep rows of further roles. */
const rolesIn = (release: string): Set<string> =>
  new Set(
    namesOf(release)
      .flatMap((name) => readKept(release, name).stops)
      .flatMap(({ meant }) => meant?.parties.map(({ role }) => role) ?? []),
  );

describe.each(releases)('ledgers of release %s', (release) => {
  const known = rolesIn(release);

  it.each(namesOf(release))('%s', (name) => {
    const { stops, history } = readKept(release, name);
    const ledger = ledgerIn(history);
    for (const { version, meant } of stops) {
      const rows = ledger.slice(0, version);
      expect(rows).toHaveLength(version);
      if (!meant) continue;
      const now = meaningOf(processes[kindOf(history)], name, rows);
      const parties = now?.parties.filter(({ role }) => known.has(role));
      expect(JSON.parse(JSON.stringify({ ...now, parties }))).toMatchObject(meant);
    }
  });
});
