/** What codes are called where people read them, in Chinese and English: in refusals, letters and notices. */
import type { DecidingBody, Step } from './empowerment/acts.ts';
import type { Reliance } from './empowerment/deaths.ts';
import type { HoldReason } from './mending/types.ts';
import type { Objection } from './objection/types.ts';
import type { Bar } from './collective/index.ts';
import type { Role } from './process.ts';
import type { AgreementTerm, Condition, Exclusion, NoticeItem, Unit } from './rules.ts';

export interface Label {
  zh: string;
  en: string;
}

const label = (zh: string, en: string): Label => ({ zh, en });

/** The codes by their names, one after the other; a code of an institution's own has none and stands for itself. */
export function inWords(labels: Readonly<Record<string, Label>>, codes: readonly string[]): Label {
  const names = codes.map((code) => (Object.hasOwn(labels, code) && labels[code]) || label(code, code));
  return label(names.map(({ zh }) => zh).join('、'), names.map(({ en }) => en).join(', '));
}

export const stepLabels: Record<Step, Label> = {
  draft: label('草稿', 'the draft'),
  consent: label('征求同意', 'the consents'),
  check: label('审查', 'the check'),
  returned: label('退回补正', 'correction'),
  departmentReview: label('部门审核', 'the review by departments'),
  groupDecision: label('领导小组审议', 'the leading group'),
  leadershipDecision: label('领导班子决策', 'the leadership'),
  noticePreparation: label('公示准备', 'the preparation of the notice'),
  publicity: label('公示', 'the publicity'),
  objectionHandling: label('异议处理', 'the handling of objections'),
  amendment: label('修改分配方案', 'the amendment'),
  statement: label('公示情况说明', 'the statement of the result'),
  agreement: label('签订协议', 'the agreement'),
  titleChange: label('权属变更', 'the title change'),
  useRightGrant: label('授予长期使用权', 'the grant of the use right'),
  registration: label('台账标记', 'the ledger tags'),
  done: label('办结', 'its end: done'),
  refused: label('不予赋权', 'its end: refused'),
  withdrawn: label('撤回', 'its end: withdrawn'),
  merged: label('并入另案', 'its end: merged into another case'),
};

export const bodyLabels: Record<DecidingBody, Label> = {
  leadingGroup: label('领导小组', 'the leading group'),
  leadership: label('领导班子', 'the leadership'),
};

export const roleLabels: Record<Role, Label> = {
  member: label('本单位人员', 'everybody of the institution'),
  officer: label('转化专员', 'officer'),
  departmentReviewer: label('部门审核人', 'department reviewer'),
  secretary: label('秘书', 'secretary'),
  signatory: label('签约人', 'signatory'),
  administrator: label('管理员', 'administrator'),
  supervisor: label('监督人员', 'supervisor'),
  representative: label('代表', 'representative'),
  inventor: label('完成人', 'inventor'),
  objector: label('异议人', 'objector'),
  handler: label('调查人', 'handler'),
  bodyMember: label('决策机构成员', 'member of the deciding body'),
  holder: label('权利人', 'holder of the right'),
  applicant: label('申请人', 'applicant'),
  leader: label('单位领导', 'leader'),
  interestedParty: label('利害关系人', 'interested party'),
  platformOperator: label('平台运营者', 'operator of the platform'),
};

/** Why a member of a body stands aside. */
export const barLabels: Record<Bar | 'interest', Label> = {
  inventor: label('完成人', 'inventor'),
  related: label('与完成人或受让人有关系', 'kin of, or otherwise tied to, an inventor or buyer'),
  objector: label('异议人', 'objector'),
  buyer: label('受让人', 'buyer'),
  interest: label('有利害关系', 'an interest in the matter'),
};

