/** A change of what live cases do goes behind a patch; whoever then handles the patch wrongly is caught. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { caseWorkflowId } from '../../contracts/messages.ts';
import { dataConverter } from '../../worker/codec.ts';
import { replay, type KeptHistory } from '../../worker/replay.ts';
import { Engine, testKeys } from '../workflows/support/engine.ts';
import { waitFor } from '../harness/services.ts';
import { editedBundle, type Edit } from './edits/edit.ts';
import { patchedWait } from './edits/harmless.ts';

const PROBE = 'test/workflows/support/probeWorkflows/index.ts';
const PATCH = "if (patched('wait-before-record')) await sleep(10);";
const histories: Record<'before' | 'behind', KeptHistory[]> = { before: [], behind: [] };
let engine: Engine;

/** The patched sources with another form of the patch. */
const instead = (name: string, text: string, imported = 'patched'): Edit[] => [
  patchedWait,
  {
    name,
    file: patchedWait.file,
    changes: [
      [PATCH, text],
      ['log, patched, sleep', `log, ${imported}, sleep`],
    ],
  },
];
const faultsOf = async (edits: Edit[], kept: KeptHistory[]): Promise<number> => {
  const code = await editedBundle(edits, PROBE);
  return (await replay(kept, { code, dataConverter: dataConverter(testKeys) })).size;
};

/** A case with three acts, on the code of the edits. */
async function played(edits: Edit[]): Promise<KeptHistory[]> {
  const bundle = { code: await editedBundle(edits, PROBE), buildId: `patch-${edits.length}` };
  const worker = await engine.startWorker({ bundle });
  const caseId = await engine.openCase();
  for (const n of [1, 2]) await engine.perform(caseId, 'mark', { n });
  const handle = worker.client.workflow.getHandle(caseWorkflowId('empowerment', caseId));
  await waitFor(async () => !(await handle.describe()).raw.pendingWorkflowTask, { what: 'an idle case' });
  const history = await handle.fetchHistory();
  await worker.stop();
  return [{ name: caseId, history }];
}

beforeAll(async () => {
  engine = await Engine.create();
  histories.before = await played([]);
  histories.behind = await played([patchedWait]);
});
afterAll(() => engine.stop());

describe('a patch', () => {
  it('takes histories from before it and from behind it', async () => {
    expect(await faultsOf([patchedWait], [...histories.before, ...histories.behind])).toBe(0);
  });

  it('cannot be taken out while a history holds it', async () => {
    expect(await faultsOf([], histories.behind)).toBe(1);
  });

  it('cannot be given another id', async () => {
    const renamed = instead('another id', "if (patched('wait-before-the-record')) await sleep(10);");
    expect(await faultsOf(renamed, histories.behind)).toBe(1);
  });

  it('cannot be called old while a case from before it lives', async () => {
    const deprecated = instead(
      'too early',
      "deprecatePatch('wait-before-record');\n      await sleep(10);",
      'deprecatePatch, patched',
    );
    expect(await faultsOf(deprecated, histories.before)).toBe(1);
    expect(await faultsOf(deprecated, histories.behind)).toBe(0);
  });
});
