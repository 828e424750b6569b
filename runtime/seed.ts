/** Sample institutions, people and overlays, so that a first start can be used at once. All of it is invented and says so. */
import type pg from 'pg';
import type { Sealer } from '../activities/sealing.ts';
import type { SealedRow } from '../contracts/sealing.ts';
import { shippedCalendar } from '../domain/time/data/calendar.ts';
import { loadSample } from '../policies/load.ts';
import {
  sampleId,
  sampleInstitutionId,
  sampleNames,
  sampleOutsiders,
  samplePeople,
  samplePersonId,
  sampleSeats,
  type SampleName,
} from './samplePeople.ts';

/** Memberships of the samples begin early enough for every date that a demonstration plays on. */
const since = '2015-01-01';

/** Writes the samples in one transaction; what is there already stays as it is. Answers how many institutions were new. */
export async function seedSamples(pool: pg.Pool, sealer: Sealer): Promise<number> {
  // Sealed beforehand: the sealer makes subjects' keys over connections of its own.
  const people = await sealPeople(sealer);
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    // By legal time, as imports are: which calendar is the newest must not depend on the machine's own clock.
    await client.query(
      `INSERT INTO calendar_version (version, content, imported_at, note) VALUES ($1, $2, service_clock(), $3)
       ON CONFLICT DO NOTHING`,
      [
        shippedCalendar.version,
        JSON.stringify(shippedCalendar),
        '随系统提供的国务院放假安排 / State Council calendar as shipped',
      ],
    );
    for (const { id, ref, row, globalRoles } of people) {
      const inserted = await client.query(
        'INSERT INTO person (id, name, global_roles) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING',
        [id, JSON.stringify(ref), globalRoles],
      );
      if (inserted.rowCount === 1) await insertSealed(client, row);
    }
    let fresh = 0;
    for (const name of sampleNames) fresh += (await seedInstitution(client, name)) ? 1 : 0;
    await client.query('COMMIT');
    return fresh;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

interface SealedPerson {
  id: string;
  ref: unknown;
  row: SealedRow;
  globalRoles: string[];
}

async function sealPeople(sealer: Sealer): Promise<SealedPerson[]> {
  const all = [
    ...sampleNames.flatMap((institution) =>
      samplePeople(institution).map(({ key, name }) => ({ id: samplePersonId(institution, key), name, roles: [] as string[] })),
    ),
    ...sampleOutsiders.map(({ key, name, roles }) => ({ id: samplePersonId('outside', key), name, roles: roles as string[] })),
  ];
  const sealed: SealedPerson[] = [];
  for (const { id, name, roles } of all)
    sealed.push({ id, globalRoles: roles, ...(await sealer.seal({ kind: 'person', id }, name)) });
  return sealed;
}

async function insertSealed(client: pg.PoolClient, row: SealedRow): Promise<void> {
  await client.query(
    `INSERT INTO sealed_value (id, subject_kind, subject_id, digest, nonce, ciphertext)
     VALUES ($1, $2, $3, $4, decode($5, 'base64'), decode($6, 'base64'))`,
    [row.id, row.subjectKind, row.subjectId, row.digest, row.nonce, row.ciphertext],
  );
}

async function seedInstitution(client: pg.PoolClient, name: SampleName): Promise<boolean> {
  const { institution, overlay } = loadSample(name);
  const id = sampleInstitutionId(name);
  const inserted = await client.query(
    `INSERT INTO institution (id, code, name, kind, province, city, state_founded) VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (id) DO NOTHING`,
    [id, name, institution.name, institution.kind, institution.place.province, institution.place.city, institution.stateFounded],
  );
  if (inserted.rowCount === 0) return false;
  await client.query('INSERT INTO overlay_version (institution_id, version, from_date, content) VALUES ($1, $2, $3, $4)', [
    id,
    overlay.version,
    overlay.from,
    JSON.stringify({ ...overlay, institutionId: id }),
  ]);
  for (const { key, roles, departments } of samplePeople(name)) {
    await client.query(
      'INSERT INTO membership (institution_id, person_id, roles, departments, "from") VALUES ($1, $2, $3, $4, $5)',
      [id, samplePersonId(name, key), roles, departments, since],
    );
  }
  await client.query("INSERT INTO body (institution_id, body, name) VALUES ($1, 'leadingGroup', $2), ($1, 'leadership', $3)", [
    id,
    '科技成果转化工作领导小组（示例）',
    '领导班子（示例）',
  ]);
  for (const { key, body, department, substitute = false } of sampleSeats) {
    await client.query(
      'INSERT INTO body_member (id, institution_id, body, person_id, department, substitute, "from") VALUES ($1, $2, $3, $4, $5, $6, $7)',
      [sampleId(`${name}/${body}/${key}`), id, body, samplePersonId(name, key), department ?? null, substitute, since],
    );
  }
  return true;
}
