import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { actTable, type ActType, type Step } from '../../domain/empowerment/index.ts';
import type { Role as AnyRole } from '../../domain/process.ts';
import { sampleInstitutionId } from '../../runtime/samplePeople.ts';
import { storeLedger, storyAt, type Cast } from './storedCase.ts';
import { clientOf, testApi, type Client, type TestApi } from './service.ts';

/** Every cell of role × step × act against the real HTTP layer; cases stand in the database as if a workflow had led them there. */

/** Roles that this process knows. */
type Role = Exclude<AnyRole, 'holder' | 'applicant' | 'leader'>;

const steps: Step[] = [...new Set(Object.values(actTable).flatMap((row) => row.steps)), 'refused', 'withdrawn', 'merged'];
const acts = Object.keys(actTable) as ActType[];

/** Who holds each role. Everybody of the institution is a member too; whoever has a token is an interested party. */
const holders: Record<Role, ['hohhot-university' | 'outside', string]> = {
  officer: ['hohhot-university', 'officer1'],
  departmentReviewer: ['hohhot-university', 'reviewer-research'],
  secretary: ['hohhot-university', 'secretary'],
  signatory: ['hohhot-university', 'signatory'],
  administrator: ['hohhot-university', 'administrator'],
  supervisor: ['hohhot-university', 'supervisor'],
  member: ['hohhot-university', 'colleague2'],
  representative: ['hohhot-university', 'inventor1'],
  inventor: ['hohhot-university', 'inventor2'],
  objector: ['hohhot-university', 'colleague1'],
  handler: ['hohhot-university', 'colleague3'],
  bodyMember: ['hohhot-university', 'group1'],
  interestedParty: ['outside', 'interested'],
  platformOperator: ['outside', 'operator'],
};

const caseRoles: Role[] = ['representative', 'inventor', 'objector', 'handler', 'bodyMember'];
const ends: Step[] = ['done', 'refused', 'withdrawn', 'merged'];

let api: TestApi;
let server: Server;
let base: string;
const clients = new Map<Role, Client>();
const cases = new Map<Step, string>();
const achievements = new Map<Step, string>();

