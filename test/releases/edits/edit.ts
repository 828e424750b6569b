/** Edits of the sources as text, made in a copy: what somebody might write next year. */
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { failureConverterPath } from '../../../worker/codec.ts';

export interface Edit {
  /** What somebody did, in a few words. */
  name: string;
  /** File from the root of the repository. */
  file: string;
  /** Each text stands in the file exactly once, and is replaced by the other. */
  changes: [from: string, to: string][];
}

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The file's text after the edit. Throws when a text to be replaced does not stand there exactly once. */
function edited(text: string, { name, file, changes }: Edit): string {
  return changes.reduce((now, [from, to]) => {
    if (now.split(from).length !== 2) throw new Error(`The edit "${name}" does not fit ${file} any more: ${from}`);
    return now.replace(from, () => to);
  }, text);
}

/** Runs with a copy of the folders in which the edits are made. */
export async function withEdits<T>(
  folders: readonly string[],
  edits: readonly Edit[],
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'fuquan-edit-'));
  try {
    for (const one of folders) await cp(join(root, one), join(folder, one), { recursive: true });
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    for (const edit of edits) {
      const path = join(folder, edit.file);
      await writeFile(path, edited(await readFile(path, 'utf8'), edit));
    }
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Everything that goes into a bundle, and the probe process of the tests. */
const BUNDLED = ['workflows', 'domain', 'contracts', 'test/workflows/support'];

/** Code of the workflow bundle after the edits. */
export async function editedBundle(edits: readonly Edit[], entry = 'workflows/index.ts'): Promise<string> {
  return withEdits(BUNDLED, edits, async (folder) => {
    const options = { workflowsPath: join(folder, entry), failureConverterPath, logger: new DefaultLogger('WARN') };
    return (await bundleWorkflowCode(options)).code;
  });
}
