import type { Letters } from './letter.ts';

/** Collective decisions, and what stands in their way. */
export const decision: Letters = {
  decisionAsked: {
    subject: ['有赋权事项待集体决策', 'A collective decision is asked'],
    text: [
      '{case}的赋权申请已可提交集体决策，请安排会议并记录结果。',
      'The application for {case} is ready for a collective decision. Please arrange the meeting and record its result.',
    ],
  },
  deliberationAsked: {
    subject: ['有赋权事项待您审议', 'A case comes before your body'],
    text: [
      '{case}的赋权申请已提交{body}，您是可参加决策的成员，会前可在系统中查阅案件材料。',
      'The application for {case} has come before {body}. You may vote on it, and can read its papers here before the meeting.',
    ],
  },
  quorumLost: {
    subject: ['回避后不足法定人数', 'No quorum after recusals'],
    text: [
      '{case}：回避后可参加决策的成员为 {eligible} 人，少于规定的 {quorum} 人，请指定替补。',
      '{case}: after recusals {eligible} member(s) may decide, fewer than the {quorum} required. Please name substitutes.',
    ],
  },
  decided: {
    subject: ['集体决策已作出', 'The collective decision was taken'],
    text: [
      '{case}：{body}的决定为“{outcome}”，会议纪要 {minutesNumber}。',
      '{case}: {body} has decided: {outcome}. Minutes {minutesNumber}.',
    ],
  },
  rulesPrevail: {
    subject: ['上位规则发生变化', 'A prevailing rule has changed'],
    text: [
      '{case}所依据的规则有变，在决定适用新规则之前不能办理下一法定环节。',
      'A rule above those of {case} has changed. The next legal step is blocked until the case is moved to the new rules.',
    ],
  },
};
