import { describe, expect, it } from '@jest/globals';
import { templates } from '../../../domain/empowerment/index.ts';
import { Case, caseAt } from './case.ts';
import { sealed } from './world.ts';

const day = '2026-03-02 09:00';
/** Everything that people who only apply were told, as text. */
const toApplicants = (one: Case): string =>
  JSON.stringify(one.told.filter(({ to }) => 'personId' in to && ['an', 'bo', 'chen'].includes(to.personId)));

describe('who is told what', () => {
  it('applicants never get anything by which the objector is known: no name, no contact, no ground, no id', () => {
    const one = caseAt('publicity', day);
    const id = one.objects('ding', 2);
    const letter = one.letter('2026-03-02 09:00', 'eva');
    one.confirms(letter).admits(id).admits(letter, 'g1').finds(letter, [false]).finds(id, [true, false]);
    one.does('ding', 'requestReview', { objectionId: id, grounds: sealed('words of ding') });
    one.does('officer', 'recordReview', {
      objectionId: id,
      body: 'academicCommittee',
      confirmed: true,
      consequence: 'none',
      reasons: sealed('r'),
      document: { document: 'd' },
    });
    one.on('2026-03-27 09:00');
    expect(one.step).toBe('amendment');
    const text = toApplicants(one);
    for (const secret of ['"ding"', 'of ding', '"eva"', 'contact', 'ground', id, letter, 'reply', 'fang', '"g1"'])
      expect(text).not.toContain(secret);
    expect(text).toContain('objectionOutcome');
  });

  it('the objector is told of receipt, admission, reply and review; the supervisors of what came late', () => {
    const one = caseAt('publicity', day);
    const id = one.objects('ding');
    one
      .admits(id)
      .finds(id, [false])
      .does('ding', 'requestReview', { objectionId: id, grounds: sealed('g') });
    one.does('officer', 'recordReview', {
      objectionId: id,
      body: 'academicCommittee',
      confirmed: true,
      consequence: 'none',
      reasons: sealed('r'),
      document: { document: 'd' },
    });
    const told = one.told.filter(({ to }) => 'personId' in to && to.personId === 'ding').map((m) => m.template);
    expect(told).toEqual(['objectionReceipt', 'objectionAdmitted', 'objectionReply', 'reviewReply']);
    one.windowsClose().objects('eva');
    expect(one.told.at(-1)).toMatchObject({ template: 'objectionLate', to: { role: 'supervisor' } });
  });

  it('the writer of a letter is sent a receipt once it is confirmed, in time or late, if they have an account', () => {
    const one = caseAt('publicity', day);
    const entered = one.told.length;
    const [letter, nobodys] = [one.letter('2026-03-02 09:00', 'eva'), one.letter('2026-03-02 09:00')];
    expect(one.told.slice(entered).map(({ template }) => template)).toEqual(['objectionToConfirm', 'objectionToConfirm']);
    const receipts = (from: number) =>
      one.told.slice(from).map(({ template, to, values }) => ({ template, to, in: values['inTime'] }));
    const confirmed = one.told.length;
    one.confirms(letter).confirms(nobodys);
    const office = { template: 'objectionReceived', to: { role: 'officer' }, in: undefined };
    expect(receipts(confirmed)).toEqual([{ template: 'objectionReceipt', to: { personId: 'eva' }, in: 1 }, office, office]);
    expect(one.told[confirmed]?.values['receivedAt']).toBe(one.state.objections[0]?.receivedAt);
    one.does('officer', 'rejectObjection', { objectionId: letter, reason: 'noGrounds', explanation: sealed('x') });
    one.does('officer', 'rejectObjection', { objectionId: nobodys, reason: 'noGrounds', explanation: sealed('x') });
    const late = one.windowsClose().letter(one.now.slice(0, 10) + ' 00:00', 'gu');
    const closed = one.told.length;
    one.confirms(late);
    expect(receipts(closed)).toEqual([
      { template: 'objectionReceipt', to: { personId: 'gu' }, in: 0 },
      { template: 'objectionLate', to: { role: 'supervisor' }, in: undefined },
    ]);
  });

  it('a dead representative is not written to, though the case does not have another yet', () => {
    const one = caseAt('check', day).dies('an');
    const before = one.told.length;
    one.does('officer', 'returnForCorrection', { items: [{ at: '/x', text: sealed('x') }] });
    expect(one.told.slice(before)).toEqual([]);
  });

  it('departments are asked each for itself', () => {
    const asked = caseAt('departmentReview', day).told.filter((m) => m.template === 'departmentAsked');
    expect(asked.map((m) => m.to)).toEqual([
      { role: 'departmentReviewer', department: 'research' },
      { role: 'departmentReviewer', department: 'stateAssets' },
    ]);
  });

  it('values are codes, dates, numbers and sealed refs; every template is one of the list', () => {
    const one = caseAt('done', day);
    for (const { template, values } of one.told) {
      expect(templates).toContain(template);
      for (const value of Object.values(values)) expect(['string', 'number', 'object']).toContain(typeof value);
    }
    const used = new Set(one.told.map((m) => m.template));
    expect([...used]).toEqual(
      expect.arrayContaining([
        'consentAsked',
        'submitted',
        'decisionAsked',
        'decided',
        'noticePublished',
        'windowClosed',
        'agreementToSign',
        'rightRecorded',
        'caseDone',
      ]),
    );
  });
});
