import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { assess, barOf, carries, count, type Interests } from '../../../domain/collective/index.ts';

const nobody: Interests = { inventors: [], buyers: [], objectors: [], relations: [] };
const body = (n: number) => ({
  members: Array.from({ length: n }, (_, i) => ({ personId: `m${i + 1}`, department: `d${i + 1}` })),
  substitutes: [],
});
const votes = (text: string) =>
  Array.from(text, (sign) => sign).map((sign, i) => ({
    personId: `m${i + 1}`,
    vote: sign === '+' ? ('approve' as const) : sign === '-' ? ('reject' as const) : ('abstain' as const),
  }));
const half = { of: 'present', numerator: 1, denominator: 2, compare: 'moreThan' } as const;
const twoThirds = { of: 'present', numerator: 2, denominator: 3, compare: 'atLeast' } as const;

const code = (answer: ReturnType<typeof count>): string => ('refusal' in answer ? answer.refusal.code : 'counted');

/** A meeting of the first members with these votes. */
const meeting = (text: string, outcome: 'approved' | 'rejected', recused: string[] = []) => {
  const cast = votes(text).filter((v) => !recused.includes(v.personId));
  return { present: votes(text).map((v) => v.personId), recused, votes: cast, outcome };
};

describe('who stands aside', () => {
  const interests: Interests = {
    inventors: ['a'],
    buyers: ['b'],
    objectors: ['o'],
    relations: [
      ['a', 'x'],
      ['y', 'b'],
      ['o', 'z'],
      ['q', 'r'],
    ],
  };
  it('inventors, buyers and objectors, and whoever is related to an inventor or a buyer, whichever way the relation was entered', () => {
    expect(barOf('a', interests)?.bar).toBe('inventor');
    expect(barOf('b', interests)?.bar).toBe('buyer');
    expect(barOf('o', interests)?.bar).toBe('objector');
    expect(barOf('x', interests)).toEqual({ personId: 'x', bar: 'related', through: 'a' });
    expect(barOf('y', interests)).toEqual({ personId: 'y', bar: 'related', through: 'b' });
    expect(barOf('z', interests)).toBeUndefined();
    expect(barOf('q', interests)).toBeUndefined();
  });

  it('a department stays represented by a member who stands aside, and by the substitute who sits for the member', () => {
    const inventors = { ...nobody, inventors: ['m1', 'm2'] };
    const answer = assess(body(3), [{ for: 'm2', personId: 's' }], inventors, 2, ['d1', 'd2', 'd4']);
    expect(answer).toMatchObject({ eligible: ['m3', 's'], enough: true, missingDepartments: ['d4'] });
    expect(answer.barred.map((m) => m.personId)).toEqual(['m1', 'm2']);
  });

  it('a substitute for somebody who is no member any more does not sit, and one with an interest does not vote', () => {
    expect(assess(body(1), [{ for: 'gone', personId: 's' }], nobody, 1, []).eligible).toEqual(['m1']);
    expect(assess(body(2), [{ for: 'm1', personId: 's' }], { ...nobody, objectors: ['s'] }, 2, [])).toMatchObject({
      eligible: ['m2'],
      enough: false,
    });
  });

  it.each([
    [4, false],
    [5, true],
    [6, true],
  ])('of a quorum of five, %i who may vote: enough is %s', (n, enough) => {
    expect(assess(body(n), [], nobody, 5, []).enough).toBe(enough);
  });
});

describe('a majority', () => {
  it.each([
    ['more than half of 4', 2, 4, half, false],
    ['more than half of 4', 3, 4, half, true],
    ['more than half of 5', 2, 5, half, false],
    ['more than half of 5', 3, 5, half, true],
    ['at least half of 4', 2, 4, { ...half, compare: 'atLeast' as const }, true],
    ['at least half of 4', 1, 4, { ...half, compare: 'atLeast' as const }, false],
    ['two thirds of 7', 4, 7, twoThirds, false],
    ['two thirds of 7', 5, 7, twoThirds, true],
    ['two thirds of 6', 3, 6, twoThirds, false],
    ['two thirds of 6', 4, 6, twoThirds, true],
    ['two thirds of 6', 5, 6, twoThirds, true],
  ])('%s: %i of %i', (_, approve, base, rule, answer) => {
    expect(carries(approve, base, rule)).toBe(answer);
  });

  it('is never lost by one more approval', () => {
    fc.assert(
      fc.property(
        fc.nat(50),
        fc.nat(50),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        (approve, more, p, q, strict) => {
          const rule = {
            of: 'present',
            numerator: Math.min(p, q),
            denominator: Math.max(p, q),
            compare: strict ? 'moreThan' : 'atLeast',
          } as const;
          const base = approve + more + 1;
          return !carries(approve, base, rule) || carries(approve + 1, base, rule);
        },
      ),
    );
  });
});

