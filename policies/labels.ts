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

export { ruleKeyLabels } from '../domain/ruleLabels.ts';
