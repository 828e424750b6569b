/** The term of a use right as its agreement promises it: stages, and a protection that ends too early. */
import { describe, expect, it } from '@jest/globals';
import type { Bodies } from '../../../domain/empowerment/index.ts';
import { preview } from '../../../domain/empowerment/preview.ts';
import type { RuleValues } from '../../../domain/rules.ts';
import { computeDeadline } from '../../../domain/time/index.ts';
import { caseAt, type Case } from './case.ts';
import { applicationOf, lacking, rulesOf, World } from './world.ts';

const day = '2026-03-02 09:00';
const startsOn = '2026-07-01';

type Short = RuleValues['empowerment.useRight.shortProtection'];

const at = (step: 'consent' | 'agreement', years = 10, protectedUntil?: string, short: Short = 'termToExpiry'): Case =>
  caseAt(
    step,
    day,
    { mode: 'useRight', years, more: protectedUntil === undefined ? {} : { protectedUntil } },
    { changes: { 'empowerment.useRight.shortProtection': short } },
  );

const stages = (text: string): NonNullable<Bodies['proposeAgreement']['stages']> =>
  text.split('+').map((one) => ({ years: parseInt(one, 10), unconditional: !one.endsWith('?') }));

const grantOf = (one: Case): Case['state']['rights'][number] => {
  one.does('officer', 'grantUseRight', { startsOn });
  const [right] = one.state.rights;
  if (!right) throw new Error('no right');
  return right;
};

describe('a staged grant', () => {
  it.each([
    ['5+5?', 'stageConditional', /ten|10/],
    ['5+4', 'termTooShort', /9 years/],
    ['5+4+1?', 'stageConditional', /Only 9/],
    ['11', 'stagesNotTerm', /11 years/],
    ['5+6', 'stagesNotTerm', /11 years/],
  ])('%s that could end below ten years, or is not the term, is refused: %s', (text, code, words) => {
    const one = at('agreement');
    const refusal = one.isRefused('officer', 'proposeAgreement', one.agreementText({ startsOn, stages: stages(text) }), code);
    expect(refusal.en).toMatch(words);
    if (code !== 'stagesNotTerm') expect(refusal.clause).toBe('nm-hei.8b');
  });

  it.each(['5+5', '10', '10+5?', '4+3+3', '10+5?+5'])('%s promises ten years and gives them', (text) => {
    const one = at('agreement').agrees({ startsOn, stages: stages(text) });
    expect(grantOf(one).lastDay).toBe('2036-07-01');
  });
});

describe('a result that is not protected for the whole term', () => {
  // The right begins on 2026-07-01: ten years end on 2036-07-01.
  it.each([
    ['2036-07-01', '2036-07-01', 'nm-hei.8b'],
    ['2036-06-30', '2036-06-30', 'overlay.9a'],
    ['2036-07-02', '2036-07-01', 'nm-hei.8b'],
    ['2030-12-31', '2030-12-31', 'overlay.9a'],
  ])('protected until %s, the right ends on %s where the overlay cuts it (%s)', (protectedUntil, lastDay, clause) => {
    const one = at('agreement', 10, protectedUntil).agrees({ startsOn });
    expect(grantOf(one).lastDay).toBe(lastDay);
    const term = one.state.term;
    if (!term) throw new Error('no term');
    expect(term).toMatchObject({ lastDay, clause });
    const { startDate: start, bound, n, unit, countsFirstDay } = term;
    expect(computeDeadline({ start, bound, n, unit, countsFirstDay }, one.world.calendar).lastDay).toBe(lastDay);
  });

  it.each([
    ['2036-02-29', 'protectionTooShort'],
    ['2036-03-01', 'protectionTooShort'],
    ['2036-03-02', undefined],
    ['2036-03-03', undefined],
    ['2026-03-04', 'protectionTooShort'],
    ['2026-03-03', 'protectionOver'],
    ['2026-03-02', 'protectionOver'],
  ])('protected until %s, an application of 2026-03-03 is refused where the overlay says so: %s', (protectedUntil, code) => {
    const one = at('consent', 10, protectedUntil, 'refuse').on('2026-03-03 09:00');
    const submission = { representationConfirmed: true } as const;
    if (code === undefined) expect(one.does('an', 'submit', submission).step).toBe('check');
    else expect(one.isRefused('an', 'submit', submission, code).clause).toBe('overlay.9a');
  });

  it('is looked at again by the agreed first day', () => {
    const one = at('agreement', 10, '2036-06-30', 'refuse');
    one.isRefused('officer', 'proposeAgreement', one.agreementText({ startsOn }), 'protectionTooShort');
    one.does('officer', 'proposeAgreement', one.agreementText({ startsOn, countsFirstDay: true }));
    const over = at('agreement', 10, '2026-06-30');
    over.isRefused('officer', 'proposeAgreement', over.agreementText({ startsOn }), 'protectionOver');
  });

  it('asks an institution that says nothing of it to say it, once there is such a case', () => {
    const silent = at('consent', 10, '2030-12-31');
    silent.state = { ...silent.state, rules: lacking(silent.rules, 'empowerment.useRight.shortProtection') };
    silent.isRefused('an', 'submit', { representationConfirmed: true }, 'ruleMissing');
    const long = at('consent', 10, '2046-12-31');
    long.state = { ...long.state, rules: lacking(long.rules, 'empowerment.useRight.shortProtection') };
    expect(long.submits().step).toBe('check');
  });

  it('under older rules, which speak of neither, lasts as it was agreed', () => {
    const one = at('agreement', 10, '2030-12-31');
    one.state = { ...one.state, rules: lacking(one.rules, 'empowerment.useRight.shortProtection') };
    expect(grantOf(one.agrees({ startsOn })).lastDay).toBe('2036-07-01');
  });

  it('is warned of before anything is sent, with what would follow', () => {
    const world = new World();
    const seen = (short: Short) => {
      const rules = rulesOf('hohhot-university', '2026-03-02', { 'empowerment.useRight.shortProtection': short });
      const application = applicationOf({ mode: 'useRight', more: { protectedUntil: '2030-12-31' } });
      const directory = { people: world.people, bodies: world.bodies, relations: [], roles: {} };
      return preview(application, rules, world.calendar, directory, '2026-03-02T01:00:00.000Z');
    };
    const [cut, refused] = [seen('termToExpiry'), seen('refuse')];
    expect(cut.warnings.find(({ code }) => code === 'protectionShorter')?.en).toContain('would end with it');
    expect(cut.fault).toBeUndefined();
    expect(refused.warnings.find(({ code }) => code === 'protectionShorter')?.en).not.toContain('would end with it');
    expect(refused.fault?.code).toBe('protectionTooShort');
  });
});
