import { describe, expect, it } from '@jest/globals';
import { changed, paper, rulesOf, sealed } from '../empowerment/world.ts';
import type { Duration } from '../../../domain/rules.ts';
import { Played } from './played.ts';
import { stay, type StayState } from './stay.ts';

/** The sample's ten working days from 2026-03-04 on: the last is 2026-03-18. */
const rules = rulesOf('hohhot-university', '2026-03-02');
const fresh = (): Played<StayState> => new Played<StayState>(stay, rules, '2026-03-02 09:00');
const asked = (): Played<StayState> => fresh().does('an', 'ask', { guest: 'an' });

function decides(one: Played<StayState>, outcome: 'approved' | 'rejected' = 'approved'): Played<StayState> {
  const { eligible = [], barred = [] } = one.state.bodies.assessment ?? {};
  return one.does('secretary', 'recordDecision', {
    body: 'leadingGroup',
    heldOn: one.now.slice(0, 10),
    minutesNumber: '1',
    minutes: paper('minutes'),
    present: eligible,
    substitutes: one.state.bodies.substitutes.leadingGroup,
    recusals: barred.map(({ personId }) => ({ personId, reason: sealed('own') })),
    votes: eligible.map((personId) => ({ personId, vote: outcome === 'approved' ? 'approve' : 'reject' })),
    outcome,
    conditions: [],
    ...(outcome === 'rejected' ? { grounds: sealed('grounds') } : {}),
  });
}

const staying = (): Played<StayState> => decides(asked().on('2026-03-04 15:00'));
const grounds = sealed('grounds');
/** A year in which 23 March is off. */
const off = { off: { '2026-03-23': 'x' }, work: {} };
const pending = (one: Played<StayState>): { mendingId: string } => ({ mendingId: one.state.mending.pending[0]?.id ?? '' });

describe('a process by its own few words', () => {
  it('is opened under pinned rules, comes before the body, and tells who may vote', () => {
    const one = asked();
    expect(one.story).toEqual(['caseOpened', 'stayAsked', 'stepEntered']);
    expect(one.state).toMatchObject({ step: 'groupDecision', openedBy: 'an', status: 'open' });
    expect(one.state.bodies.assessment?.eligible).toContain('g1');
    expect(one.toldOf('decisionAsked')).toEqual(['secretary']);
    expect(one.toldOf('deliberationAsked')).toEqual(one.state.bodies.assessment?.eligible);
    expect(one.todo).toEqual(['recordDecision secretary']);
    fresh().isRefused('an', 'ask', { guest: 'outsider' }, 'notAGuest');
  });

  it('ends by time at its instant, and not before', () => {
    const one = staying();
    expect(one.state.term).toMatchObject({ lastDay: '2026-03-18', clause: 'overlay.23' });
    expect(stay.project(one.state)).toMatchObject({ wake: { at: '2026-03-18T16:00:00.000Z', type: 'endStay' } });
    one.on('2026-03-18 23:59:59.999');
    expect(one.step).toBe('staying');
    expect(one.on('2026-03-19 00:00').state).toMatchObject({ step: 'done', status: 'done' });
    expect(stay.project(one.state)).not.toHaveProperty('wake');
  });

  it('ends by a rejection', () => {
    expect(decides(asked().on('2026-03-04 15:00'), 'rejected').state).toMatchObject({ step: 'refused', status: 'refused' });
  });
});

describe('the gate of every process', () => {
  it('knows acts, steps, whose an act is, and own matters', () => {
    const one = staying();
    one.isRefused('an', 'publish', {}, 'actUnknown');
    one.isRefused('an', 'ask', { guest: 'an' }, 'wrongStep');
    one.isRefused('bo', 'leave', {}, 'notYourAct');
    one.isRefused('an', 'endStay', {}, 'notYourAct');
    fresh().isRefused('an', 'leave', {}, 'wrongStep');
    // Who is kin of the guest holds no office over the case.
    one.world.relations = [['an', 'officer']];
    one.isRefused('officer', 'hold', { reason: 'papers', grounds }, 'ownMatter');
  });

  it('lets no deputy do what one is in the case', () => {
    const one = staying();
    const outcome = one.perform(one.actor('bo', 'an'), 'leave', {});
    expect(outcome).toMatchObject({ refused: { code: 'notYourAct', status: 403 } });
  });
});

describe('a body', () => {
  it('that lost its quorum waits for a substitute', () => {
    const one = new Played<StayState>(stay, changed(rules, { 'decision.group.quorum': 6 }), '2026-03-02 09:00');
    one.world.relations = [
      ['an', 'g1'],
      ['an', 'g2'],
    ];
    one.does('an', 'ask', { guest: 'an' });
    expect(one.todo).toEqual(['recordDecision secretary', 'nameSubstitute administrator']);
    expect(one.toldOf('quorumLost')).toEqual(['administrator']);
    one.isRefused(
      'administrator',
      'nameSubstitute',
      { body: 'leadingGroup', for: 'g3', personId: 'gs2', grounds },
      'notASubstitute',
    );
    one.does('administrator', 'nameSubstitute', { body: 'leadingGroup', for: 'g2', personId: 'gs2', grounds });
    expect(one.state.bodies.assessment).toMatchObject({ enough: true });
    expect(stay.sitting(one.state, { bodies: one.world.bodies, relations: one.world.relations })).toMatchObject({
      body: 'leadingGroup',
      assessment: { quorum: 6, enough: true },
    });
    expect(decides(one).step).toBe('staying');
  });
});

