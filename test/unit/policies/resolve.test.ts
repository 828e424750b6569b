import { describe, expect, test } from '@jest/globals';
import type { Duration, RuleValues } from '../../../domain/rules.ts';
import {
  explain,
  loadShippedPacks,
  PinnedSnapshotBroken,
  resolve,
  snapshotHash,
  weigh,
  type Institution,
  type Pack,
} from '../../../policies/index.ts';
import {
  baotouInstitute,
  baotouUniversity,
  clauseOf,
  fixturePacks,
  harbinUniversity,
  hohhotUniversity,
  on,
  overlayWith,
  pilotUniversity,
  testPack,
} from './support.ts';

const packs = loadShippedPacks();
const share = (percent: number): RuleValues['distribution.rewardShare'] => ({
  bound: 'atLeast',
  percent,
  of: 'netIncomeOrEquity',
});
const floor = (n: number, unit: Duration['unit'] = 'calendarDay'): Duration => ({ bound: 'atLeast', n, unit });

/** Modes on 2026-03-01 by the documents alone. */
const modes = (institution: Institution): string[] | undefined => on('2026-03-01', institution).rules['empowerment.modes']?.value;

const force = (institution: Institution, key: 'empowerment.modes' | 'pricing.channels'): string | undefined =>
  on('2026-03-01', institution).rules[key]?.force;

/** Length and clause of co-ownership publicity where the unit says n calendar days beside the pack. */
function withOwn(n: number, pack: Pack): [number | undefined, string | undefined] {
  const overlay = overlayWith(hohhotUniversity, { 'publicity.coOwnership': floor(n) });
  const snapshot = on('2024-06-01', hohhotUniversity, overlay, [pack]);
  return [snapshot.rules['publicity.coOwnership']?.value.n, clauseOf(snapshot, 'publicity.coOwnership')];
}

const region = (value: unknown, binds: 'mandatory' | 'default' = 'mandatory'): Pack =>
  testPack({ id: 't-region', rules: { 'publicity.price': [{ value, force: binds }] } });

const city = (value: unknown, binds: 'mandatory' | 'default' = 'mandatory'): Pack =>
  testPack({ id: 't-city', rules: { 'publicity.price': [{ value, force: binds }] } });

describe('the real documents on 2026-03-01', () => {
  test('a Hohhot university may use co-ownership and the use right, a Baotou one full ownership too, a Harbin one full ownership', () => {
    expect(modes(hohhotUniversity)).toEqual(['coOwnership', 'useRight']);
    expect(modes(baotouUniversity)).toEqual(['coOwnership', 'fullOwnership', 'useRight']);
    expect(modes(baotouInstitute)).toEqual(['coOwnership', 'fullOwnership', 'useRight']);
    expect(modes(harbinUniversity)).toEqual(['fullOwnership']);
  });

  test('what the documents permit is closed in Inner Mongolia and open in Harbin; of price channels the state has the last word', () => {
    expect([force(baotouUniversity, 'empowerment.modes'), force(harbinUniversity, 'empowerment.modes')]).toEqual([
      'mandatory',
      'default',
    ]);
    expect(force(baotouUniversity, 'pricing.channels')).toBe('mandatory');
  });

  test('full ownership is reached by sale in Baotou (bt-149.1b) and by agreed income in Harbin (hlj.5a)', () => {
    expect(on('2026-03-01', baotouInstitute).rules['empowerment.fullOwnership.road']).toMatchObject({
      value: 'saleOfRetainedShare',
      cite: { clause: 'bt-149.1b' },
    });
    expect(on('2026-03-01', harbinUniversity).rules['empowerment.fullOwnership.road']).toMatchObject({
      value: 'agreedIncome',
      cite: { clause: 'hlj.5a' },
    });
    expect(on('2026-03-01', hohhotUniversity).rules['empowerment.fullOwnership.road']).toBeUndefined();
  });

  test('a Baotou university has 80 % as default, cited from bt-149.8a, with the 50 % of the state standing under it', () => {
    const rule = on('2026-03-01', baotouUniversity).rules['distribution.rewardShare'];
    expect(rule).toMatchObject({ value: share(80), force: 'default', cite: { clause: 'bt-149.8a' } });
    expect(rule?.under?.map((one) => [one.value.percent, one.cite.clause])).toEqual([[50, 'cn.conversion.45.2']]);
  });

  test('the office has two floors on two bases in Baotou (nm-hei.7b, bt-149.5), and neither displaces the other', () => {
    const { rules } = on('2026-03-01', baotouUniversity);
    expect(rules['distribution.officeShareOfReward']?.cite.clause).toBe('nm-hei.7b');
    expect(rules['distribution.officeShareOfIncome']?.cite.clause).toBe('bt-149.5');
  });

  test('on 2022-03-01 the pilot university publicises a price for 15 working days: the region has the stricter of two floors', () => {
    const rule = on('2022-03-01', pilotUniversity).rules['publicity.price'];
    expect(rule).toMatchObject({ value: floor(15, 'workingDay'), cite: { clause: 'nm-hei.6d' } });
    expect(rule?.under?.map((one) => one.cite.clause)).toEqual(['nm-pilot.3.7b']);
  });

  test("on 2022-03-01 a chief leader's equity follows the pilot, the pack that names the unit, and on 2024-01-01 the region again", () => {
    expect(on('2022-03-01', pilotUniversity).rules['leader.chiefEquity']).toMatchObject({
      value: 'withApproval',
      cite: { clause: 'nm-pilot.3.3b' },
    });
    expect(on('2024-01-01', pilotUniversity).rules['leader.chiefEquity']).toMatchObject({
      value: 'exception',
      cite: { clause: 'nm-hei.7e' },
    });
  });

  test('no value anywhere cites an unchecked row, whatever the unit and the day', () => {
    for (const institution of [hohhotUniversity, baotouUniversity, baotouInstitute, harbinUniversity, pilotUniversity]) {
      for (const day of ['2016-01-01', '2022-01-01', '2026-03-01', '2031-01-01']) {
        expect(JSON.stringify(on(day, institution))).not.toMatch(/cn\.(pricing|reward|tax|equity)\./);
      }
    }
  });
});

