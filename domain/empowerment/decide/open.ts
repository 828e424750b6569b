/**
 * What is open to somebody before an act has a body: the deciders refuse by these checks, and people are offered what
 * they leave open. An act without a row is open wherever the gate lets it through. What only the record sees (another live
 * case claims the same result) and what the body says is known when the act is decided.
 */
import { barOf, ownMatter } from '../../collective/index.ts';
import * as objection from '../../objection/index.ts';
import { handsOf } from '../../hands.ts';
import { stepLabels } from '../../labels.ts';
import type { Asking, Decision, Refusal } from '../../process.ts';
import { isRefusal, refuse } from '../../refusal.ts';
import { RuleMissing, valueOf } from '../../rules.ts';
import { TimeError } from '../../time/index.ts';
import type { ActType } from '../acts.ts';
import { interestsOf } from '../interests.ts';
import { noticesNeeded } from '../route.ts';
import { living, opened, unheard, type EmpowermentState, type OpenState } from '../state.ts';
import { actTable } from '../table.ts';
import { holdRefusal, legalSteps } from '../waiting.ts';
import * as agreement from './agreement.ts';
import * as amendment from './amendment.ts';
import * as application from './application.ts';
import * as gaps from './gaps.ts';
import * as mending from './mending.ts';
import * as people from './people.ts';
import * as publicity from './publicity.ts';
import * as reviews from './reviews.ts';
import * as rules from './rules.ts';
import * as statement from './statement.ts';
import * as useRight from './useRight.ts';

/** What an act is done to, one of a few things of the case, and why it cannot be done to one of them. */
interface Mark<X> {
  among(state: OpenState, asking: Asking): X[];
  fault(state: OpenState, asking: Asking, one?: X): Decision | undefined;
}

const mark = <X>(among: Mark<X>['among'], fault: Mark<X>['fault']): Mark<unknown> => ({
  among,
  fault: (state, asking, one) => fault(state, asking, one as X),
});

/** Of an act that is done to the case itself. */
const whole = (fault: Mark<undefined>['fault']): Mark<unknown> => mark(() => [undefined], fault);

const ofObjection = (fault: objection.ObjectionFault): Mark<unknown> =>
  mark<string>(
    (state) => state.objections.map(({ id }) => id),
    (state, asking, id) => fault(publicity.matterOf(state, asking), asking, id),
  );

const coOwners = (state: OpenState): string[] => state.application.coOwners.map(({ id }) => id);
const notices = (state: OpenState): string[] => state.notices.map(({ id }) => id);
const team = (state: OpenState): string[] => [
  ...new Set([...state.team, ...(state.amendment?.inventors ?? [])].map(({ personId }) => personId)),
];

const marks: { [T in ActType]?: Mark<unknown> } = {
  consent: whole(application.consentFault),
  declineConsent: whole(application.declineFault),
  recordCoOwnerConsent: mark(coOwners, application.coOwnerConsentFault),
  submit: whole(application.submitFault),
  refuseApplication: whole(application.refusalFault),
  reviewAsDepartment: mark((state) => valueOf(state.rules, 'review.departments').departments, reviews.reviewFault),
  nameSubstitute: mark(reviews.substitutions, reviews.substituteFault),
  recordDecision: whole(reviews.meetingFault),
  publishNotice: mark((state) => noticesNeeded(state.application), publicity.publishingFault),
  recordPublicityGap: mark(notices, gaps.gapFault),
  takeDownNotice: mark(notices, publicity.takingDownFault),
  fileObjection: mark(notices, (state, asking, id) => objection.objectingFault(publicity.matterOf(state, asking), asking, id)),
  enterPaperObjection: mark(notices, (state, asking, id) => {
    const found = objection.noticeOf(publicity.matterOf(state, asking), id);
    return isRefusal(found) ? found : undefined;
  }),
  confirmPaperObjection: ofObjection(objection.toConfirm),
  admitObjection: ofObjection(objection.toAnswer),
  rejectObjection: ofObjection(objection.toAnswer),
  recuseHandler: ofObjection(objection.toRecuse),
  recordFinding: ofObjection(objection.toFind),
  withdrawObjection: ofObjection(objection.toWithdraw),
  requestReview: ofObjection(objection.toAskReview),
  waiveReview: ofObjection(objection.toWaive),
  recordReview: ofObjection(objection.toReview),
  stateResult: whole(statement.statingFault),
  signAmendment: whole(amendment.amendmentSigningFault),
  signAgreement: whole(agreement.signingFault),
  recordCoOwnerSignature: mark(coOwners, agreement.coOwnerSigningFault),
  grantUseRight: mark((state) => [state.agreement?.text.startsOn ?? ''], useRight.grantFault),
  withdraw: whole(people.withdrawFault),
  proposeRepresentative: mark(team, people.proposalFault),
  consentToRepresentative: whole(people.representativeFault),
  recordLifeEvent: mark(team, people.lifeEventFault),
  recordHeirs: mark(team, people.heirsFault),
  hold: whole(mending.holdFault),
  resume: whole(mending.resumeFault),
  moveDeadline: mark(mending.deadlineKeys, mending.movingFault),
  reassign: mark(mending.seatKeys, mending.reassigningFault),
  correctDeath: mark(mending.deadKeys, mending.correctionFault),
  confirmMending: mark(mending.pendingIds, mending.confirmFault),
  refuseMending: mark(mending.pendingIds, mending.refusalFault),
  resolveLink: mark((state) => state.linkedCases, people.linkFault),
  transitionRules: mark((_, asking) => rules.moves(asking), rules.transitionFault),
};

