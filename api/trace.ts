/** The W3C trace context: under which trace a request runs, and what is said of it to whoever asked. */
import { randomBytes, randomUUID } from 'node:crypto';

/** Where a request stands in its trace. */
export interface TraceContext {
  /** 32 hexadecimal digits, the caller's own where one was given. */
  traceId: string;
  /** What goes back in `traceparent`: the trace, this request's own span, the caller's flags. */
  traceparent: string;
}

const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(-.*)?$/;
const FIRST_VERSION = '00';
/** Nothing is sampled here; the bit is handed on as it came. */
const SAMPLED = 0x01;

/** Reads the header; what does not keep to the form counts as none, as the specification asks, and begins a trace. */
export function traceContext(header: string | undefined): TraceContext {
  const [, version, given, flags = '00', rest] = TRACEPARENT.exec(header ?? '') ?? [];
  // Later versions may say more behind the flags; the first says nothing there.
  const known = given !== undefined && (version !== FIRST_VERSION || rest === undefined);
  const traceId = known ? given : randomUUID().replaceAll('-', '');
  const sampled = known ? Number.parseInt(flags, 16) & SAMPLED : 0;
  return { traceId, traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-0${sampled}` };
}

/** A trace's id in the form of a UUID, as problems name it. */
export function traceUuid(traceId: string): string {
  return traceId.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
