/** The path that lies before a case as text for people: a step a paragraph, in the reader's language or in both. */
import {
  barLabels,
  bodyLabels,
  departmentLabels,
  inWords,
  roleLabels,
  stepLabels,
  unitLabels,
  type Label,
} from '../domain/labels.ts';
import { noticeKindLabels } from '../policies/index.ts';
import type { NoticeKind, Unit } from '../domain/rules.ts';
import type { PreviewTold } from './preview.ts';

/** Both languages, where the reader has said neither. */
export type Language = 'zh' | 'en' | undefined;

type Step = PreviewTold['steps'][number];
type People = Step['people'][number];

/** What is said of one preview to one reader. */
class Teller {
  readonly #names: ReadonlyMap<string, string>;
  readonly #language: Language;

  constructor(names: ReadonlyMap<string, string>, language: Language) {
    this.#names = names;
    this.#language = language;
  }

  say({ zh, en }: Label): string {
    return this.#language ? { zh, en }[this.#language] : `${zh} / ${en}`;
  }

  private list(names: readonly string[]): string {
    return names.join(this.#language === 'en' ? ', ' : '、');
  }

  private who(personIds: readonly string[]): string {
    return this.list(personIds.map((id) => this.#names.get(id) ?? id));
  }

  private people({ role, department, body, personIds }: People): string {
    const title = this.say(body === undefined ? roleLabels[role] : bodyLabels[body]);
    const of = department === undefined ? '' : `（${this.say(inWords(departmentLabels, [department]))}）`;
    if (role === 'member') return `  ${title}`;
    return `  ${title}${of}：${personIds.length > 0 ? this.who(personIds) : '—'}`;
  }

  private voters({ eligible, quorum, ...rest }: NonNullable<Step['assessment']>): string[] {
    const barred = 'barred' in rest ? rest.barred : [];
    const n = typeof eligible === 'number' ? eligible : eligible.length;
    return [
      `  ${this.say({ zh: `可表决 ${n} 人，法定 ${quorum} 人`, en: `${n} may vote, ${quorum} are needed` })}`,
      ...barred.map(
        ({ personId, bar }) =>
          `    ${this.say({ zh: '应当回避', en: 'must stand aside' })}：${this.who([personId])}（${this.say(barLabels[bar])}）`,
      ),
    ];
  }

  private window({ kind, n, unit, lastDay, provisional, skipped }: NonNullable<Step['window']>): string[] {
    const [notice, units] = [noticeKindLabels[kind as NoticeKind], unitLabels[unit as Unit]];
    return [
      `  ${this.say({
        zh: `${notice.zh} ${n} ${units.zh}，至 ${lastDay} 24:00${provisional ? '（暂定）' : ''}`,
        en: `${notice.en}, ${n} ${units.en}, until ${lastDay} 24:00${provisional ? ' (provisional)' : ''}`,
      })}`,
      ...skipped.map(({ date, reason }) => `    ${this.say({ zh: `${date} 不计`, en: `${date} not counted` })}：${reason}`),
    ];
  }

  step({ step, acts, people, from, to, dueBy, window, clauses, assessment }: Step): string[] {
    return [
      `${from === to ? from : `${from} – ${to}`}  ${this.say(stepLabels[step])}`,
      ...(dueBy === undefined ? [] : [`  ${this.say({ zh: `最迟 ${dueBy} 办结`, en: `due by ${dueBy}` })}`]),
      ...(acts.length > 0 ? [`  ${acts.map((act) => this.say(act)).join('；')}`] : []),
      ...people.map((one) => this.people(one)),
      ...(assessment ? this.voters(assessment) : []),
      ...(window ? this.window(window) : []),
      ...clauses.map(
        ({ clause, phrase, reading }) =>
          `  ${clause}「${phrase}」${reading === undefined ? '' : `（${this.say({ zh: '理解', en: 'reading' })}：${reading}）`}`,
      ),
    ];
  }
}

const earliest: Label = {
  zh: '日期均为最早日期；“最迟”为本单位规定的办理期限，自最早进入之日起算。',
  en: 'All dates are the earliest; "due by" ends the time the institution gives the step, counted from its earliest day.',
};

/** The preview as text; names by person id. */
export function previewText(
  { steps, bar, fault, warnings }: PreviewTold,
  names: ReadonlyMap<string, string>,
  language?: Language,
): string {
  const teller = new Teller(names, language);
  const line = (head: Label, said: Label): string => `${teller.say(head)}：${teller.say(said)}`;
  return [
    ...(bar ? [`${line({ zh: '不得赋权', en: 'barred' }, bar)} (${bar.clause})`] : []),
    ...(fault ? [line({ zh: '须补正', en: 'to be put right' }, fault)] : []),
    ...(steps.length > 0 ? [teller.say(earliest)] : []),
    ...steps.flatMap((step) => teller.step(step)),
    ...warnings.map((warning) => line({ zh: '注意', en: 'warning' }, warning)),
    '',
  ].join('\n');
}
