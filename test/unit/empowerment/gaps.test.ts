/** Days without a readable notice that are found once its window is over. */
import { describe, expect, it } from '@jest/globals';
import { empowerment, openTo } from '../../../domain/empowerment/index.ts';
import type { Refusal } from '../../../domain/process.ts';
import { caseAt, type Case } from './case.ts';
import { unreadable } from './recordedCase.ts';
import { paper, sealed } from './world.ts';

/** Published on 03-02, to 03-17. */
const over = (options: Parameters<typeof caseAt>[3] = {}): Case =>
  caseAt('noticePreparation', '2026-03-02 09:00', { mode: 'coOwnership' }, options).publishes().windowsClose();

/** The empowerment is shown to 04-25 24:00 (a Saturday: 04-27), the price for 15 working days. */
const sale = (): Case =>
  caseAt(
    'noticePreparation',
    '2026-04-10 09:00',
    { mode: 'fullOwnership', road: 'saleOfRetainedShare', priceFen: '1' },
    { name: 'baotou-university' },
  ).publishes();

const gap = (one: Case, days: string[], noticeId = one.notice().id) => ({ noticeId, days, grounds: sealed('server down') });

const told = (one: Case, from: number): string[] =>
  one.told.slice(from).map(({ template, to }) => `${template} ${'role' in to ? to.role : 'team'}`);

describe('a gap that is found after the window', () => {
  it.each([
    ['the day before the publication', '2026-03-01', 'dayOutsideWindow'],
    ['the day of publication, which is not counted', '2026-03-02', 'statement'],
    ['the first day that is counted', '2026-03-03', 'noticePreparation'],
    ['the last day', '2026-03-17', 'noticePreparation'],
    ['the day after the last', '2026-03-18', 'dayOutsideWindow'],
  ])('on %s', (_, day, then) => {
    const one = over();
    expect([one.step, one.now]).toEqual(['statement', '2026-03-18T01:00:00.000Z']);
    if (then === 'dayOutsideWindow') return void one.isRefused('system', 'recordPublicityGap', gap(one, [day]), then);
    one.does('system', 'recordPublicityGap', gap(one, [day]));
    expect([one.step, one.notice().gapDays]).toEqual([then, [day]]);
    // A window that is over never moves.
    expect(one.notice()).toMatchObject({ state: 'closed', addenda: [], deadline: { lastDay: '2026-03-17', state: 'closed' } });
  });

  it('has the notice published anew with a full window, the old one kept, and no result stated before', () => {
    const one = over();
    const before = one.told.length;
    one.does('officer', 'recordPublicityGap', gap(one, ['2026-03-16', '2026-03-17']));
    expect(told(one, before)).toEqual([
      'noticeInsufficient officer',
      ...Array.from({ length: 3 }, () => 'noticeInsufficient team'),
      'noticeToPublish officer',
    ]);
    expect(one.todo).toEqual(['publishNotice officer']);
    one.isRefused('officer', 'stateResult', { document: 'd' } as never, 'wrongStep');
    // More of it may come to light, and goes on record too.
    one.does('system', 'recordPublicityGap', gap(one, ['2026-03-15']));
    expect(one.step).toBe('noticePreparation');
    one.on('2026-03-19 09:00').publishes();
    expect(one.state.notices).toMatchObject([
      {
        edition: 1,
        state: 'superseded',
        gapDays: ['2026-03-16', '2026-03-17', '2026-03-15'],
        deadline: { lastDay: '2026-03-17' },
      },
      { edition: 2, state: 'open', round: 1, gapDays: [], deadline: { lastDay: '2026-04-03' } },
    ]);
    expect(one.events('noticePublished')[1]).toMatchObject({ supersedes: one.state.notices[0]?.id, changed: [] });
    const [first = ''] = one.state.notices.map(({ id }) => id);
    one.isRefused('system', 'recordPublicityGap', gap(one, ['2026-03-14'], first), 'noticeNotFound');
    one.windowsClose().states().agrees().registers().tags();
    expect(one.state.status).toBe('done');
    expect(one.replayed()).toEqual(one.state);
  });

  it('is on record and has no other consequence where the unit’s rules say so; the office is told', () => {
    const one = over({ changes: { 'publicity.gapLengthens': false } });
    const before = one.told.length;
    one.does('system', 'recordPublicityGap', gap(one, ['2026-03-17']));
    expect([one.step, one.notice().gapDays, told(one, before)]).toEqual(['statement', ['2026-03-17'], ['publicityGap officer']]);
    expect(one.states().step).toBe('agreement');
  });

  it('cannot be recorded once the result is stated, nor if the case is taken back afterwards', () => {
    const one = over().states();
    one.isRefused('system', 'recordPublicityGap', gap(one, ['2026-03-17']), 'wrongStep');
    const id = one.letter('2026-03-10 12:00', 'ding');
    one.confirms(id);
    expect(one.step).toBe('objectionHandling');
    one.isRefused('officer', 'recordPublicityGap', gap(one, ['2026-03-17']), 'resultStated');
  });
});

/** Days that the service could not read, as it finds them when the act is delivered. */
const states = (one: Case, unreadDays: Record<string, string[]>) => {
  const act = one.envelope(one.actor('officer'), 'stateResult', { document: paper('statement') });
  const asking = { ...act, facts: { ...act.facts, unreadDays } };
  const decision = empowerment.decide(one.state, asking);
  const code = 'refusal' in decision ? decision.refusal.code : 'stated';
  expect(openTo(one.state, asking)?.code ?? 'stated').toBe(code);
  return code;
};

