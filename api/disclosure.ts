/** What must not be shown in public: numbers by which people can be found or robbed, secret texts, objectors' names. */
export interface Finding {
  kind: 'idNumber' | 'phone' | 'bankCard' | 'email' | 'secret' | 'objector';
  zh: string;
  en: string;
}

const findings: Record<Finding['kind'], Finding> = {
  idNumber: { kind: 'idNumber', zh: '含身份证件号码', en: 'holds an identity number' },
  phone: { kind: 'phone', zh: '含个人电话号码', en: 'holds a personal telephone number' },
  bankCard: { kind: 'bankCard', zh: '含银行卡号', en: 'holds a bank card number' },
  email: { kind: 'email', zh: '含电子邮箱地址', en: 'holds an e-mail address' },
  secret: { kind: 'secret', zh: '含标为秘密的内容', en: 'holds a text marked secret' },
  objector: { kind: 'objector', zh: '含异议人姓名', en: 'names an objector' },
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

/** What in the text must not be shown; `names` are those of objectors. */
export function disclosureFindings(text: string, names: readonly string[]): Finding[] {
  const plain = text.normalize('NFKC');
  const numbers = numbersIn(text);
  const found: Finding['kind'][] = [];
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
  if (names.some((name) => name.trim().length > 1 && plain.includes(name.trim().normalize('NFKC')))) found.push('objector');
  return found.map((kind) => findings[kind]);
}
