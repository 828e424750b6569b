#!/usr/bin/env node
import { existsSync } from 'node:fs';

const built = new URL('../dist/cli/main.js', import.meta.url);
if (process.env.NODE_ENV === 'production' && existsSync(built)) {
  await import(built.href);
} else {
  const { register } = await import('tsx/esm/api');
  // Without this tsx reads the tsconfig.json of whatever folder the command is called from.
  register({ tsconfig: false });
  await import('./main.ts');
}
