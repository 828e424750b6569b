import type { EndpointId } from './table.ts';

/** What the API counts: codes and numbers only, never a value that somebody sent. A port, as the worker's is. */
export interface ApiMetrics {
  /** A request to a declared endpoint has been answered. */
  answered(operation: EndpointId, status: number, seconds: number): void;
  /** An act has been answered: carried out, refused, received only, or not possible just now. */
  acted(act: string, outcome: 'done' | 'refused' | 'received' | 'failed', seconds: number): void;
}

/** Counts nothing. */
export const noMetrics: ApiMetrics = { answered: () => undefined, acted: () => undefined };