describe('the result of the publicity', () => {
  it('is not stated of days that are neither read nor on record', () => {
    const one = over({ changes: { 'publicity.gapLengthens': false } });
    const { id } = one.notice();
    expect(states(one, {})).toBe('stated');
    expect(states(one, { [id]: [] })).toBe('stated');
    expect(states(one, { [id]: ['2026-03-16', '2026-03-17'] })).toBe('publicityUnproved');
    one.does('system', 'recordPublicityGap', gap(one, ['2026-03-16']));
    expect(states(one, { [id]: ['2026-03-16', '2026-03-17'] })).toBe('publicityUnproved');
    one.does('officer', 'recordPublicityGap', gap(one, ['2026-03-17']));
    expect(states(one, { [id]: ['2026-03-16', '2026-03-17'] })).toBe('stated');
  });

  it('asks of the notices that count, not of one that was replaced', () => {
    const one = over();
    const [first, days] = [one.notice().id, ['2026-03-17']];
    one.does('system', 'recordPublicityGap', gap(one, days)).publishes().windowsClose();
    expect(states(one, { [first]: ['2026-03-16'] })).toBe('stated');
    expect(states(one, { [one.notice().id]: ['2026-03-20'] })).toBe('publicityUnproved');
  });

  it('says which days, in words', () => {
    const one = over();
    const act = one.envelope(one.actor('officer'), 'stateResult', { document: paper('statement') });
    const facts = { ...act.facts, unreadDays: { [one.notice().id]: ['2026-03-17'] } };
    const { refusal } = empowerment.decide(one.state, { ...act, facts }) as { refusal: Refusal };
    expect(unreadable(refusal)).toEqual([]);
    expect([refusal.zh, refusal.en]).toEqual([expect.stringContaining('2026-03-17'), expect.stringContaining('2026-03-17')]);
  });
});

describe('a gap that is found after the window, with an objection', () => {
  it('waits for the answer: dismissed, the notice is published anew', () => {
    const one = caseAt('noticePreparation', '2026-03-02 09:00', { mode: 'coOwnership' }).publishes();
    const id = one.objects('ding');
    one.windowsClose().does('system', 'recordPublicityGap', gap(one, ['2026-03-17']));
    expect([one.step, one.notice().gapDays]).toEqual(['objectionHandling', ['2026-03-17']]);
    one.admits(id).finds(id, [false]);
    expect(one.step).toBe('objectionHandling');
    one.does('ding', 'waiveReview', { objectionId: id });
    expect(one.step).toBe('noticePreparation');
    expect(one.publishes().windowsClose().step).toBe('statement');
  });

  it('upheld: the amended notice takes its place, and nothing is shown twice', () => {
    const one = caseAt('noticePreparation', '2026-03-02 09:00', { mode: 'coOwnership' }).publishes();
    const id = one.objects('ding');
    one.windowsClose().does('system', 'recordPublicityGap', gap(one, ['2026-03-17']));
    one.admits(id).finds(id, [true]);
    expect(one.step).toBe('amendment');
    one.does('system', 'recordPublicityGap', gap(one, ['2026-03-16']));
    one.proposes({ an: 40, bo: 40, chen: 20 }).signsAmendment('an', 'bo').approved().publishes();
    expect(one.events('noticePublished')[1]?.changed).not.toEqual([]);
    expect(one.windowsClose().step).toBe('statement');
  });

  it('on paper, taken to statement: confirmed in time while the notice is prepared anew, it is answered there', () => {
    const one = over();
    const id = one.letter('2026-03-10 12:00', 'ding');
    one.does('system', 'recordPublicityGap', gap(one, ['2026-03-17']));
    expect(one.step).toBe('noticePreparation');
    one.confirms(id).publishes().admits(id).windowsClose();
    expect(one.step).toBe('objectionHandling');
    expect(one.finds(id, [false]).does('ding', 'waiveReview', { objectionId: id }).step).toBe('statement');
  });
});

describe('a gap in one of two notices', () => {
  it('that is over while the other is shown: it alone is published anew, and both are waited for', () => {
    const one = sale();
    const [first, price] = [one.notice(), one.notice('price')];
    expect(first.deadline.endsAt < price.deadline.endsAt).toBe(true);
    one.on('2026-04-28 09:00');
    expect([one.step, one.notice().state, one.notice('price').state]).toEqual(['publicity', 'closed', 'open']);
    one.does('system', 'recordPublicityGap', gap(one, [first.deadline.lastDay]));
    expect([one.step, one.todo]).toEqual(['noticePreparation', ['publishNotice officer']]);
    one.isRefused('officer', 'publishNotice', one.noticeBody('price'), 'alreadyPublished');
    one.does('officer', 'publishNotice', one.noticeBody('empowerment'));
    expect(one.step).toBe('publicity');
    one.windowsClose();
    expect([one.step, one.state.notices.map(({ state }) => state)]).toEqual(['statement', ['superseded', 'closed', 'closed']]);
  });

  it('of which one is objected to: the answer comes first, and the other window', () => {
    const one = sale();
    const id = one.objects('ding');
    const { lastDay } = one.notice().deadline;
    one.on('2026-04-28 09:00').does('system', 'recordPublicityGap', gap(one, [lastDay]));
    expect(one.step).toBe('publicity');
    one.does('ding', 'withdrawObjection', { objectionId: id });
    expect(one.step).toBe('publicity');
    expect(one.windowsClose().step).toBe('noticePreparation');
    one.does('officer', 'publishNotice', one.noticeBody('empowerment'));
    expect(one.windowsClose().step).toBe('statement');
  });
});
