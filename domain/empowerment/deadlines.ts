/** Where a case keeps its deadlines: with notices, with objections, the term of a use right, the time of the step. */
import type { Objection } from '../objection/index.ts';
import type { DeadlineRow } from '../process.ts';
import type { Notice } from '../publicity/index.ts';
import type { EmpowermentState } from './state.ts';

/** Every deadline that the case has or had. */
export const allDeadlines = (state: EmpowermentState): DeadlineRow[] => [
  ...state.notices.map((n) => n.deadline),
  ...state.objections.flatMap((o) => [o.handling ?? [], o.review ?? [], o.reviewing ?? []].flat()),
  ...(state.term ? [state.term] : []),
  ...(state.stepTime ? [state.stepTime] : []),
];

/** One notice changed; the others stay. */
export const changeNotice = (state: EmpowermentState, id: string, change: (notice: Notice) => Notice): EmpowermentState => ({
  ...state,
  notices: state.notices.map((notice) => (notice.id === id ? change(notice) : notice)),
});

/** The objections with the deadline of that key replaced; keys name their objection. */
const ofObjections = (objections: Objection[], deadline: DeadlineRow): Objection[] =>
  objections.map((o) => {
    if (o.handling?.key === deadline.key) return { ...o, handling: deadline };
    if (o.review?.key === deadline.key) return { ...o, review: deadline };
    return o.reviewing?.key === deadline.key ? { ...o, reviewing: deadline } : o;
  });

/** The state with the deadline of that key replaced, be it of an objection or of the step. */
export const withDeadline = (state: EmpowermentState, deadline: DeadlineRow): EmpowermentState =>
  state.stepTime?.key === deadline.key
    ? { ...state, stepTime: deadline }
    : { ...state, objections: ofObjections(state.objections, deadline) };
