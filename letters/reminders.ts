import type { Letters } from './letter.ts';

/** What the daily checks send; no act of a case stands behind them. */
export const reminders: Letters = {
  taskDue: {
    subject: ['待办事项即将到期', 'A task is due soon'],
    text: ['{case}的待办“{act}”将于 {due} 到期。', 'Your task “{act}” in {case} is due at {due} (China time).'],
  },
  taskOverdue: {
    subject: ['待办事项已逾期', 'A task is overdue'],
    text: ['{case}的待办“{act}”已于 {due} 到期，请尽快办理。', 'Your task “{act}” in {case} was due at {due} (China time).'],
  },
  deliberationEnded: {
    subject: ['您不再参加该事项的审议', 'You sit on a case no more'],
    text: [
      '{case}仍由{body}审议，您已不在可参加审议的席位上，无须再办理。',
      '{case} lies before {body} still. You hold no seat for it any more, and need do nothing.',
    ],
  },
  titleChangeReminder: {
    subject: ['权属变更尚未办理', 'The title has not been changed yet'],
    text: [
      '{case}的协议签订已满 {days} 日，权属变更尚未登记，请及时办理。',
      'The agreement for {case} was concluded {days} days ago and no change of title has been recorded. Please see to it.',
    ],
  },
};
