import type { Letters } from './letter.ts';

/** From the draft that is sent to the end of the office's examination. */
export const application: Letters = {
  consentAsked: {
    subject: ['请您对赋权申请表示意见', 'Your consent is asked'],
    text: [
      '{case}的赋权申请已送交各完成人。请登录系统查看申请内容，表示同意或不同意。',
      'The empowerment application for {case} has been sent to its inventors. Please look at it in the service and consent or decline.',
    ],
  },
  consentDeclined: {
    subject: ['有完成人不同意赋权申请', 'An inventor has declined'],
    text: [
      '{case}的赋权申请有完成人不同意。您可以修改申请后重新送交。',
      'An inventor has declined the application for {case}. You may amend it and ask again.',
    ],
  },
  submitted: {
    subject: ['赋权申请已提交', 'The application has been submitted'],
    text: ['{case}的赋权申请已提交，等待审查。', 'The application for {case} has been submitted and awaits the check.'],
  },
  returned: {
    subject: ['赋权申请退回补正', 'The application needs correction'],
    text: [
      '{case}的赋权申请第 {count} 次退回补正，共 {items} 项，请在系统中查看并补正。',
      'The application for {case} was returned (time {count}) with {items} item(s) to correct. Please see them in the service.',
    ],
  },
  departmentAsked: {
    subject: ['请进行部门审核', 'A department review is asked'],
    text: [
      '{case}的赋权申请已到部门审核环节，请您所在部门提出意见。',
      'The application for {case} awaits the review of your department.',
    ],
  },
  refused: {
    subject: ['赋权申请未获批准', 'The application was refused'],
    text: [
      '{case}的赋权申请未获批准。原因：{by}[[，依据 {clause}]]。详情请在系统中查看。',
      'The application for {case} was refused. Because of: {by}[[ ({clause})]]. Please see the grounds in the service.',
    ],
  },
  withdrawn: {
    subject: ['赋权申请已撤回', 'The application was withdrawn'],
    text: ['{case}的赋权申请已由代表撤回。', 'The representative has withdrawn the application for {case}.'],
  },
  linked: {
    subject: ['同一成果有多项申请', 'Several applications for one achievement'],
    text: [
      '{case}与另外 {others} 项在办申请涉及同一科技成果，须先处理。',
      '{case} and {others} other open application(s) claim the same achievement; that must be resolved first.',
    ],
  },
  linkEnded: {
    subject: ['同一成果的另一申请已办结或变更', 'The other application for the achievement has ended'],
    text: [
      '与{case}涉及同一科技成果的另一申请已经办结或改为其他成果，本案可继续办理。',
      'The other application for the same achievement as {case} has ended or turned to another result; this case can go on.',
    ],
  },
  linkResolved: {
    subject: ['重复申请已处理', 'The linked applications are resolved'],
    text: [
      '{case}与涉及同一科技成果的其他申请的关系已处理，结果和理由见案件记录。',
      'How {case} stands to the other applications for the same achievement is resolved; outcome and grounds are in the case.',
    ],
  },
};
