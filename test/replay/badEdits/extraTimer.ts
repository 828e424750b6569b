import { sleep } from '@temporalio/workflow';
import type { CaseInput } from '../../../contracts/messages.ts';
import { empowermentWorkflow as real } from '../../../workflows/empowerment.ts';

/** The edit that looks harmless: "wait a moment before the case is read". */
export async function empowermentWorkflow(input: CaseInput): Promise<void> {
  await sleep('1 second');
  await real(input);
}
