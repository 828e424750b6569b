/** What an application must satisfy: its inner arithmetic when it is sent, the law's conditions when it is submitted. */
import { conditionLabels, exclusionLabels, inWords } from '../../labels.ts';
import type { PersonStatus, Refusal } from '../../process.ts';
import { refuse } from '../../refusal.ts';
import { citing, ruleOf, valueOf, type RuleSnapshot } from '../../rules.ts';
import { LONGEST } from '../../time/index.ts';
import type { Application } from '../acts.ts';

type Fault = { refusal: Refusal } | undefined;

const whole = 1_000_000;

const share = (ppm: number): boolean => Number.isInteger(ppm) && ppm >= 0 && ppm <= whole;

/** Whether a share can be one at all: a whole number of millionths, from none to all. */
export const isShare = share;

/** The inventors' own split is exactly the whole, everybody once, everybody with a part (nm-hei.8d). */
export function splitFault(inventors: Application['inventors'], rules: RuleSnapshot): Fault {
  const at = '/application/inventors';
  if (new Set(inventors.map((i) => i.personId)).size !== inventors.length)
    return refuse('inventorTwice', '同一完成人重复列入。', 'An inventor is listed twice.', { at });
  if (inventors.length === 0 || inventors.some((i) => !share(i.ppm) || i.ppm === 0))
    return refuse('shareInvalid', '每名完成人的内部分配比例应大于零。', 'Every inventor has a share above zero.', {
      at,
      ...citing(rules, 'empowerment.teamConsent'),
    });
  const sum = inventors.reduce((total, i) => total + i.ppm, 0);
  if (sum !== whole)
    return refuse(
      'splitNotWhole',
      `内部分配比例合计为 ${sum / 10_000}%，应恰为 100%。`,
      `The internal split adds up to ${sum / 10_000} %; it must be exactly 100 %.`,
      { at, ...citing(rules, 'empowerment.teamConsent') },
    );
  return undefined;
}

/** Whether the rules open the mode, and the road to it. */
export function modeFault({ mode, road }: Application, rules: RuleSnapshot): Fault {
  const modes = ruleOf(rules, 'empowerment.modes');
  if (!modes.value.includes(mode))
    return refuse('modeNotOpen', '本单位适用的政策未规定该赋权方式。', 'The rules of this institution do not open this mode.', {
      at: '/application/mode',
      clause: modes.cite.clause,
    });
  if (mode !== 'fullOwnership') return undefined;
  const rule = ruleOf(rules, 'empowerment.fullOwnership.road');
  if (road === rule.value) return undefined;
  return refuse('wrongRoad', '全部赋权的路径与本单位适用的政策不符。', 'Full ownership is reached by another road here.', {
    at: '/application/road',
    clause: rule.cite.clause,
  });
}

/**
 * Mode, shares and people hold together; checked whenever an application is sent or amended. A team member whose death
 * the case knows stays in the team, with the share that is held for the heirs.
 */
export function applicationFault(
  application: Application,
  rules: RuleSnapshot,
  people: Record<string, { status: PersonStatus }>,
  deadMembers: readonly string[] = [],
): Fault {
  const { mode, road, inventors, representativeId, unitPpm, incomeUnitPpm, price } = application;
  const closed = modeFault(application, rules);
  if (closed) return closed;
  const modes = ruleOf(rules, 'empowerment.modes');
  const unknown = inventors.findIndex(
    ({ personId }) =>
      !deadMembers.includes(personId) && (people[personId] === undefined || people[personId]?.status === 'deceased'),
  );
  if (unknown >= 0)
    return refuse('inventorUnknown', '该完成人不在人员名册中或已去世。', 'This inventor is not on file, or is deceased.', {
      at: `/application/inventors/${unknown}`,
    });
  const split = splitFault(inventors, rules);
  if (split) return split;
  if (!inventors.some((i) => i.personId === representativeId))
    return refuse('representativeNotInventor', '代表应为完成人之一。', 'The representative must be one of the inventors.', {
      at: '/application/representativeId',
      ...citing(rules, 'empowerment.teamConsent'),
    });
  if (!share(unitPpm) || !share(incomeUnitPpm))
    return refuse('shareInvalid', '比例应在 0 至 100% 之间。', 'Shares lie between 0 and 100 %.', { at: '/application/unitPpm' });
  if (mode === 'coOwnership' && (unitPpm === 0 || unitPpm === whole))
    return refuse(
      'coOwnershipNeedsBoth',
      '共同所有应由单位与完成人均持有份额。',
      'In co-ownership both the unit and the inventors hold a part.',
      { at: '/application/unitPpm', clause: modes.cite.clause },
    );
  if (mode === 'fullOwnership' && unitPpm !== 0)
    return refuse('fullMeansAll', '全部赋权后单位不再保留份额。', 'After full ownership the unit keeps no part.', {
      at: '/application/unitPpm',
      clause: ruleOf(rules, 'empowerment.fullOwnership.road').cite.clause,
    });
  const sale = mode === 'fullOwnership' && road === 'saleOfRetainedShare';
  if (sale && !price)
    return refuse(
      'priceMissing',
      '转让单位留存份额应填写拟交易价格。',
      'The sale of the retained share needs its intended price.',
      { at: '/application/price', ...citing(rules, 'empowerment.fullOwnership.road') },
    );
  if (!sale && price)
    return refuse('priceNotAsked', '该赋权方式没有交易价格。', 'This mode has no price.', { at: '/application/price' });
  if (price && !price.buyerIds.every((id) => inventors.some((i) => i.personId === id)))
    return refuse('buyerNotInventor', '受让人应为成果完成人。', 'The buyers are inventors of the result.', {
      at: '/application/price/buyerIds',
      ...citing(rules, 'empowerment.fullOwnership.road'),
    });
  // Sold to some of them only, no source says what the others' parts become.
  if (price && price.buyerIds.length !== inventors.length)
    return refuse('buyersIncomplete', '受让人应为全体完成人。', 'All inventors together buy the retained share.', {
      at: '/application/price/buyerIds',
      ...citing(rules, 'empowerment.fullOwnership.road'),
    });
  return undefined;
}

