/** Checks, before an act is received, that what it would show may be shown and is what the case says. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../contracts/canonical.ts';
import { noticeText, type FieldError, type NoticeContent } from '../contracts/schemas.ts';
import { namesApart, namesIn } from '../contracts/noticeNames.ts';
import { Sealable, type SealedRow } from '../contracts/sealing.ts';
import { ownMatter } from '../domain/collective/index.ts';
import type { SealedRef } from '../domain/process.ts';
import type { NoticeItem, NoticeKind } from '../domain/rules.ts';
import { knowsObjectors, type CaseFacts, type Standing } from './caseAccess.ts';
import { readCase, readSome, type Objected, type SomeRecord } from './caseRead.ts';
import { disclosureFindings, isCommonWord, namesFound, type Names } from './disclosure.ts';
import { composeNotice } from './noticeCompose.ts';
import { namesOf } from './people.ts';
import { Problem, refusalBody } from './problems.ts';
import type { Context } from './route.ts';
import { openAll } from './seal.ts';

/** A notice as it would be published today. */
export interface NoticeDraft {
  kind: NoticeKind;
  content: NoticeContent;
  contentDigest: string;
  items: NoticeItem[];
  /** Required items that the case cannot fill. */
  missing: NoticeItem[];
  /** What must not be shown, by pointer into the content. */
  findings: FieldError[];
}

const digestOf = (content: NoticeContent): string => createHash('sha256').update(noticeText(content)).digest('hex');

/** The unit words this item itself; everything else comes from the case. */
const editable = new Set<string>(['objectionRoute']);

/** The names of the objectors of the case, and those that its texts may hold: of the team and of the unit. */
async function objectorNames(
  { deps, caller }: Context,
  { objections = [], team = [] }: Objected & { team?: { personId: string }[] },
): Promise<Names> {
  // An objector who has become an inventor by an upheld objection is shown as one.
  const hidden = objections.filter(({ objectorId }) => !team.some(({ personId }) => personId === objectorId));
  const members = team.map(({ personId }) => personId);
  const [given, known] = await Promise.all([
    openAll(
      hidden.map(({ name }) => name),
      deps.sealer,
    ),
    namesOf(deps, [...members, ...hidden.flatMap(({ objectorId }) => objectorId ?? [])]),
  ]);
  return {
    hidden: [
      // What an account says is a name; what was only given for one may be any word.
      ...given.flatMap((name) => (name === null || isCommonWord(name) ? [] : name)),
      ...hidden.flatMap(({ objectorId }) => known.get(objectorId ?? '') ?? []),
    ],
    shown: [...members.flatMap((id) => known.get(id) ?? []), caller.institution.name],
  };
}

function findingsOf({ heading, items }: NoticeContent): FieldError[] {
  const shown = [['/heading', heading] as const, ...items.map(({ value }, i) => [`/items/${i}/value`, value] as const)];
  return shown.flatMap(([pointer, text]) => disclosureFindings(text).map(({ zh, en }) => ({ pointer, zh, en })));
}

/**
 * Objectors' names in what the unit worded itself. What the service composes comes from the case and names nobody as an
 * objector, though somebody shown there may bear the same name; a word of the service's own wording tells nothing either.
 */
function namedFindings(content: NoticeContent, composed: NoticeContent, { hidden, shown }: Names): FieldError[] {
  const own = new Map(composed.items.map(({ item, value }) => [item, value]));
  return content.items.flatMap(({ item, value }, i) => {
    const words = own.get(item) ?? '';
    if (!editable.has(item) || value === words) return [];
    const meant = hidden.filter((name) => !words.includes(name.trim()));
    return namesFound(value, { hidden: meant, shown }).map(({ zh, en }) => ({ pointer: `/items/${i}/value`, zh, en }));
  });
}

/** Composes the notice of the case as it stands. */
export async function draftNotice(
  context: Context,
  caseId: string,
  kind: NoticeKind,
  n: number | undefined,
): Promise<NoticeDraft> {
  const { deps, caller } = context;
  const record = await readCase(deps.prisma, caller.institution.id, caseId);
  const { state } = record;
  const { application } = state;
  if (!application || (kind === 'price' && !application.price)) throw new Problem('notFound');
  const refs: { title: SealedRef; summary?: SealedRef } = application;
  const [texts, names, calendar] = await Promise.all([
    openAll({ title: refs.title, summary: refs.summary ?? null }, deps.sealer),
    namesOf(deps, [...application.inventors.map(({ personId }) => personId), ...(application.price?.buyerIds ?? [])]),
    deps.law.calendar(),
  ]);
  const source = {
    state,
    title: texts.title ?? '',
    summary: texts.summary ?? undefined,
    names,
    unit: caller.institution.name,
    today: caller.today,
    calendar,
    n,
  };
  const { content, missing } = composeNotice(source, kind);
  const items = content.items.map(({ item }) => item);
  return { kind, content, contentDigest: digestOf(content), items, missing, findings: findingsOf(content) };
}

/** The content without what the unit may word itself. */
function comparable({ items, ...rest }: NoticeContent): string {
  return canonicalJson({ ...rest, items: items.map((one) => (editable.has(one.item) ? { ...one, value: '' } : one)) });
}

