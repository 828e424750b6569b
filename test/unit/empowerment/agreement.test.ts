import { describe, expect, it } from '@jest/globals';
import { Case, caseAt } from './case.ts';
import { paper, sealed } from './world.ts';

const day = '2026-03-02 09:00';
const useRight = (changes = {}): Case => caseAt('agreement', day, { mode: 'useRight', years: 12 }, { changes });

const changing = (): Case => caseAt('agreement', day).on('2026-03-20 09:00').agrees();

const amending = (
  plan: Parameters<typeof caseAt>[2] = { mode: 'coOwnership' },
  options: Parameters<typeof caseAt>[3] = {},
): Case => {
  const one = caseAt('publicity', day, plan, options);
  const id = one.objects('ding');
  one.admits(id).finds(id, [true]).windowsClose();
  return one;
};
const split = (one: Case, ppm: Record<string, number>, change: object = {}) => ({
  inventors: Object.entries(ppm).map(([personId, share]) => ({ personId, ppm: share })),
  unitPpm: one.application.unitPpm,
  incomeUnitPpm: one.application.incomeUnitPpm,
  grounds: sealed('g'),
  ...change,
});

describe('an agreement', () => {
  it('holds the four terms of nm-hei.8f, or is not signed', () => {
    const one = caseAt('agreement', day);
    const text = one.agreementText();
    for (const [term, en] of [
      ['incomeSplit', 'income split'],
      ['decisionMechanism', 'how conversion is decided'],
      ['costSharing', 'how costs are shared'],
      ['maintenanceFees', 'who pays maintenance fees'],
    ] as const) {
      const terms = { ...text.terms };
      delete terms[term];
      const refusal = one.isRefused('officer', 'proposeAgreement', { ...text, terms }, 'agreementTermsMissing');
      expect(refusal).toMatchObject({ clause: 'nm-hei.8f', en: expect.stringContaining(en) });
    }
  });

  it('of a use right has its first day, the published term, and says that it survives where that is mandatory', () => {
    const one = useRight();
    one.isRefused('officer', 'proposeAgreement', one.agreementText({ years: 9 }), 'termTooShort');
    one.isRefused('officer', 'proposeAgreement', one.agreementText({ years: 11 }), 'termNotAsPublished');
    one.isRefused('officer', 'proposeAgreement', one.agreementText({ years: 13 }), 'termNotAsPublished');
    const { startsOn: _, ...text } = one.agreementText();
    one.isRefused('officer', 'proposeAgreement', text, 'startMissing');
    // In Hohhot survival is a default that the agreement may change.
    one.does('officer', 'proposeAgreement', one.agreementText({ survivesLeaving: false }));
    const pilot = caseAt('consent', day, { mode: 'useRight', years: 12 });
    const rule = pilot.rules.rules['empowerment.useRight.survivesLeaving'];
    if (!rule) throw new Error('no such rule');
    const rules = { ...pilot.rules.rules, [rule.key]: { ...rule, force: 'mandatory' as const } };
    pilot.rules = { ...pilot.rules, hash: 'pilot', rules };
    pilot.does('secretary', 'transitionRules', {
      toHash: 'pilot',
      minutesNumber: 'm',
      minutes: paper('m'),
      grounds: sealed('g'),
      newNotice: false,
    });
    pilot.finishes('agreement');
    pilot.isRefused('officer', 'proposeAgreement', pilot.agreementText({ survivesLeaving: false }), 'survivalMandatory');
  });

  it('is signed by each party once, to the version that stands; a new version is signed anew', () => {
    const one = caseAt('agreement', day);
    one.isRefused('an', 'signAgreement', { agreementVersion: 1 }, 'versionChanged');
    one.does('officer', 'proposeAgreement', one.agreementText());
    expect(one.todo).toEqual(['signAgreement an', 'signAgreement bo', 'signAgreement chen', 'signAgreement signatory']);
    one.signs('an', 'signatory');
    one.isRefused('an', 'signAgreement', { agreementVersion: 1 }, 'alreadySigned');
    one.isRefused('signatory2', 'signAgreement', { agreementVersion: 1 }, 'alreadySigned');
    one.isRefused('officer', 'signAgreement', { agreementVersion: 1 }, 'notYourAct');
    const delegate = one.perform(
      { kind: 'person', personId: 'bo', onBehalfOf: 'officer', roles: ['member'], departments: [] },
      'signAgreement',
      { agreementVersion: 1 },
    );
    expect(delegate).toMatchObject({ refused: { code: 'notYourAct' } });
    one.does('officer', 'proposeAgreement', one.agreementText());
    one.isRefused('bo', 'signAgreement', { agreementVersion: 1 }, 'versionChanged');
    one.isRefused(
      'officer',
      'recordCoOwnerSignature',
      { agreementVersion: 1, coOwnerId: 'x', document: paper('x') },
      'versionChanged',
    );
    one.signs('an', 'bo', 'chen');
    expect(one.step).toBe('agreement');
    expect(one.signs('signatory').step).toBe('titleChange');
  });

  it('is not signed for the unit by an inventor: an inventor who may sign for it signs for himself', () => {
    const one = caseAt('agreement', day);
    one.does('officer', 'proposeAgreement', one.agreementText());
    const both = { kind: 'person', personId: 'an', roles: ['member', 'signatory'] as const, departments: [] };
    one.perform({ ...both, kind: 'person', roles: ['member', 'signatory'] }, 'signAgreement', { agreementVersion: 1 });
    expect(one.state.agreement).toMatchObject({ signedBy: ['an'], unitSigned: false });
    expect(
      one.perform({ ...both, kind: 'person', roles: ['member', 'signatory'] }, 'signAgreement', { agreementVersion: 1 }),
    ).toMatchObject({ refused: { code: 'alreadySigned' } });
  });

  it('binds nobody who is not a party', () => {
    const one = caseAt('agreement', day);
    one.does('officer', 'proposeAgreement', one.agreementText());
    // The system has no role at that act; a leaver of the amended team is none either, see below.
    expect(one.perform({ kind: 'system' }, 'signAgreement', { agreementVersion: 1 })).toMatchObject({
      refused: { code: 'notYourAct' },
    });
  });
});