describe('defaults, mandatory values and the unit', () => {
  const mandatory = testPack({
    id: 't-region',
    rules: {
      'publicity.coOwnership': [{ value: floor(15), force: 'mandatory' }],
      'distribution.rewardShare': [{ value: share(70), force: 'default' }],
    },
  });

  test("the unit's 60 % displaces a default of 70 %, and explain says so", () => {
    const overlay = overlayWith(baotouUniversity, { 'distribution.rewardShare': share(60) }, { force: 'default' });
    const { rule, candidates } = weigh('distribution.rewardShare', {
      institution: baotouUniversity,
      on: '2024-06-01',
      packs: [mandatory],
      overlay,
    });
    expect(rule).toMatchObject({
      value: share(60),
      force: 'default',
      cite: { clause: 'overlay.1' },
      source: { rank: 'institution' },
    });
    expect(candidates.map((one) => [one.pack, one.outcome])).toEqual([
      ['t-region', 'displaced'],
      ['overlay', 'won'],
    ]);
  });

  test("the unit's 14 days never displace a mandatory 15, even where nobody validated the overlay; its 16 do", () => {
    expect(withOwn(14, mandatory)).toEqual([15, 't-region.1']);
    expect(withOwn(15, mandatory)).toEqual([15, 'overlay.1']);
    expect(withOwn(16, mandatory)).toEqual([16, 'overlay.1']);
  });

  test('a laxer unit rule that gives way is shown with that reason (hlj.g16)', () => {
    const overlay = overlayWith(hohhotUniversity, { 'publicity.coOwnership': floor(14) });
    const key = explain({ institution: hohhotUniversity, on: '2024-06-01', packs: [mandatory], overlay }).keys.find(
      (one) => one.key === 'publicity.coOwnership',
    );
    expect(key?.candidates.map((one) => [one.pack, one.outcome, one.by])).toEqual([
      ['t-region', 'won', undefined],
      ['overlay', 'laxerThanLaw', 't-region.1'],
    ]);
  });

  test('a mandatory 50 % stands under a default of 80 % and under a unit rule of 60 %', () => {
    const state = testPack({ id: 't-state', rules: { 'distribution.rewardShare': [{ value: share(50), force: 'mandatory' }] } });
    const overlay = overlayWith(baotouUniversity, { 'distribution.rewardShare': share(60) });
    const rule = on('2024-06-01', baotouUniversity, overlay, [state, mandatory]).rules['distribution.rewardShare'];
    expect([rule?.value.percent, rule?.under?.map((one) => one.value.percent)]).toEqual([60, [50]]);
  });

  test('a mandatory 90 % beats a default of 70 %, whatever their ranks', () => {
    const state = testPack({ id: 't-state', rules: { 'distribution.rewardShare': [{ value: share(90), force: 'mandatory' }] } });
    expect(clauseOf(on('2024-06-01', baotouUniversity, undefined, [state, mandatory]), 'distribution.rewardShare')).toBe(
      't-state.1',
    );
  });

  test("another institution's overlay is not looked at", () => {
    const overlay = overlayWith(hohhotUniversity, { 'publicity.coOwnership': floor(30) });
    expect(on('2024-06-01', baotouUniversity, overlay, [mandatory]).rules['publicity.coOwnership']?.value.n).toBe(15);
  });
});

