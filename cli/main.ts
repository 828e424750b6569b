import { Command } from 'commander';
import { registerCase } from './case.ts';
import { registerClauses } from './clauses.ts';
import { registerDeadline } from './deadline.ts';
import { registerDemo } from './demo/index.ts';
import { registerErase } from './erase.ts';
import { registerFound } from './found.ts';
import { registerKeys } from './keys.ts';
import { registerRebuild } from './rebuild.ts';
import { registerRepair } from './repair.ts';
import { registerStalled } from './stalled.ts';
import { registerToken } from './token.ts';
import { registerTrace } from './trace.ts';
import { registerVerify } from './verify.ts';

/** Each adds one command. A command imports what is heavy only when it runs, so that the others start at once. */
const commands = [
  registerCase,
  registerClauses,
  registerDeadline,
  registerDemo,
  registerErase,
  registerFound,
  registerKeys,
  registerRebuild,
  registerRepair,
  registerStalled,
  registerToken,
  registerTrace,
  registerVerify,
];

// A reader that stops early (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

const program = new Command('fuquan').description('赋权 / technology-transfer procedures');
for (const register of commands) register(program);
await program.parseAsync();
