import { describe, expect, test } from '@jest/globals';
import type { Duration, RuleKey, RuleValues } from '../../domain/rules.ts';
import { loadShippedPacks, validateOverlay, type Institution, type Overlay } from '../../policies/index.ts';
import {
  baotouInstitute,
  baotouUniversity,
  harbinUniversity,
  hohhotUniversity,
  overlayWith,
  pilotUniversity,
  testPack,
} from '../unit/policies/support.ts';

const packs = loadShippedPacks();
const days = (n: number): Duration => ({ bound: 'atLeast', n, unit: 'calendarDay' });
const working = (n: number): Duration => ({ bound: 'atLeast', n, unit: 'workingDay' });
const years = (n: number): Duration => ({ bound: 'atLeast', n, unit: 'year' });
const atMost = (n: number, unit: Duration['unit']): Duration => ({ bound: 'atMost', n, unit });
const share = (percent: number): RuleValues['distribution.rewardShare'] => ({
  bound: 'atLeast',
  percent,
  of: 'netIncomeOrEquity',
});

type Row = [string, Institution, RuleKey, unknown, string | undefined];

function codes(
  institution: Institution,
  key: RuleKey,
  value: unknown,
  rest: Partial<Overlay> & { reading?: string } = {},
): string[] {
  const overlay = overlayWith(institution, { [key]: value }, { reading: '本单位的理解', ...rest });
  return validateOverlay(overlay, institution, packs).errors.map((one) => one.code);
}

