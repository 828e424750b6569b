/** What codes are called, in Chinese and English: for the API's answers, notices and previews. Codes stay codes elsewhere. */
import type {
  Bound,
  Duration,
  Force,
  FullOwnershipRoad,
  MajorMatter,
  Mode,
  NoticeKind,
  PricingChannel,
  Rank,
  RenewalCondition,
  ResultKind,
  RuleKey,
} from '../domain/rules.ts';
import { unitLabels, type Label } from '../domain/labels.ts';
import type { ClauseKind } from './register.ts';
import type { InstitutionKind } from './schema.ts';
import type { CoveredSubject } from './values.ts';

const label = (zh: string, en: string): Label => ({ zh, en });

export const modeLabels: Record<Mode, Label> = {
  coOwnership: label('共同所有', 'co-ownership'),
  fullOwnership: label('全部赋权', 'full ownership'),
  useRight: label('长期使用权', 'long-term use right'),
};

export const roadLabels: Record<FullOwnershipRoad, Label> = {
  agreedIncome: label('约定收益+全部赋权', 'income agreed first, then the whole title'),
  saleOfRetainedShare: label('转让单位留存份额', "sale of the unit's retained share"),
};

export const resultKindLabels: Record<ResultKind, Label> = {
  patent: label('专利权', 'patent'),
  softwareCopyright: label('计算机软件著作权', 'software copyright'),
  circuitLayout: label('集成电路布图设计专有权', 'circuit layout design'),
  plantOrAnimalVariety: label('动植物新品种权', 'plant or animal variety'),
  biomedicalVariety: label('生物医药新品种', 'biomedical variety'),
  veterinaryMedicine: label('中蒙兽药权', 'veterinary medicine'),
  animalVaccine: label('动物疫苗权', 'animal vaccine'),
  technicalSecret: label('技术秘密', 'technical secret'),
  other: label('其他', 'other'),
};

export const noticeKindLabels: Record<NoticeKind, Label> = {
  empowerment: label('赋权公示', 'notice of empowerment'),
  price: label('拟交易价格公示', 'notice of intended price'),
  renewal: label('长期使用权延长公示', 'notice of a renewal'),
};

export const majorMatterLabels: Record<MajorMatter, Label> = {
  fullOwnership: label('全部赋权', 'full ownership'),
  coOwnership: label('共同所有', 'co-ownership'),
  useRight: label('长期使用权', 'use right'),
  priceAtOrAbove: label('拟交易价格达到数额', 'price at or above an amount'),
  relatedParty: label('涉及关联方', 'a related party'),
  secret: label('涉密', 'a secret result'),
  exclusionAnswered: label('安全事项作肯定答复', 'a security question answered with yes'),
};

/** Documents by the id of their pack; the full titles in print. */
export const documentLabels: Readonly<Record<string, Label>> = {
  'nm-hei': label('关于加强内蒙古自治区高等学校科技成果转化的实施意见', 'Inner Mongolia: opinions on conversion in universities'),
  'bt-149': label('关于进一步强化科技成果转化激励若干措施（包府办发〔2023〕149号）', 'Baotou: measures to encourage conversion'),
  'nm-pilot': label(
    '内蒙古自治区赋予科研人员职务科技成果所有权或长期使用权试点工作方案',
    'Inner Mongolia: pilot of ownership and use rights',
  ),
  'nm-tts': label('内蒙古自治区技术转移体系建设方案（征求意见稿）', 'Inner Mongolia: technology transfer system (draft)'),
  hlj: label(
    '黑龙江省高校院所科技成果转化体制机制改革攻坚方案',
    'Heilongjiang: reform of conversion in universities and institutes',
  ),
  cn: label('国家法律与政策', 'national law and policy'),
  overlay: label('校内规定', "the unit's own rules"),
};

/** Subjects a unit's rules must cover (nm-hei.6b). */
export const coveredSubjectLabels: Record<CoveredSubject, Label> = {
  registrationAndFiling: label('登记备案', 'registration and filing'),
  conversion: label('转化实施', 'conversion'),
  disposalAndDistribution: label('处置分配', 'disposal and distribution'),
  organisation: label('组织保障', 'organisation'),
  objections: label('异议处理', 'objections'),
};

export const pricingChannelLabels: Record<PricingChannel, Label> = {
  negotiation: label('协议定价', 'negotiation'),
  listing: label('挂牌交易', 'listing on an exchange'),
  auction: label('拍卖', 'auction'),
};

