import { describe, expect, it } from '@jest/globals';
import { empowerment } from '../../../domain/empowerment/index.ts';
import { caseAt, type Case } from './case.ts';
import { sealed, World } from './world.ts';

const deciding = (world = new World()): Case => caseAt('groupDecision', '2026-03-02 09:00', { mode: 'coOwnership' }, { world });
const major = { 'decision.majorMatters': ['coOwnership' as const] };
const recusal = (personId: string) => ({ personId, reason: sealed('interest') });

const votes = (approve: number) =>
  Array.from('1234567', (n) => n).map((n, i) => ({
    personId: `g${n}`,
    vote: i < approve ? ('approve' as const) : ('abstain' as const),
  }));

const named = (forMember: string, personId: string) => ({
  body: 'leadingGroup' as const,
  for: forMember,
  personId,
  grounds: sealed('leave'),
});

describe('a collective decision', () => {
  it('is taken by the body that sits, in a meeting between the day it came there and today, under a number of its own', () => {
    const one = deciding().on('2026-03-06 15:00');
    one.isRefused('secretary', 'recordDecision', one.minutes({ body: 'leadership' }), 'bodyNotSitting');
    one.isRefused('secretary', 'recordDecision', one.minutes({ heldOn: '2026-03-01' }), 'meetingTooEarly');
    one.isRefused('secretary', 'recordDecision', one.minutes({ heldOn: '2026-03-07' }), 'meetingInFuture');
    one.isRefused('secretary', 'recordDecision', one.minutes({ heldOn: '2026-02-30' }), 'date.noSuchDay');
    one.isRefused('officer', 'recordDecision', one.minutes(), 'notYourAct');
    expect(one.decides({ heldOn: '2026-03-02' }).step).toBe('noticePreparation');
  });

  it('approved by four of seven who may vote; three approvals and four abstentions reject, with grounds', () => {
    expect(deciding().decides({ votes: votes(4) }).step).toBe('noticePreparation');
    const one = deciding();
    one.isRefused('secretary', 'recordDecision', one.minutes({ votes: votes(3) }), 'outcomeContradictsVotes');
    const { grounds: _, ...silent } = one.minutes({ votes: votes(3), outcome: 'rejected' });
    one.isRefused('secretary', 'recordDecision', silent, 'groundsMissing');
    one.decides({ votes: votes(3), outcome: 'rejected' });
    expect(one.state.status).toBe('refused');
    expect(one.events('applicationRefused')).toMatchObject([
      { by: 'decision', code: 'rejectedByDecision', grounds: sealed('grounds') },
    ]);
    expect(one.world.claims.get('achievement-1')).toEqual([]);
  });

  it('keeps inventors, relations, buyers and objectors out, and says so in the minutes', () => {
    const world = new World();
    world.bodies.leadingGroup.members.push({ personId: 'an', department: 'x' });
    world.relations = [['chen', 'g1']];
    const one = deciding(world);
    expect(one.state.assessment?.barred).toEqual([
      { personId: 'g1', bar: 'related', through: 'chen' },
      { personId: 'an', bar: 'inventor' },
    ]);
    const lacking = one.isRefused('secretary', 'recordDecision', one.minutes({ recusals: [recusal('an')] }), 'recusalMissing');
    expect(lacking).toMatchObject({ at: '/recusals', zh: expect.stringContaining('缺少 1 名'), persons: ['g1'] });
    one.isRefused(
      'secretary',
      'recordDecision',
      one.minutes({ votes: [...one.minutes().votes, { personId: 'g1', vote: 'approve' }] }),
      'mayNotVote',
    );
    one.isRefused(
      'secretary',
      'recordDecision',
      one.minutes({ votes: [...one.minutes().votes, ...one.minutes().votes] }),
      'votedTwice',
    );
    one.isRefused('secretary', 'recordDecision', one.minutes({ votes: one.minutes().votes.slice(1) }), 'votesIncomplete');
    expect(one.decides().step).toBe('noticePreparation');
  });

  it('is read by who could vote, not by who stood aside, and no longer by who objects in time', () => {
    const one = deciding();
    const reads = () =>
      empowerment.project(one.state).parties.flatMap(({ personId, role }) => (role === 'bodyMember' ? personId : []));
    expect(reads()).toEqual(['g1', 'g2', 'g3', 'g4', 'g5', 'g6', 'g7']);
    one.decides({ recusals: [recusal('g2')], votes: one.minutes().votes.filter(({ personId }) => personId !== 'g2') });
    expect(reads()).toEqual(['g1', 'g3', 'g4', 'g5', 'g6', 'g7']);
    one.publishes().objects('g3');
    expect(reads()).toEqual(['g1', 'g4', 'g5', 'g6', 'g7']);
    one.windowsClose().objects('g4');
    expect(reads()).toEqual(['g1', 'g4', 'g5', 'g6', 'g7']);
  });

  it('waits for a department that the group must have (hlj.1)', () => {
    const world = new World();
    world.bodies.leadingGroup.members = world.bodies.leadingGroup.members.filter((m) => m.department !== 'personnel');
    const one = caseAt(
      'groupDecision',
      '2026-03-02 09:00',
      { mode: 'fullOwnership', road: 'agreedIncome' },
      { name: 'harbin-university', world },
    );
    expect(one.tasks[0]).toMatchObject({ act: 'recordDecision', alert: 'bodyLacksDepartment' });
    expect(one.isRefused('secretary', 'recordDecision', one.minutes(), 'bodyLacksDepartment').clause).toBe('hlj.1');
    world.bodies.leadingGroup.members.push({ personId: 'g9', department: 'personnel' });
    const { present } = one.minutes();
    expect(one.decides({ present: present.filter((id) => id !== 'g9') }).step).toBe('leadershipDecision');
  });

  it('is an opinion of the group on a major matter: its no goes to the leadership, whose no ends the case', () => {
    const one = caseAt('groupDecision', '2026-03-02 09:00', { mode: 'coOwnership' }, { changes: major });
    expect(one.decides({ outcome: 'rejected' }).step).toBe('leadershipDecision');
    one.decides({ outcome: 'rejected' });
    expect(one.state.status).toBe('refused');
  });

  it.each([
    ['99999999', 'noticePreparation'],
    ['100000000', 'leadershipDecision'],
    ['100000001', 'leadershipDecision'],
  ])('at a price of %s fen, where 1,000,000 yuan is major, goes on to %s', (priceFen, step) => {
    const changes = {
      'empowerment.modes': ['fullOwnership' as const],
      'empowerment.fullOwnership.road': 'saleOfRetainedShare' as const,
      'publicity.fullOwnership': { bound: 'atLeast', n: 15, unit: 'calendarDay' } as const,
      'decision.majorMatters': ['priceAtOrAbove' as const],
    };
    const plan = { mode: 'fullOwnership', road: 'saleOfRetainedShare', priceFen } as const;
    expect(caseAt('groupDecision', '2026-03-02 09:00', plan, { changes }).decides().step).toBe(step);
  });

  it('of two rounds bears two numbers', () => {
    const one = caseAt('publicity');
    const objection = one.objects('bo');
    one.admits(objection).finds(objection, [true]).windowsClose();
    one.proposes({ an: 45, bo: 35, chen: 20 }).signsAmendment('an', 'bo');
    one.isRefused('secretary', 'recordDecision', one.minutes({ minutesNumber: '纪要〔2026〕1号' }), 'minutesNumberUsed');
    expect(
      one
        .decides()
        .events('decisionRecorded')
        .map((d) => d.round),
    ).toEqual([1, 2]);
  });
});

