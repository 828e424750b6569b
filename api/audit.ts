/** Writes down who changed what, in the transaction that changes it. */
import type { Prisma } from '../prisma/generated/client.ts';
import type { InstitutionRole } from '../domain/process.ts';
import type { Context } from './route.ts';

/** A transaction of the client. */
export type Tx = Prisma.TransactionClient;

/** One entry. Under a delegation both names stand; details hold ids and codes, never personal texts. */
export async function audit(
  tx: Tx,
  context: Context,
  action: string,
  subject: string,
  detail: Record<string, unknown> = {},
  role: InstitutionRole = 'administrator',
): Promise<void> {
  const { caller, traceId } = context;
  const inInstitution = (context.params as { institution?: string }).institution !== undefined;
  const behalf = inInstitution ? caller.behalfFor(role) : undefined;
  await tx.audit.create({
    data: {
      institutionId: inInstitution ? caller.institution.id : null,
      actorPerson: caller.personId,
      action,
      subject,
      detail: JSON.parse(JSON.stringify({ ...detail, ...(behalf === undefined ? {} : { onBehalfOf: behalf }) })),
      traceId,
    },
  });
}
