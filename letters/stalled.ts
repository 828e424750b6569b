/** Why something stands still, in an officer's words: what it is, who must act, what can be done. */
import { actLabels } from '../domain/index.ts';
import { bodyLabels, inWords, roleLabels, type Label } from '../domain/labels.ts';

export interface StalledWords extends Label {
  who: Label;
  todo: Label;
}

/** What a finding or a repair knows of itself: codes, counts, ids. */
export type Detail = Readonly<Record<string, unknown>>;

type Sayings = Record<string, (detail: Detail) => [zh: string, en: string, todoZh: string, todoEn: string]>;

/** A deadline, or what time alone brings, by its code. */
const timed = (kind: unknown): Label | undefined => deadlines[String(kind)] ?? actLabels[String(kind)];

const actWords = (code: unknown): Label => inWords(actLabels, [String(code)]);
const number = (value: unknown): number => Number(value ?? 0);

const deadlines: Record<string, Label> = {
  window: { zh: '公示期', en: 'publicity window' },
  review: { zh: '复核申请期', en: 'time for asking for a review' },
};

const checks: Record<string, Label> = {
  database: { zh: '数据库中的停滞事项', en: 'what the database tells' },
  quorum: { zh: '决策机构的法定人数', en: 'quorums' },
  platform: { zh: '日历与密钥', en: 'calendar and keys' },
  workers: { zh: '工作进程', en: 'workers' },
  engine: { zh: '流程引擎中的停滞事项', en: 'what the engine tells' },
  comparison: { zh: '在办案件与运行中流程的比对', en: 'open cases against running workflows' },
};

const sayings: Sayings = {
  taskOverdue: ({ act }) => [
    `“${actWords(act).zh}”已逾期`,
    `“${actWords(act).en}” is overdue`,
    '提醒经办人；必要时改派或暂停办理',
    'Remind whoever must do it; else reassign it, or hold the case',
  ],
  quorumLost: ({ body, eligible, quorum }) => [
    `${inWords(bodyLabels, [String(body)]).zh}可表决 ${number(eligible)} 人，不足法定 ${number(quorum)} 人`,
    `${number(eligible)} of ${inWords(bodyLabels, [String(body)]).en} may vote, ${number(quorum)} are needed`,
    '由管理员指定替补，或依规调整成员',
    'The administrator names substitutes, or seats new members',
  ],
  deadlinePassed: ({ kind }) => [
    `${timed(kind)?.zh ?? '期限'}已届满，系统尚未办结`,
    `The ${timed(kind)?.en ?? 'deadline'} is over and has not been worked off`,
    '期限以届满时刻为准，不受影响；可重试',
    'It ended at its instant all the same; try again',
  ],
  actUnanswered: ({ act, waiting }) => [
    `“${actWords(act).zh}”已收到，尚未答复${number(waiting) > 1 ? `；其后还有 ${number(waiting) - 1} 项等待` : ''}`,
    `“${actWords(act).en}” was received and has no answer${number(waiting) > 1 ? `; ${number(waiting) - 1} more wait behind it` : ''}`,
    '收到的时刻不受影响；系统会继续办理，也可立即重试',
    'Its time of receipt stands; it is tried on by itself, or try it again now',
  ],
  messageStuck: ({ channel, waiting }) => [
    `${number(waiting)} 封通知未能送出（${String(channel) === 'inbox' ? '站内' : String(channel)}）`,
    `${number(waiting)} messages could not be sent (${String(channel)})`,
    '案件不受影响；检查邮件等服务，恢复后可立即重发',
    'No case waits for it; see to the mail server, then send again',
  ],
  activityFailing: ({ attempts }) => [
    `系统办理此案的一个步骤反复失败（已试 ${number(attempts)} 次）`,
    `A step of the machine fails again and again in this case (${number(attempts)} attempts)`,
    '查明原因后重试',
    'See to the reason, then try again',
  ],
  workflowTaskFailing: () => [
    '系统无法推进此案',
    'The machine cannot carry this case on',
    '多因程序错误或缺少密钥；修复后会自动继续，也可立即从留痕重新启动流程',
    'Mostly a fault of the program or a missing key; it goes on by itself once that is mended, or start it anew from the ledger',
  ],
  workflowLost: () => [
    '案件在办，但没有流程在运行',
    'The case is open and no workflow runs it',
    '从留痕重新启动流程；不改变案件内容',
    'Start its workflow again from the ledger; nothing of the case changes',
  ],
  workflowUnknown: () => [
    '有流程在运行，但没有对应的在办案件',
    'A workflow runs of which no case is open',
    '终止该流程；不改变任何案件',
    'Terminate it; no case changes',
  ],
  calendarMissing: ({ year }) => [
    `缺少 ${String(year)} 年放假安排日历`,
    `The calendar of ${String(year)} is missing`,
    '由平台运营者导入；此前的期限为暂定',
    'The operator of the platform imports it; deadlines are provisional until then',
  ],
  keyMissing: ({ key }) => [
    `缺少加密密钥 ${String(key)}`,
    `The encryption key ${String(key)} is not at hand`,
    '找回密钥并重新启动；不会丢失数据',
    'Put it back and restart; nothing is lost',
  ],
  noWorker: ({ build }) => [
    build === undefined ? '没有工作进程在运行，所有案件停止' : '现行版本的工作进程不在领取任务，所有案件停止',
    build === undefined
      ? 'No worker runs: every case stands still'
      : 'No worker of the current release polls: every case stands still',
    '启动工作进程；已收到的办理不会丢失',
    'Start a worker; nothing that was received is lost',
  ],
  checkStopped: ({ check }) => [
    `未能检查：${checks[String(check)]?.zh ?? String(check)}；本列表可能不全`,
    `Not looked at: ${checks[String(check)]?.en ?? String(check)}; the list may lack something`,
    '查看工作进程日志中的原因',
    "See the worker's log for the reason",
  ],
};

/** What the list says of a finding. Throws for a cause without words. */
export function stalledWords(cause: string, detail: Detail, role: string | undefined): StalledWords {
  const say = Object.hasOwn(sayings, cause) ? sayings[cause] : undefined;
  if (!say) throw new Error(`There are no words for ${cause}`);
  const [zh, en, todoZh, todoEn] = say(detail);
  const who =
    role !== undefined && role in roleLabels
      ? roleLabels[role as keyof typeof roleLabels]
      : { zh: '经办人', en: 'the person named' };
  return { zh, en, who, todo: { zh: todoZh, en: todoEn } };
}
