import { describe, expect, it } from '@jest/globals';
import { empowerment, type Application } from '../../../domain/empowerment/index.ts';
import { initialState } from '../../../domain/empowerment/state.ts';
import { loadShippedPacks } from '../../../policies/index.ts';
import { better, Case, caseAt } from './case.ts';
import { applicationOf, changed, lacking, paper, rulesOf, sealed, type Plan } from './world.ts';

const coOwnership: Plan = { mode: 'coOwnership' };
const start = '2026-03-02 09:00';

const send = (plan: Plan, name: Parameters<typeof Case.of>[0] = 'hohhot-university') => {
  const one = Case.of(name, start);
  const application = applicationOf(plan);
  return (code: string) => one.isRefused(application.representativeId, 'sendForConsent', { application }, code);
};

describe('an application is not sent', () => {
  const sale = { mode: 'fullOwnership', road: 'saleOfRetainedShare' } as const;
  const price = { intendedFen: '1', buyerIds: ['an'] };
  it.each<[string, Plan, Parameters<typeof Case.of>[0] | undefined, string, string?]>([
    [
      'full ownership where only co-ownership and use rights are open',
      { mode: 'fullOwnership', road: 'agreedIncome' },
      undefined,
      'modeNotOpen',
      'nm-hei.8a',
    ],
    ['a stranger among the inventors', { mode: 'coOwnership', team: { an: 50, nobody: 50 } }, undefined, 'inventorUnknown'],
    [
      'one inventor twice',
      {
        mode: 'coOwnership',
        more: {
          inventors: [
            { personId: 'an', ppm: 500_000 },
            { personId: 'an', ppm: 500_000 },
          ],
        },
      },
      undefined,
      'inventorTwice',
    ],
    ['no inventor', { mode: 'coOwnership', more: { inventors: [] } }, undefined, 'shareInvalid', 'nm-hei.8d'],
    ['an inventor with nothing', { mode: 'coOwnership', team: { an: 100, bo: 0 } }, undefined, 'shareInvalid'],
    ['a split of 99.9999 %', { mode: 'coOwnership', team: { an: 50, bo: 49.9999 } }, undefined, 'splitNotWhole', 'nm-hei.8d'],
    ['a split of 100.0001 %', { mode: 'coOwnership', team: { an: 50, bo: 50.0001 } }, undefined, 'splitNotWhole'],
    [
      'a representative who is no inventor',
      { mode: 'coOwnership', more: { representativeId: 'ding' } },
      undefined,
      'representativeNotInventor',
      'nm-hei.8d',
    ],
    ['a share of more than all', { mode: 'coOwnership', unitPpm: 1_000_001 }, undefined, 'shareInvalid'],
    ['co-ownership without the unit', { mode: 'coOwnership', unitPpm: 0 }, undefined, 'coOwnershipNeedsBoth'],
    ['co-ownership without the inventors', { mode: 'coOwnership', unitPpm: 1_000_000 }, undefined, 'coOwnershipNeedsBoth'],
    ['a sale in Harbin', { ...sale, priceFen: '1' }, 'harbin-university', 'wrongRoad', 'hlj.5a'],
    ['agreed income in Baotou', { mode: 'fullOwnership', road: 'agreedIncome' }, 'baotou-university', 'wrongRoad', 'bt-149.1b'],
    [
      'full ownership of which the unit keeps a millionth',
      { mode: 'fullOwnership', road: 'agreedIncome', unitPpm: 1 },
      'harbin-university',
      'fullMeansAll',
    ],
    ['a sale without a price', sale, 'baotou-university', 'priceMissing', 'bt-149.1b'],
    ['a price where nothing is sold', { mode: 'coOwnership', priceFen: '1' }, undefined, 'priceNotAsked'],
    [
      'a sale to one of three inventors, bought neither by the others nor for them',
      { ...sale, priceFen: '1', more: { price } },
      'baotou-university',
      'buyersIncomplete',
      'bt-149.1b',
    ],
    [
      'a buyer from outside',
      { ...sale, more: { price: { ...price, buyerIds: ['an', 'ding'] } } },
      'baotou-university',
      'buyerNotInventor',
      'bt-149.1b',
    ],
  ])('with %s', (_, plan, name, code, ...[clause]) => {
    const refusal = send(plan, name)(code);
    if (clause !== undefined) expect(refusal.clause).toBe(clause);
  });

  it('with an inventor who is on file as deceased', () => {
    const one = Case.of('hohhot-university', start);
    one.world.people['bo'] = { status: 'deceased', departments: [] };
    one.isRefused('an', 'sendForConsent', { application: applicationOf(coOwnership) }, 'inventorUnknown');
  });

  it('by somebody other than its representative', () => {
    Case.of('hohhot-university', start).isRefused(
      'bo',
      'sendForConsent',
      { application: applicationOf(coOwnership) },
      'notRepresentative',
    );
  });

  it('where no rule gives a value that it needs', () => {
    const one = new Case(lacking(rulesOf('hohhot-university', '2026-03-02'), 'empowerment.modes'), start);
    const refusal = one.isRefused('an', 'sendForConsent', { application: applicationOf(coOwnership) }, 'ruleMissing');
    expect([refusal.zh, refusal.en]).toEqual([
      expect.stringContaining('“可用的赋权方式”'),
      expect.stringContaining('"modes of empowerment"'),
    ]);
  });
});

