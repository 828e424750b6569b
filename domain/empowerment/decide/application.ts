import { minutesUsed } from '../../casework/bodies.ts';
import { actingFor } from '../../hands.ts';
import { conditionLabels, inWords } from '../../labels.ts';
import { isPending } from '../../objection/index.ts';
import type { Asking, Decision, NewEvent } from '../../process.ts';
import { refuse } from '../../refusal.ts';
import { citing, valueOf } from '../../rules.ts';
import { dateOfInstant, yearOf } from '../../time/index.ts';
import type { Application, Bodies } from '../acts.ts';
import { after, finalBody } from '../route.ts';
import { concluded, living, type EmpowermentState, type OpenState } from '../state.ts';
import { decided, end, enter, fact, happened, type Act } from './common.ts';
import { asksConsent, partsOf } from './consented.ts';
import { applicationFault, barOfLaw, submissionFault } from './guards.ts';
import { protectionLeft } from './useRight.ts';

/** Opens the case; the sender's own consent is in the sending. */
export function sendForConsent(state: EmpowermentState, act: Act<'sendForConsent'>): Decision {
  const { application } = act.body;
  const rules = fact(act, 'pinnedRules');
  const fault = applicationFault(application, rules, fact(act, 'people'));
  if (fault) return fault;
  const sender = actingFor(act);
  if (sender !== application.representativeId)
    return refuse('notRepresentative', '申请应由代表送出。', 'The representative sends the application.', {
      status: 403,
      ...citing(rules, 'empowerment.teamConsent'),
    });
  return decided([
    happened(act, 'caseOpened', { application, openedBy: sender, rules }),
    happened(act, 'stepEntered', { step: 'consent' }),
    happened(act, 'consentGiven', { personId: sender, applicationVersion: state.applicationVersion + 1 }),
  ]);
}

const staleVersion = (now: number): Decision =>
  refuse(
    'versionChanged',
    `申请已修改为第 ${now} 版，请阅后再办理。`,
    `The application is now version ${now}; read it before you act.`,
    { status: 409, at: '/applicationVersion' },
  );

export const consentFault = (state: OpenState, asking: Asking): Decision | undefined =>
  state.consents.includes(actingFor(asking))
    ? refuse('alreadyConsented', '您已同意。', 'You have consented already.', { status: 409 })
    : undefined;

export function consent(state: OpenState, act: Act<'consent'>): Decision {
  if (act.body.applicationVersion !== state.applicationVersion) return staleVersion(state.applicationVersion);
  const { applicationVersion } = state;
  return consentFault(state, act) ?? decided([happened(act, 'consentGiven', { personId: actingFor(act), applicationVersion })]);
}

export const declineFault = (state: OpenState, asking: Asking): Decision | undefined =>
  state.declined.includes(actingFor(asking))
    ? refuse('alreadyDeclined', '您已表示不同意。', 'You have declined already.', { status: 409 })
    : undefined;

export function declineConsent(state: OpenState, act: Act<'declineConsent'>): Decision {
  const { grounds } = act.body;
  return declineFault(state, act) ?? decided([happened(act, 'consentDeclined', { personId: actingFor(act), grounds })]);
}

export function coOwnerConsentFault(state: OpenState, _: Asking, coOwnerId?: string): Decision | undefined {
  if (!state.application.coOwners.some((owner) => owner.id === coOwnerId))
    return refuse('coOwnerUnknown', '申请中没有该共有人。', 'The application names no such co-owner.', {
      status: 404,
      at: '/coOwnerId',
    });
  return coOwnerId !== undefined && state.coOwnerConsents.includes(coOwnerId)
    ? refuse('alreadyConsented', '该共有人的同意已登记。', 'This consent is on file already.', { status: 409 })
    : undefined;
}

export function recordCoOwnerConsent(state: OpenState, act: Act<'recordCoOwnerConsent'>): Decision {
  return coOwnerConsentFault(state, act, act.body.coOwnerId) ?? decided([happened(act, 'coOwnerConsented', act.body)]);
}

/** Where the inventor stands in the application, or the list that lacks them. */
function inventorAt({ inventors }: Application, personId: string): string {
  const index = inventors.findIndex((inventor) => inventor.personId === personId);
  return index < 0 ? '/application/inventors' : `/application/inventors/${index}`;
}

