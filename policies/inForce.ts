/** What is in force for an institution, from what is on file: one reading for whoever asks, the API or a worker. */
import { loadShippedPacks } from './load.ts';
import type { Institution, InstitutionKind, Pack } from './schema.ts';

/** An institution as it is on file. */
export interface InstitutionOnFile {
  id: string;
  name: string;
  kind: string;
  province: string;
  city: string | null;
  stateFounded: boolean;
}

/** The institution as resolution knows it. */
export function institutionOf({ id, name, kind, province, city, stateFounded }: InstitutionOnFile): Institution {
  return { id, name, kind: kind as InstitutionKind, place: { province, city: city ?? province }, stateFounded };
}

/** Packs in force: the newest import of each id, the shipped one where nothing was imported. */
export function packsInForce(imported: readonly Pack[]): Pack[] {
  return [...imported, ...loadShippedPacks().filter(({ id }) => !imported.some((pack) => pack.id === id))];
}
