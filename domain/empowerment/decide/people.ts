/** What can happen at any step: withdrawal, another representative, death, retirement, leaving; linked cases. */
import { actingFor } from '../../hands.ts';
import type { Asking, Decision, Envelope, NewEvent } from '../../process.ts';
import { refuse } from '../../refusal.ts';
import { citing } from '../../rules.ts';
import { compareDates, dateOfInstant } from '../../time/index.ts';
import { concluded, living, type OpenState } from '../state.ts';
import { concludeIfSigned } from './agreement.ts';
import { adoptIfSigned } from './amendment.ts';
import { decided, end, foresee, happened, releasing, type Act } from './common.ts';

/** Not once the agreement is concluded: then it binds, and ends as it says itself. */
export const withdrawFault = (state: OpenState): Decision | undefined =>
  concluded(state) || state.rights.length > 0
    ? refuse('agreementBinds', '协议已签署完成，不能撤回申请。', 'The agreement is concluded and binds: no withdrawal.', {
        status: 409,
      })
    : undefined;

export function withdraw(state: OpenState, act: Act<'withdraw'>): Decision {
  const fault = withdrawFault(state);
  if (fault) return fault;
  const { events, guards } = end(state, act, 'withdrawn');
  return decided([happened(act, 'caseWithdrawn', { grounds: act.body.grounds }), ...events], guards);
}

/** Unanimous among the living; with all consents the change takes effect, and earlier acts stay valid. */
function changeIfUnanimous(state: OpenState, act: Envelope, personId: string, consents: string[]): NewEvent[] {
  if (living(state).some((member) => !consents.includes(member.personId))) return [];
  return [happened(act, 'representativeChanged', { from: state.representativeId, to: personId })];
}

export function proposalFault(state: OpenState, _: Asking, personId?: string): Decision | undefined {
  if (personId === state.representativeId)
    return refuse('alreadyRepresentative', '该完成人已是代表。', 'That inventor is the representative already.', { status: 409 });
  if (!living(state).some((member) => member.personId === personId))
    return refuse(
      'representativeNotInventor',
      '代表应为在世的完成人之一。',
      'The representative must be one of the living inventors.',
      { at: '/personId', ...citing(state.rules, 'empowerment.teamConsent') },
    );
  return undefined;
}

export function proposeRepresentative(state: OpenState, act: Act<'proposeRepresentative'>): Decision {
  const { personId } = act.body;
  const fault = proposalFault(state, act, personId);
  if (fault) return fault;
  const by = actingFor(act);
  return decided([happened(act, 'representativeProposed', { personId, by }), ...changeIfUnanimous(state, act, personId, [by])]);
}

const noSuchProposal = (): Decision =>
  refuse('noSuchProposal', '没有该更换代表的提议。', 'There is no such proposal.', { status: 409, at: '/personId' });

export function representativeFault({ proposal }: OpenState, asking: Asking): Decision | undefined {
  if (!proposal) return noSuchProposal();
  return proposal.consents.includes(actingFor(asking))
    ? refuse('alreadyConsented', '您已同意。', 'You have consented already.', { status: 409 })
    : undefined;
}

export function consentToRepresentative(state: OpenState, act: Act<'consentToRepresentative'>): Decision {
  const { proposal } = state;
  if (!proposal || proposal.personId !== act.body.personId) return noSuchProposal();
  const fault = representativeFault(state, act);
  if (fault) return fault;
  const by = actingFor(act);
  const consents = [...proposal.consents, by];
  return decided([
    happened(act, 'representativeConsented', { personId: proposal.personId, by }),
    ...changeIfUnanimous(state, act, proposal.personId, consents),
  ]);
}

export function lifeEventFault(state: OpenState, _: Asking, personId = ''): Decision | undefined {
  const member = state.team.find((m) => m.personId === personId);
  // Whoever is about to join by an amendment is waited for like a member.
  const joins = !member && state.amendment?.inventors.some((i) => i.personId === personId) === true;
  if (!member && !joins)
    return refuse('inventorUnknown', '该人员不是本案完成人。', 'That person is no inventor of this case.', {
      status: 404,
      at: '/personId',
    });
  return member?.status === 'deceased' || state.amendment?.deceased.includes(personId)
    ? refuse('alreadyRecorded', '已登记该完成人去世。', 'The death is on record already.', { status: 409 })
    : undefined;
}