async function checkPublication(
  context: Context,
  facts: CaseFacts,
  body: { kind: NoticeKind; content: Sealable; contentDigest: string; n?: number },
): Promise<void> {
  const content = JSON.parse(body.content.text) as NoticeContent;
  if (digestOf(content) !== body.contentDigest) {
    const errors = [{ pointer: '/body/contentDigest', zh: '与内容不符', en: 'is not the digest of the content' }];
    throw new Problem('request.invalid', { errors });
  }
  const record = await readCase(context.deps.prisma, context.caller.institution.id, facts.id);
  // A notice that the case does not need is the decider's to refuse.
  if (body.kind === 'price' && !record.state.application?.price) return;
  const draft = await draftNotice(context, facts.id, body.kind, body.n);
  const knows = knowsObjectors(context.caller, facts);
  // Who may not know the objectors, as a deputy for this act alone, words nothing: an answer to their words would tell them.
  if (!knows && digestOf(draft.content) !== body.contentDigest) throw new Problem('notice.changed');
  const names = knows ? await objectorNames(context, record.state) : { hidden: [], shown: [] };
  const shown = [...findingsOf(content), ...namedFindings(content, draft.content, names)];
  if (shown.length > 0) {
    const errors = shown.map((one) => ({ ...one, pointer: `/body/content${one.pointer}` }));
    throw new Problem('notice.disclosure', { errors });
  }
  if (comparable(draft.content) !== comparable(content)) throw new Problem('notice.changed');
}

/** The notice as it is kept: names sealed each for its own person, so that erasing one reaches what was published too. */
export async function withNamesApart(
  { deps, caller }: Context,
  caseId: string,
  body: unknown,
): Promise<{ body: unknown; names?: SealedRow[] }> {
  const notice = body as { content: Sealable };
  const { state } = await readCase(deps.prisma, caller.institution.id, caseId);
  const { inventors = [], price } = state.application ?? {};
  const people = await namesOf(deps, [...inventors.map(({ personId }) => personId), ...(price?.buyerIds ?? [])]);
  const sealed = await Promise.all(
    [...people].map(async ([id, name]) => ({ name, ...(await deps.sealer.seal({ kind: 'person', id }, name)) })),
  );
  const content = JSON.parse(notice.content.text) as NoticeContent;
  const kept = namesApart(content, sealed);
  const used = new Set(namesIn(kept).map((ref) => ref.sealed));
  return {
    body: { ...notice, content: new Sealable(kept, notice.content.subject) },
    names: sealed.flatMap(({ row }) => (used.has(row.id) ? [row] : [])),
  };
}

async function checkFinding(
  context: Context,
  facts: CaseFacts,
  body: { objectionId: string; findings: { reasons: Sealable }[] },
): Promise<void> {
  const record = await readCase(context.deps.prisma, context.caller.institution.id, facts.id);
  const { objections } = record.state;
  // Handlers know the objector whom they handle, and are told of no other.
  const known = knowsObjectors(context.caller, facts)
    ? objections
    : objections.filter(({ id, handlers }) => id === body.objectionId && handlers?.includes(context.caller.personId));
  const names = await objectorNames(context, { ...record.state, objections: known });
  const errors = body.findings.flatMap(({ reasons }, i) =>
    namesFound(reasons.text, names).map(({ zh, en }) => ({ pointer: `/body/findings/${i}/reasons`, zh, en })),
  );
  if (errors.length > 0) throw new Problem('objection.namesObjector', { errors });
}

/** Acts whose grounds the applicants read: of what mends a case once it is mended, of a refusal at once. */
const giveGrounds: ReadonlySet<string> = new Set([
  'hold',
  'resume',
  'moveDeadline',
  'reassign',
  'correctDeath',
  'refuseMending',
  'refuseApplication',
]);

async function checkGrounds(
  context: Context,
  record: SomeRecord,
  grounds: string,
  at: '/body/grounds' | '/body/mendingId',
): Promise<void> {
  const found = namesFound(grounds, await objectorNames(context, record.state));
  const errors = found.map(({ zh, en }) => ({ pointer: at, zh, en }));
  if (errors.length > 0) throw new Problem('objection.namesObjector', { errors });
}

/** The proposer may have known nothing of objectors, so that their words were not searched. */
async function checkProposed(context: Context, record: SomeRecord, mendingId: string): Promise<void> {
  const found = record.state.mending.pending.find(({ id }) => id === mendingId);
  const { grounds } = await openAll({ grounds: found?.grounds ?? null }, context.deps.sealer);
  if (grounds !== null) await checkGrounds(context, record, grounds, '/body/mendingId');
}

/** Checks acts whose words others will read. */
export async function checkShown(
  context: Context,
  facts: CaseFacts,
  { onBehalfOf }: Pick<Standing, 'onBehalfOf'>,
  type: string,
  body: unknown,
): Promise<void> {
  const grounds = giveGrounds.has(type) || type === 'confirmMending';
  if (!grounds && type !== 'publishNotice' && type !== 'recordFinding') return;
  // Before the words are looked at: by what is found in them somebody with an interest could guess at who objects.
  if (facts.ownMatter || (onBehalfOf !== undefined && facts.interestedFor.has(onBehalfOf)))
    throw new Problem(refusalBody(ownMatter().refusal, String));
  if (type === 'publishNotice') return checkPublication(context, facts, body as Parameters<typeof checkPublication>[2]);
  if (type === 'recordFinding') return checkFinding(context, facts, body as Parameters<typeof checkFinding>[2]);
  // So could whoever holds another office and may not know; who confirms it, or could have, looks at their words.
  if (!knowsObjectors(context.caller, facts)) return;
  const record = await readSome(context.deps.prisma, context.caller.institution.id, facts.id);
  if (type === 'confirmMending') await checkProposed(context, record, (body as { mendingId: string }).mendingId);
  else await checkGrounds(context, record, (body as { grounds: Sealable }).grounds.text, '/body/grounds');
}
