/** Names of people, opened for those who may read them. */
import type { SealedRef } from '../domain/process.ts';
import type { Deps } from './deps.ts';
import { openAll } from './seal.ts';

/** Names by person id; an erased name is absent. */
export async function namesOf(deps: Deps, ids: readonly string[]): Promise<Map<string, string>> {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return new Map();
  const rows = await deps.prisma.person.findMany({ where: { id: { in: wanted } }, select: { id: true, name: true } });
  const opened = await openAll(
    rows.map(({ id, name }) => ({ id, name: name as unknown as SealedRef })),
    deps.sealer,
  );
  return new Map(opened.flatMap(({ id, name }) => (name === null ? [] : [[id, name] as const])));
}
