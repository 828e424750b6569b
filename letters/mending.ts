import type { Letters } from './letter.ts';

/** Mending: what a second person must confirm, hold and resumption, a deadline moved, somebody else in charge. */
export const mending: Letters = {
  mendingToConfirm: {
    subject: ['有纠偏事项待复核', 'A mending is to be confirmed'],
    text: [
      '{case}：有人提出“{mend}”，须由另一人复核后生效，请在系统中查看理由和影响。',
      '{case}: “{mend}” was proposed and takes effect only when a second person confirms it. Grounds and effect are in the service.',
    ],
  },
  mendingRefused: {
    subject: ['纠偏事项未予同意', 'A mending was refused'],
    text: [
      '{case}：提出的纠偏事项未予同意，未产生效力。理由：{grounds}',
      '{case}: the mending that was proposed was refused and has no effect. Grounds: {grounds}',
    ],
  },
  caseHeld: {
    subject: ['案件暂停办理', 'The case is on hold'],
    text: [
      '{case}已暂停办理，原因：{reason}。单位内部办理期限停止计算；公示期、异议的提出和法定期限不受影响，撤回申请、提出异议等权利照常行使。',
      '{case} was put on hold because of {reason}. The unit’s own deadlines stop; publicity, the receipt of objections and statutory deadlines run on, and your rights (to withdraw, to object) can be used as before.',
    ],
  },
  caseResumed: {
    subject: ['案件恢复办理', 'The case is resumed'],
    text: [
      '{case}已恢复办理，停止计算的内部期限按剩余时间重新计算。',
      '{case} is resumed. The unit’s own deadlines that had stopped run on with the time that was left.',
    ],
  },
  deadlineMoved: {
    subject: ['办理期限变更', 'A deadline has moved'],
    text: [
      '{case}中与您有关的异议办理期限现止于 {lastDay}。',
      'The time for an objection in {case} that concerns you now ends on {lastDay}.',
    ],
  },
  taskHandedOver: {
    subject: ['请办理改派给您的事项', 'A task was handed over to you'],
    text: ['{case}的“{act}”现由您办理。', 'You are now in charge of “{act}” in {case}.'],
  },
  taskTakenAway: {
    subject: ['您办理的事项已改派', 'A task of yours was handed over'],
    text: ['{case}的“{act}”已改由他人办理。', '“{act}” in {case} is now in the hands of somebody else.'],
  },
};
