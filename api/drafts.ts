/** Drafts: rows with an ETag, encrypted whole under the key of their case. */
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { canonicalJson } from '../contracts/canonical.ts';
import type { applicationDraft } from '../contracts/schemas.ts';
import type { Deps } from './deps.ts';

/** An application as typed so far, in the API's form. */
export type DraftApplication = z.input<typeof applicationDraft>;

export interface Draft {
  application: DraftApplication;
  etag: string;
  updatedAt: string;
}

/** The draft of the case, if it still has one. */
export async function readDraft(deps: Deps, caseId: string): Promise<Draft | undefined> {
  const row = await deps.prisma.caseDraft.findUnique({ where: { caseId } });
  if (row === null) return undefined;
  const bytes = await deps.sealer.decrypt({ kind: 'case', id: caseId }, row.content);
  return {
    application: JSON.parse(Buffer.from(bytes).toString()) as DraftApplication,
    etag: row.etag,
    updatedAt: row.updatedAt.toISOString(),
  };
}

/** The application as it is stored, and the ETag of the next save. */
export async function draftContent(
  deps: Deps,
  caseId: string,
  application: unknown,
  after: string,
): Promise<{ content: Uint8Array<ArrayBuffer>; etag: string }> {
  const text = canonicalJson(application);
  const content = await deps.sealer.encrypt({ kind: 'case', id: caseId }, Buffer.from(text));
  // Chained to the save before, so that going back to an earlier text is a version of its own.
  const etag = `"${createHash('sha256').update(`${after}\n${caseId}\n${text}`).digest('base64url').slice(0, 27)}"`;
  return { content, etag };
}
