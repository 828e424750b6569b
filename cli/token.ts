import type { Command } from 'commander';
import { devToken, run, serviceUrl, withIssuerOptions, type ClientOptions } from './client.ts';

/** `fuquan token`: a token of the development issuer, and a line that uses it. */
export function registerToken(program: Command): void {
  const command = program
    .command('token')
    .description('开发环境的令牌，及一行用法 / a token for development, and a line that uses it');
  withIssuerOptions(command).action(async (options: ClientOptions) => {
    await run(async () => {
      const url = await serviceUrl(options.url);
      const found = await devToken(url, options);
      const path = options.institution === undefined ? '/me' : `/institutions/${options.institution}/tasks`;
      const curl = `curl -s -H 'Authorization: Bearer ${found.token}' ${url}/api/v1${path}`;
      if (options.json === true) process.stdout.write(`${JSON.stringify({ ...found, url, curl })}\n`);
      else process.stdout.write(`${found.token}\n\n${found.personId} (${found.roles.join(', ')})\n${curl}\n`);
    }, options.json);
  });
}
