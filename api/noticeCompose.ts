/** Composes what a notice shows from the case, so that it can show nothing else. */
import { percentOfPpm, type NoticeContent } from '../contracts/schemas.ts';
import type { EmpowermentState } from '../domain/empowerment/index.ts';
import { noticeItemLabels, unitLabels } from '../domain/labels.ts';
import { openWindow } from '../domain/publicity/index.ts';
import { ruleOf, type NoticeItem, type NoticeKind } from '../domain/rules.ts';
import { startOfDay, type Calendar } from '../domain/time/index.ts';
import { modeLabels, noticeKindLabels, resultKindLabels, roadLabels } from '../policies/index.ts';

/** The case with its texts opened, and everything else a notice is made of. */
export interface NoticeSource {
  state: EmpowermentState;
  title: string;
  summary: string | undefined;
  names: ReadonlyMap<string, string>;
  unit: string;
  today: string;
  calendar: Calendar;
  /** A window longer than the rule's floor, in the rule's own unit. */
  n: number | undefined;
}

const both = ({ zh, en }: { zh: string; en: string }): string => `${zh} / ${en}`;

function application({ state }: NoticeSource) {
  if (!state.application || !state.rules) throw new Error('A notice is composed for an open case only');
  return { ...state.application, rules: state.rules };
}

/** Fen as yuan with two decimals. */
function yuan(fen: string): string {
  const padded = fen.padStart(3, '0');
  return `${padded.slice(0, -2)}.${padded.slice(-2)} 元 / CNY`;
}

function split(source: NoticeSource): string {
  const { inventors } = application(source);
  return inventors.map(({ personId, ppm }) => `${nameOf(source, personId)} ${percentOfPpm(ppm)}%`).join('、');
}

/** With co-owners, what is divided is the institution's own part; theirs is between them and the institution (decision 0108). */
function ownPart(source: NoticeSource): string {
  const { coOwners } = application(source);
  return coOwners.length === 0
    ? ''
    : `（成果另有共有人 ${coOwners.length} 个，以上为本单位所持部分的划分 / of the unit's own part; ${coOwners.length} co-owner(s) hold theirs beside it）`;
}

function nameOf({ names }: NoticeSource, personId: string): string {
  return names.get(personId) ?? '（已隐去 / withheld）';
}

function period(source: NoticeSource, kind: NoticeKind): string {
  const { mode, rules } = application(source);
  const rule = kind === 'price' ? ruleOf(rules, 'publicity.price') : ruleOf(rules, `publicity.${mode}`);
  const duration = source.n === undefined ? rule.value : { ...rule.value, n: source.n };
  const window = openWindow('draft', startOfDay(source.today), duration, rule, source.calendar);
  const { zh, en } = unitLabels[duration.unit];
  return `自 ${source.today} 起，不少于 ${duration.n} ${zh}，至 ${window.lastDay} 24:00（${rule.cite.clause}） / from ${source.today}, at least ${duration.n} ${en}, until ${window.lastDay} 24:00`;
}

/** One item's value, or undefined if the case has nothing to show for it. */
const values: Record<NoticeItem, (source: NoticeSource, kind: NoticeKind) => string | undefined> = {
  resultName: ({ title }) => title,
  resultNumber: (source) => {
    const { resultNumber, resultKind } = application(source);
    return resultNumber ?? `无登记编号（${resultKindLabels[resultKind].zh}） / no number (${resultKindLabels[resultKind].en})`;
  },
  inventors: (source) =>
    application(source)
      .inventors.map(({ personId }) => nameOf(source, personId))
      .join('、'),
  mode: (source) => {
    const { mode, road } = application(source);
    return road === undefined ? both(modeLabels[mode]) : `${both(modeLabels[mode])}（${both(roadLabels[road])}）`;
  },
  sharesOrTerm: (source) => {
    const { mode, unitPpm, years } = application(source);
    if (mode === 'useRight') return `使用期限 ${years ?? ''} 年 / for ${years ?? ''} year(s)`;
    const rest = percentOfPpm(1_000_000 - unitPpm);
    return `单位 ${percentOfPpm(unitPpm)}%，完成人 ${rest}%，完成人之间：${split(source)} / unit ${percentOfPpm(unitPpm)}%, inventors ${rest}%${ownPart(source)}`;
  },
  incomeSplit: (source) => {
    const { incomeUnitPpm } = application(source);
    const rest = percentOfPpm(1_000_000 - incomeUnitPpm);
    return `单位 ${percentOfPpm(incomeUnitPpm)}%，完成人 ${rest}%，完成人之间：${split(source)} / unit ${percentOfPpm(incomeUnitPpm)}%, inventors ${rest}%${ownPart(source)}`;
  },
  period,
  objectionRoute: ({ unit }) =>
    `公示期内可在本公示页面实名提出异议，写明理由并附证据；也可书面送交${unit}科技成果转化管理部门 / object by name on the page of this notice, with grounds and evidence, or in writing to the transfer office`,
  intendedPrice: (source) => {
    const { price } = application(source);
    return price && yuan(price.intendedFen);
  },
  relatedParty: (source) => {
    const { price, inventors } = application(source);
    if (!price) return undefined;
    return price.buyerIds
      .map((id) => {
        const inventor = inventors.some(({ personId }) => personId === id);
        return `${nameOf(source, id)}（${inventor ? '受让方为完成人 / buyer is an inventor' : '受让方 / buyer'}）`;
      })
      .join('、');
  },
  summary: ({ summary }) => summary,
};

/** Items that are shown wherever there is something to show, beyond those that the rules ask for. */
const ofRight: NoticeItem[] = [
  'resultName',
  'resultNumber',
  'inventors',
  'mode',
  'sharesOrTerm',
  'incomeSplit',
  'period',
  'objectionRoute',
];
const always: Record<NoticeKind, NoticeItem[]> = {
  empowerment: ofRight,
  renewal: ofRight,
  price: ['resultName', 'intendedPrice', 'relatedParty', 'period', 'objectionRoute'],
};

/** The content, and the required items that the case cannot fill. */
export function composeNotice(source: NoticeSource, kind: NoticeKind): { content: NoticeContent; missing: NoticeItem[] } {
  const { rules } = application(source);
  const required = ruleOf(rules, kind === 'price' ? 'publicity.price.contents' : 'publicity.empowerment.contents').value;
  const wanted = [...new Set([...always[kind], ...required])];
  const filled = wanted.flatMap((item) => {
    const value = values[item](source, kind);
    return value === undefined || value === '' ? [] : [{ item, ...noticeItemLabels[item], value }];
  });
  return {
    content: { heading: both(noticeKindLabels[kind]), unit: source.unit, items: filled },
    missing: required.filter((item) => !filled.some((one) => one.item === item)),
  };
}
