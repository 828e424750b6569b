/** Departments review, the leading group deliberates, the leadership decides what is major. */
import * as bodies from '../../casework/bodies.ts';
import type { Interests } from '../../collective/index.ts';
import { departmentLabels, inWords } from '../../labels.ts';
import type { Asking, Decision, NewEvent } from '../../process.ts';
import { refuse } from '../../refusal.ts';
import { valueOf } from '../../rules.ts';
import { bodyAt } from '../../casework/bodies.ts';
import { after, finalBody } from '../route.ts';
import { interestsOf } from '../interests.ts';
import type { OpenState } from '../state.ts';
import { decided, end, enter, happened, type Act } from './common.ts';

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

type Naming = bodies.Naming;

/** What the collective part needs of this case. */
const satOn = (state: OpenState): bodies.Sat => {
  const { rules, stepSince, substitutes, decisions } = state;
  return { rules, stepSince, bodies: { substitutes, decisions } };
};

const interests = (state: OpenState, { facts }: Asking): Interests => interestsOf(state, facts.relations ?? []);

export const substitutions = (state: OpenState, asking: Asking): Naming[] => bodies.substitutions(asking, bodyAt(state.step));

export const substituteFault = (state: OpenState, act: Asking, naming?: Naming): Decision | undefined =>
  bodies.substituteFault(satOn(state), act, bodyAt(state.step), interests(state, act), naming);

export function nameSubstitute(state: OpenState, act: Act<'nameSubstitute'>): Decision {
  const found = bodies.nameSubstitute(satOn(state), act, bodyAt(state.step), interests(state, act));
  return 'refusal' in found ? found : decided([happened(act, 'substituteNamed', found.named)]);
}

/** Whether the body can meet at all: it has the departments it must have, and a quorum is left. */
export const meetingFault = (state: OpenState, act: Asking): Decision | undefined =>
  bodies.meetingFault(satOn(state), act, bodyAt(state.step), interests(state, act));

export function recordDecision(state: OpenState, act: Act<'recordDecision'>): Decision {
  const minutes = act.body;
  const found = bodies.recordDecision(satOn(state), act, bodyAt(state.step), interests(state, act));
  if ('refusal' in found) return found;
  const event = happened(act, 'decisionRecorded', found.decision);
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