export const objectionStateLabels: Record<Objection['state'], Label> = {
  unconfirmed: label('待复核', 'not confirmed yet'),
  received: label('待受理', 'received'),
  admitted: label('已受理', 'admitted'),
  inadmissible: label('不予受理', 'not admitted'),
  dismissed: label('不成立', 'dismissed'),
  upheldInPart: label('部分成立', 'upheld in part'),
  upheld: label('成立', 'upheld'),
  withdrawn: label('已撤回', 'withdrawn'),
  late: label('逾期', 'late'),
  underReview: label('复核中', 'under review'),
};

export const holdReasonLabels: Record<HoldReason, Label> = {
  dispute: label('权属争议', 'a dispute about the title'),
  investigation: label('调查核实', 'an investigation'),
  authority: label('上级或有关机关要求', 'a demand of a higher authority'),
  papers: label('等待材料', 'papers that are awaited'),
  other: label('其他', 'other grounds'),
};

/** What was settled without somebody who was on record as dead. */
export const relianceLabels: Record<Reliance, Label> = {
  heirs: label('登记继承人', 'the heirs'),
  consent: label('提交申请', 'the submission'),
  representative: label('更换代表', 'the change of representative'),
  amendment: label('修改分配方案', 'the amended split'),
  agreement: label('签署协议', 'the agreement'),
  handover: label('移交记录', 'the handover record'),
};

export const exclusionLabels: Record<Exclusion, Label> = {
  nationalSecurity: label('国家安全', 'national security'),
  defenceSecurity: label('国防安全', 'defence security'),
  publicSecurity: label('公共安全', 'public security'),
  economicSecurity: label('经济安全', 'economic security'),
  socialStability: label('社会稳定', 'social stability'),
};

export const conditionLabels: Record<Condition, Label> = {
  clearTitle: label('权属清晰', 'clear title'),
  clearProspects: label('应用前景明朗', 'clear prospects of use'),
  definiteRecipient: label('承接对象明确', 'definite recipient'),
  strongWill: label('科研人员转化意愿强烈', 'strong will to convert'),
};

export const agreementTermLabels: Record<AgreementTerm, Label> = {
  incomeSplit: label('收益分配比例', 'income split'),
  decisionMechanism: label('转化决策机制', 'how conversion is decided'),
  costSharing: label('转化费用分担', 'how costs are shared'),
  maintenanceFees: label('知识产权维持费用', 'who pays maintenance fees'),
};

export const noticeItemLabels: Record<NoticeItem, Label> = {
  resultName: label('成果名称', 'name of the result'),
  resultNumber: label('成果编号（专利号、登记号）', 'number of the result'),
  inventors: label('完成人', 'inventors'),
  mode: label('赋权方式', 'mode of empowerment'),
  sharesOrTerm: label('份额或期限', 'shares or term'),
  incomeSplit: label('收益分配', 'income split'),
  period: label('公示期', 'period of publicity'),
  objectionRoute: label('异议途径', 'how to object'),
  intendedPrice: label('拟交易价格', 'intended price'),
  relatedParty: label('关联关系', 'related parties'),
  summary: label('成果简介', 'summary'),
};

/** Departments by the codes that packs and samples use; a unit may use others, which then have no label here. */
export const departmentLabels: Readonly<Record<string, Label>> = {
  techTransfer: label('成果转化部门', 'technology transfer'),
  research: label('科研部门', 'research'),
  finance: label('财务部门', 'finance'),
  personnel: label('人事部门', 'personnel'),
  stateAssets: label('国有资产管理部门', 'state assets'),
  legal: label('法务部门', 'legal'),
  intellectualProperty: label('知识产权部门', 'intellectual property'),
  discipline: label('纪检监察部门', 'discipline inspection'),
  audit: label('审计部门', 'audit'),
};

/** Bodies that review how an objection was handled, by the codes of the samples. */
export const reviewBodyLabels: Readonly<Record<string, Label>> = {
  academicCommittee: label('学术委员会', 'academic committee'),
  disciplineOffice: label('纪检部门', 'discipline office'),
};

export const unitLabels: Record<Unit, Label> = {
  workingDay: label('个工作日', 'working days'),
  calendarDay: label('日', 'calendar days'),
  month: label('个月', 'months'),
  year: label('年', 'years'),
};
