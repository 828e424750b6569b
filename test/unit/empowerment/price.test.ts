/** An objection to the price of a sale, upheld: the price itself is amended, and everything that hangs on it follows. */
import { describe, expect, it } from '@jest/globals';
import type { RuleValues } from '../../../domain/rules.ts';
import { Case, caseAt } from './case.ts';
import { sealed } from './world.ts';

/** What the unit's rules call major, and from which price on: 2,000,000 yuan. */
const byPrice: Partial<RuleValues> = { 'decision.majorMatters': ['priceAtOrAbove'], 'decision.majorPriceFen': 200_000_000 };

const team = { an: 50, bo: 30, chen: 20 };

/** A sale in Baotou for 1,200,000 yuan, whose price notice was objected to with reason. */
function upheld(changes: Partial<RuleValues> = byPrice, priceFen = '120000000'): Case {
  const one = caseAt(
    'publicity',
    '2026-04-10 09:00',
    { mode: 'fullOwnership', road: 'saleOfRetainedShare', priceFen },
    { name: 'baotou-university', changes },
  );
  const id = one.objects('ding', 2, one.notice('price').id);
  one.admits(id).finds(id, [true, false]).does('ding', 'waiveReview', { objectionId: id }).windowsClose();
  expect(one.step).toBe('amendment');
  return one;
}

const proposal = (one: Case, change: object) => {
  const { inventors, unitPpm, incomeUnitPpm } = one.application;
  return { inventors, unitPpm, incomeUnitPpm, grounds: sealed('grounds'), ...change };
};

describe('another price', () => {
  it.each([
    ['199999999', 'groupDecision'],
    ['200000000', 'leadershipDecision'],
    ['200000001', 'leadershipDecision'],
  ] as const)('of %s fen is signed by all who buy and decided at %s, as the new price is major or not', (priceFen, step) => {
    const one = upheld();
    expect(one.events('decisionRecorded').map((d) => d.body)).toEqual(['leadingGroup']);
    one.proposes(team, 0, priceFen);
    expect(one.state.amendment).toMatchObject({ priceFen, mustSign: ['an', 'bo', 'chen'] });
    one.signsAmendment('an', 'bo');
    expect(one.application.price?.intendedFen).toBe('120000000');
    one.signsAmendment('chen');
    expect(one.events('amendmentAdopted')).toEqual([{ version: 1, changed: ['intendedPrice'] }]);
    expect(one.application.price).toEqual({ intendedFen: priceFen, buyerIds: ['an', 'bo', 'chen'] });
    expect(one.step).toBe(step);
  });

  it('that is major no more is the leading group’s to decide', () => {
    const one = upheld(byPrice, '200000000');
    expect(one.events('decisionRecorded').map((d) => d.body)).toEqual(['leadingGroup', 'leadership']);
    one.proposes(team, 0, '199999999').signsAmendment('an', 'bo', 'chen');
    expect(one.step).toBe('groupDecision');
    expect(one.decides().step).toBe('noticePreparation');
  });

  it('takes the new path to its end where the notice comes first', () => {
    const one = upheld({ ...byPrice, 'publicity.order': 'publishThenApprove' });
    one.proposes(team, 0, '200000000').signsAmendment('an', 'bo', 'chen');
    expect(one.step).toBe('noticePreparation');
    one.publishes().windowsClose().states().approved();
    expect(one.events('decisionRecorded').map((d) => d.body)).toEqual(['leadingGroup', 'leadership']);
    expect(one.step).toBe('agreement');
  });

  it('is shown by new editions of both notices, agreed on, and the old one is agreed on no more', () => {
    const one = upheld();
    one.proposes(team, 0, '150000000').signsAmendment('an', 'bo', 'chen').decides().publishes();
    expect(one.state.notices.map((n) => [n.kind, n.edition, n.state])).toEqual([
      ['empowerment', 1, 'superseded'],
      ['price', 1, 'superseded'],
      ['empowerment', 2, 'open'],
      ['price', 2, 'open'],
    ]);
    expect(one.events('noticePublished').at(-1)).toMatchObject({ kind: 'price', changed: ['intendedPrice'] });
    one.windowsClose().states();
    one.isRefused('officer', 'proposeAgreement', one.agreementText({ priceFen: '120000000' }), 'priceNotAsPublished');
    one.agrees().registers().tags();
    expect(one.state.status).toBe('done');
    expect(one.replayed()).toEqual(one.state);
  });

  it('may come together with another team, which then buys', () => {
    const one = upheld();
    one.proposes({ an: 40, bo: 30, chen: 20, ding: 10 }, 0, '150000000').signsAmendment('an', 'bo', 'chen', 'ding');
    expect(one.events('amendmentAdopted')).toEqual([{ version: 1, changed: ['inventors', 'sharesOrTerm', 'intendedPrice'] }]);
    expect(one.application.price).toEqual({ intendedFen: '150000000', buyerIds: ['an', 'bo', 'chen', 'ding'] });
  });

  it('that is the same changes nothing, and beside another split is no other price', () => {
    const one = upheld();
    one.isRefused('an', 'proposeAmendment', proposal(one, { priceFen: '120000000' }), 'nothingChanged');
    one.isRefused('an', 'proposeAmendment', proposal(one, {}), 'nothingChanged');
    one.proposes({ an: 45, bo: 35, chen: 20 }, 0, '120000000');
    expect(one.state.amendment?.mustSign).toEqual(['an', 'bo']);
    expect(one.state.amendment).not.toHaveProperty('priceFen');
  });

  it('is no matter of a case that sells nothing', () => {
    const one = caseAt('publicity', '2026-03-02 09:00');
    const id = one.objects('ding');
    one.admits(id).finds(id, [true]).windowsClose();
    one.isRefused('an', 'proposeAmendment', proposal(one, { priceFen: '100' }), 'priceNotAsked');
  });
});
