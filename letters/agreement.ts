import type { Letters } from './letter.ts';

/** Agreement, change of title, and the right that arises. */
export const agreement: Letters = {
  agreementToSign: {
    subject: ['请签署赋权协议', 'The agreement is to be signed'],
    text: [
      '{case}的赋权协议（第 {version} 稿）已拟定，请查看并签署。',
      'The agreement for {case} (version {version}) is ready. Please read and sign it.',
    ],
  },
  agreementConcluded: {
    subject: ['赋权协议已签订', 'The agreement was concluded'],
    text: ['{case}的赋权协议已于 {on} 签订。', 'The agreement for {case} was concluded on {on}.'],
  },
  titleChangeAsked: {
    subject: ['请办理权属变更', 'The title is to be changed'],
    text: [
      '{case}的协议已签订，请办理权属变更并登记凭证。',
      'The agreement for {case} is concluded. Please have the title changed and record the receipt.',
    ],
  },
  rightRecorded: {
    subject: ['权利已登记', 'The right was recorded'],
    text: [
      '{case}的{kind}已登记，自 {startDate} 起[[，至 {lastDay} 止]]。',
      'The {kind} in {case} was recorded, from {startDate}[[ to {lastDay}]].',
    ],
  },
  caseDone: {
    subject: ['赋权办理完成', 'The empowerment is complete'],
    text: ['{case}的赋权已办理完成。', 'The empowerment of {case} is complete.'],
  },
};
