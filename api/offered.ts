/** Which acts a caller is offered: those that the table gives them at the step and that the case would not refuse in any case. */
import { actTable, openTo, type ActType, type EmpowermentState } from '../domain/empowerment/index.ts';
import type { BodyFacts, CaseRole, Facts } from '../domain/process.ts';
import type { Caller } from './access.ts';
import { standingsFor } from './caseAccess.ts';
import type { CaseRecord } from './caseRead.ts';
import type { Deps } from './deps.ts';

interface Seat {
  body: 'leadingGroup' | 'leadership';
  personId: string;
  department: string | null;
  substitute: boolean;
  substituteFor: string | null;
}

/** The deciding bodies as they sit today. */
export async function bodiesToday({ prisma }: Deps, { institution, today }: Caller): Promise<NonNullable<Facts['bodies']>> {
  const seats = await prisma.$queryRaw<
    Seat[]
  >`SELECT body, person_id::text AS "personId", department, substitute, substitute_for::text AS "substituteFor"
      FROM body_member WHERE institution_id = ${institution.id}::uuid AND "from" <= ${today}::date
       AND (until IS NULL OR until >= ${today}::date) ORDER BY person_id`;
  const bodies: NonNullable<Facts['bodies']> = {};
  for (const { body, personId, department, substitute, substituteFor } of seats) {
    const facts: BodyFacts = (bodies[body] ??= { members: [], substitutes: [] });
    const member = { personId, ...(department === null ? {} : { department }) };
    if (substitute) facts.substitutes.push({ ...member, ...(substituteFor === null ? {} : { for: substituteFor }) });
    else facts.members.push(member);
  }
  return bodies;
}

/** Declared relations of the people whose matter the case is. */
async function relationsOf({ prisma }: Deps, { institution }: Caller, state: EmpowermentState): Promise<[string, string][]> {
  const own = [...state.team.map(({ personId }) => personId), ...(state.application?.price?.buyerIds ?? [])];
  const rows = await prisma.relation.findMany({
    where: { institutionId: institution.id, OR: [{ personA: { in: own } }, { personB: { in: own } }] },
  });
  return rows.map(({ personA, personB }) => [personA, personB]);
}

/** What of the facts the deciders would be given can say, without the act's body, whether these acts are open. */
async function factsFor(deps: Deps, caller: Caller, state: EmpowermentState, acts: ActType[]): Promise<Facts> {
  const needed = new Set(acts.flatMap((act) => actTable[act].needs));
  const [relations, bodies, currentRules] = await Promise.all([
    needed.has('relations') ? relationsOf(deps, caller, state) : undefined,
    needed.has('bodies') ? bodiesToday(deps, caller) : undefined,
    needed.has('currentRules') ? deps.law.rulesOn(caller.institution.id, caller.today) : undefined,
  ]);
  return { ...(relations && { relations }), ...(bodies && { bodies }), ...(currentRules && { currentRules }) };
}

/** The facts that the table promises the act, as the dispatcher would read them: no fewer, and no more. */
const given = (facts: Facts, act: ActType): Facts =>
  Object.fromEntries(Object.entries(facts).filter(([need]) => actTable[act].needs.includes(need as never)));

/** Acts open to the caller, of their own or another's right, in the table's order. */
export async function offeredActs(
  deps: Deps,
  caller: Caller,
  caseRoles: readonly CaseRole[],
  { state, now }: Pick<CaseRecord, 'state' | 'now'>,
): Promise<ActType[]> {
  const acts = (Object.keys(actTable) as ActType[]).filter(
    (act) => actTable[act].steps.includes(state.step) && standingsFor(caller, caseRoles, act).length > 0,
  );
  const facts = await factsFor(deps, caller, state, acts);
  return acts.filter((type) =>
    standingsFor(caller, caseRoles, type).some((standing) => {
      const actor = { kind: 'person' as const, personId: caller.personId, ...standing };
      return openTo(state, { type, actor, receivedAt: now, facts: given(facts, type) }) === undefined;
    }),
  );
}
