// tsc copies no data: what the compiled code reads beside itself goes to dist/ here.
import { cpSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
for (const name of readdirSync(join(root, 'policies'), { recursive: true, encoding: 'utf8' })) {
  if (name.endsWith('.yaml')) cpSync(join(root, 'policies', name), join(root, 'dist/policies', name));
}