describe('a substitute', () => {
  it('is on the list, for that member, no member, without interest, and for one member only', () => {
    const world = new World();
    world.bodies.leadingGroup.substitutes.push({ personId: 'bo' }, { personId: 'gs3' }, { personId: 'g7' });
    world.relations = [['an', 'gs3']];
    const one = deciding(world);
    one.isRefused('administrator', 'nameSubstitute', { ...named('g1', 'gs1'), body: 'leadership' }, 'bodyNotSitting');
    one.isRefused('administrator', 'nameSubstitute', named('nobody', 'gs1'), 'notAMember');
    one.isRefused('administrator', 'nameSubstitute', named('g1', 'g7'), 'alreadyAMember');
    one.isRefused('administrator', 'nameSubstitute', named('g1', 'gs2'), 'notASubstitute');
    one.isRefused('administrator', 'nameSubstitute', named('g1', 'bo'), 'substituteBarred');
    one.isRefused('administrator', 'nameSubstitute', named('g1', 'gs3'), 'substituteBarred');
    one.does('administrator', 'nameSubstitute', named('g1', 'gs1'));
    one.isRefused('administrator', 'nameSubstitute', named('g3', 'gs1'), 'substituteTaken');
    one.does('administrator', 'nameSubstitute', named('g2', 'gs2'));
    expect(one.state.assessment?.eligible).toEqual(['g3', 'g4', 'g5', 'g6', 'g7', 'gs1', 'gs2']);
  });

  it('sits only if named beforehand, and then votes in the member’s place', () => {
    const one = deciding();
    const minutes = one.minutes();
    one.isRefused(
      'secretary',
      'recordDecision',
      { ...minutes, substitutes: [{ for: 'g1', personId: 'gs1' }] },
      'substituteNotNamed',
    );
    one.does('administrator', 'nameSubstitute', named('g1', 'gs1'));
    one.isRefused('secretary', 'recordDecision', { ...one.minutes(), votes: minutes.votes }, 'mayNotVote');
    expect(one.decides().events('decisionRecorded')[0]?.substitutes).toEqual([{ for: 'g1', personId: 'gs1' }]);
  });
});
