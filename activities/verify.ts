/**
 * Checks a ledger: each case's chain, the log of chain heads, the checkpoints signed over it, and an older checkpoint
 * that somebody else kept. Reads items one by one, from the database or from an exported file, and trusts neither.
 */
import { GENESIS, faultOf, type LedgerRow, type RowFault } from './ledger.ts';
import { leafContent, type Leaf } from './checkpoint.ts';
import { MerkleTree } from './merkle.ts';
import { NoteError, readNote, type Checkpoint } from './note.ts';

/** What a source gives, in this order: checkpoints, leaves by index, rows by case and sequence, heads. */
export type LedgerItem =
  | { kind: 'checkpoint'; note: string }
  | { kind: 'leaf'; leaf: Leaf }
  | { kind: 'entry'; row: LedgerRow }
  /** Where the case's own row says that its chain ends; only the database has this. */
  | { kind: 'head'; caseId: string; version: number; headHash: string };

type FindingCode =
  | `entry.${RowFault}`
  | 'entry.institution'
  | 'case.missing'
  | 'case.truncated'
  | 'case.head'
  | 'leaf.index'
  | 'leaf.mismatch'
  | 'log.root'
  | 'log.truncated'
  | 'checkpoint.malformed'
  | 'checkpoint.signature'
  | 'checkpoint.institution'
  | 'file.malformed'
  | 'file.end';

/** Something that is not as it was recorded. */
export interface Finding {
  code: FindingCode;
  caseId?: string;
  seq?: number;
  zh: string;
  en: string;
}

/** What a check came to. `unsigned` rows are chained but not yet under a checkpoint. */
export interface Report {
  institutionId: string;
  cases: number;
  entries: number;
  leaves: number;
  checkpoints: number;
  unsigned: number;
  /** What signatures were held against. */
  signatures: 'trusted' | 'own' | 'unchecked';
  findings: Finding[];
}

/** What the caller brings along. */
export interface VerifyOptions {
  institutionId: string;
  /** Verifier keys or PEMs that the caller trusts. */
  trustedKeys?: readonly string[] | undefined;
  /** Keys that came with the ledger: they only show that it agrees with itself. Without any, signatures go unchecked. */
  ownKeys?: readonly string[];
  /** Notes kept elsewhere. They find rewriting and truncation up to themselves. */
  olderCheckpoints?: readonly string[];
}

const words: Record<FindingCode, [zh: string, en: string]> = {
  'entry.algorithm': ['散列算法不明', 'unknown hash algorithm'],
  'entry.sequence': ['记录序号不连续：有缺失、重复或调换', 'sequence broken: a row is missing, doubled or exchanged'],
  'entry.link': ['与前一条记录不相衔接', 'not chained to the row before it'],
  'entry.body': ['内容与其摘要不符', 'content does not match its digest'],
  'entry.hash': ['记录与其散列不符', 'row does not match its hash'],
  'entry.institution': ['记录属于另一单位', 'row belongs to another institution'],
  'case.missing': ['日志中的案件没有任何记录', 'a case in the log has no rows'],
  'case.truncated': ['案件末尾的记录缺失', 'rows are missing at the end of the case'],
  'case.head': ['案件所记的末端与记录不符', 'the end that the case states is not that of its rows'],
  'leaf.index': ['日志序号不连续', 'log indexes are not consecutive'],
  'leaf.mismatch': ['记录与日志中的链头不符：曾被改写', 'row differs from the chain head in the log: it has been rewritten'],
  'log.root': ['日志与签署的根不符：曾被改写', 'log does not give the signed root: it has been rewritten'],
  'log.truncated': ['日志短于签署时：曾被截短', 'log is shorter than when it was signed: it has been cut'],
  'checkpoint.malformed': ['检查点格式不对', 'checkpoint is malformed'],
  'checkpoint.signature': ['检查点签名无效', "checkpoint's signature does not fit"],
  'checkpoint.institution': ['检查点属于另一单位', 'checkpoint belongs to another institution'],
  'file.malformed': ['导出文件格式不对', 'exported file is malformed'],
  'file.end': ['导出文件不完整或被改动', 'exported file is incomplete or changed'],
};

/** A finding with its words. */
export function finding(code: FindingCode, where: { caseId?: string; seq?: number; detail?: string } = {}): Finding {
  const [zh, en] = words[code];
  const { caseId, seq, detail } = where;
  const tail = detail === undefined ? '' : ` (${detail})`;
  return { code, ...(caseId !== undefined && { caseId }), ...(seq !== undefined && { seq }), zh: zh + tail, en: en + tail };
}

