import { describe, expect, it } from '@jest/globals';
import { actTable, openTo } from '../../../domain/empowerment/index.ts';
import type { Actor } from '../../../domain/process.ts';
import { applyImport } from '../../../domain/time/index.ts';
import type { Condition } from '../../../domain/rules.ts';
import { caseAt } from './case.ts';
import { sealed, World } from './world.ts';

const day = '2026-03-02 09:00';
const officer = (personId: string, onBehalfOf?: string): Actor => ({
  kind: 'person',
  personId,
  ...(onBehalfOf ? { onBehalfOf } : {}),
  roles: ['member', 'officer', 'signatory'],
  departments: [],
});
const codeOf = (outcome: object): string | undefined => (outcome as { refused?: { code: string } }).refused?.code;

describe('nobody holds an office over a matter of their own', () => {
  const conditions: Condition[] = ['clearTitle', 'clearProspects', 'definiteRecipient', 'strongWill'];

  it('an inventor who is an officer does not pass the check of the own case, nor does a deputy for or by one', () => {
    const one = caseAt('check', day);
    const body = { conditions, secrecyChecked: true as const };
    const [inventor = ''] = one.application.inventors.map((i) => i.personId);
    expect(codeOf(one.perform(officer(inventor), 'passCheck', body))).toBe('ownMatter');
    expect(codeOf(one.perform(officer(inventor, 'officer'), 'passCheck', body))).toBe('ownMatter');
    expect(codeOf(one.perform(officer('officer', inventor), 'passCheck', body))).toBe('ownMatter');
    expect(codeOf(one.perform(officer('officer'), 'passCheck', body))).toBeUndefined();
  });

  it('whatever the act of an office, the table asks for the relations by which kin of an inventor is known', () => {
    const offices = ['officer', 'departmentReviewer', 'secretary', 'administrator', 'supervisor', 'signatory'];
    const held = Object.entries(actTable).filter(([, { roles }]) => roles.some((role) => offices.includes(role)));
    expect(held.filter(([, { needs }]) => !needs.includes('relations')).map(([act]) => act)).toEqual([]);
    const world = new World();
    world.relations = [['kin', 'chen']];
    const one = caseAt('check', day, { mode: 'coOwnership' }, { world });
    expect(codeOf(one.perform(officer('kin'), 'refuseApplication', { grounds: sealed('x') }))).toBe('ownMatter');
    expect(codeOf(one.perform(officer('officer', 'kin'), 'refuseApplication', { grounds: sealed('x') }))).toBe('ownMatter');
    const later = caseAt('agreement', day, { mode: 'coOwnership' }, { world });
    later.does('officer', 'proposeAgreement', later.agreementText());
    expect(codeOf(later.perform(officer('kin'), 'signAgreement', { agreementVersion: 1 }))).toBe('signatoryBarred');
    expect(codeOf(later.perform(officer('signatory'), 'signAgreement', { agreementVersion: 1 }))).toBeUndefined();
  });

  it('an objector who is an officer does not reject or admit objections', () => {
    const one = caseAt('publicity', day);
    const objectionId = one.objects('ding');
    const body = { objectionId, reason: 'noGrounds', explanation: sealed('x') } as const;
    expect(codeOf(one.perform(officer('ding'), 'rejectObjection', body))).toBe('ownMatter');
    expect(codeOf(one.perform(officer('ding'), 'admitObjection', { objectionId, handlers: ['chen2'] }))).toBe('ownMatter');
  });

  it('an inventor signs neither for the unit nor through a deputy, and a deputy who is an inventor does not sign for it', () => {
    const one = caseAt('agreement', day);
    one.does('officer', 'proposeAgreement', one.agreementText());
    const [first = '', second = ''] = one.application.inventors.map((i) => i.personId);
    const body = { agreementVersion: 1 };
    expect(codeOf(one.perform(officer(first, 'signatory'), 'signAgreement', body))).toBe('signatoryBarred');
    expect(codeOf(one.perform(officer('signatory', first), 'signAgreement', body))).toBe('signatoryBarred');
    one.does(second, 'signAgreement', body);
    expect(one.events('agreementSigned')).toMatchObject([{ personId: second, as: 'inventor' }]);
  });

  it('what one is in a case cannot be delegated: no deputy consents for an inventor', () => {
    const one = caseAt('consent', day);
    const [, second = ''] = one.application.inventors.map((i) => i.personId);
    expect(codeOf(one.perform(officer('officer', second), 'declineConsent', { grounds: sealed('x') }))).toBe('notYourAct');
  });
});

/** Two objections, the first with two handlers; kin, deputy and whoever objects may be officers too. */
const handled = (world = new World()) => {
  for (const id of ['kin', 'deputy']) world.people[id] = { status: 'active', departments: [], roles: ['member', 'officer'] };
  const one = caseAt('publicity', day, { mode: 'coOwnership' }, { world });
  const [first, second] = [one.objects('ding'), one.objects('g2')];
  one.does('officer', 'admitObjection', { objectionId: first, handlers: ['fang', 'eva'] });
  one.does('officer', 'admitObjection', { objectionId: second, handlers: ['g1'] });
  return { one, first, second };
};
const replaced = (objectionId: string, personId: string, replacement = 'gs1') => ({
  objectionId,
  personId,
  replacement,
  grounds: sealed('x'),
});

