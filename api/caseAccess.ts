/** Which cases a caller may see, how much of each, and under whose right an act is done. */
import type { ActRow } from '../domain/casework/index.ts';
import { rowsNamed } from '../domain/index.ts';
import { institutionRoles, type CaseRole, type InstitutionRole, type PartyRole, type Role } from '../domain/process.ts';
import type { Caller, Grant } from './access.ts';
import { sql, type Db, type Sql } from './db.ts';
import { Problem } from './problems.ts';
import { deliberated, deputised } from './readable.ts';

/** Roles that work on the institution's cases, and the supervisor, who reads them: every office that there is. */
export const caseWorkers: readonly InstitutionRole[] = institutionRoles;

/** A case row with what concerns the caller. */
export interface CaseFacts {
  id: string;
  institutionId: string;
  kind: string;
  step: string;
  status: string;
  version: number;
  createdBy: string;
  achievementId: string | null;
  /** The caller's roles in this case; `bodyMember` only while nothing bars them from it. */
  roles: CaseRole[];
  /** What a delegation for single acts lets the caller read. */
  deputy: Deputy | undefined;
  /** Whether the case is a matter of the caller's own: theirs, or of kin of theirs. */
  ownMatter: boolean;
  /** Those whose rights the caller may use, if it is a matter of the caller's or of theirs. */
  interestedFor: ReadonlySet<string>;
  /** Whether they work or oversee it by a right behind which nobody stands whose own matter it is. */
  impartial: boolean;
  /** Acts received and not yet answered. */
  pending: number;
  /** Whether a notice of the case is shown to the caller. */
  noticed: boolean;
}

/** How a deputy for single acts reads a case: `objectors` if one of them is on an objection. */
export type Deputy = 'all' | 'objectors';

/** What changes from day to day in the caller's part in a case. */
export interface Part {
  /** Whether the caller may vote on it. */
  votes: boolean;
  deputy: Deputy | null;
}

const NO_PART: Part = { votes: false, deputy: null };

/**
 * A function from a case's id to the caller's part in it. It is asked apart from the cases, since most callers neither
 * sit in a body nor stand in for another: nothing is asked for them. `roles` are those of rows.
 */
export async function partsIn(
  db: Db,
  caller: Caller,
  cases: readonly { id: string; roles: readonly PartyRole[] }[],
): Promise<(id: string) => Part> {
  const sits = caller.seats.length > 0 || cases.some(({ roles }) => roles.includes('bodyMember'));
  if (!sits && caller.namedGrants.length === 0) return () => NO_PART;
  const rows = await db.rows<Part & { id: string }>(sql`
    SELECT c.id, ${deliberated(caller)} AS votes,
           CASE WHEN ${deputised(caller, 'objectors')} THEN 'objectors' WHEN ${deputised(caller, 'all')} THEN 'all' END AS deputy
      FROM cases c
     WHERE c.id = ANY (${cases.map(({ id }) => id)}::uuid[]) AND c.institution_id = ${caller.institution.id}::uuid
       AND c.status <> 'draft'`);
  const parts = new Map(rows.map((row) => [row.id, row]));
  return (id) => parts.get(id) ?? NO_PART;
}

/** The roles that rows of a case give the caller, as an array of a statement over cases `c`. */
export const rowsOf = ({ personId }: Caller): Sql => sql`
  ARRAY(SELECT p.role FROM case_party p WHERE p.case_id = c.id AND p.person_id = ${personId}::uuid ORDER BY 1)`;

/** The roles that rows of a case give, with `bodyMember` as it stands today. Nobody who has left handles anything. */
export function rolesIn(caller: Caller, roles: readonly PartyRole[], { votes }: Part): CaseRole[] {
  const lasting = roles.filter(
    (role) => role !== 'deceased' && role !== 'bodyMember' && (role !== 'handler' || caller.isMember),
  ) as CaseRole[];
  return votes ? [...lasting, 'bodyMember'] : lasting;
}

