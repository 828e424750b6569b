import { bodyLabels, holdReasonLabels, objectionStateLabels, type Label } from '../domain/labels.ts';

type Words = Readonly<Record<string, readonly [zh: string, en: string]>>;

const pairs = (labels: Readonly<Record<string, Label>>): Words =>
  Object.fromEntries(Object.entries(labels).map(([code, { zh, en }]) => [code, [zh, en] as const]));

/** Codes in letters as people say them, by the name of the value. */
export const words: Readonly<Record<string, Words>> = {
  body: pairs(bodyLabels),
  outcome: { approved: ['通过', 'approved'], rejected: ['未通过', 'rejected'], ...pairs(objectionStateLabels) },
  consequence: {
    none: ['不影响申请', 'the application stands'],
    amend: ['须修改分配方案或价格', 'the split or the price must be amended'],
    refuse: ['申请不予批准', 'the application is refused'],
  },
  by: {
    rule: ['不符合规定', 'a rule bars it'],
    check: ['形式审查', 'the check'],
    office: ['转化机构的决定', 'a decision of the transfer office'],
    departments: ['部门审核', 'the departments'],
    decision: ['集体决策', 'the collective decision'],
    objection: ['异议处理', 'an objection'],
    link: ['重复申请', 'a linked application'],
  },
  kind: {
    empowerment: ['赋权公示', 'empowerment notice'],
    price: ['价格公示', 'price notice'],
    coOwnership: ['共同所有权', 'co-ownership'],
    fullOwnership: ['全部所有权', 'full ownership'],
    useRight: ['长期使用权', 'long-term use right'],
  },
  reason: pairs(holdReasonLabels),
  inTime: { '1': ['在异议期内', 'in time'], '0': ['已超过异议期', 'after the window had closed'] },
  confirmed: { '1': ['维持原处理决定', 'the decision is confirmed'], '0': ['改变原处理决定', 'the decision is changed'] },
};
