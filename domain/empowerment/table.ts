/**
 * Who may do what at which step: the declared table role × step × act. The API authorises by it, `allowedActs` is
 * read from it, the decider refuses by it, tests walk it cell by cell, and the flow chart is drawn from it.
 */
import type { ActRow, FactNeed } from '../casework/table.ts';
import type { Role } from '../process.ts';
import type { ActType, Step } from './acts.ts';

const beforeAgreement: Step[] = [
  'consent',
  'check',
  'returned',
  'departmentReview',
  'groupDecision',
  'leadershipDecision',
  'noticePreparation',
  'publicity',
  'objectionHandling',
  'amendment',
  'statement',
  'agreement',
];
const live: Step[] = [...beforeAgreement, 'titleChange', 'useRightGrant', 'registration'];
/** A right outlives its case: who dies later has a share that is held too. */
const withRights: Step[] = [...live, 'done'];
const afterPublishing: Step[] = [
  'publicity',
  'objectionHandling',
  'amendment',
  'statement',
  'groupDecision',
  'leadershipDecision',
  'agreement',
  'noticePreparation',
  'titleChange',
  'useRightGrant',
  'registration',
];

/** Where an objection is handled. Before the second of two notices is out, the first may be objected to already. */
const handling: Step[] = ['noticePreparation', 'publicity', 'objectionHandling'];
/** What brings the case to another step, whose time is counted then. */
const goesOn: FactNeed[] = ['calendar'];
/** What settles the last objection may bring the case back before a body. */
const settles: FactNeed[] = ['bodies', 'relations', ...goesOn];

/** Who mends a case, and what that is decided by. Before the application is submitted the office has nothing to hold. */
const office: Role[] = ['officer', 'administrator'];
const afterSubmission: Step[] = live.filter((step) => step !== 'consent');
const mends: FactNeed[] = ['calendar', 'people', 'relations', 'bodies'];

