import type { Letters } from './letter.ts';

/** Notices and their windows. */
export const publicity: Letters = {
  noticeToPublish: {
    subject: ['有公示待发布', 'A notice is to be published'],
    text: ['{case}已到公示环节，请核对并发布公示。', '{case} is ready for publicity. Please check and publish the notice.'],
  },
  noticePublished: {
    subject: ['公示已发布', 'The notice was published'],
    text: [
      '{case}的{kind}已发布，公示期至 {lastDay} 24 时止。[[此为第 {edition} 次公示，与前次不同之处已在公示页面并列载明。]]',
      'The {kind} of {case} was published; it stands until 24:00 of {lastDay} (China time).[[ It is edition {edition}; its page shows side by side what differs from the one before.]]',
    ],
  },
  noticeLengthened: {
    subject: ['公示期延长', 'The publicity is longer'],
    text: [
      '{case}的公示期延长至 {lastDay} 24 时止，已在公示中附注。',
      'The publicity of {case} now ends at 24:00 of {lastDay} (China time), as a dated addendum to the notice says.',
    ],
  },
  windowClosed: {
    subject: ['公示期满', 'The publicity has ended'],
    text: ['{case}的公示期已满。', 'The publicity of {case} has ended.'],
  },
  statementAsked: {
    subject: ['请出具公示情况说明', "The publicity's result is to be stated"],
    text: [
      '{case}的公示及异议处理已结束，请出具公示情况说明。',
      'Publicity and objections of {case} are over. Please state the result.',
    ],
  },
};
