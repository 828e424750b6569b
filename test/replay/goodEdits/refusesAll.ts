import type { CaseInput } from '../../../contracts/messages.ts';
import { empowerment } from '../../../domain/empowerment/index.ts';
import { refuse } from '../../../domain/refusal.ts';
import { openCase } from '../../../workflows/shared/caseProcess.ts';

/** A release whose rules have become so strict that nothing would be taken today; what was taken stands. */
export async function empowermentWorkflow(input: CaseInput): Promise<void> {
  const strict = { ...empowerment, decide: () => refuse('never', '不予办理', 'Never') };
  const run = await openCase(strict, input);
  await run.follow([
    (it) => it.through('draft', 'consent', 'check', 'returned', 'departmentReview'),
    (it) => it.through(...later),
  ]);
}

const later = [
  'groupDecision',
  'leadershipDecision',
  'noticePreparation',
  'publicity',
  'objectionHandling',
  'amendment',
  'statement',
  'agreement',
  'titleChange',
  'useRightGrant',
  'registration',
];
