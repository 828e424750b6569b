import { barOf } from '../../collective/index.ts';
import * as objection from '../../objection/index.ts';
import type { Decision, Envelope } from '../../process.ts';
import { refuse } from '../../refusal.ts';
import { RuleMissing } from '../../rules.ts';
import { TimeError } from '../../time/index.ts';
import type { ActType, Bodies } from '../acts.ts';
import { living, opened, type EmpowermentState, type OpenState } from '../state.ts';
import { interestsOf } from '../interests.ts';
import { actTable } from '../table.ts';
import * as agreement from './agreement.ts';
import * as amendment from './amendment.ts';
import * as application from './application.ts';
import { handsOf } from './common.ts';
import * as people from './people.ts';
import * as publicity from './publicity.ts';
import * as reviews from './reviews.ts';
import * as rules from './rules.ts';

type Decider<T extends ActType> = (state: OpenState, act: Envelope<T, Bodies[T]>) => Decision;

/** One decider for each act of an open case. */
const deciders: { [T in Exclude<ActType, 'sendForConsent'>]: Decider<T> } = {
  consent: application.consent,
  declineConsent: application.declineConsent,
  recordCoOwnerConsent: application.recordCoOwnerConsent,
  amendApplication: application.amendApplication,
  submit: application.submit,
  returnForCorrection: application.returnForCorrection,
  passCheck: application.passCheck,
  refuseApplication: application.refuseApplication,
  reviewAsDepartment: reviews.reviewAsDepartment,
  nameSubstitute: reviews.nameSubstitute,
  recordDecision: reviews.recordDecision,
  publishNotice: publicity.publishNotice,
  closeWindow: publicity.closeWindow,
  recordPublicityGap: publicity.recordPublicityGap,
  takeDownNotice: publicity.takeDownNotice,
  applyCalendar: publicity.applyCalendar,
  fileObjection: publicity.onObjection(objection.receiveObjection),
  enterPaperObjection: publicity.onObjection(objection.enterOnPaper),
  confirmPaperObjection: publicity.onObjection(objection.confirmOnPaper),
  admitObjection: publicity.onObjection(objection.admit),
  rejectObjection: publicity.onObjection(objection.reject),
  recuseHandler: publicity.onObjection(objection.recuse),
  recordFinding: publicity.onObjection(objection.decideObjection),
  withdrawObjection: publicity.onObjection(objection.withdrawObjection),
  requestReview: publicity.onObjection(objection.requestReview),
  waiveReview: publicity.onObjection(objection.waiveReview),
  lapseReview: publicity.onObjection(objection.lapseReview),
  recordReview: publicity.onObjection(objection.recordReview),
  proposeAmendment: amendment.proposeAmendment,
  signAmendment: amendment.signAmendment,
  stateResult: publicity.stateResult,
  proposeAgreement: agreement.proposeAgreement,
  signAgreement: agreement.signAgreement,
  recordCoOwnerSignature: agreement.recordCoOwnerSignature,
  recordTitleChange: agreement.recordTitleChange,
  grantUseRight: agreement.grantUseRight,
  tagLedger: agreement.tagLedger,
  withdraw: people.withdraw,
  proposeRepresentative: people.proposeRepresentative,
  consentToRepresentative: people.consentToRepresentative,
  recordLifeEvent: people.recordLifeEvent,
  recordHeirs: people.recordHeirs,
  noteLink: people.noteLink,
  resolveLink: people.resolveLink,
  transitionRules: rules.transitionRules,
  raisePrevailingRules: rules.raisePrevailingRules,
};

const isAct = (type: string): type is ActType => Object.hasOwn(actTable, type);

/** Whether the actor holds, in this case, one of the roles that the table asks for. */
function mayAct(state: EmpowermentState, act: Envelope, type: ActType): boolean {
  const { roles } = actTable[type];
  if (act.actor.kind === 'system') return roles.includes('system');
  const { actor } = act;
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
function conflictOf(state: OpenState, act: Envelope, roles: readonly string[]): Decision | undefined {
  if (!roles.every((role) => offices.has(role))) return undefined;
  const interests = interestsOf(state, act.facts.relations ?? []);
  if (!handsOf(act).some((personId) => barOf(personId, interests))) return undefined;
  return refuse(
    'ownMatter',
    '您与本案有利害关系，应当回避，请由他人办理。',
    'This is a matter of your own; somebody else must do it.',
    { status: 403 },
  );
}

/** A letter that came in time but is known only since: once confirmed it opens the case again, so nothing is sealed before. */
const unheard = (state: OpenState): boolean => state.objections.some((o) => o.state === 'unconfirmed' && o.inTime);

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

/** What the act comes to in this state: events, or a refusal with its code. Pure; the same in workflow, tests and rebuild. */
export function decide(state: EmpowermentState, act: Envelope): Decision {
  if (!isAct(act.type))
    return refuse('actUnknown', `没有名为 ${act.type} 的办理动作。`, `There is no act named ${act.type}.`, { at: '/type' });
  const row = actTable[act.type];
  if (!row.steps.includes(state.step))
    return refuse(
      'wrongStep',
      `案件目前处于“${state.step}”环节，不能办理“${row.zh}”。`,
      `The case stands at ${state.step}; "${row.en}" is not open there.`,
      { status: 409 },
    );
  if (!mayAct(state, act, act.type))
    return refuse('notYourAct', `您不能办理“${row.zh}”。`, `"${row.en}" is not yours to do.`, { status: 403 });
  try {
    if (act.type === 'sendForConsent')
      return application.sendForConsent(state, act as Envelope<'sendForConsent', Bodies['sendForConsent']>);
    const open = opened(state);
    if (!open) return refuse('notOpened', '案件尚未开始。', 'The case has not begun.', { status: 409 });
    if (open.raised && rules.legalSteps.has(act.type))
      return refuse(
        'rulesPrevail',
        '上位规则已变化，须先作出适用新规则的决定。',
        'A prevailing rule has changed; the case must first be moved to it by a recorded transition.',
        { status: 409 },
      );
    const conflict = conflictOf(open, act, row.roles);
    if (conflict) return conflict;
    if (unheard(open) && carriesOn.has(act.type))
      return refuse(
        'objectionUnconfirmed',
        '有期限内收到、待复核的书面异议，复核后再办理。',
        'An objection on paper that came in time waits for its second person; confirm it first.',
        { status: 409 },
      );
    return (deciders[act.type] as Decider<ActType>)(open, act as Envelope<ActType, never>);
  } catch (error) {
    if (error instanceof RuleMissing)
      return refuse(
        'ruleMissing',
        `没有任何规定给出“${error.key}”，请管理员在校内规定中补充。`,
        `No rule gives ${error.key}; the administrator must fill it in the overlay.`,
        { status: 409 },
      );
    // A date or a length that cannot be counted is the sender's slip, not a fault of the service.
    if (error instanceof TimeError) return refuse(error.code, error.zh, error.en);
    throw error;
  }
}