describe('an application is not submitted', () => {
  const unproven = { affirmed: true, evidence: [] };
  const useRight: Plan = { mode: 'useRight' };
  it.each<[string, Plan, Parameters<typeof Case.of>[0] | undefined, string, string?]>([
    [
      'secret, without its approval',
      { mode: 'coOwnership', more: { secrecy: { secret: true, screened: paper('s') } } },
      'baotou-university',
      'secrecyApprovalMissing',
      'bt-149.12b',
    ],
    ['of another kind without grounds', { mode: 'coOwnership', more: { resultKind: 'other' } }, undefined, 'kindNeedsGrounds'],
    [
      'with a condition that has no evidence',
      { mode: 'coOwnership', more: { conditions: { ...applicationOf(coOwnership).conditions, strongWill: unproven } } },
      undefined,
      'conditionUnproven',
      'nm-hei.8c',
    ],
    [
      'pledged, without the pledgee’s consent',
      { mode: 'coOwnership', more: { burdens: [{ kind: 'pledge', description: sealed('p') }] } },
      undefined,
      'burdenWithoutConsent',
    ],
    [
      'for a recipient abroad without the export check',
      { mode: 'coOwnership', more: { exportCheck: { needed: true } } },
      undefined,
      'exportCheckMissing',
    ],
    [
      'where the field asks for an ethics check',
      { mode: 'coOwnership', more: { ethicsCheck: { needed: true } } },
      undefined,
      'ethicsCheckMissing',
    ],
    ['for a use right of 9 years', { mode: 'useRight', years: 9 }, undefined, 'termTooShort', 'nm-hei.8b'],
    ['for a use right of ten and a half years', { mode: 'useRight', years: 10.5 }, undefined, 'termTooShort'],
    ['for a use right of 101 years', { mode: 'useRight', years: 101 }, undefined, 'termTooLong'],
  ])('%s', (_, plan, name, code, ...[clause]) => {
    const one = Case.of(name ?? 'hohhot-university', start).applies(plan);
    const refusal = one.isRefused('an', 'submit', { representationConfirmed: true }, code);
    if (clause !== undefined) expect(refusal.clause).toBe(clause);
  });

  it.each([
    ['exportCheck', 'nm-pilot.3.8c'],
    ['ethicsCheck', 'nm-pilot.3.8e'],
  ] as const)('naming the clause for the %s where a document recalls it, and none where no document does', (check, clause) => {
    const given = loadShippedPacks().find(({ id }) => id === 'nm-pilot')?.rules[`empowerment.${check}`]?.[0];
    if (!given) throw new Error('the pilot pack gives no such rule');
    const elsewhere = Case.of('hohhot-university', start).applies({ mode: 'coOwnership', more: { [check]: { needed: true } } });
    const code = `${check}Missing` as const;
    expect(elsewhere.isRefused('an', 'submit', { representationConfirmed: true }, code).clause).toBeUndefined();
    const rules = rulesOf('hohhot-university', start.slice(0, 10));
    const recalled = {
      key: `empowerment.${check}` as const,
      value: true,
      force: given.force,
      cite: { ...given.cite, pack: 'nm-pilot', version: '1' },
    };
    const one = new Case({ ...rules, rules: { ...rules.rules, [recalled.key]: recalled } }, start).applies({
      mode: 'coOwnership',
      more: { [check]: { needed: true } },
    });
    expect(one.isRefused('an', 'submit', { representationConfirmed: true }, code).clause).toBe(clause);
  });

  it('for a use right without its plan', () => {
    const { plan: _, ...application } = applicationOf(useRight);
    const one = Case.of('hohhot-university', start).does('an', 'sendForConsent', { application });
    one.does('bo', 'consent', { applicationVersion: 1 }).does('chen', 'consent', { applicationVersion: 1 });
    one.isRefused('an', 'submit', { representationConfirmed: true }, 'planMissing');
  });

  it.each([10, 11, 100])('but is for a use right of %i years', (years) => {
    expect(Case.of('hohhot-university', start).applies({ mode: 'useRight', years }).submits().step).toBe('check');
  });

  it('but is when the evidence is put in', () => {
    const one = Case.of('hohhot-university', start).applies({ mode: 'coOwnership', more: { exportCheck: { needed: true } } });
    one.does('an', 'amendApplication', {
      application: { ...one.application, exportCheck: { needed: true, document: paper('check') } },
    });
    expect(one.submits().step).toBe('check');
  });
});