/** A death holds the share for the heirs; retirement and leaving change no right (nm-pilot.3.2d, elsewhere by agreement). */
export function recordLifeEvent(state: OpenState, act: Act<'recordLifeEvent'>): Decision {
  const { personId, kind, on, document } = act.body;
  const fault = lifeEventFault(state, act, personId);
  if (fault) return fault;
  if (kind !== 'died' && state.team.some((m) => m.personId === personId && m.status === kind))
    return refuse('alreadyRecorded', '该变动已登记。', 'This is on record already.', { status: 409 });
  if (compareDates(on, dateOfInstant(act.receivedAt)) > 0)
    return refuse('dateInFuture', '日期不能晚于登记当日。', 'The date cannot lie after the day it is recorded.', { at: '/on' });
  const events: NewEvent[] = [happened(act, 'lifeEventRecorded', { personId, kind, on, document })];
  if (kind === 'died') events.push(...withoutTheDead(foresee(state, act, events), act));
  return decided(events, releasing(state, events));
}

/** What had waited for the dead alone goes on: a new representative, an amendment, the agreement. */
function withoutTheDead(state: OpenState, act: Act<'recordLifeEvent'>): NewEvent[] {
  if (living(state).length === 0) {
    if (concluded(state) && state.step !== 'amendment') return [];
    // Nobody is left who could apply, consent or sign; before the agreement the heirs have no right to hold.
    return [
      happened(act, 'applicationRefused', {
        by: 'rule',
        code: 'noInventorLives',
        ...citing(state.rules, 'empowerment.teamConsent'),
      }),
      ...end(state, act, 'refused').events,
    ];
  }
  const { proposal } = state;
  return [
    ...(proposal ? changeIfUnanimous(state, act, proposal.personId, proposal.consents) : []),
    ...(state.step === 'amendment' ? adoptIfSigned(state, act) : []),
    ...concludeIfSigned(state, act),
  ];
}

export function heirsFault(state: OpenState, _: Asking, personId?: string): Decision | undefined {
  if (!state.team.some((m) => m.personId === personId && m.held))
    return refuse('shareNotHeld', '该完成人没有待继承的份额。', 'No share of that person is held for heirs.', {
      status: 409,
      at: '/personId',
    });
  return state.mending.pending.some(({ mend }) => mend.kind === 'correctDeath' && mend.personId === personId)
    ? refuse(
        'deathInQuestion',
        '该完成人的去世登记正待更正复核，复核后再登记继承人。',
        'A correction of that death waits to be confirmed; the heirs are recorded once it is refused.',
        { status: 409, at: '/personId' },
      )
    : undefined;
}

export function recordHeirs(state: OpenState, act: Act<'recordHeirs'>): Decision {
  return heirsFault(state, act, act.body.personId) ?? decided([happened(act, 'heirsRecorded', act.body)]);
}

/** Says to the earlier application what the record told only the later: that there is another, or is no longer. */
export function noteLink(state: OpenState, act: Act<'noteLink'>): Decision {
  const { otherCaseId, ended } = act.body;
  if (state.linkedCases.includes(otherCaseId) !== ended)
    return refuse('linkKnown', '该关联状态已记录。', 'That is on record already.', { status: 409 });
  return decided([happened(act, ended ? 'linkEnded' : 'linkNoted', { otherCaseId })]);
}

export const linkFault = (state: OpenState, _: Asking, otherCaseId = ''): Decision | undefined =>
  state.linkedCases.includes(otherCaseId)
    ? undefined
    : refuse('linkUnknown', '本案与该案件没有关联。', 'This case is not linked to that one.', { at: '/otherCaseId' });

/** Two applications for one result: merged into the other, split off to a result of its own, or refused (scenario: linked cases). */
export function resolveLink(state: OpenState, act: Act<'resolveLink'>): Decision {
  const { outcome, otherCaseId, newAchievementId, grounds } = act.body;
  const fault = linkFault(state, act, otherCaseId);
  if (fault) return fault;
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
