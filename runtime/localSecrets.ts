import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CodecKey } from './config.ts';

/**
 * The payload key of a data directory, made at first use. What is encrypted with it lives in the same directory; in
 * production the keys come from outside, see config.ts.
 */
export async function localCodecKeys(dataDir: string): Promise<CodecKey[]> {
  const path = join(dataDir, 'codec-key');
  await mkdir(dataDir, { recursive: true });
  try {
    await writeFile(path, `local:${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const [id = '', key = ''] = (await readFile(path, 'utf8')).trim().split(':');
  return [{ id, key: new Uint8Array(Buffer.from(key, 'base64')) }];
}
