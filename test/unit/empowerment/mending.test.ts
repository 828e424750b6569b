import { describe, expect, it } from '@jest/globals';
import { movingFault } from '../../../domain/empowerment/decide/mending.ts';
import { opened, type OpenState } from '../../../domain/empowerment/state.ts';
import { Case, caseAt } from './case.ts';
import { deadlineOf, handled, held, mended } from './mendings.ts';
import { sealed } from './world.ts';

const day = '2026-03-02 09:00';
const grounds = sealed('why');

describe('a mending takes two persons', () => {
  it('is only proposed by the first, and takes effect when a second confirms', () => {
    const one = caseAt('check', day);
    one.does('officer', 'hold', { reason: 'papers', grounds });
    expect(one.state.mending).toMatchObject({
      pending: [{ proposedBy: 'officer', asked: 'administrator', mend: { kind: 'hold' } }],
    });
    expect(one.todo).toContain('confirmMending administrator');
    expect(one.state.mending.hold).toBeUndefined();
    const mendingId = one.state.mending.pending[0]?.id ?? '';
    one.isRefused('officer', 'confirmMending', { mendingId }, 'secondPersonNeeded');
    one.does('officer2', 'confirmMending', { mendingId });
    expect(one.state.mending).toMatchObject({
      pending: [],
      hold: { reason: 'papers', proposedBy: 'officer', confirmedBy: 'officer2', since: one.now },
    });
  });

  it('neither a deputy of the first nor whom a deputy stands for is a second person', () => {
    const one = caseAt('check', day);
    const perform = (who: string, onBehalfOf: string | undefined, type: 'hold' | 'confirmMending', body: object) =>
      one.perform(one.actor(who, onBehalfOf), type, body as never);
    perform('officer', 'officer2', 'hold', { reason: 'other', grounds });
    const mendingId = one.state.mending.pending[0]?.id ?? '';
    for (const [who, behalf] of [['officer2'], ['officer'], ['administrator', 'officer2'], ['administrator', 'officer']] as const)
      expect(perform(who, behalf, 'confirmMending', { mendingId })).toMatchObject({ refused: { code: 'secondPersonNeeded' } });
    expect(perform('administrator', undefined, 'confirmMending', { mendingId })).toHaveProperty('done');
  });

  it('can be refused, or taken back by whoever proposed it, and then nothing has happened', () => {
    const one = caseAt('check', day);
    for (const who of ['officer', 'administrator']) {
      one.does('officer', 'hold', { reason: 'papers', grounds });
      const mendingId = one.state.mending.pending[0]?.id ?? '';
      one.does(who, 'refuseMending', { mendingId, grounds });
      one.isRefused('administrator', 'confirmMending', { mendingId }, 'mendingNotFound');
      one.isRefused('administrator', 'refuseMending', { mendingId, grounds }, 'mendingNotFound');
    }
    expect(one.state.mending).toEqual({ pending: [], assigned: {} });
  });

  it('of one thing waits at a time; what it would do is on record', () => {
    const { one, window } = handled();
    one.does('officer', 'moveDeadline', { deadline: window, lastDay: '2026-03-26', grounds });
    one.isRefused('officer2', 'moveDeadline', { deadline: window, lastDay: '2026-03-27', grounds }, 'mendingPending');
    one.does('administrator', 'hold', { reason: 'dispute', grounds });
    one.isRefused('officer2', 'hold', { reason: 'papers', grounds }, 'mendingPending');
    expect(one.state.mending.pending).toMatchObject([
      { asked: 'administrator', effects: [{ key: window, from: '2026-03-17', to: '2026-03-26' }] },
      { asked: 'officer', effects: [{ from: '2026-03-16', left: { n: 10, unit: 'workingDay' } }] },
    ]);
  });

  it('is looked at again when it is confirmed', () => {
    const { one, window } = handled();
    one.does('officer', 'moveDeadline', { deadline: window, lastDay: '2026-03-26', grounds });
    one.windowsClose();
    const mendingId = one.state.mending.pending[0]?.id ?? '';
    one.isRefused('administrator', 'confirmMending', { mendingId }, 'deadlineClosed');
  });

  it('falls with the case', () => {
    const one = held(caseAt('check', day));
    one.does('officer', 'resume', { grounds }).does('an', 'withdraw', { grounds });
    expect(one.state.mending).toEqual({ pending: [], assigned: {} });
    expect(one.todo).toEqual([]);
  });
});