describe('who handles an objection', () => {
  it('is chosen by nobody with an interest, whatever office they or the one they stand for hold', () => {
    const world = new World();
    world.relations = [['kin', 'chen']];
    const { one, first } = handled(world);
    const [inventor = ''] = one.application.inventors.map((i) => i.personId);
    for (const actor of [
      officer(inventor),
      officer('ding'),
      officer('g2'),
      officer('kin'),
      officer('deputy', 'ding'),
      officer('deputy', 'kin'),
      officer('ding', 'officer'),
    ]) {
      expect([actor, codeOf(one.perform(actor, 'recuseHandler', replaced(first, 'fang')))]).toEqual([actor, 'ownMatter']);
      expect([actor, openTo(one.state, one.envelope(actor, 'recuseHandler', replaced(first, 'fang')))?.code]).toEqual([
        actor,
        'ownMatter',
      ]);
    }
    expect(codeOf(one.perform(officer('deputy', 'officer'), 'recuseHandler', replaced(first, 'fang')))).toBeUndefined();
    expect(one.state.objections[0]?.handlers).toEqual(['gs1', 'eva']);
  });

  it('is no other handler’s to say: they step aside for themselves, and then even with an interest', () => {
    const { one, first, second } = handled();
    expect(codeOf(one.tries('fang', 'recuseHandler', replaced(first, 'eva')))).toBe('notYourAct');
    expect(codeOf(one.tries('g1', 'recuseHandler', replaced(first, 'fang')))).toBe('notYourAct');
    expect(codeOf(one.tries('g1', 'recuseHandler', replaced(first, 'g1')))).toBe('notYourAct');
    expect(openTo(one.state, one.envelope(one.actor('g1'), 'recuseHandler', replaced(first, 'g1')))).toBeUndefined();
    one.does('fang', 'recuseHandler', replaced(first, 'fang'));
    one.objects('g1');
    expect(codeOf(one.tries('g1', 'recuseHandler', replaced(first, 'eva')))).toBe('ownMatter');
    one.does('g1', 'recuseHandler', replaced(second, 'g1'));
    expect(one.state.objections.map(({ handlers }) => handlers)).toEqual([['gs1', 'eva'], ['gs1'], []]);
  });
});

describe('a letter needs two people', () => {
  it('and is judged by the window as it is when the second looks: a new calendar may be on its way at the entry', () => {
    const one = caseAt('publicity', day).on('2026-03-17 12:00');
    const receivedAt = '2026-03-18T01:00:00.000Z';
    const words = { name: sealed('n'), contact: sealed('c'), grounds: [sealed('g')], evidence: [] };
    const letter = { noticeId: one.notice().id, ...words, receivedAt, proof: { document: 'letter' } };
    expect(codeOf(one.perform(officer('officer'), 'enterPaperObjection', letter, receivedAt))).toBeUndefined();
    expect(one.state.objections).toMatchObject([{ inTime: false }]);
    const days = { '2026-03-17': { is: 'off' as const, reason: 'x' } };
    one.world.calendar = applyImport(one.world.calendar, { version: 'off', days });
    one.does('system', 'applyCalendar', { calendarVersion: 'off' });
    expect(one.notice().deadline.lastDay).toBe('2026-03-18');
    one.perform(officer('other'), 'confirmPaperObjection', { objectionId: one.state.objections[0]?.id ?? '' });
    expect(one.events('paperObjectionConfirmed')).toMatchObject([{ inTime: true }]);
  });

  it('neither the deputy who entered it, nor the one deputised for, confirms it', () => {
    const one = caseAt('publicity', day);
    const noticeId = one.state.notices[0]?.id ?? '';
    const paper = { document: 'letter' };
    const entry = {
      noticeId,
      name: sealed('n'),
      contact: sealed('c'),
      grounds: [sealed('g')],
      evidence: [],
      receivedAt: one.now,
      proof: paper,
    };
    const entered = one.perform(officer('deputy', 'officer'), 'enterPaperObjection', entry);
    expect(codeOf(entered)).toBeUndefined();
    const objectionId = one.state.objections[0]?.id ?? '';
    expect(codeOf(one.perform(officer('deputy'), 'confirmPaperObjection', { objectionId }))).toBe('secondPersonNeeded');
    expect(codeOf(one.perform(officer('officer'), 'confirmPaperObjection', { objectionId }))).toBe('secondPersonNeeded');
    expect(codeOf(one.perform(officer('other', 'officer'), 'confirmPaperObjection', { objectionId }))).toBe('secondPersonNeeded');
    expect(codeOf(one.perform(officer('other'), 'confirmPaperObjection', { objectionId }))).toBeUndefined();
  });
});
