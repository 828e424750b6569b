/**
 * Collective decision in a case of any process: the body that sits is assessed when the case comes before it, substitutes
 * are named, and a meeting is recorded by its minutes (nm-hei.6a). What follows from the outcome, the process says.
 */
import { assess, count, type Assessment, type Interests, type Substitution } from '../collective/index.ts';
import type { DecidingBody, DecisionMinutes } from '../empowerment/acts.ts';
import { departmentLabels, inWords } from '../labels.ts';
import type { Asking, Envelope, Refusal } from '../process.ts';
import { refuse } from '../refusal.ts';
import { citing, valueOf, type RuleSnapshot } from '../rules.ts';
import { compareDates, dateOfInstant } from '../time/index.ts';
import { fact, type CommonBodies, type CommonEvents } from './events.ts';
import type { BodiesState } from './state.ts';

/** What the part needs of a case. */
export interface Sat {
  rules: RuleSnapshot;
  stepSince: string;
  bodies: Pick<BodiesState, 'substitutes' | 'decisions'>;
}

type Refused = { refusal: Refusal };

/** The body before which a case of any process lies at the step, if one does. */
export const bodyAt = (step: string): DecidingBody | undefined =>
  step === 'groupDecision' ? 'leadingGroup' : step === 'leadershipDecision' ? 'leadership' : undefined;

/** The step at which a case lies before the body. */
export const stepOf = (body: DecidingBody): 'groupDecision' | 'leadershipDecision' =>
  body === 'leadingGroup' ? 'groupDecision' : 'leadershipDecision';

/** The body as it could sit today on a matter in which these people have an interest. */
export function assessBody(
  state: Sat,
  act: Pick<Envelope, 'type' | 'facts'>,
  body: DecidingBody,
  interests: Interests,
  substitutes: Substitution[] = state.bodies.substitutes[body],
): Assessment {
  const facts = fact(act, 'bodies')[body] ?? { members: [], substitutes: [] };
  const quorum = valueOf(state.rules, body === 'leadingGroup' ? 'decision.group.quorum' : 'decision.leadership.quorum');
  const departments = body === 'leadingGroup' ? valueOf(state.rules, 'decision.group.departments') : [];
  return assess(facts, substitutes, interests, quorum, departments);
}

const notSitting = (): Refused =>
  refuse('bodyNotSitting', '目前不是该机构审议。', 'That body does not sit on this case now.', { status: 409, at: '/body' });

/** Whether the body that sits can meet at all. */
export function meetingFault(state: Sat, act: Asking, sits: DecidingBody | undefined, interests: Interests): Refused | undefined {
  if (!sits) return undefined;
  const { missingDepartments, enough, eligible, quorum } = assessBody(state, act, sits, interests);
  if (missingDepartments.length > 0) {
    const { zh, en } = inWords(departmentLabels, missingDepartments);
    return refuse('bodyLacksDepartment', `领导小组缺少以下部门：${zh}。`, `The leading group lacks these departments: ${en}.`, {
      status: 409,
      ...citing(state.rules, 'decision.group.departments'),
    });
  }
  if (enough) return undefined;
  return refuse(
    'quorumLost',
    `回避后可表决的成员为 ${eligible.length} 人，不足法定人数 ${quorum}；请指定替补成员。`,
    `After recusals ${eligible.length} may vote and ${quorum} are needed; name substitutes.`,
    citing(state.rules, 'decision.collective'),
  );
}

type Numbered = Pick<DecisionMinutes, 'body' | 'minutesNumber'>;

/** One meeting's minutes carry one decision of a case. */
export const minutesUsed = (
  decisions: readonly Numbered[],
  { body, minutesNumber }: Numbered,
  at = '/minutesNumber',
): Refused | undefined =>
  decisions.some((d) => d.body === body && d.minutesNumber === minutesNumber)
    ? refuse(
        'minutesNumberUsed',
        '该会议纪要编号已用于本案另一次决策。',
        'These minutes already carry another decision of this case.',
        { status: 409, at },
      )
    : undefined;