describe('a bar of law', () => {
  it.each<[string, Parameters<typeof Case.of>[0], Partial<Application>, string, string]>([
    [
      'a state secret in Harbin',
      'harbin-university',
      {
        mode: 'fullOwnership',
        road: 'agreedIncome',
        unitPpm: 0,
        secrecy: { secret: true, screened: paper('s'), approval: paper('a') },
      },
      'secretBarred',
      'hlj.5b',
    ],
    [
      'national security in Harbin',
      'harbin-university',
      {
        mode: 'fullOwnership',
        road: 'agreedIncome',
        unitPpm: 0,
        exclusions: { ...applicationOf(coOwnership).exclusions, nationalSecurity: true },
      },
      'exclusionBars',
      'hlj.5b',
    ],
  ])('%s ends the case on the record, with its clause and a number, and claims nothing', (_, name, more, code, clause) => {
    const one = Case.of(name, start).applies({ mode: 'coOwnership', more }).submits();
    expect(one.state).toMatchObject({ status: 'refused', number: '赋权〔2026〕1号' });
    expect(one.events('applicationRefused')).toEqual([{ by: 'rule', code, clause }]);
    expect(one.world.claims.get('achievement-1') ?? []).toEqual([]);
  });

  it.each(['nationalSecurity', 'defenceSecurity', 'publicSecurity', 'economicSecurity', 'socialStability'] as const)(
    'is read from the unit’s rules: %s bars in Hohhot by its overlay',
    (exclusion) => {
      const exclusions = { ...applicationOf(coOwnership).exclusions, [exclusion]: true };
      const one = Case.of('hohhot-university', start).applies({ mode: 'coOwnership', more: { exclusions } }).submits();
      expect(one.events('applicationRefused')[0]?.code).toBe('exclusionBars');
    },
  );

  it('does not bar where the rules only ask', () => {
    const changes = { 'empowerment.exclusions': { asked: ['nationalSecurity' as const], bars: false } };
    const exclusions = { ...applicationOf(coOwnership).exclusions, nationalSecurity: true };
    const one = Case.of('hohhot-university', start, { changes }).applies({ mode: 'coOwnership', more: { exclusions } });
    expect(one.submits().step).toBe('check');
  });

  it('that an amendment brought in after the first submission ends the case and frees the achievement', () => {
    const one = caseAt('check').does('officer', 'returnForCorrection', { items: [{ at: '/x', text: sealed('x') }] });
    const exclusions = { ...one.application.exclusions, defenceSecurity: true };
    one.does('an', 'amendApplication', { application: { ...one.application, unitPpm: 400_000, exclusions } });
    one.does('bo', 'consent', { applicationVersion: 2 }).does('chen', 'consent', { applicationVersion: 2 }).submits();
    expect(one.state.status).toBe('refused');
    expect(one.world.claims.get('achievement-1')).toEqual([]);
  });

  it('is brought in with everybody’s consent alone', () => {
    const one = caseAt('check').does('officer', 'returnForCorrection', { items: [{ at: '/x', text: sealed('x') }] });
    const exclusions = { ...one.application.exclusions, defenceSecurity: true };
    one.does('an', 'amendApplication', { application: { ...one.application, exclusions } });
    expect([one.step, one.state.consents]).toEqual(['consent', ['an']]);
  });
});