/** The table. Rows stand in the order in which a case meets them. */
export const actTable: Record<ActType, ActRow<Step>> = {
  sendForConsent: {
    roles: ['representative'],
    steps: ['draft'],
    needs: ['people', 'pinnedRules', ...goesOn],
    zh: '送交完成人同意',
    en: 'send for consent',
  },
  consent: { roles: ['inventor'], steps: ['consent'], needs: [], zh: '同意申请', en: 'consent' },
  declineConsent: { roles: ['inventor'], steps: ['consent'], needs: [], zh: '不同意申请', en: 'decline consent' },
  recordCoOwnerConsent: {
    roles: ['officer'],
    steps: ['consent'],
    needs: ['relations'],
    zh: '登记共有人同意',
    en: "record a co-owner's consent",
  },
  amendApplication: {
    roles: ['representative'],
    steps: ['consent', 'returned'],
    needs: ['people', ...goesOn],
    zh: '修改申请',
    en: 'amend the application',
  },
  submit: { roles: ['representative'], steps: ['consent'], needs: goesOn, zh: '提交申请', en: 'submit' },
  returnForCorrection: {
    roles: ['officer'],
    steps: ['check'],
    needs: ['relations', ...goesOn],
    zh: '退回补正',
    en: 'return for correction',
  },
  passCheck: {
    roles: ['officer'],
    steps: ['check'],
    needs: ['bodies', 'relations', ...goesOn],
    zh: '审查通过',
    en: 'pass the check',
  },
  refuseApplication: { roles: ['officer'], steps: beforeAgreement, needs: ['relations'], zh: '不予批准', en: 'refuse' },
  reviewAsDepartment: {
    roles: ['departmentReviewer'],
    steps: ['departmentReview'],
    needs: ['bodies', 'relations', ...goesOn],
    zh: '部门审核',
    en: 'review as a department',
  },
  nameSubstitute: {
    roles: ['administrator'],
    steps: ['groupDecision', 'leadershipDecision'],
    needs: ['bodies', 'relations', 'people'],
    zh: '指定替补',
    en: 'name a substitute',
  },
  recordDecision: {
    roles: ['secretary'],
    steps: ['groupDecision', 'leadershipDecision'],
    needs: ['bodies', 'relations', ...goesOn],
    zh: '记录集体决策',
    en: 'record a collective decision',
  },
  publishNotice: {
    roles: ['officer'],
    steps: ['noticePreparation'],
    needs: ['calendar', 'relations'],
    zh: '发布公示',
    en: 'publish the notice',
  },
  closeWindow: {
    roles: ['system'],
    steps: afterPublishing,
    needs: goesOn,
    zh: '公示期满',
    en: 'close the window',
  },
  recordPublicityGap: {
    roles: ['officer', 'system'],
    // Also after the window, as long as its result is not stated.
    steps: [...handling, 'amendment', 'statement'],
    needs: ['calendar', 'relations'],
    zh: '登记公示中断',
    en: 'record a gap in the publicity',
  },
  takeDownNotice: {
    roles: ['officer'],
    steps: handling,
    needs: ['relations', ...goesOn],
    zh: '撤下公示',
    en: 'take the notice down',
  },
  fileObjection: {
    roles: ['member', 'interestedParty'],
    steps: afterPublishing,
    needs: ['calendar'],
    zh: '提出异议',
    en: 'object',
  },
  enterPaperObjection: {
    roles: ['officer'],
    steps: afterPublishing,
    needs: ['relations'],
    zh: '录入书面异议',
    en: 'enter an objection on paper',
  },
  confirmPaperObjection: {
    roles: ['officer'],
    steps: afterPublishing,
    needs: settles,
    zh: '复核书面异议',
    en: 'confirm an objection on paper',
  },
  admitObjection: {
    roles: ['officer'],
    steps: handling,
    needs: ['relations', 'calendar', 'people'],
    zh: '受理异议',
    en: 'admit the objection',
  },
  rejectObjection: {
    roles: ['officer'],
    steps: handling,
    needs: ['calendar', 'relations'],
    zh: '不予受理异议',
    en: 'reject the objection',
  },
  recuseHandler: {
    roles: ['officer', 'handler'],
    steps: handling,
    needs: ['relations', 'people'],
    zh: '调查人回避',
    en: 'recuse a handler',
  },
  recordFinding: {
    roles: ['handler'],
    steps: handling,
    needs: settles,
    zh: '作出异议处理决定',
    en: 'decide the objection',
  },
  withdrawObjection: {
    roles: ['objector'],
    steps: handling,
    needs: settles,
    zh: '撤回异议',
    en: 'withdraw the objection',
  },
  requestReview: {
    roles: ['objector'],
    steps: handling,
    needs: ['calendar'],
    zh: '申请复核',
    en: 'request a review',
  },
  waiveReview: {
    roles: ['objector'],
    steps: handling,
    needs: settles,
    zh: '放弃复核',
    en: 'waive the review',
  },
  lapseReview: {
    roles: ['system'],
    steps: handling,
    needs: settles,
    zh: '复核期满',
    en: 'let the review lapse',
  },
  recordReview: {
    roles: ['officer'],
    steps: handling,
    needs: settles,
    zh: '登记复核结论',
    en: 'record the review',
  },
  proposeAmendment: {
    roles: ['representative'],
    steps: ['amendment'],
    needs: ['people'],
    zh: '提出新的分配方案',
    en: 'propose the amendment',
  },
  signAmendment: {
    roles: ['inventor'],
    steps: ['amendment'],
    needs: ['bodies', 'relations', ...goesOn],
    zh: '签署新的分配方案',
    en: 'sign the amendment',
  },
  stateResult: {
    roles: ['officer'],
    steps: ['statement'],
    needs: ['bodies', 'relations', 'unreadDays', ...goesOn],
    zh: '出具公示情况说明',
    en: "state the publicity's result",
  },
  proposeAgreement: {
    roles: ['officer'],
    steps: ['agreement'],
    needs: ['relations'],
    zh: '拟定协议',
    en: 'draw up the agreement',
  },
  signAgreement: {
    roles: ['inventor', 'signatory'],
    steps: ['agreement'],
    needs: ['people', 'relations', ...goesOn],
    zh: '签署协议',
    en: 'sign the agreement',
  },
  recordCoOwnerSignature: {
    roles: ['officer'],
    steps: ['agreement'],
    needs: ['relations', ...goesOn],
    zh: '登记共有人签署',
    en: "record a co-owner's signature",
  },
  recordTitleChange: {
    roles: ['officer'],
    steps: ['titleChange'],
    needs: ['relations', ...goesOn],
    zh: '登记权属变更',
    en: 'record the title change',
  },
  grantUseRight: {
    roles: ['officer'],
    steps: ['useRightGrant'],
    needs: ['calendar', 'relations'],
    zh: '授予长期使用权',
    en: 'grant the use right',
  },
  tagLedger: { roles: ['officer'], steps: ['registration'], needs: ['relations'], zh: '台账标记', en: 'tag the ledger' },
  withdraw: { roles: ['representative'], steps: beforeAgreement, needs: [], zh: '撤回申请', en: 'withdraw' },
  proposeRepresentative: {
    roles: ['inventor'],
    steps: live,
    needs: ['people'],
    zh: '提议更换代表',
    en: 'propose a representative',
  },
  consentToRepresentative: {
    roles: ['inventor'],
    steps: live,
    needs: [],
    zh: '同意更换代表',
    en: 'consent to the representative',
  },
  recordLifeEvent: {
    roles: ['officer'],
    steps: withRights,
    needs: settles,
    zh: '登记人员变动',
    en: "record an inventor's death, retirement or leaving",
  },
  recordHeirs: { roles: ['officer'], steps: withRights, needs: ['relations'], zh: '登记继承人', en: 'record the heirs' },
  resolveLink: {
    roles: ['officer'],
    steps: ['check', 'returned', 'departmentReview', 'groupDecision', 'leadershipDecision', 'noticePreparation'],
    needs: ['relations'],
    zh: '处理重复申请',
    en: 'resolve linked applications',
  },
  transitionRules: {
    roles: ['secretary'],
    steps: live,
    needs: ['currentRules', ...settles],
    zh: '决定适用新规则',
    en: 'move the case to the new rules',
  },
  hold: { roles: office, steps: afterSubmission, needs: mends, zh: '暂停办理', en: 'put the case on hold' },
  resume: { roles: office, steps: live, needs: mends, zh: '恢复办理', en: 'resume the case' },
  moveDeadline: { roles: office, steps: live, needs: mends, zh: '变更期限', en: 'move a deadline' },
  reassign: { roles: office, steps: live, needs: mends, zh: '改派', en: 'put somebody else in charge' },
  correctDeath: {
    roles: office,
    steps: withRights,
    needs: ['relations'],
    zh: '更正去世登记',
    en: 'correct a death that was none',
  },
  confirmMending: { roles: office, steps: withRights, needs: mends, zh: '复核纠偏', en: 'confirm a mending' },
  refuseMending: { roles: office, steps: withRights, needs: mends, zh: '驳回纠偏', en: 'refuse a mending' },
  noteLink: { roles: ['system'], steps: live, needs: [], zh: '知悉重复申请', en: 'note a linked application' },
  applyCalendar: { roles: ['system'], steps: live, needs: ['calendar'], zh: '适用新日历', en: 'count anew by a new calendar' },
  raisePrevailingRules: { roles: ['system'], steps: live, needs: [], zh: '上位规则变化', en: 'a prevailing rule has changed' },
};
