import type pg from 'pg';
import type { RuleSnapshot } from '../domain/rules.ts';
import { institutionOf, packsInForce, type InstitutionOnFile } from '../policies/inForce.ts';
import { resolve } from '../policies/resolve.ts';
import type { Overlay, Pack } from '../policies/schema.ts';

/** The rules of an institution on a date, from its own overlay and the packs: shipped ones, newer imports in their place. */
export async function rulesOn(pool: pg.Pool, institutionId: string, on: string): Promise<RuleSnapshot> {
  const [institutions, overlays, imported] = await Promise.all([
    pool.query<InstitutionOnFile>(
      'SELECT id, name, kind, province, city, state_founded AS "stateFounded" FROM institution WHERE id = $1',
      [institutionId],
    ),
    pool.query<{ content: Overlay }>(
      'SELECT content FROM overlay_version WHERE institution_id = $1 AND from_date <= $2::date ORDER BY version DESC LIMIT 1',
      [institutionId, on],
    ),
    pool.query<{ content: Pack }>('SELECT DISTINCT ON (id) content FROM pack_version ORDER BY id, imported_at DESC'),
  ]);
  const row = institutions.rows[0];
  if (!row) throw new Error(`There is no institution ${institutionId}`);
  const packs = packsInForce(imported.rows.map(({ content }) => content));
  return resolve({ institution: institutionOf(row), on, packs, overlay: overlays.rows[0]?.content });
}
