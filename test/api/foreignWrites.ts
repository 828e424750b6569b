/** Every endpoint that writes, tried by strangers upon what another institution has, and everything that it has. */
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { routes } from '../../api/app.ts';
import type { Route } from '../../api/route.ts';
import type { Client } from './service.ts';

type Ids = Record<string, string>;

/** Every write of the API whose address names an institution or something that one has. */
export const writes = routes.filter(({ method, path }) => method !== 'get' && path.includes('{'));

/** Whether the address names more than the institution and which of its two bodies. */
export const namesObject = ({ path }: Route): boolean => /\{(?!institution\}|body\})\w+\}/.test(path);

/** What a write sends that is to get as far as the ids that it names; the rest send nothing. */
function bodyOf(id: string, { personId, otherPersonId, caseId, today }: Ids): object {
  const act = { type: 'withdraw', body: { grounds: '不再申请。' } };
  const bodies: Record<string, object> = {
    performAct: act,
    previewAct: act,
    createDelegation: { to: personId, firstDay: today, lastDay: today },
    createRelation: { personA: personId, personB: otherPersonId, kind: 'kinship' },
    putBody: { name: '领导小组', members: [{ personId }], substitutes: [] },
    createCase: { application: { title: 'foreign-marker' } },
    createAchievement: { title: 'foreign-marker', kind: 'patent', number: 'x' },
    updateAchievement: { title: 'foreign-marker', kind: 'patent', number: 'x' },
    updateDraft: { application: { title: 'foreign-marker' } },
    updateInstitution: { name: 'foreign-marker' },
    createPerson: { name: 'foreign-marker', roles: [], departments: [] },
    updatePerson: { name: 'foreign-marker', status: 'left' },
    putMembership: { roles: ['officer'], departments: [] },
    askRehearsal: { caseId, acts: [], until: today },
    repair: { kind: 'restart', run: true, reason: 'foreign-marker', cases: [caseId] },
  };
  return bodies[id] ?? {};
}

/** Writes upon what the ids name; answers the status and the code of its refusal. */
export async function write(client: Client, route: Route, ids: Ids): Promise<{ status: number; code?: string }> {
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? `no-${name}`);
  const headers = { 'Idempotency-Key': randomUUID(), 'If-Match': '"v1"' };
  const { status, body } = await client.send(route.method, path, bodyOf(route.id, ids), headers);
  const { code } = (body ?? {}) as { code?: string };
  return { status, ...(code === undefined ? {} : { code }) };
}

/** Written by the machines as time goes, whoever asks what. */
const machines = ['outbox', 'job', 'stalled'];

/** Every row that names the institution, and its own, by table, each as text. */
export async function rowsOf(pool: Pool, institutionId: string): Promise<Record<string, string[]>> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.columns
      WHERE table_schema = 'public' AND column_name = 'institution_id' AND table_name <> ALL($1) ORDER BY 1`,
    [machines],
  );
  const of = async (name: string, column: string): Promise<[string, string[]]> => {
    const { rows } = await pool.query<{ row: string }>(
      `SELECT one::text AS row FROM "${name}" AS one WHERE one.${column}::text = $1 ORDER BY 1`,
      [institutionId],
    );
    return [name, rows.map(({ row }) => row)];
  };
  return Object.fromEntries(
    await Promise.all([...tables.map(({ name }) => of(name, 'institution_id')), of('institution', 'id')]),
  );
}