interface CaseRow extends Omit<CaseFacts, 'roles' | 'deputy' | 'ownMatter' | 'interestedFor' | 'impartial'> {
  roles: PartyRole[];
  inventors: string[];
  objectors: string[];
}

/** The case and the caller's part in it, or undefined if the institution has no such case. */
export async function caseFacts(db: Db, caller: Caller, caseId: string): Promise<CaseFacts | undefined> {
  const [found] = await db.rows<CaseRow>(sql`
    SELECT c.id, c.institution_id AS "institutionId", c.kind, c.step, c.status, c.version, c.created_by AS "createdBy",
           c.achievement_id AS "achievementId", ${rowsOf(caller)} AS roles,
           ARRAY(SELECT p.person_id::text FROM case_party p WHERE p.case_id = c.id AND p.role IN ('inventor', 'deceased', 'holder', 'applicant', 'leader')) AS inventors,
           ARRAY(SELECT o.objector_id::text FROM objection o
                  WHERE o.case_id = c.id AND o.objector_id IS NOT NULL AND o.state <> 'late') AS objectors,
           (SELECT count(*)::int FROM inbox i WHERE i.case_id = c.id AND i.answered_at IS NULL) AS pending,
           EXISTS (SELECT FROM notice n WHERE n.case_id = c.id AND n.state <> 'takenDown'
                      AND (n.audience = 'public' OR ${caller.isMember})) AS noticed
      FROM cases c WHERE c.id = ${caseId}::uuid AND c.institution_id = ${caller.institution.id}::uuid`);
  if (!found) return undefined;
  const { inventors, objectors, ...row } = found;
  const part = (await partsIn(db, caller, [row]))(row.id);
  const interested = ({ hands, kin }: Pick<Grant, 'hands' | 'kin'>): boolean =>
    hands.some((id) => inventors.includes(id) || objectors.includes(id)) || kin.some((id) => inventors.includes(id));
  return {
    ...row,
    roles: rolesIn(caller, row.roles, part),
    deputy: part.deputy ?? undefined,
    ownMatter: interested({ hands: [caller.personId], kin: caller.related }),
    interestedFor: new Set(caller.grants.filter(interested).flatMap(({ onBehalfOf }) => onBehalfOf ?? [])),
    impartial: caller.holding('officer', 'supervisor').some((grant) => !interested(grant)),
  };
}

/** How much of a case somebody sees. */
export type Sight =
  /** All of it; who objects, and in which words, of all objections, of those one handles, or of none. */
  | { kind: 'whole'; objectors: 'all' | 'handled' | 'none' }
  /** An objector's: where it stands, its notices, and the caller's own objections. */
  | { kind: 'objector' };

/** Whose own matter the case is by a part in it. */
const applicants: readonly CaseRole[] = ['inventor', 'representative', 'holder', 'applicant', 'leader'];

/** What the caller sees of the case, or undefined for nothing at all. */
export function sightOf(
  caller: Caller,
  facts: Pick<CaseFacts, 'roles' | 'status' | 'createdBy' | 'deputy' | 'ownMatter' | 'impartial'>,
): Sight | undefined {
  const { roles, status, createdBy, deputy, ownMatter, impartial } = facts;
  // A draft is its author's own; only who may read everything reads it too.
  if (status === 'draft') {
    return createdBy === caller.personId || caller.has('supervisor') ? { kind: 'whole', objectors: 'none' } : undefined;
  }
  if (roles.some((role) => applicants.includes(role))) return { kind: 'whole', objectors: 'none' };
  if (impartial || deputy === 'objectors') return { kind: 'whole', objectors: 'all' };
  const handles = roles.includes('handler');
  if (handles && !ownMatter) return { kind: 'whole', objectors: 'handled' };
  if (caller.has(...caseWorkers) || handles || roles.includes('bodyMember') || deputy)
    return { kind: 'whole', objectors: 'none' };
  return roles.includes('objector') ? { kind: 'objector' } : undefined;
}

