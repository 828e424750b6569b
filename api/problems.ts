/**
 * What can go wrong, as RFC 9457 problems. Every code is stable, says in Chinese and in English what is wrong and what
 * to do, and is served at its own type address. Refusals of the deciders travel as problems with their own codes.
 */
import type { FieldError } from '../contracts/schemas.ts';
import type { Refusal } from '../domain/process.ts';

interface Entry {
  status: number;
  zh: string;
  en: string;
  /** What the caller can do about it. */
  todo: { zh: string; en: string };
}

const entry = (status: number, zh: string, en: string, todoZh: string, todoEn: string): Entry => ({
  status,
  zh,
  en,
  todo: { zh: todoZh, en: todoEn },
});

/** The catalogue. Codes are never renamed or reused. */
export const catalogue = {
  'auth.required': entry(
    401,
    '需要登录凭证',
    'A bearer token is required',
    '请在 Authorization 头中携带 Bearer 令牌',
    'Send an Authorization header with a Bearer token',
  ),
  'auth.invalid': entry(401, '登录凭证无效', 'The token is not valid', '请重新登录取得令牌', 'Sign in again to get a token'),
  'auth.expired': entry(401, '登录凭证已过期', 'The token has expired', '请重新登录取得令牌', 'Sign in again to get a token'),
  'auth.unknownPerson': entry(
    401,
    '系统中没有该令牌所指的人员',
    'Nobody here is the person the token names',
    '请联系本单位管理员登记人员',
    'Ask the administrator of your institution to add you',
  ),
  'access.denied': entry(
    403,
    '您的角色不能办理此事',
    'Your roles do not allow this',
    '请由有权限的人员办理，或取得其委托',
    'Have it done by somebody with the role, or under a delegation',
  ),
  'person.elsewhere': entry(
    403,
    '该人员也属于其他单位，其姓名与状态不由一个单位修改',
    'This person belongs to another institution too; one institution alone does not change their name or status',
    '请由平台维护人员修改；在本单位的角色、部门与任期可照常修改',
    'Ask the operator of the platform; roles, departments and dates here can be changed as usual',
  ),
  'delegation.notValid': entry(
    403,
    '当日没有该人员对您的有效委托',
    'No delegation from that person to you is valid today',
    '请核对委托的起止日期',
    'Check the first and the last day of the delegation',
  ),
  'delegation.otherActs': entry(
    403,
    '委托给您的办理动作不含此项',
    'What is delegated to you does not include this act',
    '请由委托人本人办理，或请其另行委托',
    'Have it done by the person who delegated, or ask them to delegate this act too',
  ),
  'delegation.ambiguous': entry(
    422,
    '您同时受多人委托，须指明代谁办理',
    'Several people have delegated this to you',
    '请在 onBehalfOf 中写明委托人',
    'Name the person in onBehalfOf',
  ),
  notFound: entry(404, '没有找到', 'Not found', '请核对地址与编号', 'Check the address and the id'),
  'request.methodNotAllowed': entry(
    405,
    '该地址不支持此方法',
    'This address does not take that method',
    '请查阅接口文档',
    'See the API document',
  ),
  'request.malformed': entry(
    400,
    '请求内容不是合法的 JSON',
    'The request body is not valid JSON',
    '请检查 JSON 语法与编码',
    'Check the JSON syntax and encoding',
  ),
  'request.tooLarge': entry(413, '请求内容过大', 'The request is too large', '请减小内容或分次提交', 'Send less, or in parts'),
  'request.unsupportedType': entry(
    415,
    '不支持该内容类型',
    'The content type is not supported',
    '请使用文档所列的内容类型',
    'Use the content type that the document names',
  ),
  'request.invalid': entry(
    400,
    '请求内容不符合要求',
    'The request is not acceptable',
    '请按 errors 中的逐项说明修改',
    'Correct what errors lists',
  ),
  'request.badCursor': entry(
    400,
    '翻页标记无效',
    'The page cursor is not valid',
    '请从第一页重新查询',
    'Start again from the first page',
  ),
  'idempotency.keyMissing': entry(
    400,
    '缺少 Idempotency-Key 请求头',
    'The Idempotency-Key header is missing',
    '每次办理请使用一个新的键（如 UUID），重试时沿用原键',
    'Use a new key, such as a UUID, for each act, and the same one to retry',
  ),
  'idempotency.keyInvalid': entry(
    400,
    'Idempotency-Key 须为 8 至 128 个可见 ASCII 字符',
    'An Idempotency-Key has 8 to 128 visible ASCII characters',
    '请使用 UUID',
    'Use a UUID',
  ),
  'rehearsal.draft': entry(
    409,
    '草稿不能预演',
    'A draft cannot be rehearsed',
    '请用流程预览，或先送出申请',
    'Read its preview instead, or send it first',
  ),
  'repair.nothing': entry(
    409,
    '没有可这样处理的停滞事项',
    'Nothing stands still that can be repaired in this way',
    '请重新查看停滞事项列表',
    'Read the list of what stands still again',
  ),
  'idempotency.otherBody': entry(
    422,
    '该键已用于内容不同的办理',
    'This key was used for another act or body',
    '新的办理请使用新的键',
    'Use a new key for a new act',
  ),
  'precondition.required': entry(
    428,
    '缺少 If-Match 请求头',
    'The If-Match header is missing',
    '请先读取，再以其 ETag 作为 If-Match 提交',
    'Read first, then send its ETag as If-Match',
  ),
  'precondition.failed': entry(
    412,
    '读取之后已被修改',
    'It has changed since it was read',
    '请重新读取后再修改',
    'Read it again, then change it',
  ),
  'conflict.lostRace': entry(
    409,
    '同时有他人在修改',
    'Somebody else was changing it at the same time',
    '请重新读取后再试',
    'Read it again and retry',
  ),
  'conflict.exists': entry(409, '已经存在', 'It exists already', '请使用已有的一项', 'Use the one that exists'),
  'subject.erased': entry(
    410,
    '所涉人员或案件的内容已依法删除，不能再写入或读取',
    'What belongs to this person or case has been erased; nothing can be written or read under it',
    '请勿再提交该内容；确需办理的，请联系监督人员',
    'Do not send it again; ask the supervisor if something must be done',
  ),
  'conflict.inUse': entry(
    409,
    '仍被引用，不能删除',
    'It is still in use and cannot be removed',
    '请先解除引用',
    'Release what uses it first',
  ),
  'act.wrongStep': entry(
    409,
    '案件当前环节不能办理此事',
    'The case does not stand at a step where this can be done',
    '请查看案件当前环节与 allowedActs',
    "See the case's step and allowedActs",
  ),
  refused: entry(
    422,
    '按规定或案件现状，此事不予办理；原因见 zh、en 与 clause',
    'The rules, or how the case stands, do not allow this; zh, en and clause say why',
    '请按所述原因处理后再办理',
    'Settle what is said first',
  ),
  'draft.incomplete': entry(
    422,
    '草稿尚不完整',
    'The draft is not complete',
    '请按 errors 中的逐项说明补全',
    'Complete what errors lists',
  ),
  'rules.missing': entry(
    422,
    '本单位在该日缺少必要的规定',
    'A rule that is needed is missing for this institution on that date',
    '请由管理员在校内规定中补充',
    "Have the administrator fill it in the institution's overlay",
  ),
  'overlay.invalid': entry(
    422,
    '校内规定不能采用',
    'The overlay cannot be accepted',
    '请按 errors 中的逐项说明修改',
    'Correct what errors lists',
  ),
  'pack.invalid': entry(
    422,
    '政策包不能导入',
    'The pack cannot be imported',
    '请按 errors 中的逐项说明修改',
    'Correct what errors lists',
  ),
  'calendar.invalid': entry(
    422,
    '日历不能导入',
    'The calendar cannot be imported',
    '请按 errors 中的逐项说明修改',
    'Correct what errors lists',
  ),
  'notice.disclosure': entry(
    422,
    '公示内容含有不得公开的信息',
    'The notice shows what must not be shown',
    '请删去或改写 errors 所列内容',
    'Remove or reword what errors lists',
  ),
  'objection.namesObjector': entry(
    422,
    '理由中出现了异议人姓名，而申请人可以看到理由',
    'The reasons name the objector, and the applicants can read them',
    'errors 逐处列出姓名，请删去或改写；需告知异议人的写入答复',
    'Leave out or reword the names that errors lists; what is for the objector goes into the reply',
  ),
  'notice.changed': entry(
    409,
    '公示内容与案件现状不一致',
    'The notice is not what the case now says',
    '请重新生成公示草稿并确认',
    'Compose the draft again and confirm it',
  ),
  'document.missing': entry(
    422,
    '引用的文件尚未上传',
    'A document is named that was not uploaded',
    '请先上传文件',
    'Upload the document first',
  ),
  'document.typeRefused': entry(
    415,
    '不接受该类型的文件',
    'Files of this kind are not accepted',
    '请上传 PDF、OFD、PNG、JPEG、TIFF、Word（docx）或 Excel（xlsx）文件',
    'Upload a PDF, OFD, PNG, JPEG, TIFF, Word (docx) or Excel (xlsx) file',
  ),
  'document.tooManyWaiting': entry(
    429,
    '未被引用的文件过多',
    'Too much is uploaded that no act names',
    '请先在办理动作中引用已上传的文件，或待其到期',
    'Let acts name what you have uploaded, or wait until it expires',
  ),
  'service.unavailable': entry(
    503,
    '服务暂时不可用，未作任何办理',
    'The service is not available just now; nothing was done',
    '请稍后以同一 Idempotency-Key 重试',
    'Retry later with the same Idempotency-Key',
  ),
  'service.internal': entry(
    500,
    '服务内部错误',
    'Something went wrong inside the service',
    '请将 instance 中的编号告知管理员',
    'Tell the administrator the id in instance',
  ),
} satisfies Record<string, Entry>;

