/** What a repair would do, and what became of it, in words. */
import { actTable } from '../domain/empowerment/table.ts';
import type { Label } from '../domain/labels.ts';
import type { Detail } from './stalled.ts';

const retries: Record<string, (detail: Detail) => Label> = {
  actUnanswered: () => ({
    zh: '立即再次办理等待最久的一项；收到的时刻不变',
    en: 'Tries the act that has waited longest again at once; its time of receipt stands',
  }),
  deadlinePassed: () => ({
    zh: '使案件立即办结已届满的期限；届满的时刻不变',
    en: 'Has the case work off the deadline now; the instant at which it ended stands',
  }),
  messageStuck: ({ waiting }) => ({
    zh: `立即重发等待中的 ${Number(waiting ?? 0)} 封通知`,
    en: `Sends the ${Number(waiting ?? 0)} waiting messages again at once`,
  }),
  activityFailing: () => ({ zh: '立即重试失败的步骤', en: 'Tries the failing step again at once' }),
  workflowTaskFailing: () => ({
    zh: '等待下一次尝试，并报告是否成功；此处无法提前',
    en: 'Waits for the next try and says whether it succeeded; nothing can bring it forward',
  }),
};

/** What the repair would do. Throws for one that does not fit its cause. */
export function repairWords(kind: string, cause: string | undefined, detail: Detail): Label {
  switch (kind) {
    case 'remind':
      return { zh: '再次提醒应办理的人员', en: 'Reminds whoever must act once more' };
    case 'restart':
      if (cause === 'workflowTaskFailing')
        return {
          zh: '若流程仍无法推进，则结束该流程，从留痕重新启动；案件内容不变',
          en: 'If its workflow still does not get on, ends it and starts a new one from the ledger; nothing of the case changes',
        };
      if (cause !== undefined)
        return {
          zh: '若确无流程在运行，则从留痕重新启动；案件内容不变',
          en: 'If really no workflow runs, starts it again from the ledger; nothing of the case changes',
        };
      return {
        zh: '若无流程在运行，或其运行历史仍须旧密钥才能读取，则从留痕重新启动；案件内容不变',
        en: 'If no workflow runs, or the history of the one that runs needs an older key, starts it from the ledger; nothing of the case changes',
      };
    case 'terminate':
      return {
        zh: '若确无对应的在办案件，则终止该流程；案件不变',
        en: 'If really no case of it is open, terminates the workflow; no case changes',
      };
    default: {
      const say = cause !== undefined && Object.hasOwn(retries, cause) ? retries[cause] : undefined;
      if (!say) throw new Error(`There are no words for ${kind} of ${cause}`);
      return say(detail);
    }
  }
}

type Said = Record<'would' | 'done', Label>;

/** An act that only proposes. */
function proposing({ zh, en }: Label): Said {
  return {
    would: { zh: `提出${zh}；另一人复核后生效`, en: `Proposes to ${en}; takes effect once a second person confirms` },
    done: { zh: `已提出${zh}，待另一人复核`, en: `Proposed to ${en}; waits for a second person to confirm` },
  };
}

const acts: Record<string, Said> = {
  hold: proposing(actTable.hold),
  resume: proposing(actTable.resume),
  moveDeadline: proposing(actTable.moveDeadline),
  reassign: proposing(actTable.reassign),
  confirmMending: {
    would: { zh: '复核通过，立即生效', en: 'Confirms what was proposed; it takes effect at once' },
    done: { zh: '已复核，已生效', en: 'Confirmed, and in effect' },
  },
  refuseMending: {
    would: { zh: '驳回所提事项', en: 'Refuses what was proposed; nothing takes effect' },
    done: { zh: '已驳回', en: 'Refused; nothing has taken effect' },
  },
};

/** What an act on a case would do, or has done. Throws for one without words. */
export function actWords(kind: string, when: 'would' | 'done'): Label {
  const said = Object.hasOwn(acts, kind) ? acts[kind] : undefined;
  if (!said) throw new Error(`There are no words for ${kind}`);
  return said[when];
}

const statuses: Record<string, Label> = {
  waiting: { zh: '等待办理', en: 'Waits to be carried out' },
  running: { zh: '正在办理', en: 'Is being carried out' },
  done: { zh: '已办妥', en: 'Done, and it has helped' },
  notHelped: { zh: '已尝试，未能解决', en: 'Tried, and it did not help' },
  notNeeded: { zh: '已无需处理，未作任何改动', en: 'Needed no more; nothing was done' },
  refused: { zh: '案件未予接受', en: 'The case has refused it' },
};

const reasons: Record<string, Label> = {
  received: { zh: '已收到，案件尚未答复', en: 'it was received, and the case has not answered yet' },
  noRecipient: { zh: '没有可提醒的人员', en: 'there is nobody to remind' },
};

/** What became of a repair. */
export function outcomeWords(kind: string, status: string, detail: Detail): Label {
  const ofAct = status === 'done' && Object.hasOwn(acts, kind) ? actWords(kind, 'done') : undefined;
  const said = ofAct ?? statuses[status] ?? { zh: status, en: status };
  const { reason, zh, en } = detail as Record<string, string | undefined>;
  const why = zh !== undefined && en !== undefined ? { zh, en } : reason === undefined ? undefined : reasons[reason];
  return why ? { zh: `${said.zh}：${why.zh}`, en: `${said.en}: ${why.en}` } : said;
}