describe('between documents', () => {
  test('of two mandatory floors the longer satisfies both, whichever rank it has', () => {
    expect(clauseOf(on('2024-06-01', baotouUniversity, undefined, [region(floor(20)), city(floor(15))]), 'publicity.price')).toBe(
      't-region.1',
    );
    expect(clauseOf(on('2024-06-01', baotouUniversity, undefined, [region(floor(15)), city(floor(20))]), 'publicity.price')).toBe(
      't-city.1',
    );
  });

  test('of two equal floors the closer document is cited, and the other stands under it', () => {
    const rule = on('2024-06-01', baotouUniversity, undefined, [region(floor(15)), city(floor(15))]).rules['publicity.price'];
    expect([rule?.cite.clause, rule?.under?.map((one) => one.cite.clause)]).toEqual(['t-city.1', ['t-region.1']]);
  });

  test('14 working days and 15 calendar days, both mandatory, give no value but a conflict', () => {
    const snapshot = on('2024-06-01', baotouUniversity, undefined, [region(floor(15)), city(floor(14, 'workingDay'))]);
    expect(snapshot.rules['publicity.price']).toBeUndefined();
    expect(snapshot.gaps?.['publicity.price']).toBe('conflict');
  });

  test('of two defaults that are not bounds the closer in rank applies', () => {
    const far = testPack({ id: 't-region', rules: { 'distribution.ratioDate': [{ value: 'contract', force: 'default' }] } });
    const near = testPack({ id: 't-city', rules: { 'distribution.ratioDate': [{ value: 'receipt', force: 'default' }] } });
    expect(on('2024-06-01', baotouUniversity, undefined, [far, near]).rules['distribution.ratioDate']?.value).toBe('receipt');
  });

  test('a draft informs and never binds: it changes no hash, and explain shows what it would say', () => {
    const draft = testPack({
      id: 't-region-new',
      status: 'draft',
      rules: { 'publicity.price': [{ value: floor(30), force: 'mandatory' }] },
    });
    const [plain, shown] = [[region(floor(15))], [region(floor(15)), draft]];
    expect(on('2024-06-01', baotouUniversity, undefined, shown).hash).toBe(
      on('2024-06-01', baotouUniversity, undefined, plain).hash,
    );
    const key = explain({ institution: baotouUniversity, on: '2024-06-01', packs: shown }).keys.find(
      (one) => one.key === 'publicity.price',
    );
    expect(key?.candidates.map((one) => [one.pack, one.value && (one.value as Duration).n, one.outcome])).toEqual([
      ['t-region', 15, 'won'],
      ['t-region-new', 30, 'draft'],
    ]);
  });

  test('从高从新不重复: of two measures of one city the 80 % of 2024 beat the 60 % of 2025 from the day that the newer says so', () => {
    const family = fixturePacks('oneFamily.yaml');
    const rule = (day: string): [number | undefined, string | undefined] => {
      const found = on(day, baotouUniversity, undefined, family).rules['distribution.rewardShare'];
      return [found?.value.percent, found?.cite.clause];
    };
    expect(rule('2024-12-31')).toEqual([80, 't-city.1']);
    expect(rule('2025-01-01')).toEqual([80, 't-city.1']);
    const { candidates } = weigh('distribution.rewardShare', { institution: baotouUniversity, on: '2025-01-01', packs: family });
    expect(candidates.find((one) => one.pack === 't-city-new')).toMatchObject({ outcome: 'notRepeated', by: 't-city-new.2' });
  });

  test('从高从新不重复 reaches no document outside its family: the 70 % of the region are weighed as ever', () => {
    const regional = testPack({
      id: 't-region',
      rules: { 'distribution.rewardShare': [{ value: share(85), force: 'default' }] },
    });
    const [measure] = fixturePacks('oneFamily.yaml').filter((one) => one.id === 't-city-new');
    const packsHere = [{ ...(measure as Pack), from: '2024-01-01' }, regional];
    const { rule, candidates } = weigh('distribution.rewardShare', {
      institution: baotouUniversity,
      on: '2025-06-01',
      packs: packsHere,
    });
    expect(rule?.value.percent).toBe(85);
    expect(candidates.map((one) => one.outcome)).toEqual(['lessStrict', 'won']);
  });

  test('从高从新不重复 lets a default of 90 % apply without pushing a mandatory 50 % of the same family aside', () => {
    const floorOf50 = testPack({
      id: 't-city',
      family: 't-city',
      rules: { 'distribution.rewardShare': [{ value: share(50), force: 'mandatory' }] },
    });
    const defaultOf90 = testPack({
      id: 't-city-new',
      family: 't-city',
      notRepeatedWithin: { family: 't-city', cite: { clause: 't-city-new.2', phrase: '应当如何' } },
      rules: { 'distribution.rewardShare': [{ value: share(90), force: 'default' }] },
    });
    const rule = on('2026-03-01', baotouUniversity, undefined, [floorOf50, defaultOf90]).rules['distribution.rewardShare'];
    expect([rule?.value.percent, rule?.under?.map((one) => one.value.percent)]).toEqual([90, [50]]);
  });

  test('a default list and a mandatory one hold together, and both clauses are cited', () => {
    const must = testPack({
      id: 't-state',
      rules: { 'publicity.price.contents': [{ value: ['resultName'], force: 'mandatory' }] },
    });
    const may = testPack({ id: 't-city', rules: { 'publicity.price.contents': [{ value: ['summary'], force: 'default' }] } });
    const rule = on('2026-03-01', baotouUniversity, undefined, [must, may]).rules['publicity.price.contents'];
    expect(rule).toMatchObject({
      value: ['resultName', 'summary'],
      force: 'mandatory',
      cite: { clause: 't-state.1' },
      also: [{ clause: 't-city.1' }],
    });
  });

  test('a document superseded on 2026-06-01 counts on 2026-05-31 and no more on the day', () => {
    const equal = fixturePacks('equalRank.yaml');
    expect(on('2026-05-31', baotouUniversity, undefined, equal).rules['distribution.rewardShare']?.value.percent).toBe(80);
    expect(on('2026-06-01', baotouUniversity, undefined, equal).rules['distribution.rewardShare']?.value.percent).toBe(90);
  });

  test('a key that the newer document leaves out is repealed, and units that it does not cover keep the old one', () => {
    const old = testPack({ id: 't-city', rules: { 'publicity.price': [{ value: floor(15), force: 'mandatory' }] } });
    const scope = { kinds: ['university' as const], places: ['150200'] };
    const newer = testPack({ id: 't-city-new', from: '2026-06-01', scope, supersedes: ['t-city'], rules: {} });
    const at = (institution: Institution) => on('2026-06-01', institution, undefined, [old, newer]);
    expect(at(baotouUniversity).gaps?.['publicity.price']).toBe('repealed');
    expect(clauseOf(at(hohhotUniversity), 'publicity.price')).toBe('t-city.1');
  });

  test('a city that yields gives way to a later rule of the region even where that is lower, and not to an earlier one', () => {
    const [old] = fixturePacks('higherRank.yaml') as [Pack];
    const at = (from: string): [number | undefined, string | undefined] => {
      const later = testPack({
        id: 't-region-new',
        from,
        rules: { 'distribution.rewardShare': [{ value: share(60), force: 'default' }] },
      });
      const rule = on('2026-06-01', baotouUniversity, undefined, [old, later]).rules['distribution.rewardShare'];
      return [rule?.value.percent, rule?.prevailsOver?.[0]?.cite.clause];
    };
    expect(at('2023-01-01')).toEqual([80, undefined]);
    expect(at('2024-01-01')).toEqual([80, undefined]);
    expect(at('2024-01-02')).toEqual([60, 't-city.2']);
  });
});