describe('title change', () => {
  const receipt = { kind: 'registry', number: '国知1号', on: '2026-03-20', document: paper('r') } as const;
  it('of a patent needs the registry’s numbered receipt, dated between agreement and today', () => {
    const one = changing().on('2026-04-01 09:00');
    one.isRefused(
      'officer',
      'recordTitleChange',
      { ...receipt, kind: 'handoverRecord', signedBy: ['an', 'bo', 'chen'] },
      'registryExists',
    );
    const { number: _, ...unnumbered } = receipt;
    one.isRefused('officer', 'recordTitleChange', unnumbered, 'receiptNumberMissing');
    one.isRefused('officer', 'recordTitleChange', { ...receipt, on: '2026-03-19' }, 'beforeAgreement');
    one.isRefused('officer', 'recordTitleChange', { ...receipt, on: '2026-04-02' }, 'dateInFuture');
    one.does('officer', 'recordTitleChange', receipt);
    expect(one.state.rights[0]?.startDate).toBe('2026-03-20');
  });
});

describe('withdrawal', () => {
  const before = [
    'consent',
    'check',
    'departmentReview',
    'groupDecision',
    'noticePreparation',
    'publicity',
    'statement',
    'agreement',
  ] as const;
  it.each(before)('at %s ends the case, takes the notice down, frees the achievement, and tells everybody', (step) => {
    const one = caseAt(step, day);
    one.isRefused('bo', 'withdraw', { grounds: sealed('x') }, 'notYourAct');
    one.does('an', 'withdraw', { grounds: sealed('licensed instead') });
    expect(one.state.status).toBe('withdrawn');
    expect(one.state.notices.every((n) => n.state !== 'open')).toBe(true);
    expect(one.world.claims.get('achievement-1') ?? []).toEqual([]);
    expect(one.todo).toEqual([]);
    expect(one.told.filter((m) => m.template === 'withdrawn').map((m) => m.to)).toEqual([
      { personId: 'an' },
      { personId: 'bo' },
      { personId: 'chen' },
      { role: 'officer' },
    ]);
  });

  it('with an objection under investigation ends that too', () => {
    const one = caseAt('publicity', day);
    const id = one.objects('ding');
    one.admits(id).does('an', 'withdraw', { grounds: sealed('x') });
    expect(one.state.objections[0]?.handling?.state).toBe('cancelled');
  });

  it.each(['titleChange', 'registration', 'done'] as const)('is too late at %s', (step) => {
    caseAt(step, day).isRefused('an', 'withdraw', { grounds: sealed('x') }, 'wrongStep');
  });

  it('is too late once all have signed, even while a late letter holds the case or has brought it back', () => {
    const one = caseAt('titleChange', day);
    const id = one.letter('2026-03-10 12:00', 'ding');
    one
      .confirms(id)
      .admits(id)
      .isRefused('an', 'withdraw', { grounds: sealed('x') }, 'agreementBinds');
    const two = caseAt('registration', day);
    const other = two.letter('2026-03-10 12:00', 'ding');
    two.confirms(other).admits(other).finds(other, [true]);
    two.proposes({ an: 40, bo: 40, chen: 20 }).signsAmendment('an', 'bo');
    two.isRefused('an', 'withdraw', { grounds: sealed('x') }, 'agreementBinds');
  });
});

