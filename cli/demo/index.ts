/** `fuquan demo`: plays the demonstration cases on the running service, as rehearsals. */
import type { Command } from 'commander';

interface DemoOptions {
  only?: string;
  json?: boolean;
}

/** Adds the command. */
export function registerDemo(program: Command): void {
  program
    .command('demo')
    .description('在运行中的服务上预演示例案件 / play the demonstration cases on the running service, as rehearsals')
    .option('--only <name>', '只演一个 / one of them: objection, heilongjiang, sale, use-right, secret, withdrawn')
    .option('--json', '每行一个 JSON / one JSON a line')
    .action(async (options: DemoOptions) => {
      const { runDemo } = await import('./run.ts');
      process.exitCode = await runDemo(options);
    });
}
