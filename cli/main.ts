import { fuquan } from './program.ts';

// A reader that stops early (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  await fuquan().parseAsync();
} catch (error) {
  // What no command expected: its words are for whoever called, its stack for nobody.
  process.exitCode = 3;
  process.stderr.write(`出错 / failed: ${error instanceof Error ? error.message || error.name : String(error)}\n`);
}
