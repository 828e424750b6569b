import { describe, expect, it } from '@jest/globals';
import { applyImport } from '../../../domain/time/index.ts';
import { empowerment } from '../../../domain/empowerment/index.ts';
import { Case, caseAt } from './case.ts';
import { sealed, World } from './world.ts';

const ready = (start = '2026-03-02 09:00', options: Parameters<typeof caseAt>[3] = {}): Case =>
  caseAt('noticePreparation', start, { mode: 'coOwnership' }, options);
const import2026 = (
  version: string,
  days: Record<string, { is: 'off' | 'work' | 'weekly'; reason: string }>,
  base = new World().calendar,
) => applyImport(base, { version, days });

const gap = (one: Case, days: string[]) => ({ noticeId: one.notice().id, days, grounds: sealed('server down') });

describe('a notice', () => {
  it.each([
    [14, undefined],
    [15, '2026-03-17'],
    [16, '2026-03-18'],
    [30, '2026-04-01'],
  ])('of %i calendar days from 2026-03-02', (n, lastDay) => {
    const one = ready();
    const body = one.noticeBody('empowerment', n);
    if (lastDay === undefined) expect(one.isRefused('officer', 'publishNotice', body, 'windowTooShort').clause).toBe('nm-hei.8e');
    else expect(one.does('officer', 'publishNotice', body).notice().deadline.lastDay).toBe(lastDay);
  });

  it('of a length that cannot be counted is a slip, not a fault of the service', () => {
    const one = ready();
    one.isRefused('officer', 'publishNotice', one.noticeBody('empowerment', 15.5), 'n.notPositiveInteger');
    one.isRefused('officer', 'publishNotice', one.noticeBody('empowerment', 40_000), 'n.tooLarge');
  });

  it('holds what the rules ask for, and only the kinds that the case needs', () => {
    const one = ready();
    const body = one.noticeBody('empowerment');
    one.isRefused(
      'officer',
      'publishNotice',
      { ...body, items: body.items.filter((i) => i !== 'sharesOrTerm') },
      'noticeIncomplete',
    );
    one.isRefused('officer', 'publishNotice', one.noticeBody('price'), 'noticeNotAsked');
  });

  it('of a price in Baotou holds a summary (bt-149.10b)', () => {
    const one = caseAt(
      'noticePreparation',
      '2026-04-10 09:00',
      { mode: 'fullOwnership', road: 'saleOfRetainedShare', priceFen: '1' },
      { name: 'baotou-university' },
    );
    const body = one.noticeBody('price');
    one.isRefused('officer', 'publishNotice', { ...body, items: body.items.filter((i) => i !== 'summary') }, 'noticeIncomplete');
  });

  it('taken down and published anew shows a full window again', () => {
    const one = ready().publishes().on('2026-03-10 09:00');
    one.does('officer', 'takeDownNotice', { noticeId: one.notice().id, grounds: sealed('wrong name') });
    expect(empowerment.nextWake(one.state)).toBeUndefined();
    one.on('2026-03-11 09:00').publishes();
    expect(one.notice()).toMatchObject({ edition: 2, deadline: { lastDay: '2026-03-26' } });
    expect(one.state.notices[0]?.state).toBe('takenDown');
  });
});

describe('a gap in the publicity', () => {
  it('of two days, each counted once, moves the end from 03-17 to 03-19, with a dated addendum, and people are told', () => {
    const one = ready().publishes().on('2026-03-10 09:00');
    one.does('officer', 'recordPublicityGap', gap(one, ['2026-03-09', '2026-03-08', '2026-03-09']));
    expect(one.notice()).toMatchObject({
      gapDays: ['2026-03-08', '2026-03-09'],
      deadline: { lastDay: '2026-03-19', n: 17 },
      addenda: [{ lastDay: '2026-03-19', reason: 'gap:2026-03-08,2026-03-09' }],
    });
    expect(one.told.filter((m) => m.template === 'noticeLengthened')).toHaveLength(3);
    one.isRefused('officer', 'recordPublicityGap', gap(one, ['2026-03-09']), 'gapKnown');
    one.on('2026-03-18 09:00').objects('ding');
    expect(one.state.objections[0]?.inTime).toBe(true);
  });

  it('lies inside the window and in the past', () => {
    const one = ready().publishes().on('2026-03-10 09:00');
    for (const day of ['2026-03-01', '2026-03-11', '2026-03-18'])
      one.isRefused('officer', 'recordPublicityGap', gap(one, [day]), 'dayOutsideWindow');
    one.isRefused('officer', 'recordPublicityGap', { ...gap(one, ['2026-03-09']), noticeId: 'none' }, 'noticeNotFound');
    one.does('system', 'recordPublicityGap', gap(one, ['2026-03-02', '2026-03-10']));
    expect(one.notice().gapDays).toEqual(['2026-03-02', '2026-03-10']);
  });

  it('is on record and moves nothing where the unit’s rules say so', () => {
    const one = ready('2026-03-02 09:00', { changes: { 'publicity.gapLengthens': false } })
      .publishes()
      .on('2026-03-10 09:00');
    one.does('officer', 'recordPublicityGap', gap(one, ['2026-03-09']));
    expect(one.notice()).toMatchObject({ gapDays: ['2026-03-09'], deadline: { lastDay: '2026-03-17' }, addenda: [] });
  });

  it('of the first notice counts while the second is still to come', () => {
    const one = caseAt(
      'noticePreparation',
      '2026-04-10 09:00',
      { mode: 'fullOwnership', road: 'saleOfRetainedShare', priceFen: '1' },
      { name: 'baotou-university' },
    );
    one.does('officer', 'publishNotice', one.noticeBody('empowerment')).on('2026-04-14 09:00');
    one.does('officer', 'recordPublicityGap', gap(one, ['2026-04-13']));
    expect(one.notice().deadline.lastDay).toBe('2026-04-28');
  });
});