describe('what an overlay of 2024-06-01 or later may say, one below, at and above each limit', () => {
  test.each<Row>([
    [
      'co-ownership publicity of 14 days in Hohhot (nm-hei.8e)',
      hohhotUniversity,
      'publicity.coOwnership',
      days(14),
      'overlay.laxer',
    ],
    ['co-ownership publicity of 15 days in Hohhot (nm-hei.8e)', hohhotUniversity, 'publicity.coOwnership', days(15), undefined],
    ['co-ownership publicity of 16 days in Hohhot (nm-hei.8e)', hohhotUniversity, 'publicity.coOwnership', days(16), undefined],
    [
      'co-ownership publicity of 14 working days (nm-hei.8e)',
      hohhotUniversity,
      'publicity.coOwnership',
      working(14),
      'overlay.incomparable',
    ],
    ['co-ownership publicity of 15 working days (nm-hei.8e)', hohhotUniversity, 'publicity.coOwnership', working(15), undefined],
    [
      'co-ownership publicity of 1 month (nm-hei.8e)',
      hohhotUniversity,
      'publicity.coOwnership',
      { bound: 'atLeast', n: 1, unit: 'month' },
      'overlay.incomparable',
    ],
    ['use-right publicity of 14 days in Baotou (nm-hei.8e)', baotouUniversity, 'publicity.useRight', days(14), 'overlay.laxer'],
    [
      'full-ownership publicity of 14 days in Baotou (nm-hei.8e)',
      baotouUniversity,
      'publicity.fullOwnership',
      days(14),
      'overlay.laxer',
    ],
    [
      'full-ownership publicity of 15 days in Baotou (nm-hei.8e)',
      baotouUniversity,
      'publicity.fullOwnership',
      days(15),
      undefined,
    ],
    [
      'price publicity of 14 working days in Hohhot (nm-hei.6d)',
      hohhotUniversity,
      'publicity.price',
      working(14),
      'overlay.laxer',
    ],
    ['price publicity of 15 working days in Hohhot (nm-hei.6d)', hohhotUniversity, 'publicity.price', working(15), undefined],
    ['price publicity of 16 working days in Hohhot (nm-hei.6d)', hohhotUniversity, 'publicity.price', working(16), undefined],
    ['price publicity of 15 calendar days in Hohhot (nm-hei.6d)', hohhotUniversity, 'publicity.price', days(15), 'overlay.laxer'],
    [
      'price publicity of 30 calendar days in Hohhot (nm-hei.6d)',
      hohhotUniversity,
      'publicity.price',
      days(30),
      'overlay.incomparable',
    ],
    ['price publicity of 14 days in Harbin (hlj.g12)', harbinUniversity, 'publicity.price', days(14), 'overlay.laxer'],
    ['price publicity of 15 days in Harbin (hlj.g12)', harbinUniversity, 'publicity.price', days(15), undefined],
    ['price publicity of 16 days in Harbin (hlj.g12)', harbinUniversity, 'publicity.price', days(16), undefined],
    [
      'price publicity of 14 working days in Harbin (hlj.g12)',
      harbinUniversity,
      'publicity.price',
      working(14),
      'overlay.incomparable',
    ],
    [
      'price publicity of 3 days at a Baotou institute, where no document gives a length',
      baotouInstitute,
      'publicity.price',
      days(3),
      undefined,
    ],
    ['a use right of 9 years in Hohhot (nm-hei.8b)', hohhotUniversity, 'empowerment.useRight.term', years(9), 'overlay.laxer'],
    ['a use right of 10 years in Hohhot (nm-hei.8b)', hohhotUniversity, 'empowerment.useRight.term', years(10), undefined],
    ['a use right of 11 years in Hohhot (nm-hei.8b)', hohhotUniversity, 'empowerment.useRight.term', years(11), undefined],
    [
      'a use right of 9 years at a Baotou institute (bt-149.2a)',
      baotouInstitute,
      'empowerment.useRight.term',
      years(9),
      'overlay.laxer',
    ],
    [
      'a use right of 10 years at a Baotou institute (bt-149.2a)',
      baotouInstitute,
      'empowerment.useRight.term',
      years(10),
      undefined,
    ],
    [
      'a use right of 11 years at a Baotou institute (bt-149.2a)',
      baotouInstitute,
      'empowerment.useRight.term',
      years(11),
      undefined,
    ],
    [
      'a use right of 120 months, which a process would read as years',
      hohhotUniversity,
      'empowerment.useRight.term',
      { bound: 'atLeast', n: 120, unit: 'month' },
      'overlay.badValue',
    ],
    ['departure of 2 years (nm-hei.12d)', hohhotUniversity, 'departure.term', atMost(2, 'year'), undefined],
    ['departure of 3 years (nm-hei.12d)', hohhotUniversity, 'departure.term', atMost(3, 'year'), undefined],
    ['departure of 4 years (nm-hei.12d)', hohhotUniversity, 'departure.term', atMost(4, 'year'), 'overlay.laxer'],
    ['departure of 37 months (cn.departure.137)', harbinUniversity, 'departure.term', atMost(37, 'month'), 'overlay.laxer'],
    ['filing within 14 working days (hlj.g10b)', harbinUniversity, 'secret.filing', atMost(14, 'workingDay'), undefined],
    ['filing within 15 working days (hlj.g10b)', harbinUniversity, 'secret.filing', atMost(15, 'workingDay'), undefined],
    ['filing within 16 working days (hlj.g10b)', harbinUniversity, 'secret.filing', atMost(16, 'workingDay'), 'overlay.laxer'],
    ['filing within 15 calendar days (hlj.g10b)', harbinUniversity, 'secret.filing', atMost(15, 'calendarDay'), undefined],
    [
      'filing within 16 calendar days (hlj.g10b)',
      harbinUniversity,
      'secret.filing',
      atMost(16, 'calendarDay'),
      'overlay.incomparable',
    ],
    [
      'a reward of 49 % where the state founded the unit (cn.conversion.45.2)',
      baotouUniversity,
      'distribution.rewardShare',
      share(49),
      'overlay.laxer',
    ],
    [
      'a reward of 50 % where the state founded the unit (cn.conversion.45.2)',
      baotouUniversity,
      'distribution.rewardShare',
      share(50),
      undefined,
    ],
    [
      'a reward of 51 % where the state founded the unit (cn.conversion.45.2)',
      baotouUniversity,
      'distribution.rewardShare',
      share(51),
      undefined,
    ],
    [
      'a reward of 49 % where others founded it: 50 % is but a default',
      { ...baotouUniversity, stateFounded: false },
      'distribution.rewardShare',
      share(49),
      undefined,
    ],
    [
      '4 % of the reward for the office (nm-hei.7b)',
      hohhotUniversity,
      'distribution.officeShareOfReward',
      { bound: 'atLeast', percent: 4, of: 'rewardTotal' },
      'overlay.laxer',
    ],
    [
      '5 % of the reward for the office (nm-hei.7b)',
      hohhotUniversity,
      'distribution.officeShareOfReward',
      { bound: 'atLeast', percent: 5, of: 'rewardTotal' },
      undefined,
    ],
    [
      '4 % of income for the office (bt-149.5)',
      baotouUniversity,
      'distribution.officeShareOfIncome',
      { bound: 'atLeast', percent: 4, of: 'conversionIncome' },
      'overlay.laxer',
    ],
    [
      '89 % of invested surplus (bt-149.9a)',
      baotouUniversity,
      'distribution.surplusShare',
      { bound: 'atLeast', percent: 89, of: 'horizontalSurplus' },
      'overlay.laxer',
    ],
    [
      '90 % of invested surplus (bt-149.9a)',
      baotouUniversity,
      'distribution.surplusShare',
      { bound: 'atLeast', percent: 90, of: 'horizontalSurplus' },
      undefined,
    ],
  ])('%s', (_title, institution, key, value, expected) => {
    const from = institution === harbinUniversity ? '2025-01-01' : '2024-06-01';
    expect(codes(institution, key, value, { from })).toEqual(expected ? [expected] : []);
  });
});

