import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * The Compose Specification's own schema, byte for byte as of its commit 58a2548 (2025-07-20); a linter of such files ships it.
 * Another version of the package must bring a schema that somebody has compared with the specification again.
 */
const DIGEST = '46b7d35f19dd93a05f8fea530291bf84d881c1791ec167ecf0e6fb94e639d496';

/** The schema as an object; the name of its dialect, draft 7 by another spelling, is left to the validator. */
export function composeSchema(): object {
  const home = dirname(createRequire(import.meta.url).resolve('dclint/package.json'));
  const text = readFileSync(join(home, 'schemas/compose.schema.json'), 'utf8');
  const digest = createHash('sha256').update(text).digest('hex');
  if (digest !== DIGEST) throw new Error(`The schema of Compose files is another one: ${digest}`);
  const { $schema: _dialect, ...schema } = JSON.parse(text) as Record<string, unknown>;
  return schema;
}