describe('moving a deadline', () => {
  it.each([
    ['2026-03-16', 'toldNeverEarlier'],
    ['2026-03-17', 'deadlineUnchanged'],
    ['2026-03-18', undefined],
  ] as const)('a window that ends on 2026-03-17, to %s: %s', (lastDay, code) => {
    const { one, window } = handled();
    expect(one.notice().deadline.lastDay).toBe('2026-03-17');
    if (code) {
      expect(one.isRefused('officer', 'moveDeadline', { deadline: window, lastDay, grounds }, code)).toMatchObject({
        clause: 'nm-hei.8e',
      });
      return;
    }
    mended(one, 'moveDeadline', { deadline: window, lastDay });
    expect(one.notice()).toMatchObject({
      deadline: { lastDay, endsAt: '2026-03-18T16:00:00.000Z', adjustments: [{ kind: 'move', lastDay }] },
      addenda: [{ lastDay, reason: expect.stringMatching(/^moved:/) }],
    });
    expect(one.events('deadlineMoved')).toMatchObject([{ from: { lastDay: '2026-03-17' }, proposedBy: 'officer' }]);
    one.on('2026-03-18 23:59:59.999');
    expect(one.notice().state).toBe('open');
    one.on('2026-03-19 00:00');
    expect(one.notice().state).toBe('closed');
  });

  it.each([
    ['2026-03-17', 'ceilingOnlyEarlier'],
    ['2026-03-16', 'deadlineUnchanged'],
    ['2026-03-15', undefined],
    ['2026-03-09', undefined],
    ['2026-03-08', 'endInPast'],
  ] as const)('a ceiling that ends on 2026-03-16, on 2026-03-09 to %s: %s', (lastDay, code) => {
    const { one, key } = handled();
    one.on('2026-03-09 12:00');
    if (code) one.isRefused('officer', 'moveDeadline', { deadline: key, lastDay, grounds }, code);
    else expect(deadlineOf(mended(one, 'moveDeadline', { deadline: key, lastDay }), key)).toMatchObject({ lastDay });
  });

  it.each([
    ['2026-03-15', 'floorOnlyLater'],
    ['2026-03-16', 'deadlineUnchanged'],
    ['2026-03-17', undefined],
  ] as const)('a floor of the unit’s own that ends on 2026-03-16, to %s: %s', (lastDay, code) => {
    const floor = { bound: 'atLeast', n: 10, unit: 'workingDay' } as const;
    const one = caseAt('publicity', day, { mode: 'coOwnership' }, { changes: { 'objection.handling': floor } });
    const id = one.objects('ding');
    one.admits(id);
    const key = `handling:${id}`;
    if (code) one.isRefused('officer', 'moveDeadline', { deadline: key, lastDay, grounds }, code);
    else expect(deadlineOf(mended(one, 'moveDeadline', { deadline: key, lastDay }), key)).toMatchObject({ lastDay });
  });

  it('the time that an objector was given moves neither way', () => {
    const { one, id } = handled();
    one.finds(id, [false]);
    const { lastDay } = one.state.objections[0]?.review ?? { lastDay: '' };
    expect(lastDay).toBe('2026-03-09');
    one.isRefused('officer', 'moveDeadline', { deadline: `review:${id}`, lastDay: '2026-03-08', grounds }, 'toldNeverEarlier');
    one.isRefused('officer', 'moveDeadline', { deadline: `review:${id}`, lastDay: '2026-03-10', grounds }, 'ceilingOnlyEarlier');
    const asking = one.envelope(one.actor('officer'), 'moveDeadline', undefined as never);
    const state = opened(one.state) as OpenState;
    expect(movingFault(state, asking, `review:${id}`)?.refusal.code).toBe('noRoomToMove');
    expect(movingFault(state, asking, one.notice().deadline.key)).toBeUndefined();
  });

  it('is refused for one that there is not, that is over, or that is the term of a right', () => {
    const { one, window } = handled();
    one.isRefused('officer', 'moveDeadline', { deadline: 'window:none', lastDay: '2026-03-30', grounds }, 'deadlineNotFound');
    one.windowsClose();
    one.isRefused('officer', 'moveDeadline', { deadline: window, lastDay: '2026-03-30', grounds }, 'deadlineClosed');
    const granted = caseAt('registration', day, { mode: 'useRight', years: 10 });
    const key = granted.state.term?.key ?? '';
    granted.isRefused('officer', 'moveDeadline', { deadline: key, lastDay: '2046-01-01', grounds }, 'termOfRight');
  });

  it('is not undone by a calendar, nor by days on which the notice could not be read', () => {
    const { one, window } = handled();
    mended(one, 'moveDeadline', { deadline: window, lastDay: '2026-03-31' });
    one
      .on('2026-03-10 09:00')
      .does('officer', 'recordPublicityGap', { noticeId: one.notice().id, days: ['2026-03-09'], grounds });
    expect(one.notice().deadline.lastDay).toBe('2026-04-01');
    one.world.calendar = { ...one.world.calendar, version: 'next' };
    one.isRefused('system', 'applyCalendar', { calendarVersion: 'next' }, 'nothingToRecount');
  });
});

