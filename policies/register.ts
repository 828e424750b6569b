/** The clause register: which clauses there are, and which words may be quoted from them. */
import { z } from 'zod';
import type { Citation } from '../domain/rules.ts';
import { problem, type Parsed, type Problem } from './problems.ts';

const text = z.string().min(1);

const shape = z.strictObject({
  documents: z.record(z.string(), z.strictObject({ title: text, short: text, number: text.optional() })),
  clauses: z.array(
    z.strictObject({
      id: text,
      at: text,
      kind: z.enum(['limit', 'step', 'guard', 'report', 'note']),
      phrase: text,
      words: z.array(text).optional(),
      checked: z.boolean().optional(),
      does: text,
    }),
  ),
});

export type ClauseKind = z.infer<typeof shape>['clauses'][number]['kind'];

/** One clause: where it stands, the words that carry it, and what the software does about it. */
export interface Clause {
  id: string;
  document: string;
  at: string;
  kind: ClauseKind;
  phrase: string;
  words: string[];
  /** False where nobody has read the original: such a clause cannot be cited. */
  checked: boolean;
  does: string;
}

export interface Register {
  documents: Record<string, { title: string; short: string; number?: string | undefined }>;
  clauses: ReadonlyMap<string, Clause>;
}

/** The register from parsed YAML, or every reason why not. */
export function parseRegister(raw: unknown): Parsed<Register> {
  const parsed = shape.safeParse(raw);
  if (!parsed.success) {
    return {
      ok: false,
      problems: parsed.error.issues.map((one) => problem('register.shape', `/${one.path.join('/')}`, one.message)),
    };
  }
  const problems: Problem[] = [];
  const clauses = new Map<string, Clause>();
  parsed.data.clauses.forEach((one, index) => {
    const document = one.id.slice(0, one.id.indexOf('.'));
    if (clauses.has(one.id)) problems.push(problem('register.duplicateClause', `/clauses/${index}/id`, one.id));
    if (!Object.hasOwn(parsed.data.documents, document)) {
      problems.push(problem('register.shape', `/clauses/${index}/id`, `${one.id}: ${document}?`));
    }
    clauses.set(one.id, { ...one, document, words: one.words ?? [], checked: one.checked ?? true });
  });
  return problems.length > 0 ? { ok: false, problems } : { ok: true, value: { documents: parsed.data.documents, clauses } };
}

const squeeze = (words: string): string => words.replaceAll(/\s+/g, '');

/** Whether the quoted words stand in the clause; white space does not count, since prints differ in it. */
export function quotes(clause: Clause, phrase: string): boolean {
  return [clause.phrase, ...clause.words].some((words) => squeeze(words).includes(squeeze(phrase)));
}

/** Why a pack of the document may not cite this; empty when it may. */
export function citationProblems(register: Register, document: string, cite: Citation, path: string): Problem[] {
  const clause = register.clauses.get(cite.clause);
  if (!clause) return [problem('pack.clauseUnknown', `${path}/clause`, cite.clause)];
  if (clause.document !== document) return [problem('pack.clauseElsewhere', `${path}/clause`, cite.clause)];
  if (!clause.checked) return [problem('pack.clauseUnchecked', `${path}/clause`, cite.clause)];
  return quotes(clause, cite.phrase) ? [] : [problem('pack.phraseNotInClause', `${path}/phrase`, cite.phrase)];
}