beforeAll(async () => {
  api = await testApi();
  server = api.app.listen(0);
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`;
  for (const [role, [institution, key]] of Object.entries(holders)) clients.set(role as Role, await api.as(institution, key));
  for (const step of steps) cases.set(step, await caseAt(step));
});
afterAll(async () => {
  server?.close();
  await api?.close();
});

async function caseAt(step: Step): Promise<string> {
  const id = randomUUID();
  const result = { title: '示例', kind: 'patent', number: `ZL-${step}` };
  const officer = clients.get('officer') as Client;
  const { body } = await officer.send('post', '/institutions/hohhot-university/achievements', result);
  achievements.set(step, (body as { id: string }).id);
  const institution = sampleInstitutionId('hohhot-university');
  const status = step === 'draft' ? 'draft' : ends.includes(step) ? step : 'open';
  await api.pool.query(
    `INSERT INTO cases (id, institution_id, kind, mode, step, status, created_by, achievement_id)
     VALUES ($1, $2, 'empowerment', 'coOwnership', $3, $4, $5, $6)`,
    [id, institution, step, status, clients.get('representative')?.id, achievements.get(step)],
  );
  for (const role of caseRoles) {
    await api.pool.query('INSERT INTO case_party (case_id, institution_id, person_id, role) VALUES ($1, $2, $3, $4)', [
      id,
      institution,
      clients.get(role)?.id,
      role,
    ]);
  }
  if (step !== 'draft') {
    const ids = Object.fromEntries(caseRoles.map((role) => [role, clients.get(role)?.id])) as unknown as Cast;
    await storeLedger(api.pool, id, institution, storyAt(step, ids));
    await api.pool.query(
      `INSERT INTO notice (id, case_id, institution_id, kind, edition, audience, published_at, deadline_key, content, content_digest, state, addenda)
       VALUES ($1, $2, $3, 'empowerment', 1, 'public', now(), 'window', '{}', '', 'open', '[]')`,
      [randomUUID(), id, institution],
    );
  }
  return id;
}

/** What the holder is: the role, and what comes with it. */
function rolesOf(role: Role): (Role | 'system')[] {
  const outside = holders[role][0] === 'outside';
  return [role, 'interestedParty', ...(outside ? [] : (['member'] as const))];
}

/** Whom the case is visible to at all; to others it is not there, except that they may object to a notice. */
function sees(role: Role, step: Step): boolean {
  if (step === 'draft') return role === 'representative' || role === 'supervisor';
  return !['member', 'interestedParty', 'platformOperator'].includes(role);
}

/** The declaration, read as the answer it must lead to. An empty body fails only after the act was authorised. */
function expected(role: Role, step: Step, act: ActType): string {
  const row = actTable[act];
  if (!sees(role, step) && !(act === 'fileObjection' && step !== 'draft')) return '404 notFound';
  if (!row.roles.some((one) => one !== 'system' && rolesOf(role).some((own) => own === one))) return '403 access.denied';
  if (!row.steps.includes(step)) return '409 act.wrongStep';
  return '400 request.invalid';
}

const anybody: ActType[] = ['proposeRepresentative'];
const applying: Partial<Record<Role, ActType[]>> = {
  representative: ['withdraw'],
  inventor: anybody,
  officer: ['recordLifeEvent'],
};
/** From the submission on the office can end what waits for nobody's objection. */
const submitted: typeof applying = { ...applying, officer: ['refuseApplication', 'recordLifeEvent'] };
const letters: ActType[] = ['enterPaperObjection', 'recordLifeEvent'];
const handled: Partial<Record<Role, ActType[]>> = {
  representative: ['withdraw'],
  inventor: anybody,
  handler: ['recordFinding', 'recuseHandler'],
  objector: ['withdrawObjection'],
};

/**
 * What each is offered in the stories of storedCase.ts, beside an objection to what is shown: nobody is offered what they
 * have done (the consent, the objection), what nobody waits for (heirs, links, letters) or what cannot be yet (signatures
 * before there is an agreement, new rules where none have changed).
 */
const own: Record<Step, Partial<Record<Role, ActType[]>>> = {
  draft: { representative: ['sendForConsent'] },
  consent: {
    representative: ['amendApplication', 'submit', 'withdraw'],
    inventor: ['declineConsent', ...anybody],
    officer: ['recordLifeEvent'],
  },
  check: { ...applying, officer: ['passCheck', 'returnForCorrection', 'refuseApplication', 'recordLifeEvent'] },
  returned: { ...submitted, representative: ['amendApplication', 'withdraw'] },
  departmentReview: { ...submitted, departmentReviewer: ['reviewAsDepartment'] },
  groupDecision: { ...submitted, secretary: ['recordDecision'], administrator: ['nameSubstitute'] },
  // This story is told under rules of its own, which are not those of today.
  leadershipDecision: { ...submitted, secretary: ['recordDecision', 'transitionRules'], administrator: ['nameSubstitute'] },
  noticePreparation: { ...submitted, officer: ['refuseApplication', 'publishNotice', 'recordLifeEvent'] },
  publicity: { ...handled, officer: ['recordPublicityGap', 'recuseHandler', ...letters] },
  objectionHandling: { ...handled, officer: ['recordPublicityGap', 'recuseHandler', ...letters] },
  amendment: {
    ...submitted,
    representative: ['proposeAmendment', 'withdraw'],
    officer: ['refuseApplication', 'recordPublicityGap', ...letters],
  },
  statement: { ...submitted, officer: ['refuseApplication', 'recordPublicityGap', 'stateResult', ...letters] },
  agreement: { ...submitted, officer: ['refuseApplication', 'proposeAgreement', ...letters] },
  titleChange: { inventor: anybody, officer: ['recordTitleChange', ...letters] },
  useRightGrant: { inventor: anybody, officer: ['grantUseRight', ...letters] },
  registration: { inventor: anybody, officer: ['tagLedger', ...letters] },
  done: { officer: ['recordLifeEvent'] },
  refused: {},
  withdrawn: {},
  merged: {},
};

/** Where nothing is in an office's hands: only the applicants are asked, or nobody is. */
const nobodysSeat: Step[] = ['consent', 'returned', 'amendment'];

/** The office may mend what is submitted and not over; the deadlines of these stories ended long ago. */
function mends(role: Role, step: Step): ActType[] {
  if (role !== 'officer' && role !== 'administrator') return [];
  const hold: ActType[] = actTable.hold.steps.includes(step) ? ['hold'] : [];
  return actTable.reassign.steps.includes(step) && !nobodysSeat.includes(step) ? [...hold, 'reassign'] : hold;
}

function offered(role: Role, step: Step): ActType[] {
  const mine = [...(own[step][role] ?? []), ...mends(role, step)];
  const objects =
    actTable.fileObjection.steps.includes(step) && step !== 'noticePreparation' && !mine.includes('withdrawObjection');
  return objects && !['groupDecision', 'leadershipDecision'].includes(step) ? [...mine, 'fileObjection'] : mine;
}

/** What they are answered who read the result that a case is about, and who change it by a tag that is not its own. */
function ofResult(role: Role, step: Step): [read: number, changed: number] {
  if (role === 'officer') return [200, 412];
  if (holders[role][0] === 'outside' || role === 'member') return [404, 404];
  if (!caseRoles.includes(role)) return [200, 403];
  // Anybody may name any result in a draft, and an objector knows what the notice says.
  if (step === 'draft' || role === 'objector') return [404, 404];
  return [200, role === 'representative' || role === 'inventor' ? 412 : 403];
}

async function answer(role: Role, step: Step, type: ActType): Promise<string> {
  const response = await fetch(`${base}/institutions/hohhot-university/cases/${cases.get(step)}/acts`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${clients.get(role)?.token}`,
      'Content-Type': 'application/json',
      'Idempotency-Key': randomUUID(),
    },
    body: JSON.stringify({ type, body: {} }),
  });
  const { code } = (await response.json()) as { code: string };
  return `${response.status} ${code}`;
}

