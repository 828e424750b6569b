import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Pool } from 'pg';
import { keyRing } from '../../activities/keys.ts';
import { Sealer } from '../../activities/sealing.ts';
import { foundInstitution, makeOperator, type Founding } from '../../runtime/found.ts';
import { freshDatabase } from '../harness/services.ts';
import type { SealedRef } from '../../domain/process.ts';

let pool: Pool;
let sealer: Sealer;
beforeAll(async () => {
  pool = new Pool({ connectionString: await freshDatabase(), max: 4 });
  sealer = new Sealer({ pool, keys: keyRing([{ id: 'k', key: randomBytes(32) }]) });
});
afterAll(() => pool.end());

const founding: Founding = {
  code: 'first-university',
  name: '第一示例大学',
  kind: 'university',
  province: '150000',
  city: '150100',
  stateFounded: true,
  login: 'admin@example.org',
  person: '示例管理员',
};

describe('an empty database', () => {
  it('gets its first institution with an administrator whose name is sealed', async () => {
    const { institutionId, personId } = await foundInstitution(pool, sealer, founding);
    const { rows } = await pool.query(
      `SELECT i.code, i.kind, m.roles, p.external_id, p.name FROM institution i
         JOIN membership m ON m.institution_id = i.id JOIN person p ON p.id = m.person_id WHERE i.id = $1 AND p.id = $2`,
      [institutionId, personId],
    );
    expect(rows).toMatchObject([
      { code: 'first-university', kind: 'university', roles: ['member', 'administrator'], external_id: founding.login },
    ]);
    const [{ name }] = rows as [{ name: SealedRef }];
    expect((await sealer.open([name])).get(name.sealed)).toBe('示例管理员');
  });

  it('refuses a code that is taken, and leaves nothing of the attempt behind', async () => {
    await expect(foundInstitution(pool, sealer, { ...founding, login: 'other@example.org' })).rejects.toThrow('first-university');
    const { rowCount } = await pool.query("SELECT 1 FROM person WHERE external_id = 'other@example.org'");
    expect(rowCount).toBe(0);
  });

  it('makes the same person administrator of a second institution, and platform operator once asked to', async () => {
    const { personId } = await foundInstitution(pool, sealer, { ...founding, code: 'second-university' });
    const { rowCount } = await pool.query('SELECT 1 FROM membership WHERE person_id = $1', [personId]);
    expect(rowCount).toBe(2);
    expect(await makeOperator(pool, founding.login)).toBe(true);
    expect(await makeOperator(pool, founding.login)).toBe(true);
    expect(await makeOperator(pool, 'nobody@example.org')).toBe(false);
    const { rows } = await pool.query('SELECT global_roles FROM person WHERE id = $1', [personId]);
    expect(rows).toEqual([{ global_roles: ['platformOperator'] }]);
  });
});
