/**
 * Empowerment (赋权) as the procedure goes. What each step asks for, and where it leads, is decided in
 * domain/empowerment; here stands in which order a case meets the steps, and that it waits for people and for time.
 */
import type { CaseInput } from '../contracts/messages.ts';
import { empowerment, type Step } from '../domain/empowerment/index.ts';
import { openCase, type Part } from './shared/caseProcess.ts';

const at = (...steps: Step[]): Part => {
  return (run) => run.through(...steps);
};

/** The draft is sent; inventors and co-owners consent; the representative submits. */
const consents = at('draft', 'consent');

/** The office checks, and sends back what must be corrected; departments review. */
const examination = at('check', 'returned', 'departmentReview');

/**
 * The bodies decide and the result is made public. Which comes first is the institution's rule, and an upheld objection
 * brings the case back, so these steps are one stretch.
 */
const decisionAndPublicity = at(
  'groupDecision',
  'leadershipDecision',
  'noticePreparation',
  'publicity',
  'objectionHandling',
  'amendment',
  'statement',
);

/** Everybody signs. */
const agreement = at('agreement');

/** Title changes hands, or the use right is granted, and the right is entered in the unit's own book. */
const right = at('titleChange', 'useRightGrant', 'registration');

/** A dead inventor's share is held until the heirs' papers are in, also when all else is over. */
const heirs = at('done', 'refused', 'withdrawn', 'merged');

/** One empowerment case, from the moment its draft is sent until nothing more can happen to it. */
export async function empowermentWorkflow(input: CaseInput): Promise<void> {
  const run = await openCase(empowerment, input);
  await run.follow([consents, examination, decisionAndPublicity, agreement, right, heirs]);
}
