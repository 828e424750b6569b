import type { Letters } from './letter.ts';

/** Objections. No letter to anyone but the objector says who objected. */
export const objection: Letters = {
  objectionReceipt: {
    subject: ['您的异议已收到', 'Your objection was received'],
    text: [
      '您对{case}提出的异议已于 {receivedAt} 收到，{inTime}。您的身份对申请人保密。',
      'Your objection to {case} was received at {receivedAt} (China time), {inTime}. The applicants will not learn who you are.',
    ],
  },
  objectionReceived: {
    subject: ['收到异议', 'An objection was received'],
    text: ['{case}收到一项异议，请审查是否受理。', 'An objection to {case} was received. Please decide whether to admit it.'],
  },
  objectionLate: {
    subject: ['收到逾期异议', 'A late objection was received'],
    text: ['{case}在异议期满后收到一项异议，请予关注。', 'An objection to {case} was received after its window had closed.'],
  },
  objectionToConfirm: {
    subject: ['书面异议待复核', 'An objection on paper is to be confirmed'],
    text: [
      '{case}录入了一项书面异议，请由另一人复核收到时间。',
      'An objection on paper to {case} was entered. A second person must confirm when it was received.',
    ],
  },
  objectionAdmitted: {
    subject: ['您的异议已受理', 'Your objection was admitted'],
    text: [
      '您对{case}提出的异议已受理，处理期限至 {lastDay}。',
      'Your objection to {case} was admitted and is to be decided by {lastDay}.',
    ],
  },
  handlerNamed: {
    subject: ['请调查处理异议', 'You are to handle an objection'],
    text: [
      '请您调查处理对{case}的一项异议[[，期限至 {lastDay}]]。如有回避情形请立即提出。',
      'You are named to handle an objection to {case}[[, by {lastDay}]]. If you must recuse yourself, please say so at once.',
    ],
  },
  objectionReply: {
    subject: ['对您异议的答复', 'The reply to your objection'],
    text: [
      '您对{case}提出的异议，处理结果为“{outcome}”。\n\n{reply}\n\n[[如不服，可在 {lastDay} 前申请复核。]]',
      'Your objection to {case}: {outcome}.\n\n{reply}\n\n[[You may request a review until {lastDay}.]]',
    ],
  },
  objectionOutcome: {
    subject: ['异议已处理', 'An objection was decided'],
    text: [
      '对{case}的一项异议已处理：{outcome}；{consequence}。',
      'An objection to {case} was decided: {outcome}; {consequence}.',
    ],
  },
  reviewAsked: {
    subject: ['异议人申请复核', 'A review is asked'],
    text: ['对{case}的一项异议，异议人申请复核。', 'The objector asks for a review of the decision on an objection to {case}.'],
  },
  reviewReply: {
    subject: ['复核结论', 'The result of the review'],
    text: ['您对{case}的异议经复核：{confirmed}。', 'The review of your objection to {case}: {confirmed}.'],
  },
  amendmentAsked: {
    subject: ['分配方案须修改或签署', 'The split is to be amended or signed'],
    text: [
      '{case}的分配方案（转让留存份额的，或拟交易价格）须按异议处理结果修改，请在系统中提出或签署新方案。',
      'The split of {case}, or in a sale the price, must be amended after an objection. Please propose or sign the amendment in the service.',
    ],
  },
};