export const renewalConditionLabels: Record<RenewalCondition, Label> = {
  agreementKept: label('履行协议', 'agreement kept'),
  progressMade: label('转化取得积极进展', 'progress made'),
  incomeGood: label('收益情况良好', 'good income'),
};

export const institutionKindLabels: Record<InstitutionKind, Label> = {
  university: label('高等学校', 'university'),
  institute: label('科研院所', 'research institute'),
  stateEnterprise: label('国有企业', 'state enterprise'),
  publicInstitution: label('事业单位', 'public institution'),
};

/** Places by GB/T 2260 code, as far as shipped packs and samples name them. */
export const placeLabels: Readonly<Record<string, Label>> = {
  '150000': label('内蒙古自治区', 'Inner Mongolia'),
  '150100': label('呼和浩特市', 'Hohhot'),
  '150200': label('包头市', 'Baotou'),
  '230000': label('黑龙江省', 'Heilongjiang'),
  '230100': label('哈尔滨市', 'Harbin'),
};

export const clauseKindLabels: Record<ClauseKind, Label> = {
  limit: label('限额', 'limit'),
  step: label('环节', 'step'),
  guard: label('条件', 'guard'),
  report: label('报告', 'report'),
  note: label('说明', 'note'),
};

export const rankLabels: Record<Rank, Label> = {
  state: label('国家', 'state'),
  region: label('省、自治区', 'region'),
  city: label('市', 'city'),
  institution: label('单位', 'institution'),
};

export const forceLabels: Record<Force, Label> = {
  mandatory: label('强制性', 'mandatory'),
  default: label('默认（可由合同或单位规定替代）', 'default (a contract or unit rule may displace it)'),
};

export const boundLabels: Record<Bound, Label> = {
  atLeast: label('不少于', 'at least'),
  atMost: label('不超过', 'at most'),
};

/** A length in words: 不少于15日, at least 15 calendar days. */
export function durationLabel({ bound, n, unit }: Duration): Label {
  const en = n === 1 ? unitLabels[unit].en.replace(/s$/, '') : unitLabels[unit].en;
  return label(`${boundLabels[bound].zh}${n}${unitLabels[unit].zh}`, `${boundLabels[bound].en} ${n} ${en}`);
}

