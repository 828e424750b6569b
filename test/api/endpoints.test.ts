import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BASE, routes } from '../../api/app.ts';
import type { Route } from '../../api/route.ts';
import { endpointTable, type EndpointId } from '../../api/table.ts';
import type { GlobalRole, InstitutionRole } from '../../domain/process.ts';
import type { SampleName } from '../../runtime/samplePeople.ts';
import { testApi, type TestApi } from './service.ts';

/** Every cell of endpoint × role against the real HTTP layer: each endpoint lets in whom the declaration names, and nobody else. */

const here: SampleName = 'hohhot-university';

interface Who {
  from: SampleName | 'outside';
  key: string;
  roles: (InstitutionRole | GlobalRole)[];
}

/** Everybody of an institution is a member too; whoever has a token may be an interested party. */
const inside = (key: string, role: InstitutionRole): Who => ({
  from: here,
  key,
  roles: [role, 'member', 'interestedParty'],
});

const callers = {
  officer: inside('officer1', 'officer'),
  departmentReviewer: inside('reviewer-research', 'departmentReviewer'),
  secretary: inside('secretary', 'secretary'),
  signatory: inside('signatory', 'signatory'),
  administrator: inside('administrator', 'administrator'),
  supervisor: inside('supervisor', 'supervisor'),
  member: inside('colleague1', 'member'),
  'an officer of another institution': {
    from: 'baotou-university',
    key: 'officer1',
    roles: ['officer', 'member', 'interestedParty'],
  },
  'the administrator of another institution': {
    from: 'baotou-university',
    key: 'administrator',
    roles: ['administrator', 'member', 'interestedParty'],
  },
  interestedParty: { from: 'outside', key: 'interested', roles: ['interestedParty'] },
  platformOperator: { from: 'outside', key: 'operator', roles: ['platformOperator', 'interestedParty'] },
  nobody: undefined,
} satisfies Record<string, Who | undefined>;

type CallerName = keyof typeof callers;

const globalRoles: (InstitutionRole | GlobalRole)[] = ['platformOperator', 'interestedParty'];

/** The declaration, read as the refusal it must lead to; undefined for whoever is let in. */
function refusal({ id, path }: Route, who: Who | undefined): string | undefined {
  const audience = endpointTable[id];
  if (audience === 'anyone') return undefined;
  if (who === undefined) return '401 auth.required';
  if (audience === 'token') return undefined;
  const held = audience.filter((role) => who.roles.includes(role));
  if (held.some((role) => globalRoles.includes(role))) return undefined;
  const inInstitution = path.includes('{institution}');
  if (inInstitution && who.from !== here) return '404 notFound';
  return inInstitution && held.length > 0 ? undefined : '403 access.denied';
}

/** What may stand in a path where the institution does not; nothing has such a name or id. */
const names = ['a0000000-0000-4000-8000-000000000000', 'ab'.repeat(32), 'leadingGroup', 'kinship'];

function pathOf({ path, params, atRoot }: Route): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    if (name === 'institution') return here;
    const fitting = names.find((one) => params?.shape[name]?.safeParse(one).success);
    if (fitting === undefined) throw new Error(`No example fits ${name} of ${path}`);
    return fitting;
  });
  return `${atRoot ? '' : BASE}${filled}`;
}

let api: TestApi;
let server: Server;
const tokens = new Map<CallerName, string>();

beforeAll(async () => {
  api = await testApi();
  server = api.app.listen(0);
  await once(server, 'listening');
  for (const [name, who] of Object.entries(callers) as [CallerName, Who | undefined][]) {
    if (who) tokens.set(name, (await api.as(who.from, who.key)).token);
  }
});
afterAll(async () => {
  server?.close();
  await api?.close();
});

async function answer(route: Route, name: CallerName, query = ''): Promise<{ status: number; told: string }> {
  const { port } = server.address() as AddressInfo;
  const token = tokens.get(name);
  const response = await fetch(`http://127.0.0.1:${port}${pathOf(route)}${query}`, {
    method: route.method.toUpperCase(),
    headers: { 'Content-Type': 'application/json', ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }) },
    ...(route.method === 'get' ? {} : { body: '{}' }),
  });
  const text = await response.text();
  const { status } = response;
  return { status, told: status < 400 ? String(status) : `${status} ${(JSON.parse(text) as { code?: string }).code ?? ''}` };
}

describe.each(Object.keys(callers) as CallerName[])('%s', (name) => {
  const who: Who | undefined = callers[name];

  it('is let in where the declaration says, and refused as it says everywhere else', async () => {
    // What a query may be is asked right behind the gate and before anything is done: whoever is let in hears of it.
    const found = await Promise.all(
      routes.map(async (route) => [route.id, (await answer(route, name, '?noSuchFilter=1')).told] as const),
    );
    const declared = routes.map((route) => [route.id, refusal(route, who) ?? '400 request.invalid'] as const);
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(declared));
  });

  it('hears the same of a request that is good but for its empty body and its unknown ids', async () => {
    const wrong: string[] = [];
    for (const route of routes) {
      const { status, told } = await answer(route, name);
      const refused = refusal(route, who);
      const right = refused === undefined ? status < 500 && status !== 401 && status !== 403 : told === refused;
      if (!right) wrong.push(`${route.id}: ${told}, declared ${refused ?? 'let in'}`);
    }
    expect(wrong).toEqual([]);
  });
});

const keeping: EndpointId[] = ['listStalled', 'repair', 'getRepair', 'askRehearsal', 'getRehearsal'];

/** A second reading of the table, by role: whoever lets a role in somewhere else must mean it. */
const named = (role: InstitutionRole | GlobalRole): string[] =>
  Object.entries(endpointTable).flatMap(([id, audience]) => {
    const roles: readonly string[] = Array.isArray(audience) ? audience : [];
    return roles.includes(role) && !roles.includes('member') ? [id] : [];
  });

it('each role has these endpoints beyond those of every member', () => {
  expect(named('officer')).toEqual(['listRelations', 'createRelation', 'getNoticeDraft', 'getTransition', ...keeping]);
  expect(named('departmentReviewer')).toEqual([]);
  expect(named('secretary')).toEqual(['getTransition']);
  expect(named('signatory')).toEqual([]);
  expect(named('administrator')).toEqual([
    'updateInstitution',
    'createPerson',
    'updatePerson',
    'putMembership',
    'deleteMembership',
    'putBody',
    'listRelations',
    'createRelation',
    'deleteRelation',
    'previewOverlay',
    'putOverlay',
    'getTransition',
    ...keeping,
  ]);
  expect(named('supervisor')).toEqual([
    'listLog',
    'listRelations',
    'getNoticeDraft',
    'getTransition',
    'listStalled',
    'getRepair',
    'askRehearsal',
    'getRehearsal',
  ]);
  expect(named('interestedParty')).toEqual([]);
  expect(named('platformOperator')).toEqual([
    'previewPack',
    'importPack',
    'previewCalendar',
    'importCalendar',
    'listPlatformStalled',
    'repairPlatform',
    'getPlatformRepair',
  ]);
});
