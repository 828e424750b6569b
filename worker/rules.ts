import type pg from 'pg';
import type { RuleSnapshot } from '../domain/rules.ts';
import { loadShippedPacks } from '../policies/load.ts';
import { resolve } from '../policies/resolve.ts';
import type { Institution, InstitutionKind, Overlay, Pack } from '../policies/schema.ts';

interface InstitutionRow {
  id: string;
  name: string;
  kind: InstitutionKind;
  province: string;
  city: string | null;
  state_founded: boolean;
}

/** The rules of an institution on a date, from its own overlay and the packs: shipped ones, newer imports in their place. */
export async function rulesOn(pool: pg.Pool, institutionId: string, on: string): Promise<RuleSnapshot> {
  const [institutions, overlays, imported] = await Promise.all([
    pool.query<InstitutionRow>('SELECT id, name, kind, province, city, state_founded FROM institution WHERE id = $1', [
      institutionId,
    ]),
    pool.query<{ content: Overlay }>(
      'SELECT content FROM overlay_version WHERE institution_id = $1 AND from_date <= $2::date ORDER BY version DESC LIMIT 1',
      [institutionId, on],
    ),
    pool.query<{ content: Pack }>('SELECT DISTINCT ON (id) content FROM pack_version ORDER BY id, imported_at DESC'),
  ]);
  const row = institutions.rows[0];
  if (!row) throw new Error(`There is no institution ${institutionId}`);
  const institution: Institution = {
    id: row.id,
    name: row.name,
    kind: row.kind,
    place: { province: row.province, city: row.city ?? row.province },
    stateFounded: row.state_founded,
  };
  const newer = imported.rows.map(({ content }) => content);
  const packs = [...newer, ...loadShippedPacks().filter(({ id }) => !newer.some((pack) => pack.id === id))];
  return resolve({ institution, on, packs, overlay: overlays.rows[0]?.content });
}