export function amendApplication(state: OpenState, act: Act<'amendApplication'>): Decision {
  const { application } = act.body;
  const dead = state.team.filter((member) => member.status === 'deceased');
  const fault = applicationFault(
    application,
    state.rules,
    fact(act, 'people'),
    dead.map((member) => member.personId),
  );
  if (fault) return fault;
  const lessened = dead.find((d) => !application.inventors.some((i) => i.personId === d.personId && i.ppm === d.ppm));
  if (lessened)
    return refuse(
      'deceasedShareFixed',
      '已故完成人的份额为其继承人保留，不能变更。',
      'The share of an inventor who has died is kept for the heirs and stays as it is.',
      { at: inventorAt(application, lessened.personId), persons: [lessened.personId] },
    );
  if (application.achievementId !== state.application.achievementId)
    return refuse(
      'achievementFixed',
      '不能改换成果；请撤回后另行申请。',
      'The achievement cannot be exchanged; withdraw and apply anew.',
      { at: '/application/achievementId' },
    );
  if (application.representativeId !== state.representativeId)
    return refuse(
      'representativeByConsent',
      '更换代表须经全体完成人同意，请使用“提议更换代表”。',
      'A change of representative needs everybody’s consent; propose one instead.',
      { at: '/application/representativeId', ...citing(state.rules, 'empowerment.teamConsent') },
    );
  const changed = partsOf(state.application, application);
  if (changed.length === 0) return refuse('nothingChanged', '申请没有变化。', 'Nothing in the application changed.');
  const consentsFallAway = asksConsent(state.application, application);
  const version = state.applicationVersion + 1;
  const events: NewEvent[] = [happened(act, 'applicationAmended', { application, version, changed, consentsFallAway })];
  if (consentsFallAway) {
    if (state.step === 'returned') events.push(happened(act, 'stepEntered', { step: 'consent' }));
    events.push(happened(act, 'consentGiven', { personId: actingFor(act), applicationVersion: version }));
    return decided(events);
  }
  if (state.step !== 'returned') return decided(events);
  // What was put right must not have become something that no paper cures.
  const bar = barOfLaw(application, state.rules);
  if (bar) return refuse(bar.code, bar.zh, bar.en, { clause: bar.clause, at: '/application' });
  const again =
    submissionFault(application, state.rules) ?? protectionLeft(application, state.rules, dateOfInstant(act.receivedAt));
  return again ?? decided([...events, happened(act, 'stepEntered', { step: 'check' })]);
}

/** What is still lacking. A bar of law is none: it ends the case, on the record. */
export function submitFault(state: OpenState, { receivedAt }: Asking): Decision | undefined {
  const { application, rules } = state;
  const silent = living(state).filter((member) => !state.consents.includes(member.personId));
  if (silent.length > 0)
    return refuse(
      'consentMissing',
      `尚有 ${silent.length} 名完成人未同意。`,
      `The consent of ${silent.length} inventor(s) is still lacking.`,
      { status: 409, persons: silent.map((m) => m.personId), ...citing(rules, 'empowerment.teamConsent') },
    );
  const owners = application.coOwners.filter((owner) => !state.coOwnerConsents.includes(owner.id));
  if (owners.length > 0)
    return refuse('coOwnerConsentMissing', '尚有共有人的同意未登记。', 'The consent of a co-owner is not on file.', {
      status: 409,
    });
  if (barOfLaw(application, rules)) return undefined;
  return submissionFault(application, rules) ?? protectionLeft(application, rules, dateOfInstant(receivedAt));
}

/** Everything the law asks before the office looks at it; a bar of law ends the case here, on the record. */
export function submit(state: OpenState, act: Act<'submit'>): Decision {
  const { application, rules } = state;
  const fault = submitFault(state, act);
  if (fault) return fault;
  const bar = barOfLaw(application, rules);
  const on = dateOfInstant(act.receivedAt);
  const first = state.submittedOn === undefined;
  const events = [happened(act, 'applicationSubmitted', { on })];
  const number = first
    ? ([{ kind: 'assignNumber', series: '赋权', year: yearOf(on), effectiveAt: act.receivedAt }] as const)
    : [];
  if (bar) {
    const ended = end(state, act, 'refused');
    return decided(
      [...events, happened(act, 'applicationRefused', { by: 'rule', code: bar.code, clause: bar.clause }), ...ended.events],
      // Only an application that was submitted before has claimed its achievement.
      [...number, ...(first ? [] : ended.guards)],
    );
  }
  const claim = first
    ? ([{ kind: 'claimAchievement', achievementId: application.achievementId, effectiveAt: act.receivedAt }] as const)
    : [];
  return decided([...events, happened(act, 'stepEntered', { step: 'check' })], [...number, ...claim]);
}

