/** Departments review, the leading group deliberates, the leadership decides what is major. */
import { count } from '../../collective/index.ts';
import { departmentLabels, inWords } from '../../labels.ts';
import type { Asking, Decision, NewEvent } from '../../process.ts';
import { refuse } from '../../refusal.ts';
import { citing, valueOf } from '../../rules.ts';
import { compareDates, dateOfInstant } from '../../time/index.ts';
import { after, bodyAt, finalBody } from '../route.ts';
import type { Bodies } from '../acts.ts';
import type { OpenState } from '../state.ts';
import { assessBody, decided, end, enter, fact, happened, type Act } from './common.ts';

export function reviewFault(state: OpenState, { actor }: Asking, department = ''): Decision | undefined {
  const { departments } = valueOf(state.rules, 'review.departments');
  if (!departments.includes(department)) {
    const { zh, en } = inWords(departmentLabels, departments);
    return refuse('departmentNotAsked', `本单位规定的审核部门为：${zh}。`, `The reviewing departments here are: ${en}.`, {
      at: '/department',
    });
  }
  if (actor.kind === 'person' && !actor.departments.includes(department))
    return refuse('notYourDepartment', '您不能代表该部门审核。', 'You do not review for that department.', {
      status: 403,
      at: '/department',
    });
  return state.reviews.some((review) => review.department === department)
    ? refuse('alreadyReviewed', '该部门已审核。', 'That department has reviewed.', { status: 409, at: '/department' })
    : undefined;
}

export function reviewAsDepartment(state: OpenState, act: Act<'reviewAsDepartment'>): Decision {
  const { department, outcome, opinion } = act.body;
  const fault = reviewFault(state, act, department);
  if (fault) return fault;
  const { departments, rule } = valueOf(state.rules, 'review.departments');
  const reviews = [...state.reviews, { department, outcome, opinion }];
  const objections = reviews.filter((review) => review.outcome === 'object').length;
  const agreed = reviews.length - objections;
  const events: NewEvent[] = [happened(act, 'departmentReviewed', { department, outcome, opinion })];
  const open = departments.length - reviews.length;
  const passed = rule === 'all' ? agreed === departments.length : agreed > 0;
  const failed = rule === 'all' ? objections > 0 && open === 0 : agreed === 0 && open === 0;
  if (passed) return decided([...events, enter(state, act, after('departmentReview', state.application, state.rules))]);
  if (!failed) return decided(events);
  // A department's objection does not end a case: the office puts it to the applicants, with the opinions of all who objected.
  const items = reviews.flatMap((r) => (r.outcome === 'object' ? [{ at: `/departments/${r.department}`, text: r.opinion }] : []));
  return decided([
    ...events,
    happened(act, 'returnedForCorrection', { count: state.returns + 1, items }),
    happened(act, 'stepEntered', { step: 'returned' }),
  ]);
}

type Naming = Pick<Bodies['nameSubstitute'], 'body' | 'for' | 'personId'>;

/** Everybody on the list of substitutes, for each member they might stand for. */
export function substitutions(state: OpenState, asking: Asking): Naming[] {
  const body = bodyAt(state.step);
  const facts = body && fact(asking, 'bodies')[body];
  if (!facts) return [];
  return facts.substitutes.flatMap(({ personId }) => facts.members.map((m) => ({ body, for: m.personId, personId })));
}

const substituted = (state: OpenState, { body, for: member, personId }: Naming) => [
  ...state.substitutes[body].filter((s) => s.for !== member),
  { for: member, personId },
];

