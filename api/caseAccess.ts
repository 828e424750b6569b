/** Which cases a caller may see, how much of each, and under whose right an act is done. */
import type { PrismaClient } from '../prisma/generated/client.ts';
import { actTable, type ActType, type Step } from '../domain/empowerment/index.ts';
import type { CaseRole, InstitutionRole, Role } from '../domain/process.ts';
import type { Caller } from './access.ts';
import { Problem } from './problems.ts';

/** Roles of the institution that work on its cases, and the supervisor, who reads them. */
export const caseWorkers: InstitutionRole[] = [
  'officer',
  'secretary',
  'signatory',
  'departmentReviewer',
  'administrator',
  'supervisor',
];

/** A case row with what concerns the caller. */
export interface CaseFacts {
  id: string;
  institutionId: string;
  step: Step;
  status: string;
  version: number;
  createdBy: string;
  achievementId: string | null;
  /** The caller's roles in this case. */
  roles: CaseRole[];
  /** Acts received and not yet answered. */
  pending: number;
  /** Whether a notice of the case is shown to the caller. */
  noticed: boolean;
}

/** The case and the caller's part in it, or undefined if the institution has no such case. */
export async function caseFacts(prisma: PrismaClient, caller: Caller, caseId: string): Promise<CaseFacts | undefined> {
  const rows = await prisma.$queryRaw<CaseFacts[]>`
    SELECT c.id::text, c.institution_id::text AS "institutionId", c.step, c.status, c.version, c.created_by::text AS "createdBy",
           c.achievement_id::text AS "achievementId",
           ARRAY(SELECT p.role FROM case_party p WHERE p.case_id = c.id AND p.person_id = ${caller.personId}::uuid ORDER BY 1) AS roles,
           (SELECT count(*)::int FROM inbox i WHERE i.case_id = c.id AND i.answered_at IS NULL) AS pending,
           EXISTS (SELECT 1 FROM notice n WHERE n.case_id = c.id AND n.state <> 'takenDown'
                      AND (n.audience = 'public' OR ${caller.isMember})) AS noticed
      FROM cases c WHERE c.id = ${caseId}::uuid AND c.institution_id = ${caller.institution.id}::uuid`;
  return rows[0];
}

/** How much of a case somebody sees. */
export type Sight =
  /** All of it but, unless `objectors`, who objects and in which words. */
  | { kind: 'whole'; objectors: boolean }
  /** An objector's: where it stands, its notices, and the caller's own objections. */
  | { kind: 'objector' };

/** What the caller sees of the case, or undefined for nothing at all. */
export function sightOf(caller: Caller, facts: Pick<CaseFacts, 'roles' | 'status' | 'createdBy'>): Sight | undefined {
  const { roles, status, createdBy } = facts;
  // A draft is its author's own; only who may read everything reads it too.
  if (status === 'draft') {
    return createdBy === caller.personId || caller.has('supervisor') ? { kind: 'whole', objectors: false } : undefined;
  }
  const applicant = roles.includes('inventor') || roles.includes('representative');
  if (applicant) return { kind: 'whole', objectors: false };
  if (caller.has('officer', 'supervisor') || roles.includes('handler')) return { kind: 'whole', objectors: true };
  if (caller.has(...caseWorkers) || roles.includes('bodyMember')) return { kind: 'whole', objectors: false };
  return roles.includes('objector') ? { kind: 'objector' } : undefined;
}

/**
 * Whether the caller is told numbers alone of who may vote and who voted: applicants, and members of the body, who could
 * otherwise tell from a colleague that is barred who has objected.
 */
export function toldNumbersAlone(caller: Caller, { roles }: Pick<CaseFacts, 'roles'>): boolean {
  if (roles.includes('inventor') || roles.includes('representative')) return true;
  return roles.includes('bodyMember') && !caller.has(...caseWorkers);
}

/** The case if the caller may see it; else the same 404 as for one that is not there. */
export async function visibleCase(
  prisma: PrismaClient,
  caller: Caller,
  caseId: string,
): Promise<{ facts: CaseFacts; sight: Sight }> {
  const facts = await caseFacts(prisma, caller, caseId);
  const sight = facts && sightOf(caller, facts);
  if (!facts || !sight) throw new Problem('notFound');
  return { facts, sight };
}

/** Under whose right an act is done. */
export interface Standing {
  onBehalfOf?: string;
  roles: Role[];
  departments: string[];
}

/** Everything that the caller is in this case, in their own name. */
function ownStanding(caller: Caller, caseRoles: readonly CaseRole[]): Standing {
  const own = caller.grants.find(({ onBehalfOf }) => onBehalfOf === undefined);
  return {
    roles: [...(own?.roles ?? []), ...caseRoles, 'interestedParty', ...caller.globalRoles],
    departments: own?.departments ?? [],
  };
}

/** Every standing by which the table lets the caller do the act; one's own first. */
export function standingsFor(caller: Caller, caseRoles: readonly CaseRole[], act: ActType): Standing[] {
  const own = ownStanding(caller, caseRoles);
  const handed: Standing[] = caller.grants.flatMap(({ onBehalfOf, roles, departments, acts }) =>
    onBehalfOf !== undefined && (acts.length === 0 || acts.includes(act)) ? [{ onBehalfOf, roles, departments }] : [],
  );
  return [own, ...handed].filter(({ roles }) => actTable[act].roles.some((role) => role !== 'system' && roles.includes(role)));
}

/**
 * The standing for the act by the declared table, or the problem. One's own right comes before another's; a reviewer
 * stands for the department that the act names.
 */
export function authorise(
  caller: Caller,
  caseRoles: readonly CaseRole[],
  act: ActType,
  asked: { onBehalfOf?: string | undefined; department?: string | undefined },
): Standing {
  const all = standingsFor(caller, caseRoles, act);
  if (asked.onBehalfOf !== undefined) {
    const named = all.find(({ onBehalfOf }) => onBehalfOf === asked.onBehalfOf);
    if (!named) throw new Problem('delegation.notValid');
    return named;
  }
  const { department } = asked;
  const fitting = department === undefined ? [] : all.filter(({ departments }) => departments.includes(department));
  const [first, second] = fitting.length > 0 ? fitting : all;
  if (!first) throw new Problem('access.denied');
  if (first.onBehalfOf !== undefined && second !== undefined) throw new Problem('delegation.ambiguous');
  return first;
}