describe('putting somebody else in charge', () => {
  it('a task of an office becomes that person’s, and an officer’s still', () => {
    const one = caseAt('check', day);
    mended(one, 'reassign', { seat: 'passCheck', to: 'officer2' });
    expect(one.tasks).toMatchObject([{ key: 'passCheck', role: 'officer', personId: 'officer2' }]);
    one.isRefused('officer', 'reassign', { seat: 'passCheck', to: 'officer2', grounds }, 'alreadyInCharge');
    expect(one.told.at(-1)).toMatchObject({
      template: 'taskHandedOver',
      to: { personId: 'officer2' },
      values: { act: 'passCheck' },
    });
    one.passes();
  });

  it('the handling of an objection goes over with the right to decide it', () => {
    const { one, id } = handled();
    const seat = `recordFinding:${id}:fang`;
    mended(one, 'reassign', { seat, to: 'eva' });
    expect(one.state.objections[0]?.handlers).toEqual(['eva']);
    one.isRefused(
      'fang',
      'recordFinding',
      { objectionId: id, findings: [], consequence: 'none', reply: sealed('r') },
      'notYourAct',
    );
    one.isRefused('officer', 'reassign', { seat, to: 'eva', grounds }, 'seatNotFound');
    expect(one.told.slice(-2).map(({ template, to }) => [template, to])).toEqual([
      ['taskHandedOver', { personId: 'eva' }],
      ['taskTakenAway', { personId: 'fang' }],
    ]);
    one.finds(id, [false]);
  });

  it('a substitute of a body is replaced by another from its list, and the body assessed anew', () => {
    const one = caseAt('groupDecision', day);
    const name = (member: string, personId: string) =>
      one.does('administrator', 'nameSubstitute', { body: 'leadingGroup', for: member, personId, grounds });
    name('g2', 'gs1');
    const seat = 'nameSubstitute:leadingGroup:g2';
    one.isRefused('officer', 'reassign', { seat, to: 'fang', grounds }, 'notASubstitute');
    mended(one, 'reassign', { seat, to: 'gs2' });
    expect(one.state.substitutes.leadingGroup).toEqual([{ for: 'g2', personId: 'gs2' }]);
    expect(one.state.assessment?.eligible).toContain('gs2');
    expect(one.state.assessment?.eligible).not.toContain('gs1');
  });

  it.each([
    ['none', 'officer2', 'seatNotFound'],
    ['passCheck', 'secretary', 'notEligible'],
    ['passCheck', 'nobody', 'notEligible'],
    ['passCheck', 'retired-officer', 'notEligible'],
    ['passCheck', 'kin-officer', 'recused'],
  ])('%s to %s: %s', (seat, to, code) => {
    const one = caseAt('check', day);
    one.world.people['retired-officer'] = { status: 'retired', departments: [], roles: ['officer'] };
    one.world.people['kin-officer'] = { status: 'active', departments: [], roles: ['officer', 'member'] };
    one.world.relations = [['kin-officer', 'bo']];
    one.isRefused('officer', 'reassign', { seat, to, grounds }, code);
  });

  it('a reviewer’s task asks for the department too', () => {
    const one = caseAt('departmentReview', day);
    one.world.people['reviewer'] = { status: 'active', departments: ['legal'], roles: ['departmentReviewer'] };
    one.isRefused('officer', 'reassign', { seat: 'reviewAsDepartment:research', to: 'reviewer', grounds }, 'notEligible');
    one.world.people['reviewer'] = { status: 'active', departments: ['research'], roles: ['departmentReviewer'] };
    mended(one, 'reassign', { seat: 'reviewAsDepartment:research', to: 'reviewer' });
    expect(one.todo).toContain('reviewAsDepartment reviewer');
  });

  it('what somebody is by right is nobody else’s; nobody handles an objection twice', () => {
    const one = caseAt('consent', day, { mode: 'coOwnership' });
    const asked = Case.of('hohhot-university', day);
    asked.does('an', 'sendForConsent', { application: one.application });
    asked.isRefused('officer', 'reassign', { seat: 'consent:1:bo', to: 'chen', grounds }, 'ownRight');
    const { one: objected, id } = handled();
    objected.does('officer', 'recuseHandler', { objectionId: id, personId: 'fang', replacement: 'eva', grounds });
    const both = caseAt('publicity', day);
    const other = both.objects('ding');
    both.does('officer', 'admitObjection', { objectionId: other, handlers: ['fang', 'eva'] });
    both.isRefused('officer', 'reassign', { seat: `recordFinding:${other}:fang`, to: 'eva', grounds }, 'alreadyHandler');
  });

  it('falls back to the office when it becomes a matter of the person’s own', () => {
    const one = caseAt('publicity', day);
    const id = one.objects('ding');
    mended(one, 'reassign', { seat: `admitObjection:${id}`, to: 'officer2' });
    expect(one.todo).toContain('admitObjection officer2');
    one.objects('officer2');
    expect(one.todo.filter((todo) => todo.startsWith('admitObjection'))).toEqual([
      'admitObjection officer',
      'admitObjection officer',
    ]);
  });
});

it('nobody mends a matter of their own', () => {
  const one = caseAt('check', day);
  one.world.relations = [['officer', 'bo']];
  one.isRefused('officer', 'hold', { reason: 'papers', grounds }, 'ownMatter');
  expect(one.replayed()).toEqual(one.state);
});