export function substituteFault(state: OpenState, act: Asking, naming?: Naming): Decision | undefined {
  const sitting = bodyAt(state.step);
  const { body = sitting, for: member, personId } = naming ?? {};
  if (!sitting || sitting !== body)
    return refuse('bodyNotSitting', '目前不是该机构审议。', 'That body does not sit on this case now.', {
      status: 409,
      at: '/body',
    });
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
  if (state.substitutes[body].some((s) => s.personId === personId && s.for !== member))
    return refuse('substituteTaken', '该人员已替补另一成员。', 'That person already stands for another member.', {
      status: 409,
      at: '/personId',
    });
  return assessBody(state, act, body, substituted(state, naming)).eligible.includes(naming.personId)
    ? undefined
    : refuse(
        'substituteBarred',
        '该人员与本事项有利害关系，应当回避。',
        'That person has an interest in the matter and must stand aside.',
        { at: '/personId' },
      );
}

export function nameSubstitute(state: OpenState, act: Act<'nameSubstitute'>): Decision {
  const { body } = act.body;
  const fault = substituteFault(state, act, act.body);
  if (fault) return fault;
  const assessment = assessBody(state, act, body, substituted(state, act.body));
  return decided([happened(act, 'substituteNamed', { ...act.body, assessment })]);
}

/** Whether the body can meet at all: it has the departments it must have, and a quorum is left. */
export function meetingFault(state: OpenState, act: Asking): Decision | undefined {
  const sitting = bodyAt(state.step);
  if (!sitting) return undefined;
  const { missingDepartments, enough, eligible, quorum } = assessBody(state, act, sitting);
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

export function recordDecision(state: OpenState, act: Act<'recordDecision'>): Decision {
  const minutes = act.body;
  const sitting = bodyAt(state.step);
  if (sitting !== minutes.body)
    return refuse('bodyNotSitting', '目前不是该机构审议。', 'That body does not sit on this case now.', {
      status: 409,
      at: '/body',
      ...citing(state.rules, 'decision.collective'),
    });
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
  if (state.decisions.some((d) => d.body === minutes.body && d.minutesNumber === minutes.minutesNumber))
    return refuse(
      'minutesNumberUsed',
      '该会议纪要编号已用于本案另一次决策。',
      'These minutes already carry another decision of this case.',
      { status: 409, at: '/minutesNumber' },
    );
  const stray = minutes.substitutes.find(
    (s) => !state.substitutes[minutes.body].some((known) => known.for === s.for && known.personId === s.personId),
  );
  if (stray)
    return refuse('substituteNotNamed', '替补成员应事先指定并记录。', 'A substitute must have been named beforehand.', {
      at: '/substitutes',
    });
  const fault = meetingFault(state, act);
  if (fault) return fault;
  const assessment = assessBody(state, act, minutes.body);
  const counted = count(
    {
      present: minutes.present,
      recused: minutes.recusals.map((r) => r.personId),
      votes: minutes.votes,
      outcome: minutes.outcome,
    },
    assessment,
    valueOf(state.rules, 'decision.majority'),
  );
  if ('refusal' in counted) return { refusal: { ...counted.refusal, ...citing(state.rules, 'decision.collective') } };
  if (minutes.outcome === 'rejected' && !minutes.grounds)
    return refuse('groundsMissing', '不同意的决定应说明理由。', 'A rejection states its grounds.', { at: '/grounds' });
  const round = state.decisions.filter((d) => d.body === minutes.body).length + 1;
  const event = happened(act, 'decisionRecorded', { ...minutes, assessment, tally: counted.tally, round });
  const deliberatesOnly = minutes.body !== finalBody(state.application, state.rules);
  // On a major matter the group's vote is its opinion; the leadership decides (nm-hei.6a).
  if (minutes.outcome === 'approved' || deliberatesOnly)
    return decided([event, enter(state, act, after(state.step, state.application, state.rules))]);
  const { events, guards } = end(state, act, 'refused');
  return decided(
    [
      event,
      happened(act, 'applicationRefused', {
        by: 'decision',
        code: 'rejectedByDecision',
        ...(minutes.grounds ? { grounds: minutes.grounds } : {}),
      }),
      ...events,
    ],
    guards,
  );
}
