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

/** What commander objects to, in Chinese; its own words follow in English. */
const objections: Record<string, string> = {
  'commander.unknownOption': '未知选项',
  'commander.unknownCommand': '未知命令',
  'commander.optionMissingArgument': '选项缺少值',
  'commander.missingMandatoryOptionValue': '缺少必需的选项',
  'commander.missingArgument': '缺少参数',
  'commander.excessArguments': '多余的参数',
};

const pathOf = (command: Command): string => [...(command.parent ? [pathOf(command.parent)] : []), command.name()].join(' ');

/** A call that commander does not understand ends with code 2 and one line in both languages. Help is no error. */
function tellMistakes(command: Command): void {
  command.configureOutput({ outputError: () => undefined }).exitOverride(({ exitCode, code, message }) => {
    if (exitCode === 0) process.exit(0);
    if (code !== 'commander.help') {
      const words = message.replace(/^error: /, '').replaceAll('\n', ' ');
      process.stderr.write(`${pathOf(command)}: ${objections[code] ?? '用法错误'} / ${words}\n`);
    }
    process.exit(2);
  });
  command.commands.forEach(tellMistakes);
}

/** The command line with all its commands, called with nothing yet. */
export function fuquan(): Command {
  const program = new Command('fuquan').description('赋权 / technology-transfer procedures');
  for (const register of commands) register(program);
  tellMistakes(program);
  return program;
}