/** The decision as an event, or why the meeting decided nothing. */
export function recordDecision(
  state: Sat,
  act: Envelope<'recordDecision', DecisionMinutes>,
  sits: DecidingBody | undefined,
  interests: Interests,
): { decision: CommonEvents['decisionRecorded'] } | Refused {
  const minutes = act.body;
  const cite = citing(state.rules, 'decision.collective');
  if (sits !== minutes.body) return notSitting();
  if (compareDates(minutes.heldOn, dateOfInstant(act.receivedAt)) > 0)
    return refuse('meetingInFuture', '会议日期不能晚于登记日期。', 'The meeting cannot lie after the day it is recorded.', {
      at: '/heldOn',
    });
  if (compareDates(minutes.heldOn, dateOfInstant(state.stepSince)) < 0)
    return refuse(
      'meetingTooEarly',
      '会议日期早于本事项提交该机构审议之日。',
      'The meeting lies before the matter came to this body.',
      { at: '/heldOn' },
    );
  const { decisions, substitutes } = state.bodies;
  const used = minutesUsed(decisions, minutes);
  if (used) return used;
  const stray = minutes.substitutes.find(
    (s) => !substitutes[minutes.body].some((known) => known.for === s.for && known.personId === s.personId),
  );
  if (stray)
    return refuse('substituteNotNamed', '替补成员应事先指定并记录。', 'A substitute must have been named beforehand.', {
      at: '/substitutes',
    });
  const fault = meetingFault(state, act, sits, interests);
  if (fault) return fault;
  const assessment = assessBody(state, act, minutes.body, interests);
  const { present, recusals, votes, outcome } = minutes;
  const counted = count(
    { present, recused: recusals.map((r) => r.personId), votes, outcome },
    assessment,
    valueOf(state.rules, 'decision.majority'),
  );
  if ('refusal' in counted) return { refusal: { ...counted.refusal, ...cite } };
  if (outcome === 'rejected' && !minutes.grounds)
    return refuse('groundsMissing', '不同意的决定应说明理由。', 'A rejection states its grounds.', { at: '/grounds' });
  const round = decisions.filter((d) => d.body === minutes.body).length + 1;
  return { decision: { ...minutes, assessment, tally: counted.tally, round } };
}

export type Naming = Pick<CommonBodies['nameSubstitute'], 'body' | 'for' | 'personId'>;

const substituted = ({ bodies }: Sat, { body, for: member, personId }: Naming): Substitution[] => [
  ...bodies.substitutes[body].filter((s) => s.for !== member),
  { for: member, personId },
];

/** Everybody on the list of substitutes of the body that sits, for each member they might stand for. */
export function substitutions(asking: Asking, sits: DecidingBody | undefined): Naming[] {
  const facts = sits && fact(asking, 'bodies')[sits];
  if (!facts) return [];
  return facts.substitutes.flatMap(({ personId }) => facts.members.map((m) => ({ body: sits, for: m.personId, personId })));
}

/** Why nobody, or why this substitute, can stand for the member, or nothing. */
export function substituteFault(
  state: Sat,
  act: Asking,
  sits: DecidingBody | undefined,
  interests: Interests,
  naming?: Naming,
): Refused | undefined {
  const { body = sits, for: member, personId } = naming ?? {};
  if (!sits || sits !== body) return notSitting();
  const facts = fact(act, 'bodies')[body];
  if (!facts?.members.some((m) => m.personId === member))
    return refuse('notAMember', '被替补者不是该机构成员。', 'The person replaced is not a member.', { at: '/for' });
  if (facts.members.some((m) => m.personId === personId))
    return refuse('alreadyAMember', '替补人员已是该机构成员。', 'The substitute is a member already.', { at: '/personId' });
  const listed = facts.substitutes.find((s) => s.personId === personId && (s.for === undefined || s.for === member));
  if (!listed || !naming)
    return refuse('notASubstitute', '该人员不在替补名单中。', 'That person is not on the list of substitutes.', {
      at: '/personId',
    });
  if (state.bodies.substitutes[body].some((s) => s.personId === personId && s.for !== member))
    return refuse('substituteTaken', '该人员已替补另一成员。', 'That person already stands for another member.', {
      status: 409,
      at: '/personId',
    });
  return assessBody(state, act, body, interests, substituted(state, naming)).eligible.includes(naming.personId)
    ? undefined
    : refuse(
        'substituteBarred',
        '该人员与本事项有利害关系，应当回避。',
        'That person has an interest in the matter and must stand aside.',
        { at: '/personId' },
      );
}

/** A substitute on the body's list stands for a member from now on. */
export function nameSubstitute(
  state: Sat,
  act: Envelope<'nameSubstitute', CommonBodies['nameSubstitute']>,
  sits: DecidingBody | undefined,
  interests: Interests,
): { named: CommonEvents['substituteNamed'] } | Refused {
  const fault = substituteFault(state, act, sits, interests, act.body);
  if (fault) return fault;
  return { named: { ...act.body, assessment: assessBody(state, act, act.body.body, interests, substituted(state, act.body)) } };
}
