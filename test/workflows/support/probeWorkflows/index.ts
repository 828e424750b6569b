import type { CaseInput } from '../../../../contracts/messages.ts';
import { openCase } from '../../../../workflows/shared/caseProcess.ts';
import { probe } from '../probeProcess.ts';

/** The probe process under the name by which the dispatcher starts a case. */
export async function empowermentWorkflow(input: CaseInput): Promise<void> {
  const run = await openCase(probe, input);
  await run.follow([(it) => it.through('draft', 'marking'), (it) => it.through('window')]);
}