describe('what an overlay may say of other things', () => {
  test.each<Row>([
    [
      'three of the four conditions (nm-hei.8c)',
      hohhotUniversity,
      'empowerment.conditions',
      ['clearTitle', 'clearProspects', 'strongWill'],
      'overlay.laxer',
    ],
    [
      'an agreement without maintenance fees (nm-hei.8f)',
      hohhotUniversity,
      'empowerment.agreement.terms',
      ['incomeSplit', 'decisionMechanism', 'costSharing'],
      'overlay.laxer',
    ],
    [
      'three terms at a Baotou institute, where only the income split is named (bt-149.2a)',
      baotouInstitute,
      'empowerment.agreement.terms',
      ['incomeSplit', 'costSharing'],
      undefined,
    ],
    [
      'a price notice without the summary in Baotou (bt-149.10b)',
      baotouUniversity,
      'publicity.price.contents',
      ['resultName', 'intendedPrice', 'period'],
      'overlay.laxer',
    ],
    [
      'a price notice without the summary in Hohhot',
      hohhotUniversity,
      'publicity.price.contents',
      ['resultName', 'intendedPrice', 'period'],
      undefined,
    ],
    [
      'full ownership in Hohhot, where the text names two other modes',
      hohhotUniversity,
      'empowerment.modes',
      ['coOwnership', 'fullOwnership'],
      'overlay.laxer',
    ],
    ['the use right alone in Hohhot', hohhotUniversity, 'empowerment.modes', ['useRight'], undefined],
    ['full ownership in Baotou (bt-149.1b)', baotouUniversity, 'empowerment.modes', ['fullOwnership'], undefined],
    [
      'all modes in Harbin, as a reading',
      harbinUniversity,
      'empowerment.modes',
      ['coOwnership', 'fullOwnership', 'useRight'],
      undefined,
    ],
    [
      'agreed income in Baotou, where the road is a sale (bt-149.1b)',
      baotouUniversity,
      'empowerment.fullOwnership.road',
      'agreedIncome',
      'overlay.contradicts',
    ],
    ['barring secrets in Baotou (bt-149.12b asks for approval)', baotouUniversity, 'empowerment.secret', 'barred', undefined],
    ['approval instead of a bar in Harbin (hlj.5b)', harbinUniversity, 'empowerment.secret', 'approvalFirst', 'overlay.laxer'],
    [
      'exclusions that do not bar in Harbin (hlj.5b)',
      harbinUniversity,
      'empowerment.exclusions',
      { asked: ['nationalSecurity', 'defenceSecurity', 'publicSecurity', 'economicSecurity', 'socialStability'], bars: false },
      'overlay.laxer',
    ],
    [
      'a team that need not agree (nm-hei.8d)',
      hohhotUniversity,
      'empowerment.teamConsent',
      { unanimous: false },
      'overlay.laxer',
    ],
    [
      'leadership without the leading group (nm-hei.6a)',
      hohhotUniversity,
      'decision.collective',
      { groupFirst: false, leadershipForMajor: true },
      'overlay.laxer',
    ],
    [
      'a leading group without personnel in Harbin (hlj.1)',
      harbinUniversity,
      'decision.group.departments',
      ['techTransfer', 'research', 'finance', 'stateAssets'],
      'overlay.laxer',
    ],
    [
      'a leading group with audit added in Harbin (hlj.1)',
      harbinUniversity,
      'decision.group.departments',
      ['techTransfer', 'research', 'finance', 'personnel', 'stateAssets', 'audit'],
      undefined,
    ],
    ['publicity for everyone instead of the unit alone', hohhotUniversity, 'publicity.audience', 'public', undefined],
  ])('%s', (_title, institution, key, value, expected) => {
    const from = institution === harbinUniversity ? '2025-01-01' : '2024-06-01';
    expect(codes(institution, key, value, { from })).toEqual(expected ? [expected] : []);
  });

  test('all modes in Harbin without a reading are turned away: the text neither names nor bars two of them', () => {
    const overlay = overlayWith(
      harbinUniversity,
      { 'empowerment.modes': ['coOwnership', 'fullOwnership'] },
      { from: '2025-01-01' },
    );
    expect(validateOverlay(overlay, harbinUniversity, packs).errors.map((one) => one.code)).toEqual(['overlay.readingMissing']);
  });

  test("a pilot unit's overlay of 2022 is measured by the pilot too: its approval for secrets cannot be dropped to nothing", () => {
    const lax = {
      asked: ['nationalSecurity', 'defenceSecurity', 'publicSecurity', 'economicSecurity', 'socialStability'],
      bars: false,
    };
    expect(codes(pilotUniversity, 'empowerment.exclusions', lax, { from: '2022-01-01' })).toEqual(['overlay.laxer']);
    expect(codes(pilotUniversity, 'empowerment.exclusions', lax, { from: '2024-01-01' })).toEqual([]);
  });

  test('an overlay of 2024-06-01 is measured by what comes into force later too, and the error names the day', () => {
    const rising = testPack({
      id: 't-region',
      from: '2025-01-01',
      rules: { 'publicity.coOwnership': [{ value: days(20), force: 'mandatory' }] },
    });
    const overlay = overlayWith(hohhotUniversity, { 'publicity.coOwnership': days(15) });
    const { errors } = validateOverlay(overlay, hohhotUniversity, [...packs, rising]);
    expect(errors.map((one) => one.code)).toEqual(['overlay.laxer']);
    expect(errors[0]?.en).toContain('2025-01-01');
  });

  test('what is still missing is listed, with the five subjects not covered and the keys nobody reads yet', () => {
    const report = validateOverlay(overlayWith(hohhotUniversity, {}), hohhotUniversity, packs);
    expect(report.ok).toBe(true);
    expect(report.missing).toEqual(
      expect.arrayContaining([
        'objection.handling',
        'objection.review',
        'decision.majorMatters',
        'empowerment.secret',
        'review.departments',
      ]),
    );
    expect(report.missing).not.toContain('publicity.coOwnership');
    expect(report.notCovered).toEqual([
      'registrationAndFiling',
      'conversion',
      'disposalAndDistribution',
      'organisation',
      'objections',
    ]);
    expect(report.notYetUsed).toContain('distribution.payment');
  });

  test('a price among the major matters asks for its amount', () => {
    const overlay = overlayWith(hohhotUniversity, { 'decision.majorMatters': ['priceAtOrAbove'] });
    expect(validateOverlay(overlay, hohhotUniversity, packs).missing).toContain('decision.majorPriceFen');
    const without = overlayWith(hohhotUniversity, { 'decision.majorMatters': ['relatedParty'] });
    expect(validateOverlay(without, hohhotUniversity, packs).missing).not.toContain('decision.majorPriceFen');
  });
});