describe('an amended split', () => {
  it.each([
    ['999,999 of a million', { an: 500_000, bo: 300_000, chen: 199_999 }, {}, 'splitNotWhole'],
    ['1,000,001 of a million', { an: 500_000, bo: 300_000, chen: 200_001 }, {}, 'splitNotWhole'],
    ['what it was', { an: 500_000, bo: 300_000, chen: 200_000 }, {}, 'nothingChanged'],
    ['somebody unknown', { an: 500_000, bo: 300_000, nobody: 200_000 }, {}, 'inventorUnknown'],
    ['no part for the unit', { an: 500_000, bo: 300_000, chen: 200_000 }, { unitPpm: 0 }, 'coOwnershipNeedsBoth'],
    ['no part for the inventors', { an: 500_000, bo: 300_000, chen: 200_000 }, { unitPpm: 1_000_000 }, 'coOwnershipNeedsBoth'],
    ['half a millionth', { an: 500_000, bo: 300_000, chen: 200_000 }, { unitPpm: 300_000.5 }, 'shareInvalid'],
    ['more income than there is', { an: 500_000, bo: 300_000, chen: 200_000 }, { incomeUnitPpm: 1_000_001 }, 'shareInvalid'],
  ])('of %s is refused', (_, ppm, change, code) => {
    const one = amending();
    one.isRefused('an', 'proposeAmendment', split(one, ppm as Record<string, number>, change), code);
  });

  it('changes the income alone, when all sign, and the amended notice says so', () => {
    const one = amending();
    one.does('an', 'proposeAmendment', split(one, { an: 500_000, bo: 300_000, chen: 200_000 }, { incomeUnitPpm: 200_000 }));
    one.signsAmendment('an', 'bo');
    one.isRefused('an', 'signAmendment', { amendmentVersion: 1 }, 'alreadySigned');
    one.isRefused('an', 'signAmendment', { amendmentVersion: 2 }, 'versionChanged');
    one.signsAmendment('chen').decides().publishes();
    expect(one.events('noticePublished')[1]?.changed).toEqual(['incomeSplit']);
  });

  it('that takes a member out is signed by that member too, who then is no party to the agreement', () => {
    const one = amending();
    one.does('an', 'proposeAmendment', split(one, { an: 600_000, bo: 400_000 })).signsAmendment('an', 'bo');
    expect(one.todo).toEqual(['signAmendment chen']);
    one.signsAmendment('chen').decides().publishes().windowsClose().states();
    one.does('officer', 'proposeAgreement', one.agreementText());
    one.isRefused('chen', 'signAgreement', { agreementVersion: 1 }, 'notYourAct');
    expect(one.signs('an', 'bo', 'signatory').step).toBe('titleChange');
  });

  it('that takes the representative out asks the team for another', () => {
    const one = amending();
    one.does('an', 'proposeAmendment', split(one, { bo: 600_000, chen: 400_000 })).signsAmendment('an', 'bo', 'chen');
    expect(one.todo).toEqual(expect.arrayContaining(['proposeRepresentative bo', 'proposeRepresentative chen']));
  });

  it('of a sale keeps the buyers and the unit’s part', () => {
    const one = amending({ mode: 'fullOwnership', road: 'saleOfRetainedShare', priceFen: '1' }, { name: 'baotou-university' });
    one.isRefused('an', 'proposeAmendment', split(one, { an: 600_000, bo: 400_000 }), 'buyerNotInventor');
    one.isRefused(
      'an',
      'proposeAmendment',
      split(one, { an: 600_000, bo: 300_000, chen: 100_000 }, { unitPpm: 1 }),
      'unitShareFixed',
    );
    one
      .does('an', 'proposeAmendment', split(one, { an: 500_000, bo: 300_000, chen: 150_000, ding: 50_000 }))
      .signsAmendment('an', 'bo', 'chen', 'ding');
    // Both notices go out again, though the price is what it was.
    expect(one.step).toBe('leadershipDecision');
    one.decides().publishes();
    expect(one.state.notices.map((n) => [n.kind, n.edition])).toEqual([
      ['empowerment', 1],
      ['price', 1],
      ['empowerment', 2],
      ['price', 2],
    ]);
  });
});
