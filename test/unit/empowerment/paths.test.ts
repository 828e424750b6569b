import { describe, expect, it } from '@jest/globals';
import { empowerment } from '../../../domain/empowerment/index.ts';
import { Case, caseAt } from './case.ts';
import { paper } from './world.ts';

describe('an empowerment from application to right', () => {
  it('co-ownership 70/30 in Hohhot: notice 2026-03-02, 15 calendar days to 03-17, closed at 24:00, agreement 03-25, receipt 05-11', () => {
    const one = Case.of('hohhot-university', '2026-02-09 09:00').applies({ mode: 'coOwnership' });
    expect(one.step).toBe('consent');
    one.on('2026-02-10 09:00').submits();
    expect(one.state.number).toBe('赋权〔2026〕1号');
    one.passes().reviewed();
    expect(one.step).toBe('groupDecision');
    one.on('2026-02-27 15:00').decides({ heldOn: '2026-02-26' });
    one.on('2026-03-02 10:00').publishes();
    expect(one.notice().deadline).toMatchObject({
      lastDay: '2026-03-17',
      endsAt: '2026-03-17T16:00:00.000Z',
      clause: 'nm-hei.8e',
      n: 15,
      unit: 'calendarDay',
    });
    expect(empowerment.nextWake(one.state)).toMatchObject({ at: '2026-03-17T16:00:00.000Z', type: 'closeWindow' });
    one.on('2026-03-17 23:59:59.999');
    expect(one.step).toBe('publicity');
    one.on('2026-03-18 00:00');
    expect(one.step).toBe('statement');
    one.on('2026-03-20 09:00').states();
    one.on('2026-03-25 10:00').agrees();
    expect(one.state.agreement?.concludedOn).toBe('2026-03-25');
    one.on('2026-05-11 10:00').registers('国知变更2026-0511').tags();
    expect(one.state.status).toBe('done');
    expect(one.state.rights).toEqual([
      {
        key: 'title',
        kind: 'coOwnership',
        startDate: '2026-05-11',
        receipt: { kind: 'registry', number: '国知变更2026-0511', on: '2026-05-11' },
        holders: [
          { personId: 'an', ppm: 350_000, held: false },
          { personId: 'bo', ppm: 210_000, held: false },
          { personId: 'chen', ppm: 140_000, held: false },
        ],
      },
    ]);
    expect(one.replayed()).toEqual(one.state);
    expect(one.todo).toEqual([]);
    expect(empowerment.isOver(one.state)).toBe(true);
  });

  it('full ownership in Harbin by agreed income: group 03-06, party committee 03-10, notice 03-11 to 03-26, the title whole and without a price', () => {
    const one = Case.of('harbin-university', '2026-03-02 09:00');
    one.applies({ mode: 'fullOwnership', road: 'agreedIncome' }).submits().passes().reviewed();
    one.on('2026-03-06 15:00').decides();
    expect(one.step).toBe('leadershipDecision');
    one.on('2026-03-10 15:00').decides();
    one.on('2026-03-11 09:00').publishes();
    expect(one.notice().deadline.lastDay).toBe('2026-03-26');
    one.on('2026-03-27 09:00').states().agrees();
    one.on('2026-05-18 10:00').registers().tags();
    expect(one.state.notices.map((n) => n.kind)).toEqual(['empowerment']);
    expect(one.state.rights[0]).toMatchObject({
      kind: 'fullOwnership',
      holders: [{ ppm: 500_000 }, { ppm: 300_000 }, { ppm: 200_000 }],
    });
  });

  it('full ownership in Baotou by sale for 1,200,000 yuan: empowerment notice 15 calendar days, price notice 15 working days, both from 2026-04-10', () => {
    const one = caseAt(
      'noticePreparation',
      '2026-04-10 09:00',
      { mode: 'fullOwnership', road: 'saleOfRetainedShare', priceFen: '120000000' },
      { name: 'baotou-university' },
    );
    expect(one.events('decisionRecorded').map((d) => d.body)).toEqual(['leadingGroup', 'leadership']);
    one.does('officer', 'publishNotice', one.noticeBody('empowerment'));
    expect(one.step).toBe('noticePreparation');
    expect(one.todo).toEqual(['publishNotice officer']);
    one.does('officer', 'publishNotice', one.noticeBody('price'));
    expect(one.step).toBe('publicity');
    // 04-25 is a Saturday, so the calendar days end on Monday 04-27; the price's end after the Labour Day holiday.
    expect(one.notice('empowerment').deadline.lastDay).toBe('2026-04-27');
    expect(one.notice('price').deadline).toMatchObject({ lastDay: '2026-05-06', unit: 'workingDay', clause: 'nm-hei.6d' });
    one.on('2026-04-28 00:00');
    expect(one.state.notices.map((n) => n.state)).toEqual(['closed', 'open']);
    expect(one.step).toBe('publicity');
    one.on('2026-05-07 00:00');
    expect(one.step).toBe('statement');
    one.states();
    one.isRefused('officer', 'proposeAgreement', one.agreementText({ priceFen: '119999999' }), 'priceNotAsPublished');
    one.agrees().registers().tags();
    expect(one.state.rights[0]).toMatchObject({ kind: 'fullOwnership' });
  });

  it('a sale whose empowerment notice of 04-10 closes on 04-27 while the price notice is published only on 04-28 waits for both', () => {
    const one = caseAt(
      'noticePreparation',
      '2026-04-10 09:00',
      { mode: 'fullOwnership', road: 'saleOfRetainedShare', priceFen: '120000000' },
      { name: 'baotou-university' },
    );
    one.does('officer', 'publishNotice', one.noticeBody('empowerment'));
    one.on('2026-04-28 09:00');
    expect(one.state.notices.map((n) => n.state)).toEqual(['closed']);
    expect(one.step).toBe('noticePreparation');
    one.isRefused('officer', 'publishNotice', one.noticeBody('empowerment'), 'alreadyPublished');
    one.does('officer', 'publishNotice', one.noticeBody('price'));
    expect(one.step).toBe('publicity');
    expect(one.notice('price').deadline.lastDay).toBe('2026-05-21');
    one.on('2026-05-22 00:00');
    expect(one.step).toBe('statement');
  });

  it('a use right of 12 years from 2026-05-01 ends 2038-05-01, and 2038-04-30 where the agreement counts its first day', () => {
    for (const [countsFirstDay, lastDay] of [
      [false, '2038-05-01'],
      [true, '2038-04-30'],
    ] as const) {
      const one = caseAt('agreement', '2026-03-16 09:00', { mode: 'useRight', years: 12 });
      one.agrees({ startsOn: '2026-05-01', countsFirstDay });
      expect(one.step).toBe('useRightGrant');
      one.isRefused('officer', 'grantUseRight', { startsOn: '2026-05-02' }, 'startNotAsAgreed');
      one.does('officer', 'grantUseRight', { startsOn: '2026-05-01' }).tags();
      expect(one.state.rights).toMatchObject([
        { kind: 'useRight', startDate: '2026-05-01', lastDay, holders: [{ ppm: 500_000 }, { ppm: 300_000 }, { ppm: 200_000 }] },
      ]);
    }
  });

  it('a unit that publishes first decides last: notice 03-02 to 03-17, statement, group 03-20, agreement', () => {
    const one = caseAt(
      'departmentReview',
      '2026-03-02 09:00',
      { mode: 'coOwnership' },
      { changes: { 'publicity.order': 'publishThenApprove' } },
    );
    one.reviewed();
    expect(one.step).toBe('noticePreparation');
    one.publishes().on('2026-03-18 09:00').states();
    expect(one.step).toBe('groupDecision');
    one.on('2026-03-20 15:00').decides();
    expect(one.step).toBe('agreement');
    one.agrees().registers().tags();
    expect(one.state.status).toBe('done');
  });

  it('a unit without department reviews goes from the check to the group', () => {
    const one = caseAt(
      'check',
      '2026-03-02 09:00',
      { mode: 'coOwnership' },
      { changes: { 'review.departments': { departments: [], rule: 'all' } } },
    );
    expect(one.passes().step).toBe('groupDecision');
  });

  it('a major matter in a unit whose group does not deliberate first goes to the leadership alone', () => {
    const changes = {
      'decision.collective': { groupFirst: false, leadershipForMajor: true },
      'decision.majorMatters': ['coOwnership' as const],
    };
    const one = caseAt('departmentReview', '2026-03-02 09:00', { mode: 'coOwnership' }, { changes });
    expect(one.reviewed().step).toBe('leadershipDecision');
    expect(one.decides().step).toBe('noticePreparation');
  });

  it('where any department suffices, the first that agrees passes the case on', () => {
    const one = caseAt('departmentReview', '2026-03-02 09:00', { mode: 'coOwnership' }, { name: 'baotou-institute' });
    expect(one.todo).toEqual(['reviewAsDepartment research', 'reviewAsDepartment finance']);
    expect(one.reviewed().events('departmentReviewed')).toHaveLength(1);
  });

  it('a co-owner consents and signs by papers that the officer records', () => {
    const owner = { id: 'hospital', name: { sealed: 's', digest: 'd' } };
    const one = Case.of('hohhot-university', '2026-03-02 09:00').applies({ mode: 'coOwnership', more: { coOwners: [owner] } });
    one.isRefused('an', 'submit', { representationConfirmed: true }, 'coOwnerConsentMissing');
    one.isRefused('officer', 'recordCoOwnerConsent', { coOwnerId: 'nobody', document: paper('x') }, 'coOwnerUnknown');
    one.does('officer', 'recordCoOwnerConsent', { coOwnerId: 'hospital', document: paper('consent') });
    one.isRefused('officer', 'recordCoOwnerConsent', { coOwnerId: 'hospital', document: paper('consent') }, 'alreadyConsented');
    one.submits().passes().reviewed().approved().publishes().windowsClose().states().agrees();
    expect(one.step).toBe('agreement');
    expect(one.todo).toEqual(['recordCoOwnerSignature officer']);
    const signature = { agreementVersion: 1, coOwnerId: 'hospital', document: paper('signature') };
    one.isRefused('officer', 'recordCoOwnerSignature', { ...signature, coOwnerId: 'nobody' }, 'coOwnerUnknown');
    one.does('officer', 'recordCoOwnerSignature', signature);
    expect(one.step).toBe('titleChange');
  });

  it('know-how has no registry: title passes on 2026-05-11 by a handover record that all inventors signed', () => {
    const one = caseAt('titleChange', '2026-03-02 09:00', { mode: 'coOwnership', more: { resultKind: 'technicalSecret' } });
    one.on('2026-05-11 10:00');
    const record = { kind: 'handoverRecord', on: '2026-05-11', document: paper('handover') } as const;
    one.isRefused('officer', 'recordTitleChange', { ...record, kind: 'registry', number: '1' }, 'noRegistry');
    expect(
      one.isRefused('officer', 'recordTitleChange', { ...record, signedBy: ['an', 'bo'] }, 'handoverUnsigned'),
    ).toMatchObject({ clause: 'nm-hei.8g', persons: ['chen'] });
    one.does('officer', 'recordTitleChange', { ...record, signedBy: ['an', 'bo', 'chen'] }).tags();
    expect(one.state.rights[0]?.receipt).toEqual({ kind: 'handoverRecord', on: '2026-05-11' });
  });

  it('a kind that no list names passes by whichever paper there is', () => {
    const more = { resultKind: 'other' as const, otherKindGrounds: { sealed: 's', digest: 'd' } };
    const one = caseAt('titleChange', '2026-03-02 09:00', { mode: 'coOwnership', more });
    one.does('officer', 'recordTitleChange', {
      kind: 'handoverRecord',
      on: one.now.slice(0, 10),
      document: paper('x'),
      signedBy: ['an', 'bo', 'chen'],
    });
    const two = caseAt('titleChange', '2026-03-02 09:00', { mode: 'coOwnership', more });
    expect(two.registers().step).toBe('registration');
  });

  it('a third of 70 % is not a whole number of millionths: the largest remainders get the rest, and all of it is given', () => {
    const team = { an: 33.3333, bo: 33.3333, chen: 33.3334 };
    const one = caseAt('done', '2026-03-02 09:00', { mode: 'coOwnership', team, unitPpm: 300_001 });
    const holders = one.state.rights[0]?.holders ?? [];
    expect(holders.reduce((sum, h) => sum + h.ppm, 0)).toBe(699_999);
    expect(holders.map((h) => h.ppm)).toEqual([233_333, 233_333, 233_333]);
  });
});
