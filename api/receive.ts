/**
 * Receives an act: who, what, sealed, written to the inbox in one transaction; then waits a while for the answer. An
 * act already received under its key is answered again, whatever has changed since.
 */
import { randomUUID } from 'node:crypto';
import { canonicalJson } from '../contracts/canonical.ts';
import { apiPointer, fieldErrors, schemaOf } from '../contracts/schemas.ts';
import type { ActRow } from '../domain/casework/index.ts';
import { processOf } from '../domain/index.ts';
import type { Refusal } from '../domain/process.ts';
import type { RuleSnapshot } from '../domain/rules.ts';
import { dateOfInstant } from '../domain/time/index.ts';
import { missingKeys } from '../policies/index.ts';
import type { PrismaClient } from '../prisma/generated/client.ts';
import type { StoredAnswer } from './answers.ts';
import { readSome } from './caseRead.ts';
import { authorise, caseFacts, sightOf, type CaseFacts, type Standing } from './caseAccess.ts';
import { sql, type Sql } from './db.ts';
import { readDraft } from './drafts.ts';
import { keptTexts } from './keptTexts.ts';
import { checkShown, withNamesApart } from './noticeCheck.ts';
import { Problem, refusalBody } from './problems.ts';
import type { Answer, Context } from './route.ts';
import { documentsIn, seal } from './seal.ts';

/** What a client sends: the act's name, its body, and whose right is used if not one's own. */
export interface SentAct {
  type: string;
  onBehalfOf?: string | undefined;
  body?: unknown;
}

/** The inbox row as SQL gives it. */
export interface Receipt {
  id: string;
  caseId: string;
  type: string;
  receivedAt: string;
  onBehalfOf?: string;
  answeredAt?: string;
  answer?: StoredAnswer;
}

const KEY = /^[\x21-\x7e]{8,128}$/;

/** The idempotency key that was sent, or the problem. */
export function keyOf(header: string | undefined): string {
  if (header === undefined || header === '') throw new Problem('idempotency.keyMissing');
  if (!KEY.test(header)) throw new Problem('idempotency.keyInvalid');
  return header;
}

/** A receipt as it is told: with the answer, once there is one. */
export function receiptBody({ id, type, caseId, receivedAt, answer, onBehalfOf }: Receipt): Record<string, unknown> {
  const told = { actId: id, type, caseId, receivedAt, ...(onBehalfOf === undefined ? {} : { onBehalfOf }) };
  return answer === undefined ? { ...told, outcome: 'received' } : { ...told, ...answer };
}

/** Where the deciders' pointers stand in what the client sent. */
export const pointer = (at: string): string => `/body${apiPointer(at)}`;

/** What the client is told of a receipt: the answer, the refusal, or that it was received. */
function answerFor(context: Context, receipt: Receipt): Answer {
  const headers = { Location: `/api/v1/institutions/${context.caller.institution.code}/acts/${receipt.id}` };
  const { answer } = receipt;
  if (answer?.outcome === 'refused') throw new Problem(refusalBody(answer['refusal'] as Refusal, pointer), { headers });
  return { status: answer === undefined ? 202 : 200, body: receiptBody(receipt), headers };
}

/** The receipt of the caller's earlier act with the key; another act under the same key is a problem. */
async function earlier(
  prisma: PrismaClient,
  context: Context,
  act: { caseId: string; type: string; hashes: string[]; key: string },
): Promise<Receipt | undefined> {
  const { caller } = context;
  const row = await prisma.inbox.findUnique({
    where: {
      institutionId_actorPerson_idempotencyKey: {
        institutionId: caller.institution.id,
        actorPerson: caller.personId,
        idempotencyKey: act.key,
      },
    },
  });
  if (row === null) return undefined;
  if (row.caseId !== act.caseId || row.type !== act.type || !act.hashes.includes(row.bodyHash)) {
    throw new Problem('idempotency.otherBody');
  }
  return {
    id: row.id,
    caseId: row.caseId,
    type: row.type,
    receivedAt: row.receivedAt.toISOString(),
    ...(row.onBehalfOf === null ? {} : { onBehalfOf: row.onBehalfOf }),
    ...(row.answer === null ? {} : { answer: row.answer as unknown as StoredAnswer }),
  };
}

