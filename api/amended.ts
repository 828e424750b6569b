/** What the latest version of an application changed against the one before, for whoever checks it anew. */
import { percentOfPpm } from '../contracts/schemas.ts';
import type { Application } from '../domain/empowerment/index.ts';
import type { LedgerEvent } from '../domain/process.ts';
import type { Deps } from './deps.ts';
import { openAll } from './seal.ts';

/** The application with shares as the API says them. */
export function applicationShown({ inventors, unitPpm, incomeUnitPpm, ...rest }: Application) {
  return {
    ...rest,
    inventors: inventors.map(({ personId, ppm }) => ({ personId, share: percentOfPpm(ppm) })),
    unitShare: percentOfPpm(unitPpm),
    incomeUnitShare: percentOfPpm(incomeUnitPpm),
  };
}

interface Version {
  application: Application;
  version: number;
}

/** Versions of the application in their order; the first is the one that was sent. */
const versionsOf = (events: readonly LedgerEvent[]): Version[] =>
  events.flatMap(({ type, data }): Version[] => {
    if (type === 'caseOpened') return [{ version: 1, ...(data as { application: Application }) }];
    return type === 'applicationAmended' ? [data as Version] : [];
  });

export interface AmendedParts {
  version: number;
  /** A text is null where its subject was erased, and before it was there. */
  changes: { at: string; before: unknown; after: unknown }[];
}

/** The parts of the latest version that read otherwise than before; nothing while there is but one. */
export async function amendedParts(deps: Deps, events: readonly LedgerEvent[]): Promise<AmendedParts | undefined> {
  const [last, previous] = versionsOf(events).toReversed();
  if (!last || !previous) return undefined;
  // A text is sealed anew each time that it is sent, so that versions are compared by what they say.
  const { before, after } = await openAll(
    { before: applicationShown(previous.application), after: applicationShown(last.application) },
    deps.sealer,
  );
  const [was, is] = [before as Record<string, unknown>, after as Record<string, unknown>];
  const changes = [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .filter((part) => JSON.stringify(was[part]) !== JSON.stringify(is[part]))
    .map((part) => ({ at: `/${part}`, before: was[part] ?? null, after: is[part] ?? null }));
  return { version: last.version, changes };
}
