/**
 * Cases that a caller reads by something that changes from day to day: because they may vote on it, or because an act of
 * it is theirs to do for somebody else. Conditions on a row `c` of cases; lists and single cases ask by the same ones.
 */
import { processes, rowsNamed } from '../domain/index.ts';
import type { ActType } from '../domain/empowerment/index.ts';
import { stepOf } from '../domain/casework/index.ts';
import type { Caller, Grant } from './access.ts';
import { allOf, anyOf, sql, type Sql } from './db.ts';

const nothing = sql`false`;

/**
 * Cases that are a matter of one of the persons, or of kin of theirs. Who died in a case has a part in it
 * still: their kin are kin.
 */
export const ownTo = ({ hands, kin }: Pick<Grant, 'hands' | 'kin'>): Sql => sql`
  (EXISTS (SELECT FROM case_party p WHERE p.case_id = c.id AND p.role IN ('inventor', 'deceased', 'holder', 'applicant', 'leader')
              AND p.person_id = ANY (${[...hands, ...kin]}::uuid[]))
   OR EXISTS (SELECT FROM objection o WHERE o.case_id = c.id AND o.objector_id = ANY (${hands}::uuid[]) AND o.state <> 'late'))`;

/** Whose own matter a case is reads no more of it than their part in it gives them; nor does their kin. */
const notOwn = (hands: string[], kin: string[]): Sql => sql`NOT ${ownTo({ hands, kin })}`;

/** Cases that the caller may vote on, or might have. Who has joined a body reads what lies before it from that day. */
export function deliberated({ personId, related, seats, isMember }: Caller): Sql {
  if (!isMember) return nothing;
  const sat = sql`EXISTS (SELECT FROM case_party p WHERE p.case_id = c.id AND p.person_id = ${personId}::uuid AND p.role = 'bodyMember')`;
  return sql`((c.step = ANY (${seats.map(stepOf)}::text[]) OR ${sat}) AND ${notOwn([personId], related)})`;
}

const tasks = (act: ActType, more: Sql = sql`true`): Sql =>
  sql`EXISTS (SELECT FROM task t WHERE t.case_id = c.id AND t.act = ${act} AND ${more})`;
const objections = (state: string): Sql => sql`EXISTS (SELECT FROM objection o WHERE o.case_id = c.id AND o.state = ${state})`;
const onShow = sql`EXISTS (SELECT FROM notice n WHERE n.case_id = c.id AND n.state = 'open')`;

/** What beside its step shows that a case has something for the act; others can be done at every case of the step. */
const shownBy: { [A in ActType]?: (grant: Grant) => Sql } = {
  recordCoOwnerConsent: () => tasks('recordCoOwnerConsent'),
  reviewAsDepartment: ({ departments }) => tasks('reviewAsDepartment', sql`t.department = ANY (${departments}::text[])`),
  publishNotice: () => tasks('publishNotice'),
  recordPublicityGap: () => onShow,
  takeDownNotice: () => onShow,
  confirmPaperObjection: () => objections('unconfirmed'),
  admitObjection: () => objections('received'),
  rejectObjection: () => objections('received'),
  recuseHandler: () => objections('admitted'),
  recordReview: () => objections('underReview'),
  signAgreement: () => tasks('signAgreement', sql`t.role = 'signatory'`),
  recordCoOwnerSignature: () => tasks('recordCoOwnerSignature'),
  recordHeirs: () => tasks('recordHeirs'),
  resolveLink: () => tasks('resolveLink'),
  transitionRules: () => tasks('transitionRules'),
};

/** Acts on an objection, for which one must know whose it is. */
const aboutObjectors: readonly string[] = [
  'confirmPaperObjection',
  'admitObjection',
  'rejectObjection',
  'recuseHandler',
  'recordReview',
];

/** The acts that a delegation names, of those its roles may do at all. */
const namedActs = ({ acts, roles }: Grant): string[] =>
  acts.filter((act) => rowsNamed(act).some((row) => row.roles.some((role) => (roles as string[]).includes(role))));

/** Cases at a step of their process at which the act can be done. */
const atItsStep = (act: string): Sql =>
  anyOf(
    Object.values(processes).flatMap(({ kind, table }) => {
      const steps = Object.hasOwn(table, act) ? table[act]?.steps : undefined;
      return steps ? [sql`(c.kind = ${kind} AND c.step = ANY (${steps}::text[]))`] : [];
    }),
  );

const possible = (grant: Grant, act: string): Sql => {
  const shown = shownBy[act as ActType]?.(grant);
  return allOf([atItsStep(act), ...(shown ? [shown] : [])]);
};

/** Cases of which a deputy for single acts has something to do now; `objectors` narrows it to acts on an objection. */
function toDo(caller: Caller, objectors: boolean): Sql {
  const each = caller.namedGrants.map((grant) => {
    const acts = namedActs(grant).filter((act) => !objectors || aboutObjectors.includes(act));
    return allOf([anyOf(acts.map((act) => possible(grant, act))), notOwn(grant.hands, grant.kin)]);
  });
  return anyOf(each);
}

/** Cases of which a deputy for single acts has done one, while the delegation lasts. */
function done(caller: Caller): Sql {
  const { personId } = caller;
  const each = caller.namedGrants.map(
    ({ onBehalfOf, acts }) => sql`
    EXISTS (SELECT FROM inbox i WHERE i.case_id = c.id AND i.actor_person = ${personId}::uuid AND i.type = ANY (${acts}::text[])
               AND i.answer->>'outcome' = 'done' AND i.on_behalf_of = ${onBehalfOf ?? null}::uuid)`,
  );
  return allOf([anyOf(each), notOwn([personId], [])]);
}

/** Cases that a delegation for single acts lets the caller read, all of them or those with the objectors. */
export function deputised(caller: Caller, part: 'all' | 'objectors'): Sql {
  if (caller.namedGrants.length === 0) return nothing;
  return part === 'objectors' ? toDo(caller, true) : anyOf([toDo(caller, false), done(caller)]);
}

/** Why a task stands out by which one could tell that a handler of an objection has come to object, or is kin. */
export const tellsOfObjectors = 'handlerBarred';

/** Cases of which the caller may know who objects, whichever objection it is. */
export const openlyObjected = (caller: Caller): Sql =>
  anyOf([...caller.holding('officer', 'supervisor').map((grant) => sql`NOT ${ownTo(grant)}`), deputised(caller, 'objectors')]);

/** Cases that stand out by a task, as far as the caller may know why. */
export const standingOut = (caller: Caller): Sql => sql`
  EXISTS (SELECT FROM task t WHERE t.case_id = c.id AND t.alert IS NOT NULL
             AND (t.alert <> ${tellsOfObjectors} OR ${openlyObjected(caller)}))`;
