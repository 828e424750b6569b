/** The commands that a case gives, and nothing that the product does beside them. */
import { condition, defineUpdate, proxyLocalActivities, setHandler, sleep, upsertSearchAttributes } from '@temporalio/workflow';
import { institutionAttribute, kindAttribute, stepAttribute } from '../../../workflows/shared/searchAttributes.ts';
import { bareAct, type BareActivities, type BareInput } from '../messages.ts';

const { read, commit } = proxyLocalActivities<BareActivities>({
  startToCloseTimeout: '2 seconds',
  scheduleToCloseTimeout: '5 seconds',
});

const show = (step: string): void =>
  upsertSearchAttributes([
    { key: kindAttribute, value: 'bare' },
    { key: institutionAttribute, value: 'bare' },
    { key: stepAttribute, value: step },
  ]);

/** Opens with a read and a commit, then answers each Update with one commit. */
export async function bareCase({ caseId, text }: BareInput): Promise<void> {
  let n = 0;
  const perform = async (said: string): Promise<number> => {
    n += 1;
    const own = n;
    await commit({ caseId, n: own, text: said });
    return own;
  };
  setHandler(defineUpdate<number, [string]>(bareAct), perform, { validator: (_said) => undefined });
  await read(caseId);
  show('draft');
  await commit({ caseId, n, text });
  show('consent');
  await condition(() => false);
}

/** Waits for an instant, then commits once, spread as the product spreads its own. */
export async function bareWindow({ caseId, endsAt }: { caseId: string; endsAt: number }): Promise<void> {
  await read(caseId);
  show('publicity');
  await sleep(Math.max(1, endsAt - Date.now()));
  await commit({ caseId, n: 1, text: 'closed' });
  show('statement');
  await condition(() => false);
}