/** Reads everything once and reports what does not fit. */
export async function verifyLedger(items: AsyncIterable<LedgerItem>, options: VerifyOptions): Promise<Report> {
  const check = new Check(options);
  for (const note of options.olderCheckpoints ?? []) check.checkpoint(note);
  for await (const item of items) {
    if (item.kind === 'checkpoint') check.checkpoint(item.note);
    else if (item.kind === 'leaf') check.leaf(item.leaf);
    else if (item.kind === 'entry') check.entry(item.row);
    else check.head(item);
  }
  return check.report();
}

/** One pass. Memory grows with the number of leaves and cases, not with the rows. */
class Check {
  readonly #options: VerifyOptions;
  readonly #keys: readonly string[] | undefined;
  readonly #findings: Finding[] = [];
  readonly #checkpoints: Checkpoint[] = [];
  readonly #tree = new MerkleTree();
  /** Roots at the sizes that checkpoints name. */
  readonly #roots = new Map<number, string>();
  /** Heads that the log has of each case, by version. */
  readonly #logged = new Map<string, Map<number, string>>();
  readonly #ends = new Map<string, { version: number; hash: string }>();
  #before: LedgerRow | undefined;
  #entries = 0;

  constructor(options: VerifyOptions) {
    this.#options = options;
    this.#keys = options.trustedKeys ?? options.ownKeys;
    this.#roots.set(0, this.#tree.root());
  }

  checkpoint(text: string): void {
    try {
      const note = readNote(text);
      const signed = this.#keys?.some((key) => note.isSignedBy(key)) ?? true;
      if (!signed) this.#findings.push(finding('checkpoint.signature', { detail: note.signedAt }));
      if (note.institutionId === this.#options.institutionId) this.#checkpoints.push(note);
      else this.#findings.push(finding('checkpoint.institution', { detail: note.institutionId }));
    } catch (error) {
      if (!(error instanceof NoteError)) throw error;
      this.#findings.push(finding('checkpoint.malformed', { detail: error.message }));
    }
  }

  leaf(leaf: Leaf): void {
    if (leaf.index !== this.#tree.size) this.#findings.push(finding('leaf.index', { detail: String(leaf.index) }));
    this.#tree.append(leafContent(leaf));
    if (this.#checkpoints.some(({ treeSize }) => treeSize === this.#tree.size))
      this.#roots.set(this.#tree.size, this.#tree.root());
    const versions = this.#logged.get(leaf.caseId) ?? new Map<number, string>();
    versions.set(leaf.version, leaf.headHash);
    this.#logged.set(leaf.caseId, versions);
  }

  entry(row: LedgerRow): void {
    this.#entries++;
    const at = { caseId: row.caseId, seq: row.seq };
    const before = this.#before?.caseId === row.caseId ? this.#before : undefined;
    if (!before && this.#ends.has(row.caseId)) this.#findings.push(finding('entry.sequence', at));
    const fault = faultOf(row, before);
    if (fault) this.#findings.push(finding(`entry.${fault}`, at));
    if (row.institutionId !== this.#options.institutionId) this.#findings.push(finding('entry.institution', at));
    const logged = this.#logged.get(row.caseId)?.get(row.seq);
    if (logged !== undefined && logged !== row.hash) this.#findings.push(finding('leaf.mismatch', at));
    this.#before = row;
    this.#ends.set(row.caseId, { version: row.seq, hash: row.hash });
  }

  head({ caseId, version, headHash }: { caseId: string; version: number; headHash: string }): void {
    const end = this.#ends.get(caseId) ?? { version: 0, hash: GENESIS };
    if (end.version < version) this.#findings.push(finding('case.truncated', { caseId, seq: version }));
    else if (end.version !== version || end.hash !== headHash)
      this.#findings.push(finding('case.head', { caseId, seq: version }));
  }

  report(): Report {
    let unsigned = this.#entries;
    for (const [caseId, versions] of this.#logged) {
      const last = Math.max(...versions.keys());
      const end = this.#ends.get(caseId);
      if (!end) this.#findings.push(finding('case.missing', { caseId }));
      else if (end.version < last) this.#findings.push(finding('case.truncated', { caseId, seq: last }));
      unsigned -= last;
    }
    for (const { treeSize, rootHash, signedAt } of this.#checkpoints) {
      if (treeSize > this.#tree.size) this.#findings.push(finding('log.truncated', { detail: `${signedAt}: ${treeSize}` }));
      else if (this.#roots.get(treeSize) !== rootHash)
        this.#findings.push(finding('log.root', { detail: `${signedAt}: ${treeSize}` }));
    }
    return {
      institutionId: this.#options.institutionId,
      cases: this.#ends.size,
      entries: this.#entries,
      leaves: this.#tree.size,
      checkpoints: this.#checkpoints.length,
      unsigned: Math.max(0, unsigned),
      signatures: this.#options.trustedKeys ? 'trusted' : this.#keys ? 'own' : 'unchecked',
      findings: this.#findings,
    };
  }
}
