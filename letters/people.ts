import type { Letters } from './letter.ts';

/** Changes in the team. */
export const people: Letters = {
  representativeAsked: {
    subject: ['提议更换代表', 'Another representative is proposed'],
    text: [
      '有完成人提议更换{case}的代表，请表示是否同意。',
      'An inventor proposes another representative for {case}. Please say whether you consent.',
    ],
  },
  representativeChanged: {
    subject: ['代表已更换', 'The representative has changed'],
    text: ['{case}的代表已更换。', 'The representative of {case} has changed.'],
  },
  deathCorrected: {
    subject: ['去世登记已更正', 'A death on record was corrected'],
    text: [
      '{case}中登记的完成人去世有误，已经两人更正，其份额不再暂存；尚在拟定的分配方案须重新拟定。',
      'The death of an inventor recorded in {case} was none and has been corrected by two persons. The share is no longer held; an amendment on the table is drawn up anew.',
    ],
  },
  shareHeld: {
    subject: ['完成人份额暂存', "An inventor's share is held"],
    text: [
      '{case}有完成人去世，其份额暂存，待继承手续齐备后登记继承人。',
      'An inventor of {case} has died. The share is held until the heirs’ papers are in.',
    ],
  },
};