/** The case for this caller and act, or 404: a stranger may object to what is shown to them, and to nothing else. */
async function caseFor(context: Context, caseId: string, type: string): Promise<CaseFacts> {
  const facts = await caseFacts(context.deps.db, context.caller, caseId);
  const seen = facts && (sightOf(context.caller, facts) !== undefined || (type === 'fileObjection' && facts.noticed));
  if (!facts || !seen) throw new Problem('notFound');
  return facts;
}

function departmentOf(body: unknown): string | undefined {
  const named = (body as { department?: unknown } | undefined)?.department;
  return typeof named === 'string' ? named : undefined;
}

/** The row by which the process of the case declares the act, or the problem. */
function rowFor({ kind }: CaseFacts, type: string): ActRow {
  const table = processOf(kind)?.table ?? {};
  const row = Object.hasOwn(table, type) ? table[type] : undefined;
  if (row) return row;
  const errors = [{ pointer: '/type', zh: '此类案件没有该办理动作', en: 'is no act of a case of this kind' }];
  throw new Problem('request.invalid', { errors });
}

function parseAct(kind: string, type: string, sent: unknown): unknown {
  const schema = schemaOf(kind, type);
  // Acts of the system are nobody's to send.
  if (!schema) throw new Problem('access.denied');
  const result = schema.safeParse(sent === undefined ? {} : sent, { reportInput: true });
  if (!result.success) throw new Problem('request.invalid', { errors: fieldErrors(result.error, '/body') });
  return result.data;
}

/** Sending a draft without repeating it: the application is the draft as it stands. */
async function withDraft(context: Context, act: SentAct, facts: CaseFacts): Promise<unknown> {
  // Whatever else was sent is parsed, and refused for what it is.
  const unsaid = act.body === undefined || canonicalJson(act.body) === '{}';
  if (act.type !== 'sendForConsent' || !unsaid) return act.body;
  const draft = await readDraft(context.deps, facts.id);
  return draft === undefined ? act.body : { application: draft.application };
}

interface Opening {
  kind: string;
  type: string;
}

/** The rules that an opening act pins its case to. */
async function rulesToPin(context: Context, { kind, type }: Opening, on: string): Promise<RuleSnapshot | undefined> {
  if (!processOf(kind)?.opens(type)) return undefined;
  const { caller, deps } = context;
  const snapshot = await deps.law.rulesOn(caller.institution.id, on);
  // Other processes read few rules, and refuse by the one that they miss.
  const missing = kind === 'empowerment' ? missingKeys(snapshot) : [];
  if (missing.length > 0) {
    const errors = missing.map((key) => ({ pointer: key, zh: '缺少规定', en: 'no rule gives it' }));
    throw new Problem('rules.missing', { errors });
  }
  return snapshot;
}

interface Receiving {
  actId: string;
  caseId: string;
  act: SentAct;
  body: unknown;
  key: string;
  hashes: string[];
  standing: Standing;
  achievementId: string | undefined;
  /** Whose case it is, and of which process. */
  facts: Pick<CaseFacts, 'kind'>;
}

type Received = { outcome: 'noCase' | 'conflict' } | { outcome: 'received' | 'repeated'; act: Receipt };

/** One transaction: sealed values, the inbox row and, for an opening act, the rules the case is pinned to. */
async function write(context: Context, receiving: Receiving): Promise<Received> {
  const { deps, caller, traceId } = context;
  const { caseId, act, key, hashes, standing, actId } = receiving;
  const { kind } = receiving.facts;
  const today = await rulesToPin(context, { kind, type: act.type }, caller.today);
  const scope = { actId, actorId: caller.personId, caseId, achievementId: receiving.achievementId };
  const apart = act.type === 'publishNotice' ? await withNamesApart(context, caseId, receiving.body) : { body: receiving.body };
  const kept = await keptTexts(
    deps.sealer,
    { kind, type: act.type },
    async () => (await readSome(deps.prisma, caller.institution.id, caseId)).events,
  );
  const sealed = await seal(apart.body, scope, deps.sealer, kept);
  const request = {
    id: actId,
    institutionId: caller.institution.id,
    caseId,
    actorPerson: caller.personId,
    ...(standing.onBehalfOf === undefined ? {} : { onBehalfOf: standing.onBehalfOf }),
    roles: standing.roles,
    departments: standing.departments,
    type: act.type,
    body: sealed.body,
    bodyHashes: hashes,
    idempotencyKey: key,
    documents: documentsIn(sealed.body).map(({ digest }) => digest),
    sealed: [...sealed.rows, ...(apart.names ?? [])],
    traceId,
  };
  try {
    return today
      ? await writePinned(context, request, { kind, today })
      : await receiveAlone((statement) => deps.db.rows(statement), request);
  } catch (error) {
    throw (await unknownDocuments(context, error, sealed.body)) ?? error;
  }
}

