/** What can happen at any step: withdrawal, another representative, death, retirement, leaving; linked cases; new rules. */
import type { Decision, NewEvent } from '../../process.ts';
import { refuse } from '../../refusal.ts';
import { compareDates, dateOfInstant } from '../../time/index.ts';
import { living, type OpenState } from '../state.ts';
import { actingFor, decided, end, fact, happened, type Act } from './common.ts';

/** Not once the agreement is concluded: then it binds, and ends as it says itself. */
export function withdraw(state: OpenState, act: Act<'withdraw'>): Decision {
  const { events, guards } = end(state, act, 'withdrawn');
  return decided([happened(act, 'caseWithdrawn', { grounds: act.body.grounds }), ...events], guards);
}

/** Unanimous among the living; with all consents the change takes effect, and earlier acts stay valid. */
function changeIfUnanimous(
  state: OpenState,
  act: Act<'proposeRepresentative'> | Act<'consentToRepresentative'>,
  personId: string,
  consents: string[],
): NewEvent[] {
  if (living(state).some((member) => !consents.includes(member.personId))) return [];
  return [happened(act, 'representativeChanged', { from: state.representativeId, to: personId })];
}

export function proposeRepresentative(state: OpenState, act: Act<'proposeRepresentative'>): Decision {
  const { personId } = act.body;
  if (personId === state.representativeId)
    return refuse('alreadyRepresentative', '该完成人已是代表。', 'That inventor is the representative already.', { status: 409 });
  if (!living(state).some((member) => member.personId === personId))
    return refuse(
      'representativeNotInventor',
      '代表应为在世的完成人之一。',
      'The representative must be one of the living inventors.',
      { at: '/personId', clause: 'nm-hei.8d' },
    );
  const by = actingFor(act);
  return decided([happened(act, 'representativeProposed', { personId, by }), ...changeIfUnanimous(state, act, personId, [by])]);
}

export function consentToRepresentative(state: OpenState, act: Act<'consentToRepresentative'>): Decision {
  const { proposal } = state;
  const by = actingFor(act);
  if (!proposal || proposal.personId !== act.body.personId)
    return refuse('noSuchProposal', '没有该更换代表的提议。', 'There is no such proposal.', { status: 409, at: '/personId' });
  if (proposal.consents.includes(by))
    return refuse('alreadyConsented', '您已同意。', 'You have consented already.', { status: 409 });
  const consents = [...proposal.consents, by];
  return decided([
    happened(act, 'representativeConsented', { personId: proposal.personId, by }),
    ...changeIfUnanimous(state, act, proposal.personId, consents),
  ]);
}

/** A death holds the share for the heirs; retirement and leaving change no right (nm-pilot.3.2d, elsewhere by agreement). */
export function recordLifeEvent(state: OpenState, act: Act<'recordLifeEvent'>): Decision {
  const { personId, kind, on, document } = act.body;
  const member = state.team.find((m) => m.personId === personId);
  if (!member)
    return refuse('inventorUnknown', '该人员不是本案完成人。', 'That person is no inventor of this case.', {
      status: 404,
      at: '/personId',
    });
  if (member.status === 'deceased')
    return refuse('alreadyRecorded', '已登记该完成人去世。', 'The death is on record already.', { status: 409 });
  if (kind !== 'died' && member.status === kind)
    return refuse('alreadyRecorded', '该变动已登记。', 'This is on record already.', { status: 409 });
  if (compareDates(on, dateOfInstant(act.receivedAt)) > 0)
    return refuse('dateInFuture', '日期不能晚于登记当日。', 'The date cannot lie after the day it is recorded.', { at: '/on' });
  const events: NewEvent[] = [happened(act, 'lifeEventRecorded', { personId, kind, on, document })];
  if (kind !== 'died' || !state.proposal) return decided(events);
  // The dead consent to nothing more: what all the others have agreed takes effect.
  const others = living(state).filter((m) => m.personId !== personId);
  const { proposal } = state;
  if (proposal.personId !== personId && others.every((m) => proposal.consents.includes(m.personId)))
    events.push(happened(act, 'representativeChanged', { from: state.representativeId, to: proposal.personId }));
  return decided(events);
}

