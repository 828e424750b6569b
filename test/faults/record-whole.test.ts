/** A whole case through the real engine: its chain holds, and its rows are what its ledger gives. */
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { makeCheckpoint } from '../../activities/checkpoint.ts';
import { readLedger } from '../../activities/ledgerSource.ts';
import { NoteSigner } from '../../activities/note.ts';
import { rebuildProjections } from '../../activities/rebuild.ts';
import { verifyLedger } from '../../activities/verify.ts';
import { Story } from '../../cli/demo/story.ts';
import { processes } from '../../domain/index.ts';
import type { Rehearsal } from '../../runtime/rehearsing/rehearsal.ts';
import { rehearse, team, toPublicity } from '../workflows/scenarios/support.ts';

let rehearsal: Rehearsal;
beforeAll(async () => {
  rehearsal = await rehearse('2026-02-24 09:00');
});
afterAll(() => rehearsal.close());

test('a case in publicity verifies, and can be made anew from its ledger', async () => {
  const story = new Story(rehearsal, 'hohhot-university');
  await toPublicity(story, { mode: 'coOwnership', team, unitShare: '30' }, '2026-02-27 15:00', '2026-03-02 09:00');
  const { pool } = rehearsal;
  const { rows } = await pool.query<{ institution_id: string; version: number }>(
    'SELECT institution_id, version FROM cases WHERE id = $1',
    [story.caseId],
  );
  const [{ institution_id: institutionId, version } = { institution_id: '', version: 0 }] = rows;
  const signer = new NoteSigner(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  const { note } = await makeCheckpoint(pool, signer, institutionId);
  const report = await verifyLedger(readLedger(pool, institutionId), {
    institutionId,
    trustedKeys: [signer.verifierKey(institutionId)],
    olderCheckpoints: [note],
  });
  expect(report).toMatchObject({ cases: 1, entries: version, findings: [] });
  expect(await rebuildProjections(pool, processes, { write: false })).toEqual({ cases: 1, differences: [], failed: [] });
});
