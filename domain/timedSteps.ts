/** Steps for which an institution may set itself a time: those at which somebody is asked to act, and time alone ends nothing. */
export const timedSteps = [
  'consent',
  'check',
  'returned',
  'departmentReview',
  'groupDecision',
  'leadershipDecision',
  'noticePreparation',
  'amendment',
  'statement',
  'agreement',
  'titleChange',
  'useRightGrant',
  'registration',
] as const;

export type TimedStep = (typeof timedSteps)[number];

export const isTimed = (step: string): step is TimedStep => (timedSteps as readonly string[]).includes(step);

/** The same for the time of each step, by its key. */
export const forStepTimes = <T>(of: (step: TimedStep) => T): Record<`stepTime.${TimedStep}`, T> =>
  Object.fromEntries(timedSteps.map((step) => [`stepTime.${step}`, of(step)])) as Record<`stepTime.${TimedStep}`, T>;