export function recordHeirs(state: OpenState, act: Act<'recordHeirs'>): Decision {
  const member = state.team.find((m) => m.personId === act.body.personId);
  if (!member?.held)
    return refuse('shareNotHeld', '该完成人没有待继承的份额。', 'No share of that person is held for heirs.', {
      status: 409,
      at: '/personId',
    });
  return decided([happened(act, 'heirsRecorded', act.body)]);
}

/** Two applications for one result: merged into the other, split off to a result of its own, or refused (scenario: linked cases). */
export function resolveLink(state: OpenState, act: Act<'resolveLink'>): Decision {
  const { outcome, newAchievementId, grounds } = act.body;
  const resolved = happened(act, 'linkResolved', act.body);
  if (outcome === 'split') {
    if (!newAchievementId || newAchievementId === state.application.achievementId)
      return refuse('achievementMissing', '拆分应写明另立的成果。', 'A split names the separate achievement.', {
        at: '/newAchievementId',
      });
    return decided(
      [resolved],
      [
        { kind: 'releaseAchievement', achievementId: state.application.achievementId },
        { kind: 'claimAchievement', achievementId: newAchievementId, effectiveAt: act.receivedAt },
      ],
    );
  }
  if (outcome === 'merged') {
    const { events, guards } = end(state, act, 'merged');
    return decided([resolved, ...events], guards);
  }
  const { events, guards } = end(state, act, 'refused');
  return decided(
    [resolved, happened(act, 'applicationRefused', { by: 'link', code: 'refusedAsDouble', grounds }), ...events],
    guards,
  );
}

/** Acts that would take a legal step under rules that no longer prevail. */
export const legalSteps: ReadonlySet<string> = new Set([
  'submit',
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
]);

export function raisePrevailingRules(state: OpenState, act: Act<'raisePrevailingRules'>): Decision {
  if (state.raised?.toHash === act.body.toHash || state.rules.hash === act.body.toHash)
    return refuse('alreadyRaised', '该规则变化已提示。', 'The case is raised already.', { status: 409 });
  return decided([happened(act, 'rulesRaised', act.body)]);
}

/** The recorded transition to today's rules, by a collective decision; with a new notice where one had been published. */
export function transitionRules(state: OpenState, act: Act<'transitionRules'>): Decision {
  const { toHash, minutesNumber, minutes, grounds, newNotice } = act.body;
  const rules = fact(act, 'currentRules');
  if (rules.hash === state.rules.hash)
    return refuse('rulesUnchanged', '本案已适用现行规则。', 'The case is under the current rules already.', { status: 409 });
  if (rules.hash !== toHash)
    return refuse(
      'rulesMoved',
      '现行规则与所选版本不一致，请核对后再决定。',
      'The current rules are not the version you chose; look again.',
      { status: 409, at: '/toHash' },
    );
  const published = state.notices.some((n) => n.round === state.round && n.state !== 'takenDown');
  // Opting in to a rule of equal rank is a decision with a new notice; only a prevailing rule may leave a notice standing.
  if (published && !newNotice && !state.raised)
    return refuse(
      'newNoticeNeeded',
      '已公示的案件改用新规则应重新公示。',
      'A case that has been publicised moves to new rules with a new notice.',
      { at: '/newNotice' },
    );
  if (
    published &&
    newNotice &&
    state.objections.some((o) => o.state === 'received' || o.state === 'admitted' || o.state === 'underReview')
  )
    return refuse('objectionPending', '有未办结的异议，办结后再变更适用规则。', 'An objection is pending; decide it first.', {
      status: 409,
    });
  const again = published && newNotice;
  const events: NewEvent[] = [
    happened(act, 'rulesTransitioned', { fromHash: state.rules.hash, rules, minutesNumber, minutes, grounds, newNotice: again }),
  ];
  return decided(again ? [...events, happened(act, 'stepEntered', { step: 'noticePreparation' })] : events);
}