describe('the snapshot', () => {
  const input = { institution: baotouUniversity, on: '2026-03-01', packs };

  test('its hash covers everything else: the same input gives the same, another day, unit or overlay another', () => {
    const first = resolve(input);
    expect(first.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(first.hash).toBe(snapshotHash(first));
    expect(resolve({ ...input, packs: [...packs].toReversed() }).hash).toBe(first.hash);
    const others = [
      resolve({ ...input, on: '2026-03-02' }),
      resolve({ ...input, institution: { ...baotouUniversity, id: 'other' } }),
      resolve({ ...input, overlay: overlayWith(baotouUniversity, { 'publicity.gapLengthens': true }) }),
    ];
    expect(new Set([first.hash, ...others.map((one) => one.hash)]).size).toBe(4);
  });

  test('it survives JSON unchanged, as a workflow carries it', () => {
    const first = resolve(input);
    expect(JSON.parse(JSON.stringify(first))).toEqual(first);
  });

  test('a case pinned on 2026-03-01 stands on its snapshot in 2031, and explain tells what is different', () => {
    const pinned = resolve({ ...input, institution: harbinUniversity });
    expect(resolve({ institution: harbinUniversity, on: '2031-01-01', packs, pinned })).toBe(pinned);
    const { sincePinned } = explain({ institution: harbinUniversity, on: '2031-01-01', packs, pinned });
    expect(sincePinned).toMatchObject({ same: false, prevails: false });
  });

  test('a pinned snapshot that was altered, or is of another unit, is refused', () => {
    const pinned = resolve(input);
    expect(() => resolve({ ...input, pinned: { ...pinned, on: '2026-03-02' } })).toThrow(PinnedSnapshotBroken);
    expect(() => resolve({ ...input, institution: hohhotUniversity, pinned })).toThrow(PinnedSnapshotBroken);
  });
});
