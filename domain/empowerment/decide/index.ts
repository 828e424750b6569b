import { withStepTimes } from '../../casework/stepTimes.ts';
import * as objection from '../../objection/index.ts';
import type { Decision, Envelope } from '../../process.ts';
import type { ActType, Bodies } from '../acts.ts';
import type { EmpowermentState, OpenState } from '../state.ts';
import * as agreement from './agreement.ts';
import * as amendment from './amendment.ts';
import * as application from './application.ts';
import type { Act } from './common.ts';
import * as gaps from './gaps.ts';
import * as mending from './mending.ts';
import { gate, orRefusal } from './open.ts';
import * as people from './people.ts';
import * as publicity from './publicity.ts';
import * as reviews from './reviews.ts';
import * as rules from './rules.ts';
import * as statement from './statement.ts';
import * as useRight from './useRight.ts';

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
  recordPublicityGap: gaps.recordPublicityGap,
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
  stateResult: statement.stateResult,
  proposeAgreement: agreement.proposeAgreement,
  signAgreement: agreement.signAgreement,
  recordCoOwnerSignature: agreement.recordCoOwnerSignature,
  recordTitleChange: agreement.recordTitleChange,
  grantUseRight: useRight.grantUseRight,
  tagLedger: agreement.tagLedger,
  withdraw: people.withdraw,
  proposeRepresentative: people.proposeRepresentative,
  consentToRepresentative: people.consentToRepresentative,
  recordLifeEvent: people.recordLifeEvent,
  recordHeirs: people.recordHeirs,
  hold: mending.hold,
  resume: mending.resume,
  moveDeadline: mending.moveDeadline,
  reassign: mending.reassign,
  correctDeath: mending.correctDeath,
  confirmMending: mending.confirmMending,
  refuseMending: mending.refuseMending,
  noteLink: people.noteLink,
  resolveLink: people.resolveLink,
  transitionRules: rules.transitionRules,
  raisePrevailingRules: rules.raisePrevailingRules,
};

/** What the act comes to in this state: events, or a refusal with its code. Pure; the same in workflow, tests and rebuild. */
export function decide(state: EmpowermentState, act: Envelope): Decision {
  return orRefusal((): Decision => {
    const shut = gate(state, act);
    if (shut) return shut;
    if (act.type === 'sendForConsent')
      return withStepTimes(state, act, application.sendForConsent(state, act as Act<'sendForConsent'>));
    const type = act.type as Exclude<ActType, 'sendForConsent'>;
    const decision = (deciders[type] as Decider<ActType>)(state as OpenState, act as Envelope<ActType, never>);
    return withStepTimes(state, act, decision);
  });
}
