/** What the bare engine's workflow is told, and what it calls. */
export interface BareInput {
  caseId: string;
  /** As much as an application weighs. */
  text: string;
}

export interface BareActivities {
  /** One read by key. */
  read(caseId: string): Promise<number>;
  /** One commit of one row. */
  commit(entry: { caseId: string; n: number; text: string }): Promise<void>;
}

export const BARE_QUEUE = 'bare';
export const bareAct = 'act';
export const bareWorkflowId = (caseId: string): string => `bare-${caseId}`;