export function returnForCorrection(state: OpenState, act: Act<'returnForCorrection'>): Decision {
  return decided([
    happened(act, 'returnedForCorrection', { count: state.returns + 1, items: act.body.items }),
    happened(act, 'stepEntered', { step: 'returned' }),
  ]);
}

/** The office confirms each of the conditions on its evidence (nm-hei.8c). */
export function passCheck(state: OpenState, act: Act<'passCheck'>): Decision {
  const unchecked = valueOf(state.rules, 'empowerment.conditions').filter(
    (condition) => !act.body.conditions.includes(condition),
  );
  if (unchecked.length > 0) {
    const { zh, en } = inWords(conditionLabels, unchecked);
    return refuse('conditionUnchecked', `尚未逐项核验：${zh}。`, `Not checked yet: ${en}.`, {
      at: '/conditions',
      ...citing(state.rules, 'empowerment.conditions'),
    });
  }
  const next = after('check', state.application, state.rules);
  return decided([
    happened(act, 'checkPassed', { conditions: act.body.conditions, ...(act.body.remarks ? { remarks: act.body.remarks } : {}) }),
    enter(state, act, next),
  ]);
}

/**
 * Whatever the case waits for, the office can end it: a case that is never corrected, an amendment or an agreement that
 * somebody never signs would hold its result for good. Not before there is anything to refuse, nor once the agreement binds;
 * and whoever objected is answered first.
 */
export function refusalFault(state: OpenState): Decision | undefined {
  if (state.submittedOn === undefined)
    return refuse('notSubmitted', '申请尚未提交，无从决定是否批准。', 'The application is not submitted yet.', { status: 409 });
  if (concluded(state) || state.rights.length > 0)
    return refuse('agreementBinds', '协议已签署完成，不能再不予批准。', 'The agreement is concluded and binds: no refusal.', {
      status: 409,
    });
  return state.objections.some(isPending)
    ? refuse(
        'objectionPending',
        '有未办结的异议，答复后再决定是否不予批准。',
        'An objection is pending; it is answered before the application is refused.',
        { status: 409 },
      )
    : undefined;
}

/** What a body has approved, the office alone does not refuse: the body that decides such a matter does, by minutes of its own. */
function decisionFault(
  { application, rules, decisions }: OpenState,
  { decision }: Bodies['refuseApplication'],
): Decision | undefined {
  const cite = citing(rules, 'decision.collective');
  if (!decision)
    return decisions.some(({ outcome }) => outcome === 'approved')
      ? refuse(
          'decisionNeeded',
          '本案已经集体决策同意，不予批准须由决策机构决定，并写明会议纪要编号、附会议纪要。',
          'A body has approved this case: the refusal is for the deciding body, named with the number of its minutes and the minutes.',
          { at: '/decision', ...cite },
        )
      : undefined;
  if (decision.body !== finalBody(application, rules))
    return refuse('wrongBody', '该机构不是本案的决策机构。', 'That body does not decide on such a case.', {
      at: '/decision/body',
      ...cite,
    });
  return minutesUsed(decisions, decision, '/decision/minutesNumber');
}

export function refuseApplication(state: OpenState, act: Act<'refuseApplication'>): Decision {
  const { grounds, decision } = act.body;
  const fault = refusalFault(state) ?? decisionFault(state, act.body);
  if (fault) return fault;
  const { events, guards } = end(state, act, 'refused');
  const point = decision
    ? ({ by: 'decision', code: 'refusedByDecision', decision } as const)
    : state.step === 'check'
      ? ({ by: 'check', code: 'refusedAtCheck' } as const)
      : ({ by: 'office', code: 'refusedByOffice' } as const);
  return decided([happened(act, 'applicationRefused', { ...point, grounds }), ...events], guards);
}
