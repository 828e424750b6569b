/** Canonical JSON (RFC 8785): the same value, the same bytes, so that digests can be compared. */
import module from 'canonicalize';

// The package is CommonJS whose export is the function itself; its typings say otherwise under `nodenext`.
const serialize = module as unknown as (value: unknown) => string | undefined;

/** The value's canonical JSON; a value that JSON does not know is an error. */
export function canonicalJson(value: unknown): string {
  const json = serialize(value);
  if (json === undefined) throw new TypeError('The value has no JSON form');
  return json;
}
