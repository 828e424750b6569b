/** What is offered to somebody is what they can do: nothing that will be refused in any case, and nothing left out. */
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { actTable, empowerment, openTo, type ActType } from '../../domain/empowerment/index.ts';
import { caseAt, type Case } from '../unit/empowerment/case.ts';
import { bodyFor, people, staff } from '../unit/empowerment/menu.ts';
import { picker, play, seeds, start } from '../unit/empowerment/play.ts';
import { paper, sealed } from '../unit/empowerment/world.ts';

const acts = Object.keys(actTable) as ActType[];
/** Nothing is offered to the system: it acts when time or the platform says so. */
const everybody = [...people, ...staff].filter((who) => who !== 'system');

const isOpen = (one: Case, who: string, type: ActType): boolean =>
  openTo(one.state, one.envelope(one.actor(who), type, undefined as never)) === undefined;

/** Acts open to somebody at the present. */
const openActs = (one: Case, who: string): ActType[] => acts.filter((type) => isOpen(one, who, type));

/** Whether the case takes the act with one of so many bodies. */
function taken(one: Case, who: string, type: ActType, tries: number, seed: number): boolean {
  const pick = picker(seed);
  return Array.from({ length: tries }, () => bodyFor(one, type, pick)).some(
    (body) => !('refusal' in empowerment.decide(one.state, one.envelope(one.actor(who), type, body))),
  );
}

const runs = Number(process.env['FUQUAN_RUNS'] ?? 40);

describe('what is open', () => {
  it('is taken with some body, and what is not open is refused with every body', () => {
    fc.assert(
      fc.property(start, seeds, (from, numbers) => {
        const { one } = play(from, numbers.slice(0, 1 + (Math.abs(numbers[0] ?? 0) % 60)));
        const [seed = 0] = numbers;
        const wrong: string[] = [];
        for (const type of acts)
          for (const who of everybody) {
            const open = isOpen(one, who, type);
            // A body that fits may be rare among those tried; one that fits where nothing is open is a fault at once.
            // Whom a seat can go to is known with the body alone.
            if (open && type === 'reassign') continue;
            if (taken(one, who, type, open ? 400 : 4, seed) !== open)
              wrong.push(`${who} ${type} at ${one.step}: ${open ? 'offered in vain' : 'not offered'}`);
          }
        expect(wrong).toEqual([]);
      }),
      { numRuns: runs, interruptAfterTimeLimit: runs * 400 },
    );
  });

  it('is looked at for most acts there are', () => {
    const offered = new Set<string>();
    const look = fc.property(start, seeds, (from, numbers) => {
      const { one } = play(from, numbers.slice(0, 30));
      for (const type of acts) if (everybody.some((who) => isOpen(one, who, type))) offered.add(type);
    });
    fc.assert(look, { numRuns: 80, seed: 20260302 });
    expect(offered.size).toBeGreaterThan(25);
  });

  it('is what a person has not done already', () => {
    const one = caseAt('consent');
    expect(openActs(one, 'an')).not.toContain('consent');
    const two = caseAt('departmentReview');
    const review = { department: 'research', outcome: 'agree' as const, opinion: sealed('o') };
    expect(openActs(two, 'reviewer-research')).toEqual(['reviewAsDepartment']);
    two.does('reviewer-research', 'reviewAsDepartment', review);
    expect(openActs(two, 'reviewer-research')).toEqual([]);
    expect(openActs(two, 'reviewer-legal')).toEqual([]);
    const three = caseAt('agreement');
    expect(openActs(three, 'bo')).not.toContain('signAgreement');
    three.does('officer', 'proposeAgreement', three.agreementText());
    expect(openActs(three, 'bo')).toContain('signAgreement');
    three.signs('bo');
    expect(openActs(three, 'bo')).not.toContain('signAgreement');
    expect(openActs(three, 'signatory')).toContain('signAgreement');
    expect(openActs(three, 'officer')).not.toContain('recordCoOwnerSignature');
  });

  it('is somebody else’s: a letter’s second person, another objector’s objection, an office over one’s own matter', () => {
    const one = caseAt('publicity');
    const letter = one.letter('2026-03-02 09:00', 'eva');
    expect(openActs(one, 'officer')).not.toContain('confirmPaperObjection');
    expect(openActs(one, 'officer2')).toContain('confirmPaperObjection');
    one.confirms(letter);
    const id = one.objects('ding');
    expect(openActs(one, 'ding')).toEqual(['withdrawObjection']);
    expect(openActs(one, 'fang')).toEqual(['fileObjection']);
    one.admits(id, 'fang');
    expect(openActs(one, 'fang')).toEqual(['fileObjection', 'recuseHandler', 'recordFinding']);
    one.objects('fang');
    expect(openActs(one, 'fang')).not.toContain('recordFinding');
    one.objects('officer2');
    expect(openActs(one, 'officer2')).not.toContain('admitObjection');
    expect(openActs(one, 'officer')).toContain('admitObjection');
  });

  it('waits for a quorum, for a letter that was not heard, and for new law', () => {
    const one = caseAt('groupDecision');
    expect(openActs(one, 'secretary')).toContain('recordDecision');
    expect(openActs(one, 'secretary')).not.toContain('transitionRules');
    for (const n of [1, 2, 3, 4]) one.world.relations.push(['an', `g${n}`]);
    expect(openActs(one, 'secretary')).not.toContain('recordDecision');
    expect(openActs(one, 'administrator')).toEqual(['nameSubstitute', 'hold', 'moveDeadline', 'reassign']);
    // Both substitutes of the group are barred too: nobody is left who could be named.
    one.world.relations.push(['an', 'gs1'], ['an', 'gs2']);
    expect(openActs(one, 'administrator')).toEqual(['hold', 'moveDeadline', 'reassign']);
    const two = caseAt('titleChange');
    expect(openActs(two, 'officer')).toContain('recordTitleChange');
    expect(openActs(two, 'an')).not.toContain('withdraw');
    two.letter('2026-03-03 10:00');
    expect(openActs(two, 'officer')).not.toContain('recordTitleChange');
    const three = caseAt('check');
    three.does('system', 'raisePrevailingRules', { toHash: 'other', keys: ['x'] });
    expect(openActs(three, 'officer')).not.toContain('passCheck');
    expect(openActs(three, 'officer')).toContain('returnForCorrection');
  });

  it('says why it is not open', () => {
    const one = caseAt('consent');
    one.does('an', 'amendApplication', {
      application: {
        ...one.application,
        inventors: one.application.inventors.map((i, at) => ({ ...i, ppm: [400_000, 400_000, 200_000][at] ?? 0 })),
      },
    });
    const why = (who: string, type: ActType) => openTo(one.state, one.envelope(one.actor(who), type, undefined as never))?.code;
    expect(why('an', 'submit')).toBe('consentMissing');
    expect(why('an', 'consent')).toBe('alreadyConsented');
    expect(why('bo', 'submit')).toBe('notYourAct');
    expect(why('officer', 'passCheck')).toBe('wrongStep');
    expect(why('officer', 'recordCoOwnerConsent')).toBe('coOwnerUnknown');
    expect(why('officer', 'recordHeirs')).toBe('shareNotHeld');
    one.dies('bo');
    expect(why('officer', 'recordHeirs')).toBeUndefined();
    one.does('officer', 'recordHeirs', { personId: 'bo', document: paper('h'), heirs: [sealed('h')] });
    expect(why('officer', 'resume')).toBe('notOnHold');
    expect(why('officer', 'moveDeadline')).toBe('deadlineNotFound');
    expect(why('officer', 'recordHeirs')).toBe('shareNotHeld');
  });
});