describe('a new calendar in the middle of a window', () => {
  it('2020: 15 working days from 01-13 end 02-06, and after the Spring Festival was lengthened 02-10', () => {
    const world = new World();
    const { '2020': year } = world.calendar.years;
    if (!year) throw new Error('no 2020');
    // As it was announced first: back at work on 01-31.
    const off = Object.fromEntries(
      Object.entries(year.off).filter(([d]) => !['2020-01-31', '2020-02-01', '2020-02-02'].includes(d)),
    );
    world.calendar = {
      version: 'as-announced',
      years: { ...world.calendar.years, '2020': { off, work: { ...year.work, '2020-02-01': '春节' } } },
    };
    const rules = Case.of('hohhot-university', '2026-01-13 09:00', {
      changes: { 'publicity.coOwnership': { bound: 'atLeast', n: 15, unit: 'workingDay' } },
    }).rules;
    const one = new Case(rules, '2020-01-13 09:00', { world })
      .applies({ mode: 'coOwnership' })
      .submits()
      .passes()
      .reviewed()
      .approved()
      .publishes();
    expect(one.notice().deadline.lastDay).toBe('2020-02-06');
    world.calendar = import2026(
      'cn-2020-lengthened',
      {
        '2020-01-31': { is: 'off', reason: '春节延长' },
        '2020-02-01': { is: 'off', reason: '春节延长' },
        '2020-02-02': { is: 'off', reason: '春节延长' },
      },
      world.calendar,
    );
    one.on('2020-01-27 09:00').does('system', 'applyCalendar', { calendarVersion: 'cn-2020-lengthened' });
    expect(one.notice()).toMatchObject({
      deadline: { lastDay: '2020-02-10', calendarVersion: 'cn-2020-lengthened' },
      addenda: [{ lastDay: '2020-02-10', reason: 'calendar:cn-2020-lengthened' }],
    });
    expect(one.on('2020-02-10 23:59:59.999').step).toBe('publicity');
    expect(one.on('2020-02-11 00:00').step).toBe('statement');
  });

  it('that would end it earlier leaves the end that was published', () => {
    const one = ready('2026-03-06 09:00').publishes();
    expect(one.notice().deadline.lastDay).toBe('2026-03-23');
    one.world.calendar = import2026('worked', { '2026-03-21': { is: 'work', reason: 'make-up' } });
    one.isRefused('system', 'applyCalendar', { calendarVersion: 'worked' }, 'nothingToRecount');
    expect(one.notice().deadline.lastDay).toBe('2026-03-23');
  });

  it('that first knows the year makes a provisional end certain, without an addendum where it does not move', () => {
    const world = new World();
    const { '2026': _, ...years } = world.calendar.years;
    const full = world.calendar;
    world.calendar = { version: 'without-2026', years };
    const one = ready('2026-03-02 09:00', { world }).publishes();
    expect(one.notice().deadline).toMatchObject({ provisional: true, lastDay: '2026-03-17' });
    world.calendar = full;
    const told = one.told.length;
    one.does('system', 'applyCalendar', { calendarVersion: full.version });
    expect(one.notice()).toMatchObject({ deadline: { provisional: false, lastDay: '2026-03-17' }, addenda: [] });
    expect(one.told).toHaveLength(told);
  });

  it('gives the objector more days to ask for a review, never fewer, and the handlers the days that there are', () => {
    const one = ready('2026-03-02 09:00').publishes();
    const id = one.objects('ding');
    one.admits(id);
    const deadlines = () => one.state.objections.map(({ handling, review }) => [handling?.lastDay, review?.lastDay])[0];
    const [handling = ''] = deadlines() ?? [];
    one.world.calendar = import2026('one-off', { [handling]: { is: 'off', reason: 'x' } });
    one.does('system', 'applyCalendar', { calendarVersion: 'one-off' });
    expect((deadlines()?.[0] ?? '') > handling).toBe(true);
    one.finds(id, [false]);
    const review = deadlines()?.[1] ?? '';
    one.world.calendar = import2026('two-off', { [review]: { is: 'off', reason: 'x' } }, one.world.calendar);
    one.does('system', 'applyCalendar', { calendarVersion: 'two-off' });
    const later = deadlines()?.[1] ?? '';
    expect(later > review).toBe(true);
    one.world.calendar = import2026('back', { [review]: { is: 'weekly', reason: 'x' } }, one.world.calendar);
    one.isRefused('system', 'applyCalendar', { calendarVersion: 'back' }, 'nothingToRecount');
    expect(deadlines()?.[1]).toBe(later);
  });

  it('moves no window that is over, and none of a case without one', () => {
    const one = ready().publishes().windowsClose();
    one.world.calendar = import2026('late', { '2026-03-17': { is: 'off', reason: 'x' } });
    one.isRefused('system', 'applyCalendar', { calendarVersion: 'late' }, 'nothingToRecount');
    one.isRefused('officer', 'applyCalendar', { calendarVersion: 'late' }, 'notYourAct');
  });
});

describe('closing a window', () => {
  it('is time’s alone, not before its end', () => {
    const one = ready().publishes();
    one.isRefused('officer', 'closeWindow', { noticeId: one.notice().id }, 'notYourAct');
    one.isRefused('system', 'closeWindow', { noticeId: 'none' }, 'noticeNotFound');
    expect(one.perform({ kind: 'system' }, 'closeWindow', { noticeId: one.notice().id })).toMatchObject({
      refused: { code: 'window.notOver' },
    });
  });
});