/** Whether the caller may know who objects, whichever objection it is. */
export function knowsObjectors(caller: Caller, facts: CaseFacts): boolean {
  const sight = sightOf(caller, facts);
  return sight?.kind === 'whole' && sight.objectors === 'all';
}

/** Acts for which one must know who may vote. */
const onVoting: string[] = ['recordDecision', 'nameSubstitute'];

/**
 * Whether the caller is told numbers alone of who may vote and who voted: applicants, and members of the body, who could
 * otherwise tell from a colleague that is barred who has objected; but not whoever records the vote.
 */
export function toldNumbersAlone(caller: Caller, { roles, deputy }: Pick<CaseFacts, 'roles' | 'deputy'>): boolean {
  if (roles.some((role) => applicants.includes(role))) return true;
  const records = deputy !== undefined && caller.namedGrants.some(({ acts }) => onVoting.some((act) => acts.includes(act)));
  return roles.includes('bodyMember') && !caller.has(...caseWorkers) && !records;
}

/** The case if the caller may see it; else the same 404 as for one that is not there. */
export async function visibleCase(db: Db, caller: Caller, caseId: string): Promise<{ facts: CaseFacts; sight: Sight }> {
  const facts = await caseFacts(db, caller, caseId);
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
export function standingsFor(caller: Caller, caseRoles: readonly CaseRole[], act: string, row: ActRow): Standing[] {
  const own = ownStanding(caller, caseRoles);
  const handed: Standing[] = caller.grants.flatMap(({ onBehalfOf, roles, departments, acts }) =>
    onBehalfOf !== undefined && (acts.length === 0 || acts.includes(act)) ? [{ onBehalfOf, roles, departments }] : [],
  );
  return [own, ...handed].filter(({ roles }) => row.roles.some((role) => role !== 'system' && roles.includes(role)));
}

/** What to tell whose delegation is for other acts than this one, which the role that it lends could do. */
function otherActs(caller: Caller, row: ActRow, onBehalfOf?: string): Problem | undefined {
  const lent = caller.namedGrants.filter((grant) => onBehalfOf === undefined || grant.onBehalfOf === onBehalfOf);
  const near = lent.filter(({ roles }) => row.roles.some((role) => (roles as Role[]).includes(role as Role)));
  if (near.length === 0) return undefined;
  const acts = [...new Set(near.flatMap((grant) => grant.acts))].flatMap((one) => rowsNamed(one).slice(0, 1));
  return new Problem('delegation.otherActs', {
    zh: `委托给您的办理动作只有：${acts.map(({ zh }) => zh).join('、')}`,
    en: `What is delegated to you is only to ${acts.map(({ en }) => en).join('; ')}`,
  });
}

/**
 * The standing for the act by the declared table, or the problem. One's own right comes before another's; a reviewer
 * stands for the department that the act names.
 */
export function authorise(
  caller: Caller,
  caseRoles: readonly CaseRole[],
  act: string,
  row: ActRow,
  asked: { onBehalfOf?: string | undefined; department?: string | undefined },
): Standing {
  const all = standingsFor(caller, caseRoles, act, row);
  if (asked.onBehalfOf !== undefined) {
    const named = all.find(({ onBehalfOf }) => onBehalfOf === asked.onBehalfOf);
    if (!named) throw otherActs(caller, row, asked.onBehalfOf) ?? new Problem('delegation.notValid');
    return named;
  }
  const { department } = asked;
  const fitting = department === undefined ? [] : all.filter(({ departments }) => departments.includes(department));
  const [first, second] = fitting.length > 0 ? fitting : all;
  if (!first) throw otherActs(caller, row) ?? new Problem('access.denied');
  if (first.onBehalfOf !== undefined && second !== undefined) throw new Problem('delegation.ambiguous');
  return first;
}
