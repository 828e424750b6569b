import { createPublicKey, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Pool } from 'pg';
import { Sealer } from '../../activities/sealing.ts';
import { localCodecKeys } from '../../runtime/localSecrets.ts';
import { sealingKeys } from '../../runtime/purposeKeys.ts';
import { findRunning } from '../../runtime/running.ts';
import { sampleInstitutionId, samplePersonId } from '../../runtime/samplePeople.ts';
import { make } from '../cli/calls.ts';
import { waitFor } from '../harness/services.ts';
import { firstCase, shell } from './firstCase.ts';
import { NpmStart } from './npmStart.ts';
import { serviceCalls } from './serviceCalls.ts';

/** Every command that needs a running service, as its operators and its people call it, on `npm start` itself. */
const here = 'hohhot-university';
let dir: string;
let dataDir: string;
let service: NpmStart;
let pool: Pool;
const names: Record<string, string> = {
  institution: here,
  nobody: '00000000-0000-4000-8000-000000000000',
  administrator: samplePersonId(here, 'administrator'),
  colleague: samplePersonId(here, 'colleague1'),
  deputy: samplePersonId(here, 'colleague2'),
};

beforeAll(async () => {
  [dir, dataDir] = ['calls', 'start'].map((name) => mkdtempSync(join(tmpdir(), `fuquan-${name}-`))) as [string, string];
  service = await NpmStart.ready(dataDir);
  const { databaseUrl, temporalAddress } = await findRunning(dataDir);
  pool = new Pool({ connectionString: databaseUrl, max: 2 });
  const [overdue, atCheck] = [await played(firstCase()), await played(firstCase().split('act "$OFFICER" passCheck')[0]!)];
  Object.assign(names, { dir, url: service.url, database: databaseUrl, temporal: temporalAddress, overdue, case: atCheck });
  const [of, reviewerOf] = [
    `institution=${here}&role=officer`,
    `institution=${here}&role=departmentReviewer&department=stateAssets`,
  ];
  const [officer, reviewer, operator] = [await given(of), await given(reviewerOf), await given('role=platformOperator')];
  Object.assign(names, { token: officer.token, officer: officer.personId, reviewer: reviewer.token, operator: operator.token });
  await delegated(officer.token);
  const inventor = await pool.query<{ id: string }>('SELECT created_by AS id FROM cases WHERE id = $1', [atCheck]);
  names['inventor'] = inventor.rows[0]!.id;
  names['pass'] = file(
    'pass.json',
    JSON.stringify({ conditions: ['clearTitle', 'clearProspects', 'definiteRecipient', 'strongWill'], secrecyChecked: true }),
  );
  const signing = readFileSync(join(dataDir, 'ledger-signing-key.pem'), 'utf8');
  file('public.pem', createPublicKey(signing).export({ type: 'spki', format: 'pem' }) as string);
  names['party'] = await sealedParty();
  await pool.query(
    `INSERT INTO task (case_id, institution_id, key, act, role, since, due)
     VALUES ($1, $2, 'late', 'stateResult', 'officer', now(), service_clock() - interval '1 day')`,
    [overdue, sampleInstitutionId(here)],
  );
  names['finding'] = await waitFor(
    async () =>
      (await pool.query<{ id: string }>("SELECT id FROM stalled WHERE cause = 'taskOverdue' AND gone_at IS NULL")).rows[0]?.id,
    { what: 'the overdue task among what stands still', timeoutMs: 60_000 },
  );
});
afterAll(async () => {
  await pool?.end();
  await service?.ctrlC();
  await service?.clear();
  for (const each of [dir, dataDir]) rmSync(each, { recursive: true, force: true });
});

function file(name: string, content: string): string {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
}

async function played(script: string): Promise<string> {
  const { code, out, err } = await shell(`${script}\necho "CASE=$CASE"`, { FUQUAN_URL: service.url });
  expect([code, err]).toEqual([0, '']);
  return /^CASE=(.+)$/m.exec(out)![1]!;
}

const given = async (asked: string): Promise<{ token: string; personId: string }> =>
  (await (await fetch(`${service.url}/dev/token?${asked}`)).json()) as { token: string; personId: string };

/** A day in Beijing, so many after today. */
const day = (after: number): string =>
  new Date(Date.now() + after * 86_400_000).toLocaleDateString('sv-SE', { timeZone: 'Asia/Shanghai' });

/** The officer lets the deputy act for them today and tomorrow. */
async function delegated(token: string): Promise<void> {
  const response = await fetch(`${service.url}/api/v1/institutions/${here}/delegations`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ to: names['deputy'], firstDay: day(0), lastDay: day(1) }),
  });
  expect(response.status).toBe(201);
}

/** Somebody from outside whose name is sealed, as that of a co-owner is. */
async function sealedParty(): Promise<string> {
  const id = randomUUID();
  const { row } = await new Sealer({ pool, keys: sealingKeys(await localCodecKeys(dataDir)) }).seal(
    { kind: 'party', id },
    '示例共有人',
  );
  await pool.query(
    `INSERT INTO sealed_value (id, subject_kind, subject_id, digest, nonce, ciphertext)
     VALUES ($1, $2, $3, $4, decode($5, 'base64'), decode($6, 'base64'))`,
    [row.id, row.subjectKind, row.subjectId, row.digest, row.nonce, row.ciphertext],
  );
  return id;
}

test.each(serviceCalls.map((call) => [call.args.join(' '), call] as const))('fuquan %s', async (_title, call) => {
  const { args } = call;
  if (args[0] === 'trace') names['act'] ??= await actOf('passCheck');
  if (args.some((each) => each.includes('forged')))
    file('forged.jsonl', readFileSync(join(dir, 'ledger.jsonl'), 'utf8').replace('noticePublished', 'noticePublishes'));
  await make(call, names, { FUQUAN_DATA_DIR: dataDir });
});

async function actOf(type: string): Promise<string> {
  const sql = "SELECT id FROM inbox WHERE case_id = $1 AND type = $2 AND answer->>'outcome' = 'done'";
  return (await pool.query<{ id: string }>(sql, [names['case'], type])).rows[0]!.id;
}