const timeOf = (one: Played<StayState>) => stay.project(one.state).deadlines.find(({ kind }) => kind === 'internal');

describe('a step that the institution gives a time', () => {
  const day: Duration = { bound: 'atMost', n: 5, unit: 'workingDay' };
  const timed = (): Played<StayState> =>
    new Played<StayState>(stay, changed(rules, { 'stepTime.groupDecision': day }), '2026-03-02 09:00').does('an', 'ask', {
      guest: 'an',
    });

  it('is due by it, is over with the step, and has every act delivered with the calendar', () => {
    const one = timed();
    expect(timeOf(one)).toMatchObject({ key: 'step:groupDecision:3', lastDay: '2026-03-09', source: 'institution' });
    expect(one.tasks).toMatchObject([{ act: 'recordDecision', due: '2026-03-09T16:00:00.000Z' }]);
    decides(one.on('2026-03-04 15:00'));
    expect([timeOf(one), one.tasks.map(({ due }) => due)]).toEqual([undefined, [undefined]]);
    expect(Object.values(stay.table).filter(({ needs }) => !needs.includes('calendar'))).toEqual([]);
  });

  it('stops with a hold, and is counted anew by another calendar', () => {
    const one = timed().on('2026-03-04 09:00');
    one.does('officer', 'hold', { reason: 'papers', grounds });
    one.does('administrator', 'confirmMending', pending(one));
    expect(timeOf(one)).toMatchObject({ state: 'paused' });
    one.on('2026-03-20 09:00').does('officer', 'resume', { grounds });
    one.does('administrator', 'confirmMending', pending(one));
    expect(timeOf(one)).toMatchObject({ state: 'running', lastDay: '2026-03-25', adjustments: [{ kind: 'hold' }] });
    one.world.calendar = { ...one.world.calendar, version: 'off', years: { ...one.world.calendar.years, 2026: off } };
    one.does('system', 'applyCalendar', { calendarVersion: 'off' });
    expect(timeOf(one)).toMatchObject({ lastDay: '2026-03-26', calendarVersion: 'off' });
    expect(one.tasks).toMatchObject([{ due: '2026-03-26T16:00:00.000Z' }]);
  });
});

describe('mending', () => {
  it('holds what waits and the internal time, and counts on when it is resumed', () => {
    const one = staying().on('2026-03-09 09:00');
    one.does('officer', 'hold', { reason: 'papers', grounds }).does('administrator', 'confirmMending', pending(one));
    one.isRefused('an', 'leave', {}, 'onHold');
    expect(one.todo).toEqual(['resume officer']);
    expect(stay.project(one.state).deadlines).toMatchObject([{ key: 'stay', state: 'paused' }]);
    expect(stay.recalls(one.state)).toEqual([]);
  });

  it('moves a deadline by two persons, and counts it anew by another calendar', () => {
    const one = staying();
    one.does('officer', 'moveDeadline', { deadline: 'stay', lastDay: '2026-03-16', grounds });
    one.isRefused('officer', 'confirmMending', pending(one), 'secondPersonNeeded');
    one.does('administrator', 'confirmMending', pending(one));
    expect(one.state.term).toMatchObject({ lastDay: '2026-03-16' });
    one.isRefused('system', 'applyCalendar', { calendarVersion: one.world.calendar.version }, 'nothingToRecount');
    expect(one.on('2026-03-17 00:00').step).toBe('done');
  });

  it('puts nobody in the place of whose own act it is, and another in that of an office', () => {
    const one = asked();
    one.does('officer', 'reassign', { seat: 'recordDecision', to: 'secretary', grounds });
    one.does('administrator', 'confirmMending', pending(one));
    expect(one.tasks).toMatchObject([{ act: 'recordDecision', personId: 'secretary', role: 'secretary' }]);
    staying().isRefused('officer', 'reassign', { seat: 'leave', to: 'bo', grounds }, 'ownRight');
  });
});

describe('new law', () => {
  const minutes = { minutesNumber: '9', minutes: paper('m'), grounds };

  it('that prevails stops what carries the case on until it is moved', () => {
    const one = staying();
    const later = changed(rules, { 'objection.handling': { bound: 'atMost', n: 20, unit: 'workingDay' } });
    one.does('system', 'raisePrevailingRules', { toHash: later.hash, keys: ['objection.handling'] });
    one.isRefused('an', 'leave', {}, 'rulesPrevail');
    expect(one.todo).toContain('transitionRules secretary');
    one.rules = later;
    one.isRefused('secretary', 'transitionRules', { toHash: 'other', ...minutes }, 'rulesMoved');
    one.does('secretary', 'transitionRules', { toHash: later.hash, ...minutes });
    expect(one.state).not.toHaveProperty('raised');
    // What has been counted stands.
    expect(one.state.term).toMatchObject({ lastDay: '2026-03-18' });
    one.isRefused('secretary', 'transitionRules', { toHash: later.hash, ...minutes }, 'rulesUnchanged');
  });
});

it('recalls days that are near, with what every letter says', () => {
  expect(stay.recalls(staying().state)).toMatchObject([{ key: 'stay', on: '2026-03-18', daysBefore: [3, 1], values: {} }]);
});