describe('one meeting', () => {
  const seven = assess(body(7), [], nobody, 5, []);

  it('of exactly the quorum decides, of one less does not', () => {
    expect(code(count(meeting('+++++', 'approved'), seven, half))).toBe('counted');
    expect(code(count(meeting('++++', 'approved'), seven, half))).toBe('quorumLost');
  });

  it('makes no quorum by naming one person five times', () => {
    const crowd = { present: ['m1', 'm1', 'm1', 'm1', 'm1'], recused: [], votes: votes('+'), outcome: 'approved' as const };
    expect(code(count(crowd, seven, half))).toBe('quorumLost');
  });

  it('that ties rejects; abstentions are present and approve nothing', () => {
    expect(code(count(meeting('+++---', 'approved'), seven, half))).toBe('outcomeContradictsVotes');
    expect(count(meeting('+++---', 'rejected'), seven, half)).toEqual({ tally: { approve: 3, reject: 3, abstain: 0, base: 6 } });
    expect(count(meeting('+++000', 'rejected'), seven, half)).toEqual({ tally: { approve: 3, reject: 0, abstain: 3, base: 6 } });
    expect(code(count(meeting('+++---', 'rejected', ['m6']), seven, half))).toBe('outcomeContradictsVotes');
  });

  it('counted against all who may vote: four of seven approve, three do not, though nobody is against', () => {
    const ofAll = { ...half, of: 'eligible' } as const;
    expect(code(count(meeting('++++0', 'approved'), seven, ofAll))).toBe('counted');
    expect(code(count(meeting('+++00', 'approved'), seven, ofAll))).toBe('outcomeContradictsVotes');
    // Two who stand aside of their own accord may not vote: three of five then are more than half.
    expect(count(meeting('+++00++', 'approved', ['m6', 'm7']), seven, ofAll)).toEqual({
      tally: { approve: 3, reject: 0, abstain: 2, base: 5 },
    });
  });

  it('needs one vote of everybody present, none of the absent, none twice, none of strangers', () => {
    const good = meeting('+++++', 'approved');
    expect(code(count({ ...good, votes: good.votes.slice(1) }, seven, half))).toBe('votesIncomplete');
    expect(code(count({ ...good, present: good.present.slice(1) }, seven, half))).toBe('votesIncomplete');
    expect(code(count({ ...good, votes: [...good.votes, ...good.votes.slice(0, 1)] }, seven, half))).toBe('votedTwice');
    expect(code(count({ ...good, votes: [...good.votes, { personId: 'stranger', vote: 'approve' }] }, seven, half))).toBe(
      'mayNotVote',
    );
  });

  it('records everybody who must stand aside, and lets none of them vote', () => {
    const barred = assess(body(7), [], { ...nobody, inventors: ['m7'] }, 5, []);
    expect(code(count(meeting('+++++', 'approved'), barred, half))).toBe('recusalMissing');
    expect(code(count({ ...meeting('+++++', 'approved'), recused: ['m7'] }, barred, half))).toBe('counted');
    expect(code(count({ ...meeting('+++++++', 'approved'), recused: ['m7'] }, barred, half))).toBe('mayNotVote');
  });

  it('never comes to two outcomes, and never approves without a quorum', () => {
    const sign = fc.constantFrom('+', '-', '0');
    fc.assert(
      fc.property(
        fc.array(sign, { maxLength: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(half, twoThirds),
        (signs, quorum, rule) => {
          const who = assess(body(9), [], nobody, quorum, []);
          const yes = code(count(meeting(signs.join(''), 'approved'), who, rule));
          const no = code(count(meeting(signs.join(''), 'rejected'), who, rule));
          if (signs.length < quorum) return yes === 'quorumLost' && no === 'quorumLost';
          return (yes === 'counted') !== (no === 'counted');
        },
      ),
    );
  });
});