export const ruleKeyLabels: Record<RuleKey, Label> = {
  'empowerment.modes': label('可用的赋权方式', 'modes of empowerment'),
  'empowerment.fullOwnership.road': label('全部赋权的途径', 'road to full ownership'),
  'empowerment.exclusions': label('不纳入赋权的情形', 'exclusions'),
  'empowerment.secret': label('涉密成果的处理', 'what a state secret does'),
  'empowerment.kinds': label('成果类型', 'kinds of result'),
  'empowerment.conditions': label('赋权条件', 'conditions'),
  'empowerment.exportCheck': label('技术出口审查', 'export check'),
  'empowerment.ethicsCheck': label('科技伦理审查', 'ethics check'),
  'empowerment.teamConsent': label('团队协商一致', 'consent of the team'),
  'empowerment.coOwnership.writtenAgreement': label('共同所有的书面协议', 'written agreement for co-ownership'),
  'empowerment.useRight.plan': label('转化实施方案', 'implementation plan'),
  'empowerment.useRight.term': label('长期使用权期限', 'term of the use right'),
  'empowerment.useRight.survivesLeaving': label('人员变动不影响使用权', 'use right survives leaving'),
  'empowerment.useRight.shortProtection': label('保护期短于使用权期限的处理', 'protection shorter than the term'),
  'empowerment.agreement.terms': label('协议必备条款', 'terms of the agreement'),
  'empowerment.titleChange': label('权属变更', 'title change'),
  'empowerment.titleChange.reminderDays': label('权属变更提醒', 'reminders of title change'),
  'publicity.coOwnership': label('共同所有公示期', 'publicity of co-ownership'),
  'publicity.fullOwnership': label('全部赋权公示期', 'publicity of full ownership'),
  'publicity.useRight': label('长期使用权公示期', 'publicity of a use right'),
  'publicity.price': label('拟交易价格公示期', 'publicity of an intended price'),
  'publicity.empowerment.contents': label('赋权公示内容', 'contents of an empowerment notice'),
  'publicity.price.contents': label('价格公示内容', 'contents of a price notice'),
  'publicity.order': label('审批与公示的先后', 'order of approval and publicity'),
  'publicity.audience': label('公示范围', 'audience of publicity'),
  'publicity.gapLengthens': label('公示中断顺延', 'interruptions lengthen the window'),
  'decision.group.departments': label('领导小组成员部门', 'departments in the leading group'),
  'decision.group.quorum': label('领导小组法定人数', 'quorum of the leading group'),
  'decision.majority': label('表决通过比例', 'majority'),
  'decision.leadership.form': label('领导班子决策形式', 'form of the leadership'),
  'decision.leadership.quorum': label('领导班子法定人数', 'quorum of the leadership'),
  'decision.collective': label('重大事项集体决策', 'collective decision'),
  'decision.majorMatters': label('重大事项清单', 'major matters'),
  'decision.majorPriceFen': label('重大事项金额（分）', 'price that makes a matter major (fen)'),
  'review.departments': label('审核部门', 'reviewing departments'),
  'objection.handling': label('异议办理期限', 'time for handling an objection'),
  'objection.review': label('异议复核', 'review of an objection'),
  'overlay.covers': label('校内规定应涵盖的内容', 'subjects the unit rules must cover'),
  'useRight.report.every': label('使用权进展报告周期', 'how often progress is reported'),
  'useRight.income.payWithin': label('单位应得收益缴付期限', "time to pay the unit's share"),
  'useRight.reminderDays': label('报告和缴费的提前提醒（日）', 'reminders before a report or payment (days)'),
  'useRight.breach.cure': label('违约改正期限', 'time to make good a breach'),
  'useRight.breach.decidedBy': label('因违约终止的决定机构', 'who decides on ending for breach'),
  'renewal.conditions': label('延长条件', 'conditions of renewal'),
  'renewal.arrearsToleranceFen': label('延长时可容许的欠缴（分）', 'arrears tolerated at renewal (fen)'),
  'renewal.opens': label('期满前可申请延长的时间', 'how long before the end a renewal can be asked'),
  'renewal.closes': label('期满前停止受理延长的时间', 'how long before the end no more'),
  'renewal.years': label('每次延长的年数', 'years of a renewal'),
  'renewal.decidedBy': label('延长的决定机构', 'who decides on a renewal'),
  'renewal.publicity': label('延长公示期', 'publicity of a renewal'),
  'renewal.holdover': label('延长未办结时的顺延', 'how long a right lasts on while its renewal is under way'),
  'renewal.reminderDays': label('期满前提醒（日）', 'reminders before the end (days)'),
  'pricing.channels': label('定价方式', 'ways to a price'),
  'distribution.rewardShare': label('奖励总额比例', 'share of the reward total'),
  'distribution.officeShareOfReward': label('转移机构奖励占奖励总额比例', "transfer office's share of the reward"),
  'distribution.officeShareOfIncome': label('转移机构奖励占转化收益比例', "transfer office's share of income"),
  'distribution.serviceReward': label('技术开发、咨询、服务现金奖励比例', 'reward for registered services'),
  'distribution.ownImplementation': label('自行实施奖励比例与年限', 'reward for own implementation'),
  'distribution.surplusShare': label('横向结余出资转化的科研人员比例', "researchers' share of invested surplus"),
  'distribution.fundShare': label('转化基金提取比例', 'share for a fund'),
  'distribution.fundFrom': label('转化基金来源', 'where the fund comes from'),
  'distribution.publicity': label('分配方案公示期', 'publicity of a distribution'),
  'distribution.payment': label('奖励发放期限', 'time for payment'),
  'distribution.deductedCosts': label('净收入扣除项目', 'costs deducted for net income'),
  'distribution.incomeBasis': label('收入口径', 'basis of income'),
  'distribution.ratioDate': label('比例适用日', 'date that fixes a ratio'),
  'departure.term': label('离岗创业期限', 'term of departure'),
  'departure.extension': label('离岗创业延长', 'extension of departure'),
  'departure.earlierTerms': label('此前离岗时间的计算', 'whether earlier terms count'),
  'leader.chiefEquity': label('正职领导的股权', "a chief leader's equity"),
  'leader.divestment': label('任职后转让股权期限', 'time to divest after appointment'),
  'leader.restrictionMonthsAfterOffice': label('离任后限制交易（月）', 'restriction after office (months)'),
  'horizontal.keyProject': label('横向项目视同重点研发项目的金额（分）', 'amounts of a key horizontal project (fen)'),
  'horizontal.thresholdScope': label('横向项目金额统计口径', 'scope of the horizontal thresholds'),
  'secret.filing': label('涉密转化批复备案期限', 'filing of a secret conversion'),
  'report.annualDue': label('年度报告截止日（月-日）', 'annual report due (MM-DD)'),
};
