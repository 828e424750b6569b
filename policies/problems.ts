/**
 * Why a pack or an overlay is turned away. Every reason has a stable code and the same sentence in Chinese and
 * English; a loader collects all of them before it answers, so that one reading mends one file.
 */

/** One fault: where (JSON pointer), which (stable code), and what to tell people. */
export interface Problem {
  path: string;
  code: ProblemCode;
  zh: string;
  en: string;
}

const sentences = {
  'register.notYaml': ['条款登记表不是有效的 YAML', 'The clause register is not valid YAML'],
  'register.shape': ['条款登记表的格式不对', 'The clause register does not have the right shape'],
  'register.duplicateClause': ['条款编号重复', 'A clause id stands twice'],

  'pack.notYaml': ['政策包不是有效的 YAML', 'The pack is not valid YAML'],
  'pack.shape': ['政策包的格式不对', 'The pack does not have the right shape'],
  'pack.badDate': ['日期不存在', 'There is no such date'],
  'pack.undated': ['现行或已结束的政策包必须写明施行日', 'A pack that is or was in force must say from when'],
  'pack.draftDated': ['征求意见稿没有施行日', 'A draft has no date in force'],
  'pack.endsBeforeStart': ['失效日早于施行日', 'The last day is before the first'],
  'pack.endedWithoutEnd': ['已结束的政策包必须写明最后一日', 'A pack that has ended must name its last day'],
  'pack.unknownKey': ['没有这个规则键', 'There is no such rule key'],
  'pack.badValue': ['规则值不符合该键的格式', 'The value does not fit its key'],
  'pack.citationMissing': ['没有引用依据；无依据不载入', 'The value cites nothing; no citation, no load'],
  'pack.clauseUnknown': ['条款登记表里没有所引条款', 'The register has no such clause'],
  'pack.clauseUnchecked': ['所引条款的原文尚未核对，不得引用', 'The clause was not read in the original and cannot be cited'],
  'pack.clauseElsewhere': ['政策包只能引用本文件的条款', 'A pack cites its own document only'],
  'pack.phraseNotInClause': ['所引词句不在该条款之内', 'The quoted words do not stand in the clause'],
  'pack.valueOutsidePack': ['规则值的起止超出政策包的起止', 'The value is dated outside its pack'],
  'pack.valuesOverlap': ['同一规则键在同一日有两个值', 'Two values of one key begin on the same day'],
  'packs.duplicateId': ['政策包编号和版本重复', 'A pack id and version stand twice'],
  'packs.supersedesUnknown': ['所替代的政策包不存在', 'The pack to be superseded is not there'],
  'packs.datesFixed': ['该政策包的施行日见于原文，不可改动', 'The pack takes its date from the text; it cannot be edited'],

  'overlay.notYaml': ['校内规定不是有效的 YAML', 'The overlay is not valid YAML'],
  'overlay.shape': ['校内规定的格式不对', 'The overlay does not have the right shape'],
  'overlay.badDate': ['日期不存在', 'There is no such date'],
  'overlay.endsBeforeStart': ['失效日早于施行日', 'The last day is before the first'],
  'overlay.otherInstitution': ['校内规定属于另一单位', 'The overlay belongs to another institution'],
  'overlay.sampleUnlabelled': ['示例规定必须写明是示例', 'A sample must say that it is a sample'],
  'overlay.unknownKey': ['没有这个规则键', 'There is no such rule key'],
  'overlay.badValue': ['规则值不符合该键的格式', 'The value does not fit its key'],
  'overlay.duplicateKey': ['同一规则键写了两次', 'A key stands twice'],
  'overlay.citationMissing': [
    '没有引用本单位的条文；无依据不载入',
    "The entry does not cite the unit's own rule; no citation, no load",
  ],
  'overlay.citesElsewhere': [
    '校内规定只能引用本单位的条文（overlay.<条>）',
    "An overlay cites the unit's own rule only (overlay.<n>)",
  ],
  'overlay.laxer': ['比强制性规定宽', 'Laxer than a mandatory rule'],
  'overlay.incomparable': [
    '与强制性规定的单位不同，不能证明不宽于它',
    'Not provably as strict as the mandatory rule: the two are counted differently',
  ],
  'overlay.contradicts': ['与强制性规定不一致', 'Contradicts a mandatory rule'],
  'overlay.readingMissing': [
    '没有文件给出此项，校内规定须写明这是本单位的理解',
    'No document gives this; the entry must state the reading it rests on',
  ],
  'overlay.renewalWindowEmpty': [
    '停止受理延长的时间不得早于或等于可申请的时间',
    'The time to apply for a renewal would end before it begins',
  ],
  'overlay.exclusionsIncomplete': ['五类安全事项都必须询问', 'All five interests must be asked about'],
} as const satisfies Record<string, readonly [string, string]>;

export type ProblemCode = keyof typeof sentences;

/** Every code there is, for the tests that hold one fixture against each. */
export const problemCodes = Object.keys(sentences) as ProblemCode[];

/** A problem with its sentences; `detail` is appended to both and is neutral of language (a key, a clause, a value). */
export function problem(code: ProblemCode, path: string, detail?: string): Problem {
  const [zh, en] = sentences[code];
  return { path, code, zh: detail ? `${zh}：${detail}` : zh, en: detail ? `${en}: ${detail}` : en };
}

/** Thrown where there is nobody to answer with a list: at start, when shipped data is broken. */
export class PolicyError extends Error {
  readonly problems: Problem[];
  constructor(problems: Problem[], where: string) {
    super(`${where}: ${problems.map((one) => `${one.code} ${one.path} ${one.zh} / ${one.en}`).join('; ')}`);
    this.name = 'PolicyError';
    this.problems = problems;
  }
}

/** A parse that either gives the thing or every reason why not. */
export type Parsed<T> = { ok: true; value: T } | { ok: false; problems: Problem[] };
