import type { CaseInput } from '../../../contracts/messages.ts';
import { empowerment } from '../../../domain/empowerment/index.ts';
import { openCase } from '../../../workflows/shared/caseProcess.ts';

/** A procedure in which the publicity was forgotten: nobody sets its timer any more. */
export async function empowermentWorkflow(input: CaseInput): Promise<void> {
  const run = await openCase(empowerment, input);
  await run.follow([(it) => it.through('draft', 'consent', 'check', 'departmentReview', 'groupDecision')]);
}