describe('consent', () => {
  it('is everybody’s, to one version, and once', () => {
    const one = Case.of('hohhot-university', start).does('an', 'sendForConsent', { application: applicationOf(coOwnership) });
    expect(one.todo).toEqual(['consent bo', 'consent chen']);
    expect(one.isRefused('an', 'submit', { representationConfirmed: true }, 'consentMissing')).toMatchObject({
      zh: '尚有 2 名完成人未同意。',
      persons: ['bo', 'chen'],
    });
    one.isRefused('bo', 'consent', { applicationVersion: 2 }, 'versionChanged');
    one.isRefused('ding', 'consent', { applicationVersion: 1 }, 'notYourAct');
    one.does('bo', 'consent', { applicationVersion: 1 });
    one.isRefused('bo', 'consent', { applicationVersion: 1 }, 'alreadyConsented');
    one.does('chen', 'consent', { applicationVersion: 1 });
    expect(one.todo).toEqual(['submit an']);
  });

  it('declined asks the representative, and can be given after all', () => {
    const one = Case.of('hohhot-university', start).does('an', 'sendForConsent', { application: applicationOf(coOwnership) });
    one.does('bo', 'declineConsent', { grounds: sealed('too little') });
    one.isRefused('bo', 'declineConsent', { grounds: sealed('too little') }, 'alreadyDeclined');
    expect(one.todo).toEqual(['amendApplication an']);
    expect(one.told.at(-1)).toMatchObject({ template: 'consentDeclined', to: { personId: 'an' } });
    one.does('bo', 'consent', { applicationVersion: 1 }).does('chen', 'consent', { applicationVersion: 1 });
    expect(one.submits().step).toBe('check');
  });

  it('falls away when the split changes, and stays when only a paper does', () => {
    const one = caseAt('consent');
    one.does('an', 'amendApplication', { application: better(one, 'ZL2') });
    expect(one.state.consents).toEqual(['an', 'bo', 'chen']);
    const inventors = one.application.inventors.map((i, at) => ({ ...i, ppm: [400_000, 400_000, 200_000][at] ?? 0 }));
    one.does('an', 'amendApplication', { application: { ...one.application, inventors } });
    expect(one.state.consents).toEqual(['an']);
    expect(one.todo).toEqual(['consent bo', 'consent chen']);
  });

  it('is not to be had for another result or another representative', () => {
    const one = caseAt('consent');
    const { application } = one;
    one.isRefused('an', 'amendApplication', { application: { ...application, achievementId: 'other' } }, 'achievementFixed');
    one.isRefused(
      'an',
      'amendApplication',
      { application: { ...application, representativeId: 'bo' } },
      'representativeByConsent',
    );
    one.isRefused('an', 'amendApplication', { application }, 'nothingChanged');
  });
});

