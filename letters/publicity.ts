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
  publicityGap: {
    subject: ['公示中断已登记', 'A gap in the publicity is on record'],
    text: [
      '{case}的公示在下列日期未能读到，已予登记：{days}。',
      'The notice of {case} could not be read on these days, which are on record: {days}.',
    ],
  },
  noticeInsufficient: {
    subject: ['公示须重新发布', 'The notice is to be published anew'],
    text: [
      '{case}的公示期满后发现下列日期未能读到公示：{days}。按本单位规定，原公示不足以作为依据，将重新发布，公示期重新起算；有未办结异议的，办结后重新发布。',
      'After its window was over, the notice of {case} was found not to have been readable on these days: {days}. By the rules of the unit it does not suffice: it is published anew with a full window, once every objection is answered.',
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
