import { describe, expect, it } from '@jest/globals';
import { empowerment } from '../../../domain/empowerment/index.ts';
import type { Duration, RuleValues } from '../../../domain/rules.ts';
import { forStepTimes } from '../../../domain/timedSteps.ts';
import { caseAt, type Case } from './case.ts';
import { deadlineOf, held, mended, resumed } from './mendings.ts';
import { sealed } from './world.ts';

/** The time that the institution gives a step: counted as it is entered, stopped by a hold, moved, counted anew, over with it. */

const day = '2026-03-02 09:00';
const within = (n: number): Duration => ({ bound: 'atMost', n, unit: 'workingDay' });
const changes: Partial<RuleValues> = forStepTimes(() => within(5));
const timed = (step: Parameters<typeof caseAt>[0], more: Partial<RuleValues> = {}, start = day): Case =>
  caseAt(step, start, { mode: 'coOwnership' }, { changes: { ...changes, ...more } });
const dueOf = (one: Case): (string | undefined)[] => one.tasks.map(({ due }) => due);
const timeOf = (one: Case) => empowerment.project(one.state).deadlines.find(({ kind }) => kind === 'internal');

describe('a step that the institution gives a time', () => {
  it('has it counted from the day it is entered, as the institution’s own, and whoever is asked has until then', () => {
    const one = timed('check');
    expect(timeOf(one)).toMatchObject({
      key: expect.stringMatching(/^step:check:\d+$/),
      startDate: '2026-03-02',
      lastDay: '2026-03-09',
      bound: 'atMost',
      n: 5,
      unit: 'workingDay',
      source: 'institution',
      state: 'running',
    });
    expect(one.tasks).toMatchObject([{ act: 'passCheck', role: 'officer', due: '2026-03-09T16:00:00.000Z' }]);
    one.on('2026-03-04 09:00').passes();
    expect(dueOf(one)).toEqual(one.tasks.map(() => '2026-03-11T16:00:00.000Z'));
    expect(one.events('stepEntered').map(({ step, deadline }) => deadline?.key.startsWith(`step:${step}:`))).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('has none where the institution gives none, and then nothing is due', () => {
    const one = caseAt('consent', day);
    expect(timeOf(one)).toBeUndefined();
    expect(dueOf(one)).toEqual([undefined]);
    expect(one.events('stepEntered')).toEqual([{ step: 'consent' }]);
  });

  it('has it at every step at which somebody is asked, and none once the case is over', () => {
    const seen = new Set<string>();
    for (const plan of [{ mode: 'coOwnership' }, { mode: 'useRight', years: 12 }] as const) {
      const one = caseAt('consent', day, plan, { changes });
      for (; one.state.status === 'open'; one.goesOn()) {
        seen.add(one.step);
        if (one.step === 'publicity') expect(timeOf(one)).toBeUndefined();
        else expect([one.step, dueOf(one)]).toEqual([one.step, one.tasks.map(() => timeOf(one)?.endsAt)]);
      }
      expect(timeOf(one)).toBeUndefined();
    }
    expect([...seen]).toEqual(
      expect.arrayContaining(['groupDecision', 'statement', 'titleChange', 'useRightGrant', 'registration']),
    );
  });

  it('has it after an objection and a return as well, each time counted anew', () => {
    const one = timed('publicity');
    const id = one.objects('ding');
    one.admits(id).finds(id, [true], 'amend').windowsClose();
    expect(one.step).toBe('amendment');
    expect(dueOf(one)).toEqual([timeOf(one)?.endsAt]);
    const again = timed('check');
    again.does('officer', 'returnForCorrection', { items: [{ at: '/application', text: sealed('more') }] });
    expect([again.step, timeOf(again)?.lastDay]).toEqual(['returned', '2026-03-09']);
  });
});

describe('the time of a step', () => {
  it('is stopped by a hold and counted on from the resumption; nobody is due meanwhile', () => {
    const one = held(timed('check').on('2026-03-04 09:00')).on('2026-03-20 09:00');
    expect(timeOf(one)).toMatchObject({ state: 'paused' });
    expect(dueOf(one)).toEqual([undefined]);
    resumed(one);
    // Three working days were left.
    expect(timeOf(one)).toMatchObject({ state: 'running', lastDay: '2026-03-25', adjustments: [{ kind: 'hold' }] });
    expect(dueOf(one)).toEqual(['2026-03-25T16:00:00.000Z']);
  });

  it('that is over already when the hold begins stays over, and nobody is asked until the case is resumed', () => {
    const one = held(timed('check').on('2026-03-12 09:00'));
    expect(one.todo).toEqual(['resume officer']);
    resumed(one.on('2026-03-20 09:00'));
    expect(dueOf(one)).toEqual(['2026-03-09T16:00:00.000Z']);
  });

  it('moves earlier, being a ceiling, and never later', () => {
    const one = timed('check');
    const { key } = timeOf(one) ?? { key: '' };
    one.isRefused(
      'officer',
      'moveDeadline',
      { deadline: key, lastDay: '2026-03-20', grounds: sealed('why') },
      'ceilingOnlyEarlier',
    );
    mended(one, 'moveDeadline', { deadline: key, lastDay: '2026-03-05' });
    expect(deadlineOf(one, key)).toMatchObject({ lastDay: '2026-03-05', adjustments: [{ kind: 'move' }] });
    expect(dueOf(one)).toEqual(['2026-03-05T16:00:00.000Z']);
  });

  it('is counted anew by a calendar that was imported, either way', () => {
    const one = timed('check');
    const { calendar } = one.world;
    const year = calendar.years['2026'];
    one.world.calendar = {
      version: 'off',
      years: { ...calendar.years, 2026: { off: { ...year?.off, '2026-03-04': 'x' }, work: year?.work ?? {} } },
    };
    one.does('system', 'applyCalendar', { calendarVersion: 'off' });
    expect(timeOf(one)).toMatchObject({ lastDay: '2026-03-10', calendarVersion: 'off' });
    expect(dueOf(one)).toEqual(['2026-03-10T16:00:00.000Z']);
    one.world.calendar = { ...calendar, version: 'back' };
    one.does('system', 'applyCalendar', { calendarVersion: 'back', deadline: timeOf(one)?.key ?? '' });
    expect(timeOf(one)?.lastDay).toBe('2026-03-09');
  });
});
