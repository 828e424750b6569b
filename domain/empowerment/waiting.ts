/**
 * What keeps an act waiting: rules that prevail stop every legal step, and a hold the office's own next steps, but for what
 * the law gives a time that runs on.
 */
import { heldRefusal, sourceOf } from '../mending/index.ts';
import type { Objection } from '../objection/index.ts';
import type { DeadlineRow, Refusal } from '../process.ts';
import { setBy } from '../publicity/index.ts';
import type { ActType } from './acts.ts';
import type { OpenState } from './state.ts';
import { actTable } from './table.ts';

/** The office's steps, and signatures, by which the case goes on towards a right. */
const carriedBy: readonly ActType[] = [
  'passCheck',
  'reviewAsDepartment',
  'recordDecision',
  'publishNotice',
  'stateResult',
  'proposeAgreement',
  'signAgreement',
  'recordCoOwnerSignature',
  'recordTitleChange',
  'grantUseRight',
  'tagLedger',
];

/** What cannot be done under rules that no longer prevail. */
export const legalSteps: ReadonlySet<string> = new Set<ActType>(['submit', ...carriedBy]);

/**
 * What waits while a case is on hold: the office's own next steps, and signatures, by which an agreement would bind.
 * Everything else goes on: what people have a right to (consent and its refusal, objection, review, withdrawal, another
 * representative), papers and facts that come in, what time brings, the taking down of a notice, and mending itself.
 */
export const waitsOnHold: ReadonlySet<string> = new Set<ActType>([
  ...carriedBy,
  'returnForCorrection',
  'refuseApplication',
  'admitObjection',
  'rejectObjection',
  'recordFinding',
  'recordReview',
  'resolveLink',
  'transitionRules',
]);

/** Of these, what is done to one objection: whether it waits depends on who set the time for that objection. */
const decidesObjection: ReadonlySet<string> = new Set<ActType>([
  'admitObjection',
  'rejectObjection',
  'recordFinding',
  'recordReview',
]);

/** The time within which the objection is to be decided, or would be from its admission on. */
function timeToDecide(
  state: OpenState,
  { state: stands, handling, reviewing }: Objection,
): Pick<DeadlineRow, 'source' | 'clause'> | undefined {
  if (stands === 'admitted') return handling;
  if (stands === 'underReview') return reviewing;
  const rule = state.rules.rules['objection.handling'];
  return rule && { clause: rule.cite.clause, ...setBy(rule) };
}

/**
 * Whether to decide on the objection waits for the case to be resumed. A time that the law sets runs on while the case is on
 * hold, so deciding must go on as well, and the admission from which that time is counted.
 */
function decidingWaits(state: OpenState, objection: Objection): boolean {
  const time = timeToDecide(state, objection);
  return time === undefined || sourceOf(time) === 'institution';
}

/** Whether the act waits while the case is on hold; one that is done to an objection, as far as that objection is known. */
export const waits = (state: OpenState, act: string, objection?: Objection): boolean =>
  waitsOnHold.has(act) && !(decidesObjection.has(act) && (objection === undefined || !decidingWaits(state, objection)));

/** The refusal of what waits while the case is on hold, or nothing. */
export function holdRefusal(state: OpenState, act: string, objection?: Objection): { refusal: Refusal } | undefined {
  const { hold } = state.mending;
  return hold && waits(state, act, objection) ? heldRefusal(hold, actTable[act as ActType]) : undefined;
}
