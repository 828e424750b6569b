import type { CaseInput } from '../../../../contracts/messages.ts';

/** A release whose workflow fails at once: its tasks are tried again and again, and no case gets on. */
export async function empowermentWorkflow(_input: CaseInput): Promise<void> {
  throw new TypeError('This release has a bug');
}
