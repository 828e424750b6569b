import { expect, it } from '@jest/globals';
import { addendumReason } from '../../../letters/addenda.ts';
import { applyImport } from '../../../domain/time/index.ts';
import { handled, mended } from '../empowerment/mendings.ts';
import { sealed } from '../empowerment/world.ts';

it('says why a window ends later, whatever the reason, without a code', () => {
  const { one, window } = handled();
  one.on('2026-03-06 09:00').does('officer', 'recordPublicityGap', {
    noticeId: one.notice().id,
    days: ['2026-03-04', '2026-03-05'],
    grounds: sealed('server'),
  });
  one.world.calendar = applyImport(one.world.calendar, {
    version: 'cn-2026.2',
    days: { '2026-03-19': { is: 'off', reason: 'holiday' } },
  });
  one.does('system', 'applyCalendar', { calendarVersion: 'cn-2026.2' });
  mended(one, 'moveDeadline', { deadline: window, lastDay: '2026-03-31' });
  expect(one.notice().addenda.map(({ reason }) => addendumReason(reason))).toEqual([
    '2026-03-04、2026-03-05 公示中断 / the notice could not be read on 2026-03-04, 2026-03-05',
    '按日历 cn-2026.2 重新计算 / counted anew by the calendar cn-2026.2',
    '期限变更，经第二人复核 / moved, and confirmed by a second person',
  ]);
});
