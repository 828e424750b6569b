/**
 * Cases that a caller reads by something that changes from day to day, as conditions on rows: because they may vote on it,
 * or because an act of it is theirs to do for somebody else. Lists and single cases ask by the same conditions.
 */
import { processes, rowsNamed } from '../domain/index.ts';
import type { ActType } from '../domain/empowerment/index.ts';
import { stepOf } from '../domain/casework/index.ts';
import type { PartyRole } from '../domain/process.ts';
import type { Prisma } from '../prisma/generated/client.ts';
import type { Caller, Grant } from './access.ts';

type Where = Prisma.CaseWhereInput;

const nothing: Where = { id: { in: [] } };

/** Whose own matter a case is, those who died in it among them: their kin are kin still. */
const inventing: PartyRole[] = ['inventor', 'deceased', 'holder', 'applicant', 'leader'];

/** Cases that are a matter of one of the persons, or of kin of theirs. */
export const ownTo = ({ hands, kin }: Pick<Grant, 'hands' | 'kin'>): Where => ({
  OR: [
    { parties: { some: { role: { in: inventing }, personId: { in: [...hands, ...kin] } } } },
    { objections: { some: { objectorId: { in: hands }, state: { not: 'late' } } } },
  ],
});

/** Whose own matter a case is reads no more of it than their part in it gives them; nor does their kin. */
const notOwn = (hands: string[], kin: string[]): Where => ({ NOT: ownTo({ hands, kin }) });

/** Cases that the caller may vote on, or might have. Who has joined a body reads what lies before it from that day. */
export function deliberated({ personId, related, seats, isMember }: Caller): Where {
  if (!isMember) return nothing;
  const sat: Where = { parties: { some: { personId, role: 'bodyMember' } } };
  return { AND: [notOwn([personId], related), { OR: [sat, ...seats.map((body) => ({ step: stepOf(body) }))] }] };
}

const tasks = (act: ActType, more: Prisma.TaskWhereInput = {}): Where => ({ tasks: { some: { act, ...more } } });
const objections = (state: string): Where => ({ objections: { some: { state } } });
const onShow: Where = { notices: { some: { state: 'open' } } };

/** What beside its step shows that a case has something for the act; others can be done at every case of the step. */
const shownBy: { [A in ActType]?: (grant: Grant) => Where } = {
  recordCoOwnerConsent: () => tasks('recordCoOwnerConsent'),
  reviewAsDepartment: ({ departments }) => tasks('reviewAsDepartment', { department: { in: departments } }),
  publishNotice: () => tasks('publishNotice'),
  recordPublicityGap: () => onShow,
  takeDownNotice: () => onShow,
  confirmPaperObjection: () => objections('unconfirmed'),
  admitObjection: () => objections('received'),
  rejectObjection: () => objections('received'),
  recuseHandler: () => objections('admitted'),
  recordReview: () => objections('underReview'),
  signAgreement: () => tasks('signAgreement', { role: 'signatory' }),
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
const atItsStep = (act: string): Where => ({
  OR: Object.values(processes).flatMap(({ kind, table }): Where[] => {
    const steps = Object.hasOwn(table, act) ? table[act]?.steps : undefined;
    return steps ? [{ kind, step: { in: steps } }] : [];
  }),
});

const possible = (grant: Grant, act: string): Where => ({
  AND: [atItsStep(act), notOwn(grant.hands, grant.kin), shownBy[act as ActType]?.(grant) ?? {}],
});

/** Cases of which a deputy for single acts has something to do now; `objectors` narrows it to acts on an objection. */
function toDo(caller: Caller, objectors: boolean): Where {
  const each = caller.namedGrants.flatMap((grant) =>
    namedActs(grant)
      .filter((act) => !objectors || aboutObjectors.includes(act))
      .map((act) => possible(grant, act)),
  );
  return each.length === 0 ? nothing : { OR: each };
}

/** Cases of which a deputy for single acts has done one, while the delegation lasts. */
function done(caller: Caller): Where {
  const { personId: actorPerson } = caller;
  const each = caller.namedGrants.map(({ onBehalfOf, acts }): Where => ({
    inbox: {
      some: {
        actorPerson,
        type: { in: acts },
        answer: { path: ['outcome'], equals: 'done' },
        ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
      },
    },
  }));
  return each.length === 0 ? nothing : { AND: [notOwn([actorPerson], []), { OR: each }] };
}

/** Cases that a delegation for single acts lets the caller read, all of them or those with the objectors. */
export const deputised = (caller: Caller, part: 'all' | 'objectors'): Where =>
  part === 'objectors' ? toDo(caller, true) : { OR: [toDo(caller, false), done(caller)] };

/** Why a task stands out by which one could tell that a handler of an objection has come to object, or is kin. */
export const tellsOfObjectors = 'handlerBarred';

/** Cases of which the caller may know who objects, whichever objection it is. */
export const openlyObjected = (caller: Caller): Where => ({
  OR: [...caller.holding('officer', 'supervisor').map((grant) => ({ NOT: ownTo(grant) })), deputised(caller, 'objectors')],
});

/** Cases that stand out by a task, as far as the caller may know why. */
export const standingOut = (caller: Caller): Where => ({
  OR: [
    { tasks: { some: { alert: { not: null, notIn: [tellsOfObjectors] } } } },
    { AND: [{ tasks: { some: { alert: tellsOfObjectors } } }, openlyObjected(caller)] },
  ],
});