/** The row alone: the function is a transaction of its own. */
async function receiveAlone(ask: (statement: Sql) => Promise<{ result: Received }[]>, request: object): Promise<Received> {
  const rows = await ask(sql`SELECT receive_act(${JSON.stringify(request)}::jsonb) AS result`);
  return rows[0]?.result as Received;
}

/** The row of an opening act, and with it the rules that its case is pinned to. */
async function writePinned(
  context: Context,
  request: { caseId: string; type: string },
  { kind, today }: { kind: string; today: RuleSnapshot },
): Promise<Received> {
  const { caller, deps } = context;
  const { caseId, type } = request;
  return deps.prisma.$transaction(async (tx) => {
    const result = await receiveAlone((statement) => tx.$queryRaw(statement), request);
    if (result.outcome !== 'received') return result;
    // The law of the day of receipt, should midnight have come since the caller was read.
    const day = dateOfInstant(result.act.receivedAt);
    const rules = day === caller.today ? today : ((await rulesToPin(context, { kind, type }, day)) ?? today);
    const content = JSON.stringify(rules);
    await tx.$executeRaw`INSERT INTO rule_snapshot (institution_id, hash, content)
      VALUES (${caller.institution.id}::uuid, ${rules.hash}, ${content}::jsonb) ON CONFLICT DO NOTHING`;
    // Of several that wait for their answer the first opens the case, by its own rules. The lock comes before the look.
    await tx.$queryRaw`SELECT 1 FROM cases WHERE id = ${caseId}::uuid FOR NO KEY UPDATE`;
    await tx.$executeRaw`UPDATE cases SET snapshot_hash = ${rules.hash} WHERE id = ${caseId}::uuid AND status = 'draft'
      AND NOT EXISTS (SELECT 1 FROM inbox own JOIN inbox other ON other.case_id = own.case_id AND other.type = own.type
                       WHERE own.id = ${result.act.id}::uuid AND other.answered_at IS NULL
                         AND (other.received_at, other.seq) < (own.received_at, own.seq))`;
    return result;
  });
}

/** The database refuses an act that names a file it does not have; here it is said where the act names it. */
async function unknownDocuments(context: Context, error: unknown, body: unknown): Promise<Problem | undefined> {
  const said = JSON.stringify(error, Object.getOwnPropertyNames(error)) ?? '';
  return said.includes('FQ404') ? missingDocuments(context, body) : undefined;
}

/** The problem of naming files that there are not, or nothing. */
async function missingDocuments(context: Context, body: unknown): Promise<Problem | undefined> {
  const named = documentsIn(body);
  if (named.length === 0) return undefined;
  const known = await context.deps.prisma.document.findMany({
    where: { institutionId: context.caller.institution.id, digest: { in: named.map(({ digest }) => digest) } },
    select: { digest: true },
  });
  const missing = named.filter(({ digest }) => !known.some((one) => one.digest === digest));
  if (missing.length === 0) return undefined;
  const errors = missing.map(({ at }) => ({ pointer: pointer(at), zh: '没有这个文件', en: 'there is no such document' }));
  return new Problem('document.missing', { errors });
}

/** Throws the problem that receiving a body with unknown files would meet. */
export async function checkDocuments(context: Context, body: unknown): Promise<void> {
  const problem = await missingDocuments(context, body);
  if (problem) throw problem;
}

/** Authorises and parses the act: everything that can be refused before it is received. */
export async function prepare(
  context: Context,
  caseId: string,
  act: SentAct,
): Promise<Omit<Receiving, 'key' | 'hashes' | 'actId'> & { facts: CaseFacts }> {
  const facts = await caseFor(context, caseId, act.type);
  const row = rowFor(facts, act.type);
  const standing = authorise(context.caller, facts.roles, act.type, row, {
    onBehalfOf: act.onBehalfOf,
    department: act.type === 'reviewAsDepartment' ? departmentOf(act.body) : undefined,
  });
  // What is still under way may bring the case to the step; then only the decider can tell.
  if (!row.steps.includes(facts.step) && facts.pending === 0) throw new Problem('act.wrongStep');
  const body = parseAct(facts.kind, act.type, await withDraft(context, act, facts));
  await checkShown(context, facts, standing, act.type, body);
  const achievementId = (body as { application?: { achievementId?: string } }).application?.achievementId ?? facts.achievementId;
  return { caseId, act, body, standing, facts, achievementId: achievementId ?? undefined };
}

