import { describe, expect, it, test } from '@jest/globals';
import { application as schema } from '../../../contracts/schemas.ts';
import { asksConsent, consented, partsOf } from '../../../domain/empowerment/decide/consented.ts';
import type { Application } from '../../../domain/empowerment/index.ts';
import { caseAt } from './case.ts';
import { applicationOf, paper, sealed } from './world.ts';

/** What of an application everybody consents to, part by part. */

const before: Application = applicationOf({
  mode: 'coOwnership',
  more: {
    summary: sealed('summary'),
    burdens: [{ kind: 'pledge', description: sealed('bank'), consent: paper('c') }],
    plan: { document: paper('plan'), partners: [] },
  },
});
const condition = (affirmed: boolean, evidence: string) => ({
  ...before.conditions,
  clearTitle: { affirmed, evidence: [paper(evidence)] },
});

/** Of each part a change to which all consent anew; those that are not open to an amendment at all have none. */
const asked: { [K in keyof Required<Application>]: Application[K] | 'not amended' } = {
  mode: 'useRight',
  road: 'agreedIncome',
  achievementId: 'not amended',
  title: sealed('another title'),
  summary: sealed('another summary'),
  resultKind: 'technicalSecret',
  otherKindGrounds: sealed('grounds'),
  resultNumber: 'ZL2',
  protectedUntil: '2040-01-01',
  inventors: before.inventors.toReversed(),
  coOwners: [{ id: 'hospital', name: sealed('hospital') }],
  representativeId: 'not amended',
  unitPpm: 400_000,
  incomeUnitPpm: 400_000,
  exclusions: { ...before.exclusions, publicSecurity: true },
  secrecy: { ...before.secrecy, secret: true },
  conditions: condition(false, 'evidence'),
  burdens: [],
  exportCheck: { needed: true },
  ethicsCheck: { needed: true },
  plan: { document: paper('another plan'), partners: [] },
  years: 20,
  price: { intendedFen: '1', buyerIds: ['an'] },
};

/** The papers that prove what it says. */
const papers: [string, Partial<Application>][] = [
  ['evidence of a condition', { conditions: condition(true, 'better') }],
  ['the screening form', { secrecy: { ...before.secrecy, screened: paper('new form') } }],
  ['an export paper', { exportCheck: { needed: false, document: paper('e') } }],
  ['an ethics paper', { ethicsCheck: { needed: false, document: paper('e') } }],
  ['the consent of a pledgee', { burdens: before.burdens.map((burden) => ({ ...burden, consent: paper('d') })) }],
];

/** Whether the consents fall away by the change, as it is recorded. */
function fallAway(change: Partial<Application>): boolean | string {
  const one = caseAt('consent', '2026-03-02 09:00', { mode: 'coOwnership', more: before });
  const outcome = one.tries('an', 'amendApplication', { application: { ...one.application, ...change } });
  if ('refused' in outcome) return outcome.refused.code;
  return one.events('applicationAmended')[0]?.consentsFallAway ?? 'nothing recorded';
}

describe('of an application', () => {
  it('every part that the API takes is decided', () => {
    const parts = Object.keys(schema.in.shape).map(
      (part) => ({ unitShare: 'unitPpm', incomeUnitShare: 'incomeUnitPpm' })[part] ?? part,
    );
    expect(Object.keys(consented).toSorted()).toEqual(parts.toSorted());
  });

  // What the rules of modes refuse before is tried in the mode that has it.
  const elsewhere = ['mode', 'road', 'price'];
  const amended = Object.entries(asked).filter(([part, to]) => to !== 'not amended' && !elsewhere.includes(part));
  test.each(amended)('%s is consented to', (part, to) => {
    expect(fallAway({ [part]: to })).toBe(true);
  });

  test.each([...elsewhere, 'achievementId', 'representativeId'])('%s is consented to whole', (part) => {
    expect(consented[part as keyof Application]).toBe('whole');
  });

  test.each(papers)('%s is not', (_, change) => {
    expect(fallAway(change)).toBe(false);
  });

  it('is the same in whatever order its keys come: a database keeps its own', () => {
    const turned = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(turned)
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(
              Object.entries(value)
                .toReversed()
                .map(([key, one]) => [key, turned(one)]),
            )
          : value;
    const after = turned(before) as Application;
    expect(Object.keys(after)).not.toEqual(Object.keys(before));
    expect(partsOf(before, after)).toEqual([]);
    expect(asksConsent(before, { ...after, conditions: condition(true, 'another') })).toBe(false);
    expect(asksConsent(before, { ...after, resultNumber: 'ZL2' })).toBe(true);
  });
});
