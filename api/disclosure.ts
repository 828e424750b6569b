import { anyOf } from '../contracts/noticeNames.ts';
import { bodyLabels, departmentLabels, noticeItemLabels, roleLabels, stepLabels } from '../domain/labels.ts';

/** What must not be shown in public: numbers by which people can be found or robbed, secret texts, objectors' names. */
export interface Finding {
  kind: 'idNumber' | 'phone' | 'bankCard' | 'email' | 'secret' | 'objector';
  zh: string;
  en: string;
}

/** Names that a text must not hold, and those of people whom it may name. */
export interface Names {
  hidden: readonly string[];
  shown: readonly string[];
}

const findings: Record<Exclude<Finding['kind'], 'objector'>, Finding> = {
  idNumber: { kind: 'idNumber', zh: '含身份证件号码', en: 'holds an identity number' },
  phone: { kind: 'phone', zh: '含个人电话号码', en: 'holds a personal telephone number' },
  bankCard: { kind: 'bankCard', zh: '含银行卡号', en: 'holds a bank card number' },
  email: { kind: 'email', zh: '含电子邮箱地址', en: 'holds an e-mail address' },
  secret: { kind: 'secret', zh: '含标为秘密的内容', en: 'holds a text marked secret' },
};

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

function isIdNumber(text: string): boolean {
  const sum = WEIGHTS.reduce((total, weight, i) => total + weight * Number(text[i]), 0);
  return '10X98765432'[sum % 11] === text[17]?.toUpperCase();
}

/** Luhn's check: of other long numbers nine in ten fail it. */
function isBankCard(text: string): boolean {
  const sum = Array.from(text)
    .toReversed()
    .reduce((total, digit, i) => {
      const value = Number(digit) * (i % 2 === 1 ? 2 : 1);
      return total + (value > 9 ? value - 9 : value);
    }, 0);
  return sum % 10 === 0;
}

/** Digits in one piece: full-width digits, blanks and dashes are how numbers hide. */
function numbersIn(text: string): string[] {
  return (
    text
      .normalize('NFKC')
      .replaceAll(/(?<=\d)[ \-·.]+(?=[\dXx])/g, '')
      .match(/\d+[Xx]?/g) ?? []
  );
}

const marked =
  /(?:绝密|机密|秘密|内部(?:资料|文件)|商业秘密|TOP SECRET|CONFIDENTIAL)\s*(?:★|☆|[:：]|\d+\s*年|【|】)|[【[(（](?:绝密|机密|秘密|商业秘密)[】\])）]/i;

const tidy = (name: string): string => name.normalize('NFKC').trim();

/** Words that texts about a case cannot do without, whoever gives one of them for a name. */
const common = (
  '单位 本单位 学校 研究所 研究院 完成人 发明人 申请人 异议人 本人 代表 人员 同志 老师 部门 专员 办公室 公示 异议 理由 证据 材料 ' +
  '书面 意见 决定 协议 案件 申请 审核 办理 暂停 期限 匿名 成果 科技成果 职务 转化 赋权 份额 比例 收益 分配 所有 ' +
  'unit team inventor inventors applicant objector objection notice share office case'
).split(' ');
const labels = [stepLabels, bodyLabels, roleLabels, noticeItemLabels, departmentLabels].flatMap((some) => Object.values(some));
const anyCommon = anyOf([...common, ...labels.flatMap(({ zh, en }) => [zh, en.toLowerCase()])]) ?? /(?!)/g;

/** Whether what somebody gave for a name is made of nothing but words that every text of a case may hold. */
export const isCommonWord = (name: string): boolean => tidy(name).toLowerCase().replaceAll(anyCommon, '') === '';

/** The hidden names that stand in the text, each told with its words so that they can be found and reworded. */
export function namesFound(text: string, names: Names): Finding[] {
  const plain = text.normalize('NFKC');
  const shown = names.shown.map(tidy);
  // What is shown under the same name, or under a longer one around it, is not meant.
  const found = [...new Set(names.hidden.map(tidy))].filter((name) => {
    const around = anyOf(shown.filter((one) => one.includes(name)));
    return name.length > 1 && (around ? plain.replaceAll(around, '\0') : plain).includes(name);
  });
  return found.map((name) => ({
    kind: 'objector',
    zh: `含异议人姓名“${name}”，请删去或改写`,
    en: `names an objector: “${name}”; leave it out or reword it`,
  }));
}

/** What in the text must not be shown, whoever it is about. */
export function disclosureFindings(text: string): Finding[] {
  const plain = text.normalize('NFKC');
  const numbers = numbersIn(text);
  const found: (keyof typeof findings)[] = [];
  if (
    numbers.some((n) => n.length === 18 && isIdNumber(n)) ||
    numbers.some((n) => /^[1-9]\d{5}\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}$/.test(n))
  ) {
    found.push('idNumber');
  }
  if (numbers.some((n) => /^(?:86)?1[3-9]\d{9}$/.test(n))) found.push('phone');
  if (numbers.some((n) => /^[3-6]\d{15,18}$/.test(n) && isBankCard(n))) found.push('bankCard');
  if (/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/.test(plain)) found.push('email');
  if (marked.test(plain)) found.push('secret');
  return found.map((kind) => findings[kind]);
}
