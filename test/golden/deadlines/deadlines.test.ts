import { execFileSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { applyImport, computeDeadline, previewImport, recompute, type DeadlineInput } from '../../../domain/time/index.ts';
import { shippedCalendar } from '../../../domain/time/data/calendar.ts';
import { answer, asAnnounced, goldenRows, lengthening, type GoldenRow } from './table.ts';

const rows = goldenRows();

const days = (table: Record<string, string> | undefined): string[] => Object.keys(table ?? {}).toSorted();

function sentence({ input, calendar, expected, note }: GoldenRow): string {
  const bound = input.bound === 'atLeast' ? 'at least' : 'at most';
  const counted = input.countsFirstDay ? ', first day counted,' : '';
  const which = calendar === 'shipped' ? '' : ' (2020 as first announced)';
  const sure = expected.provisional ? ' provisionally' : '';
  return `${bound} ${input.n} ${input.unit} from ${input.start}${counted} ends${sure} on ${expected.lastDay}${which}: ${note}`;
}

describe('the golden table of deadlines', () => {
  test('the table has at least 300 rows, starts in every year from 2019 to 2027, and every unit with every bound', () => {
    expect(rows.length).toBeGreaterThanOrEqual(300);
    const years = new Set(rows.map(({ input }) => input.start.slice(0, 4)));
    expect([...years].toSorted()).toEqual(['2019', '2020', '2021', '2022', '2023', '2024', '2025', '2026', '2027']);
    expect(new Set(rows.map(({ input }) => `${input.unit} ${input.bound}`)).size).toBe(8);
  });

  test.each(rows.map((row) => [sentence(row), row] as const))('%s', (_title, row) => {
    expect(answer(row)).toEqual(row.expected);
  });

  test.each([
    ['America/New_York', 300],
    ['Asia/Shanghai', -480],
    ['Pacific/Kiritimati', -840],
  ])('every row has the same answer in a process that runs in %s', (zone, offset) => {
    const script = fileURLToPath(new URL('./answers.ts', import.meta.url));
    const output = execFileSync(process.execPath, ['--import', 'tsx', script], {
      cwd: dirname(script),
      env: { ...process.env, TZ: zone },
      encoding: 'utf8',
    });
    const { winterOffset, answers } = JSON.parse(output) as { winterOffset: number; answers: GoldenRow['expected'][] };
    // Without this the zone might not have been taken, and the comparison would prove nothing.
    expect(winterOffset).toBe(offset);
    expect(answers).toEqual(rows.map((row) => row.expected));
  });
});

describe('the Spring Festival of 2020, lengthened while a window was open', () => {
  const input: DeadlineInput = { start: '2020-01-13', bound: 'atLeast', n: 15, unit: 'workingDay' };
  const before = computeDeadline(input, asAnnounced);
  const at = '2020-01-27T02:00:00Z';

  test('15 working days from 2020-01-13 end on 2020-02-06 as announced, and on 2020-02-10 after the import', () => {
    expect(before.lastDay).toBe('2020-02-06');
    expect(before.calendarVersion).toBe('cn-2020-as-announced');
    const after = computeDeadline(input, applyImport(asAnnounced, lengthening));
    expect(after.lastDay).toBe('2020-02-10');
    expect(after.calendarVersion).toBe('cn-2020-lengthened');
  });

  test('the import makes the shipped 2020, but for the words of its reasons', () => {
    const made = applyImport(asAnnounced, lengthening).years['2020'];
    expect(days(made?.off)).toEqual(days(shippedCalendar.years['2020']?.off));
    expect(days(made?.work)).toEqual(days(shippedCalendar.years['2020']?.work));
  });

  test('the preview of 2020-01-27 names the window, from 2020-02-06 to 2020-02-10, and leaves a closed one alone', () => {
    const closed: DeadlineInput = { start: '2020-01-02', bound: 'atLeast', n: 15, unit: 'workingDay' };
    const stored = [
      { id: 'open', input, deadline: before, published: true },
      { id: 'closed', input: closed, deadline: computeDeadline(closed, asAnnounced), published: true },
    ];
    const { changes, calendar, warnings } = previewImport(asAnnounced, lengthening, stored, at);
    expect(changes).toMatchObject([
      {
        id: 'open',
        outcome: 'later',
        from: { lastDay: '2020-02-06', endsAt: '2020-02-06T16:00:00.000Z' },
        to: { lastDay: '2020-02-10', endsAt: '2020-02-10T16:00:00.000Z' },
      },
    ]);
    expect(calendar.version).toBe('cn-2020-lengthened');
    expect(warnings).toEqual([]);
  });

  test('the addendum is dated 2020-01-27 and names the four days that are newly skipped (2020-02-02 was a Sunday before)', () => {
    const { addendum } = recompute(before, input, applyImport(asAnnounced, lengthening), { at, published: true });
    expect(addendum?.datedOn).toBe('2020-01-27');
    expect(addendum?.newlySkipped.map((day) => day.date)).toEqual(['2020-01-31', '2020-02-01', '2020-02-08', '2020-02-09']);
  });
});