const isAct = (type: string): type is ActType => Object.hasOwn(actTable, type);

/** Whether the actor holds, in this case, one of the roles that the table asks for. */
function mayAct(state: EmpowermentState, { actor }: Asking, type: ActType): boolean {
  const { roles } = actTable[type];
  if (actor.kind === 'system') return roles.includes('system');
  // An office can be delegated, what one is in a case cannot: no deputy consents, signs or objects for another.
  const self = actor.onBehalfOf === undefined ? actor.personId : '';
  return roles.some((role) => {
    // Roles in the case come from the case itself; who one is elsewhere was read from the database at the request.
    // Nobody acts in the name of the dead. Whoever joins by an amendment signs it, and is a member once it is adopted.
    const alive = living(state).some((m) => m.personId === self);
    if (role === 'inventor')
      return state.step === 'draft' || alive || (type === 'signAmendment' && state.amendment?.mustSign.includes(self) === true);
    if (role === 'representative') return state.step === 'draft' || (alive && state.representativeId === self);
    if (role === 'objector') return state.objections.some((o) => o.objectorId === self);
    if (role === 'handler') return state.objections.some((o) => o.handlers.includes(self));
    return role !== 'system' && actor.roles.includes(role);
  });
}

const offices: ReadonlySet<string> = new Set([
  'officer',
  'departmentReviewer',
  'secretary',
  'administrator',
  'supervisor',
  'system',
]);

/** Nobody holds an office over a matter of their own: not as inventor, buyer, objector, nor as kin of one. */
function conflictOf(state: OpenState, asking: Asking, roles: readonly string[]): Decision | undefined {
  if (!roles.every((role) => offices.has(role))) return undefined;
  const interests = interestsOf(state, asking.facts.relations ?? []);
  if (!handsOf(asking).some((personId) => barOf(personId, interests))) return undefined;
  return ownMatter();
}

/** Acts that would take the case past the point to which such a letter brings it back. */
const carriesOn: ReadonlySet<string> = new Set([
  'recordDecision',
  'stateResult',
  'signAgreement',
  'recordCoOwnerSignature',
  'recordTitleChange',
  'grantUseRight',
  'tagLedger',
]);

/** What holds of every act: that there is such an act, its step, whose it is, and that nothing stands in its way. */
export function gate(state: EmpowermentState, asking: Asking): Decision | undefined {
  const { type } = asking;
  if (!isAct(type))
    return refuse('actUnknown', `没有名为 ${type} 的办理动作。`, `There is no act named ${type}.`, { at: '/type' });
  const row = actTable[type];
  if (!row.steps.includes(state.step))
    return refuse(
      'wrongStep',
      `案件目前处于“${stepLabels[state.step].zh}”环节，不能办理“${row.zh}”。`,
      `The case stands at ${stepLabels[state.step].en}; "${row.en}" is not open there.`,
      { status: 409 },
    );
  if (!mayAct(state, asking, type))
    return refuse('notYourAct', `您不能办理“${row.zh}”。`, `"${row.en}" is not yours to do.`, { status: 403 });
  if (type === 'sendForConsent') return undefined;
  const open = opened(state);
  if (!open) return refuse('notOpened', '案件尚未开始。', 'The case has not begun.', { status: 409 });
  const held = holdRefusal(open, type);
  if (held) return held;
  if (open.raised && legalSteps.has(type))
    return refuse(
      'rulesPrevail',
      '上位规则已变化，须先作出适用新规则的决定。',
      'A prevailing rule has changed; the case must first be moved to it by a recorded transition.',
      { status: 409 },
    );
  const conflict = conflictOf(open, asking, row.roles);
  if (conflict) return conflict;
  if (unheard(open) && carriesOn.has(type))
    return refuse(
      'objectionUnconfirmed',
      '有期限内收到、待复核的书面异议，复核后再办理。',
      'An objection on paper that came in time waits for its second person; confirm it first.',
      { status: 409 },
    );
  return undefined;
}

/** A rule that no source gives, or a date that cannot be counted, is a refusal and no fault of the service. */
export function orRefusal<T>(decide: () => T): T | { refusal: Refusal } {
  try {
    return decide();
  } catch (error) {
    if (error instanceof RuleMissing)
      return refuse(
        'ruleMissing',
        `${error.zh}，请管理员在校内规定中补充。`,
        `${error.en}; the administrator must fill it in the overlay.`,
        { status: 409 },
      );
    if (error instanceof TimeError) return refuse(error.code, error.zh, error.en);
    throw error;
  }
}

/**
 * Why the act would be refused whatever its body says, or nothing if it is open. `facts` are those that the table promises
 * the act.
 */
export function openTo(state: EmpowermentState, asking: Asking): Refusal | undefined {
  const shut = orRefusal((): Decision | undefined => {
    const refused = gate(state, asking);
    const open = opened(state);
    const to = marks[asking.type as ActType];
    if (refused || !open || !to) return refused;
    const among = to.among(open, asking);
    const faults = (among.length > 0 ? among : [undefined]).map((one) => to.fault(open, asking, one));
    return faults.includes(undefined) ? undefined : faults[0];
  });
  return isRefusal(shut) ? shut.refusal : undefined;
}
