/** Seals what a body marks, and opens what an answer may show. */
import type { SealedRef } from '../domain/process.ts';
import {
  sealBody,
  type Referenced,
  type Sealable,
  type SealedRow,
  type SealSubject,
  type Subject,
} from '../contracts/sealing.ts';
import { namesIn, namesTogether } from '../contracts/noticeNames.ts';
import type { Tx } from './audit.ts';
import { sql, type Sql } from './db.ts';
import type { Sealer } from './ports.ts';

/** Whose act it is and on what: from this the subject of each text follows. */
export interface SealScope {
  actId: string;
  actorId: string;
  caseId: string;
  achievementId: string | undefined;
}

function subjectFor(kind: SealSubject, around: Record<string, unknown>, scope: SealScope): Subject {
  const { actId, actorId, caseId, achievementId } = scope;
  if (kind === 'actor') return { kind: 'person', id: actorId };
  if (kind === 'case' || (kind === 'achievement' && achievementId === undefined)) return { kind: 'case', id: caseId };
  if (kind === 'achievement') return { kind, id: achievementId as string };
  const { personId, objectorId, id } = around as { personId?: string; objectorId?: string; id?: string };
  const person = personId ?? objectorId;
  if (person !== undefined) return { kind: 'person', id: person };
  // Somebody known by this act alone, such as the writer of a letter, is a subject of its own: erasable like any other.
  return { kind: 'party', id: id ?? actId };
}

/** The reference under which a text is kept already, if it is. */
export type Kept = (value: Sealable, around: Record<string, unknown>, pointer: string) => SealedRef | undefined;

/** The body with its texts sealed, but for those that are kept, and the rows that the receiving transaction must write. */
export async function seal<T>(
  body: T,
  scope: SealScope,
  sealer: Sealer,
  kept: Kept,
): Promise<{ body: Referenced<T>; rows: SealedRow[] }> {
  const jobs: Promise<SealedRow>[] = [];
  const referenced = sealBody(body, (value, around, pointer) => {
    const known = kept(value, around, pointer);
    if (known) return known;
    const ref: SealedRef = { sealed: '', digest: '' };
    const job = sealer.seal(subjectFor(value.subject, around, scope), value.text).then((sealed) => {
      Object.assign(ref, sealed.ref);
      return sealed.row;
    });
    jobs.push(job);
    return ref;
  });
  return { body: referenced, rows: await Promise.all(jobs) };
}

export const isRef = (value: object): value is SealedRef =>
  Object.keys(value).length === 2 && 'sealed' in value && 'digest' in value && typeof value.sealed === 'string';

/** Every sealed reference within. */
function refsIn(value: unknown): SealedRef[] {
  if (typeof value !== 'object' || value === null) return [];
  return isRef(value) ? [value] : Object.values(value).flatMap(refsIn);
}

/** A value whose sealed texts are opened. */
export type Opened<T> = T extends SealedRef
  ? string | null
  : T extends readonly (infer U)[]
    ? Opened<U>[]
    : T extends object
      ? { [K in keyof T]: Opened<T[K]> }
      : T;

/** Texts of notices by the refs' ids, with the names that are kept apart put back in; an erased name is a neutral word. */
export async function openNotices(refs: readonly SealedRef[], sealer: Sealer): Promise<Map<string, string>> {
  const kept = await sealer.open(refs);
  const names = await sealer.open([...kept.values()].flatMap(namesIn));
  return new Map([...kept].map(([id, text]) => [id, namesTogether(text, names)]));
}

/** What notices show: nothing else is ever called content. */
function noticesIn(value: unknown): SealedRef[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, entry]) =>
    key === 'content' && typeof entry === 'object' && entry !== null && isRef(entry) ? [entry] : noticesIn(entry),
  );
}

/** Opens every text in the value; an erased one is null. */
export async function openAll<T>(value: T, sealer: Sealer): Promise<Opened<T>> {
  const notices = noticesIn(value);
  const shownIn = new Set(notices.map(({ sealed }) => sealed));
  const others = refsIn(value).filter(({ sealed }) => !shownIn.has(sealed));
  const [plain, shown] = await Promise.all([sealer.open(others), openNotices(notices, sealer)]);
  const texts = new Map([...plain, ...shown]);
  const walk = (at: unknown): unknown => {
    if (typeof at !== 'object' || at === null) return at;
    if (isRef(at)) return texts.get(at.sealed) ?? null;
    if (Array.isArray(at)) return at.map(walk);
    return Object.fromEntries(Object.entries(at).map(([key, entry]) => [key, walk(entry)]));
  };
  return walk(value) as Opened<T>;
}

/** The columns of a `StoredValue`, of the joins that `storedOf` makes. */
export const storedColumns = sql`v.subject_kind AS "subjectKind", v.subject_id AS "subjectId", v.digest, v.nonce, v.ciphertext,
  k.wrapped_key AS "wrappedKey", k.kek_id AS "kekId"`;

/** Joins the value that a reference in a column names, and its key: what is read together need not be asked for again. */
export const storedOf = (ref: Sql): Sql => sql`
  LEFT JOIN sealed_value v ON v.id = (${ref}->>'sealed')::uuid
  LEFT JOIN subject_key k ON k.subject_kind = v.subject_kind AND k.subject_id = v.subject_id`;

/** All documents that the body names, each with the JSON pointer of the object that names it. */
export function documentsIn(value: unknown, at = ''): { digest: string; at: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  const { document } = value as { document?: unknown };
  const deeper = Object.entries(value).flatMap(([key, entry]) => documentsIn(entry, `${at}/${key}`));
  return typeof document === 'string' ? [{ digest: document, at }, ...deeper] : deeper;
}

/** A name or text sealed outside any act, with its row written in the transaction. */
export async function sealInto(
  tx: Tx,
  sealer: Sealer,
  institutionId: string | null,
  subject: Subject,
  text: string,
): Promise<SealedRef> {
  const { ref, row } = await sealer.seal(subject, text);
  await tx.sealedValue.create({
    data: {
      id: row.id,
      institutionId,
      subjectKind: row.subjectKind,
      subjectId: row.subjectId,
      digest: row.digest,
      nonce: Buffer.from(row.nonce, 'base64'),
      ciphertext: Buffer.from(row.ciphertext, 'base64'),
    },
  });
  return ref;
}

/** A sealed reference as a JSON column takes it. */
export const refJson = ({ sealed, digest }: SealedRef): { sealed: string; digest: string } => ({ sealed, digest });