/** What was understood and refused stays in the institution's log, as the decider's refusals stay in the inbox. */
async function keepRefusal(
  { deps, caller, traceId }: Context,
  { caseId, act }: { caseId: string; act: SentAct },
  { body: { code, status } }: Problem,
): Promise<void> {
  if (![403, 409, 422].includes(status)) return;
  await deps.prisma.audit.create({
    data: {
      institutionId: caller.institution.id,
      actorPerson: caller.personId,
      action: 'refusedAct',
      subject: caseId,
      detail: { type: act.type, code, ...(act.onBehalfOf === undefined ? {} : { onBehalfOf: act.onBehalfOf }) },
      traceId,
    },
  });
}

/** Receives the act and answers it. */
export async function receiveAct(context: Context, caseId: string, act: SentAct): Promise<Answer> {
  const began = performance.now();
  const { metrics } = context.deps;
  const told = (outcome: Parameters<typeof metrics.acted>[1]): void =>
    metrics.acted(act.type, outcome, (performance.now() - began) / 1_000);
  try {
    const answer = await receive(context, caseId, act);
    told(answer.status === 200 ? 'done' : 'received');
    return answer;
  } catch (error) {
    told(error instanceof Problem ? 'refused' : 'failed');
    throw error;
  }
}

async function receive(context: Context, caseId: string, act: SentAct): Promise<Answer> {
  const { answers, answerWithinMs } = context.deps;
  const actId = randomUUID();
  // Listening begins before the act is there: an answer that comes at once is heard.
  const expected = answers.expect(actId);
  try {
    const receipt = await received(context, caseId, act, actId);
    if (receipt.id !== actId || receipt.answer !== undefined) return await settle(context, receipt);
    return answerFor(context, { ...receipt, ...answerIn(await expected.within(answerWithinMs)) });
  } finally {
    expected.forget();
  }
}

/** Receives the act under `actId`, once for its key, and waits for nothing; one received before keeps its own id. */
export async function received(context: Context, caseId: string, act: SentAct, actId: string = randomUUID()): Promise<Receipt> {
  const { deps } = context;
  const key = keyOf(context.idempotencyKey);
  const hashes = deps.sealer.bodyHashes(canonicalJson({ ...act, caseId }));
  const known = () => earlier(deps.prisma, context, { caseId, type: act.type, hashes, key });
  let prepared: Awaited<ReturnType<typeof prepare>>;
  try {
    prepared = await prepare(context, caseId, act);
  } catch (error) {
    // The same act, sent before or at the same time, may be what moved the case on: then it is its own answer.
    const before = error instanceof Problem ? await known() : undefined;
    if (before) return before;
    if (error instanceof Problem) await keepRefusal(context, { caseId, act }, error);
    throw error;
  }
  try {
    const result = await write(context, { ...prepared, key, hashes, actId });
    if (result.outcome === 'noCase') throw new Problem('notFound');
    if (result.outcome === 'conflict') throw new Problem('idempotency.otherBody');
    const { outcome, act: receipt } = result as Extract<Received, { act: Receipt }>;
    deps.log.info({ traceId: context.traceId, actId: receipt.id, caseId, type: act.type, outcome }, 'an act was received');
    return receipt;
  } catch (error) {
    // What was received before is answered again, though it could not be written today: the rules are others now.
    const before = await known();
    if (before) return before;
    throw error;
  }
}

const answerIn = (answer: StoredAnswer | undefined): { answer?: StoredAnswer } => (answer === undefined ? {} : { answer });

async function settle(context: Context, receipt: Receipt): Promise<Answer> {
  const { answers, answerWithinMs } = context.deps;
  const answer = receipt.answer ?? (await answers.waitFor(receipt.id, answerWithinMs));
  return answerFor(context, { ...receipt, ...answerIn(answer) });
}