describe('the office and the departments', () => {
  const items = [{ at: '/conditions', text: sealed('evidence is old') }];
  it('returned twice, counted, and resubmitted without new consents: departments review the new version anew', () => {
    const one = caseAt('check').does('officer', 'returnForCorrection', { items });
    expect(one.state).toMatchObject({ step: 'returned', returns: 1, returnItems: items });
    one.does('an', 'amendApplication', { application: better(one, 'ZL2') });
    expect(one.step).toBe('check');
    one.passes();
    const opinion = sealed('no budget');
    one.does('reviewer-research', 'reviewAsDepartment', { department: 'research', outcome: 'object', opinion });
    one.does('reviewer-stateAssets', 'reviewAsDepartment', {
      department: 'stateAssets',
      outcome: 'agree',
      opinion: sealed('fine'),
    });
    expect(one.state).toMatchObject({
      step: 'returned',
      returns: 2,
      returnItems: [{ at: '/departments/research', text: opinion }],
    });
    one.does('an', 'amendApplication', { application: better(one, 'ZL3') }).passes();
    expect(one.todo).toEqual(['reviewAsDepartment research', 'reviewAsDepartment stateAssets']);
    expect(one.reviewed().step).toBe('groupDecision');
    expect(one.state.number).toBe('赋权〔2026〕1号');
  });

  it('checks each condition, and reviews by whom it is asked', () => {
    const one = caseAt('check');
    one.isRefused(
      'officer',
      'passCheck',
      { conditions: ['clearTitle', 'clearProspects', 'strongWill'], secrecyChecked: true },
      'conditionUnchecked',
    );
    one.isRefused('bo', 'passCheck', { conditions: [], secrecyChecked: true }, 'notYourAct');
    one.isRefused('an', 'submit', { representationConfirmed: true }, 'wrongStep');
    one.passes();
    const review = { department: 'research', outcome: 'agree', opinion: sealed('o') } as const;
    one.isRefused('reviewer-legal', 'reviewAsDepartment', { ...review, department: 'legal' }, 'departmentNotAsked');
    one.isRefused('reviewer-stateAssets', 'reviewAsDepartment', review, 'notYourDepartment');
    one.does('reviewer-research', 'reviewAsDepartment', review);
    one.isRefused('reviewer-research', 'reviewAsDepartment', review, 'alreadyReviewed');
  });

  it('refuses with grounds, tells the team, and frees the achievement', () => {
    const one = caseAt('check').does('officer', 'refuseApplication', { grounds: sealed('not ours') });
    expect(one.state.status).toBe('refused');
    expect(one.events('applicationRefused')).toEqual([{ by: 'check', code: 'refusedAtCheck', grounds: sealed('not ours') }]);
    expect(one.told.filter((m) => m.template === 'refused').map((m) => m.to)).toEqual([
      { personId: 'an' },
      { personId: 'bo' },
      { personId: 'chen' },
    ]);
    expect(one.world.claims.get('achievement-1')).toEqual([]);
    one.isRefused('an', 'withdraw', { grounds: sealed('x') }, 'wrongStep');
  });

  it('knows no other acts, and nothing of a case that has not begun', () => {
    const one = caseAt('check');
    one.isRefused('officer', 'dance' as never, {} as never, 'actUnknown');
    const unopened = { ...initialState('x', 'y'), step: 'check' as const };
    const decision = empowerment.decide(unopened, {
      actId: 'a',
      type: 'refuseApplication',
      receivedAt: one.now,
      actor: one.actor('officer'),
      body: {},
      timely: {},
      facts: {},
    });
    expect(decision).toMatchObject({ refusal: { code: 'notOpened' } });
  });
});

describe('rules that changed between draft and submission', () => {
  it('are not the case’s until it is moved: it is pinned to those of its first day', () => {
    const one = caseAt('consent');
    one.rules = changed(one.rules, { 'empowerment.modes': ['useRight'] });
    expect(one.submits().step).toBe('check');
  });
});
