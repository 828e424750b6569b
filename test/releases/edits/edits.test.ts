/** Whether the gate can fail: bad edits must be caught by the kept histories, and harmless ones let through. */
import { describe, expect, it } from '@jest/globals';
import { dataConverter } from '../../../worker/codec.ts';
import { replay } from '../../../worker/replay.ts';
import { keptHistories, parkedHistories } from '../../replay/kept.ts';
import { testKeys } from '../../workflows/support/engine.ts';
import { badEdits } from './bad.ts';
import { editedBundle } from './edit.ts';
import { harmlessEdits } from './harmless.ts';

const options = { dataConverter: dataConverter(testKeys) };

it.each(badEdits)('catches: $name', async (edit) => {
  const code = await editedBundle([edit]);
  const faults = await replay(keptHistories(), { ...options, code, untilFault: true });
  expect([...faults.values()]).toHaveLength(1);
});

it.each(harmlessEdits)('lets pass: $name', async (edit) => {
  const code = await editedBundle([edit]);
  expect(Object.fromEntries(await replay(keptHistories(), { ...options, code }))).toEqual({});
});

describe('every stop on the way', () => {
  it('replays as Temporal held it while the case was parked there', async () => {
    const code = await editedBundle([]);
    expect(Object.fromEntries(await replay(parkedHistories(), { ...options, code }))).toEqual({});
  });
});
