import { describe, expect, it } from '@jest/globals';
import { traceContext, traceUuid } from '../../../api/trace.ts';

const ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

describe('a traceparent', () => {
  it.each([
    [`00-${ID}-${SPAN}-01`, '01'],
    [`00-${ID}-${SPAN}-00`, '00'],
    // A later version may say more; of the flags only the bit that the first version knows is handed on.
    [`01-${ID}-${SPAN}-03-more`, '01'],
  ])('%s is gone on with, under a span of its own', (header, flags) => {
    const { traceId, traceparent } = traceContext(header);
    expect(traceId).toBe(ID);
    expect(traceparent).toMatch(new RegExp(`^00-${ID}-[0-9a-f]{16}-${flags}$`));
    expect(traceparent).not.toContain(SPAN);
  });

  it.each([
    undefined,
    '',
    'x',
    `00-${ID.toUpperCase()}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${ID}-${'0'.repeat(16)}-01`,
    `ff-${ID}-${SPAN}-01`,
    `00-${ID}-${SPAN}-01-more`,
    `00-${ID}-${SPAN}-0`,
    `00-${ID}-${SPAN}-01, 00-${ID}-${SPAN}-01`,
  ])('%s is none, and a trace begins', (header) => {
    const { traceId, traceparent } = traceContext(header);
    expect(traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(traceId).not.toBe(ID);
    expect(traceparent.slice(3, 35)).toBe(traceId);
  });
});

it('a trace is named in a problem as a UUID', () => {
  expect(traceUuid(ID)).toBe('4bf92f35-77b3-4da6-a3ce-929d0e0e4736');
});