export type ProblemCode = keyof typeof catalogue;

/** Where a code is explained. Deciders' codes say all there is to say in the problem itself; they share one entry. */
export const problemType = (code: string): string =>
  Object.hasOwn(catalogue, code) ? `/api/v1/problems/${code}` : `/api/v1/problems/refused#${code}`;

/** The body of an `application/problem+json` answer. */
export interface ProblemBody {
  type: string;
  /** Both languages in one line, for readers of plain RFC 9457. */
  title: string;
  status: number;
  code: string;
  zh: string;
  en: string;
  todo?: { zh: string; en: string };
  /** Id of the request, as the log knows it. */
  instance?: string;
  errors?: FieldError[];
  clause?: string;
  /** Persons whom a refusal is about, by id. */
  persons?: string[];
}

interface Extra {
  errors?: FieldError[];
  headers?: Record<string, string>;
  /** Replaces the catalogue's sentences where more can be said. */
  zh?: string;
  en?: string;
  clause?: string;
}

/** Thrown anywhere under a route; the last middleware turns it into the answer. */
export class Problem extends Error {
  readonly body: ProblemBody;
  readonly headers: Record<string, string>;

  constructor(what: ProblemCode | ProblemBody, extra: Extra = {}) {
    const body = typeof what === 'string' ? catalogued(what, extra) : what;
    super(body.code);
    this.name = 'Problem';
    this.headers = extra.headers ?? (body.status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {});
    this.body = body;
  }
}

function catalogued(code: ProblemCode, extra: Extra): ProblemBody {
  const { status, zh, en, todo } = catalogue[code];
  return problemBody({ code, status, zh: extra.zh ?? zh, en: extra.en ?? en }, { todo, ...pick(extra) });
}

function pick({ errors, clause }: Extra): Partial<ProblemBody> {
  return { ...(errors ? { errors } : {}), ...(clause ? { clause } : {}) };
}

function problemBody(said: { code: string; status: number; zh: string; en: string }, more: Partial<ProblemBody>): ProblemBody {
  const { code, status, zh, en } = said;
  return { type: problemType(code), title: `${zh} / ${en}`, status, code, zh, en, ...more };
}

/** A decider's refusal as a problem; `pointer` says how the API names what the decider points at. */
export function refusalBody(refusal: Refusal, pointer: (at: string) => string): ProblemBody {
  const { zh, en, at, clause, persons } = refusal;
  return problemBody(refusal, {
    ...(at === undefined ? {} : { errors: [{ pointer: pointer(at), zh, en }] }),
    ...(clause === undefined ? {} : { clause }),
    ...(persons === undefined ? {} : { persons }),
  });
}
