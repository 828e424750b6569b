// `prisma generate` insists on a schema engine although generating needs none, and would download it.
// On a closed network that download fails, so any executable file stands in for it.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

const cli = createRequire(import.meta.url).resolve('prisma/build/index.js');
const done = spawnSync(process.execPath, [cli, 'generate', '--no-hints'], {
  stdio: ['ignore', 'pipe', 'inherit'],
  env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' },
});
if (done.status !== 0) process.stdout.write(done.stdout ?? '');
process.exit(done.status ?? 1);
