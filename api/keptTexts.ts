/**
 * The texts of an application that an amendment repeats. Sealed anew they would read like a change of what everybody has
 * consented to, so what still says the same at the same place keeps its reference.
 */
import type { SealedRef } from '../domain/process.ts';
import type { Sealer } from './ports.ts';
import { isRef, type Kept } from './seal.ts';

interface Found {
  ref: SealedRef;
  /** Who it is of, where that is a party by its own id. */
  id: unknown;
}

function textsIn(value: unknown, id: unknown, pointer: string): [string, Found][] {
  if (typeof value !== 'object' || value === null) return [];
  if (isRef(value)) return [[pointer, { ref: value, id }]];
  const own = 'id' in value ? value.id : id;
  return Object.entries(value).flatMap(([key, entry]) => textsIn(entry, own, `${pointer}/${key}`));
}

/** What an act of the type may keep of the texts of its case; `events` reads its ledger, in which they stand. */
export async function keptTexts(
  sealer: Sealer,
  { kind, type }: { kind: string; type: string },
  events: () => Promise<{ type: string; data: unknown }[]>,
): Promise<Kept> {
  if (kind !== 'empowerment' || type !== 'amendApplication') return () => undefined;
  const last = (await events()).findLast((event) => ['caseOpened', 'applicationAmended'].includes(event.type));
  const { application } = (last?.data ?? {}) as { application?: unknown };
  const found = new Map(textsIn(application, undefined, '/application'));
  const texts = await sealer.open([...found.values()].map(({ ref }) => ref));
  return (value, around, pointer) => {
    const before = found.get(pointer);
    // What somebody wrote in their own name is theirs; another who writes the same writes it in theirs.
    const same = value.subject !== 'actor' && before?.id === around['id'];
    return before && same && texts.get(before.ref.sealed) === value.text ? before.ref : undefined;
  };
}