describe.each(Object.keys(holders) as Role[])('%s', (role) => {
  it.each(steps)('at %s may do what the table says, and nothing else', async (step) => {
    const found = await Promise.all(acts.map(async (act) => [act, await answer(role, step, act)] as const));
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(acts.map((act) => [act, expected(role, step, act)])));
  });

  it('reads the result of each case that it sees, and changes it where it applies for it or works on it', async () => {
    const client = clientOf(api.app, clients.get(role)?.id ?? '', clients.get(role)?.token ?? '');
    for (const step of steps) {
      const path = `/institutions/hohhot-university/achievements/${achievements.get(step)}`;
      const read = await client.get(path);
      const changed = await client.send('put', path, { title: '改', kind: 'patent' }, { 'If-Match': '"other"' });
      expect([step, read.status, changed.status]).toEqual([step, ...ofResult(role, step)]);
    }
    const { body } = await client.get('/institutions/hohhot-university/achievements?limit=100');
    const listed = ((body as { items?: { id: string }[] }).items ?? []).map(({ id }) => id).toSorted();
    const seen = steps.filter((step) => ofResult(role, step)[0] === 200).map((step) => achievements.get(step) ?? '');
    expect(listed).toEqual(seen.toSorted((a, b) => (a < b ? -1 : 1)));
  });

  it('is told at each step the acts that the table allows and the case would take', async () => {
    const client = clientOf(api.app, clients.get(role)?.id ?? '', clients.get(role)?.token ?? '');
    for (const step of steps) {
      const seen = await client.get(`/institutions/hohhot-university/cases/${cases.get(step)}`);
      if (!sees(role, step)) {
        expect([step, seen.status]).toEqual([step, 404]);
        continue;
      }
      const told = (seen.body as { allowedActs: { act: ActType }[] }).allowedActs.map(({ act }) => act);
      expect([step, told]).toEqual([step, acts.filter((act) => offered(role, step).includes(act))]);
      expect(told.filter((act) => !expected(role, step, act).startsWith('400'))).toEqual([]);
    }
  });
});

it('leaves nothing behind: an act that is not allowed is not received', async () => {
  const { rows } = await api.pool.query('SELECT count(*)::int AS n FROM inbox');
  expect(rows).toEqual([{ n: 0 }]);
});

it('gives the supervisor no act: discipline, finance and audit see everything and change nothing (hlj.g7)', () => {
  expect(acts.filter((act) => actTable[act].roles.includes('supervisor'))).toEqual([]);
});

const transitionOf = (role: Role, step: Step) =>
  clientOf(api.app, clients.get(role)?.id ?? '', clients.get(role)?.token ?? '').get(
    `/institutions/hohhot-university/cases/${cases.get(step)}/transition`,
  );

it('shows the secretary, and no applicant, what a move to the rules of today would touch', async () => {
  // The story of leadershipDecision is told under rules of its own; every other one under those of its day.
  const moved = await transitionOf('secretary', 'leadershipDecision');
  expect(moved.status).toBe(200);
  const plan = moved.body as { fromHash: string; toHash: string; changed: { key: string }[]; touches: string[] };
  expect(plan.changed.length).toBeGreaterThan(0);
  expect(plan.touches.length).toBeGreaterThan(0);
  expect(plan.toHash).not.toBe(plan.fromHash);
  expect((await transitionOf('secretary', 'publicity')).body).toMatchObject({
    changed: [],
    touches: [],
    newNotice: false,
    prevails: false,
  });
  expect((await transitionOf('representative', 'leadershipDecision')).status).toBe(403);
  expect((await transitionOf('supervisor', 'draft')).status).toBe(404);
});
