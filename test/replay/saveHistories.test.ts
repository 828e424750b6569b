/**
 * Makes the saved histories of a release: plays the demonstration cases and keeps what Temporal holds of each.
 *
 *     FUQUAN_SAVE_HISTORIES=<release> npm run test:services -- test/replay/saveHistories
 *
 * Run it once for each release, never over an older one: the files of older releases are what replay is for.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { demoStories } from '../../cli/demo/stories.ts';
import { shanghai, Story } from '../../cli/demo/story.ts';
import { caseWorkflowId } from '../../contracts/messages.ts';
import { Rehearsal } from '../../runtime/rehearsal.ts';
import { REHEARSAL_NAMESPACE, services } from '../harness/services.ts';
import { QuietLog } from '../workflows/support/engine.ts';
import { decodePayloads, forgetMachine } from './plainHistory.ts';

const release = process.env['FUQUAN_SAVE_HISTORIES'];
const folder = fileURLToPath(new URL('./histories/', import.meta.url));

describe(`histories of release ${release}`, () => {
  it.each(demoStories)('$name', async (demo) => {
    const { name, institution, startsAt } = demo;
    const { postgresUrl, temporalAddress } = services();
    const rehearsal = await Rehearsal.open({
      postgresUrl,
      temporalAddress,
      namespace: REHEARSAL_NAMESPACE,
      startsAt: shanghai(startsAt),
      log: new QuietLog(),
    });
    try {
      const story = new Story(rehearsal, institution);
      await demo.play(story);
      const { client } = rehearsal;
      const history = await client.workflow.getHandle(caseWorkflowId('empowerment', story.caseId)).fetchHistory();
      await decodePayloads(history, client.options.loadedDataConverter.payloadCodecs);
      forgetMachine(history);
      expect(history.events!.length).toBeGreaterThan(10);
      await mkdir(folder, { recursive: true });
      // One line: nobody edits it, and a diff of it says nothing.
      await writeFile(`${folder}empowerment.${release}.${name}.json`, historyToJSON(history).replaceAll(/\n\s*/g, ''));
    } finally {
      await rehearsal.close();
    }
  });
});