/** A bar that no paper cures: the case is refused with the clause, and the record says why. */
export function barOfLaw(
  application: Application,
  rules: RuleSnapshot,
): { code: string; clause: string; zh: string; en: string } | undefined {
  const exclusions = ruleOf(rules, 'empowerment.exclusions');
  const answered = exclusions.value.asked.filter((exclusion) => application.exclusions[exclusion]);
  if (exclusions.value.bars && answered.length > 0) {
    const { zh, en } = inWords(exclusionLabels, answered);
    return {
      code: 'exclusionBars',
      clause: exclusions.cite.clause,
      zh: `可能影响${zh}的成果不纳入赋权范围。`,
      en: `A result that may endanger ${en} is not empowered.`,
    };
  }
  const secret = ruleOf(rules, 'empowerment.secret');
  if (application.secrecy.secret && secret.value === 'barred')
    return {
      code: 'secretBarred',
      clause: secret.cite.clause,
      zh: '涉及国家秘密的职务科技成果不纳入赋权范围。',
      en: 'A result that is a state secret is not empowered.',
    };
  return undefined;
}

/** The clause to name, if a document that binds this institution recalls what the law asks anyway. */
function clauseWhereGiven(rules: RuleSnapshot, key: 'empowerment.exportCheck' | 'empowerment.ethicsCheck'): { clause?: string } {
  const clause = rules.rules[key]?.cite.clause;
  return clause === undefined ? {} : { clause };
}

/** What the team can still put right before it submits. */
export function submissionFault(application: Application, rules: RuleSnapshot): Fault {
  const closed = modeFault(application, rules);
  if (closed) return closed;
  const secret = ruleOf(rules, 'empowerment.secret');
  if (application.secrecy.secret && secret.value === 'approvalFirst' && !application.secrecy.approval)
    return refuse('secrecyApprovalMissing', '涉密成果应先取得审批文件。', 'A secret result needs its approval first.', {
      at: '/application/secrecy/approval',
      clause: secret.cite.clause,
    });
  const kinds = ruleOf(rules, 'empowerment.kinds');
  if (application.resultKind === 'other' ? !application.otherKindGrounds : !kinds.value.includes(application.resultKind))
    return refuse('kindNeedsGrounds', '所列类型之外的成果应说明理由。', 'A kind of result that is not named needs grounds.', {
      at: '/application/otherKindGrounds',
      clause: kinds.cite.clause,
    });
  const conditions = ruleOf(rules, 'empowerment.conditions');
  for (const condition of conditions.value) {
    const answer = application.conditions[condition];
    if (!answer?.affirmed || answer.evidence.length === 0)
      return refuse(
        'conditionUnproven',
        `赋权条件“${conditionLabels[condition].zh}”应予确认并附证明材料。`,
        `The condition "${conditionLabels[condition].en}" must be affirmed with evidence.`,
        { at: `/application/conditions/${condition}`, clause: conditions.cite.clause },
      );
  }
  const unconsented = application.burdens.findIndex((burden) => !burden.consent);
  if (unconsented >= 0)
    return refuse(
      'burdenWithoutConsent',
      '已有许可或质押的，应附相关权利人同意。',
      'An existing licence or pledge needs its holder’s consent.',
      { at: `/application/burdens/${unconsented}/consent` },
    );
  if (application.exportCheck.needed && !application.exportCheck.document)
    return refuse(
      'exportCheckMissing',
      '向境外转化应附技术出口审查文件。',
      'A recipient outside the country needs the export-control check on file.',
      { at: '/application/exportCheck/document', ...clauseWhereGiven(rules, 'empowerment.exportCheck') },
    );
  if (application.ethicsCheck.needed && !application.ethicsCheck.document)
    return refuse('ethicsCheckMissing', '应附科技伦理审查文件。', 'The ethics check must be on file.', {
      at: '/application/ethicsCheck/document',
      ...clauseWhereGiven(rules, 'empowerment.ethicsCheck'),
    });
  return application.mode === 'useRight' ? useRightFault(application, rules) : undefined;
}

/** A use right below the floor is refused; years are whole. */
export function termFault(years: number | undefined, rules: RuleSnapshot, at: string): Fault {
  const term = ruleOf(rules, 'empowerment.useRight.term');
  if (years === undefined || !Number.isInteger(years) || years < term.value.n)
    return refuse(
      'termTooShort',
      `长期使用权期限不得低于 ${term.value.n} 年。`,
      `A use right lasts at least ${term.value.n} years.`,
      { at, clause: term.cite.clause },
    );
  if (years > LONGEST.year)
    return refuse(
      'termTooLong',
      `长期使用权期限最多为 ${LONGEST.year} 年。`,
      `A use right lasts at most ${LONGEST.year} years.`,
      { at },
    );
  return undefined;
}

function useRightFault(application: Application, rules: RuleSnapshot): Fault {
  const short = termFault(application.years, rules, '/application/years');
  if (short) return short;
  if (valueOf(rules, 'empowerment.useRight.plan') && !application.plan)
    return refuse(
      'planMissing',
      '申请长期使用权应提交成果转化实施方案。',
      'A use-right application needs its implementation plan.',
      { at: '/application/plan', clause: ruleOf(rules, 'empowerment.useRight.plan').cite.clause },
    );
  return undefined;
}
