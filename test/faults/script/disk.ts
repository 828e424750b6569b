/** A small disk of its own for PostgreSQL and Temporal, that can be filled to the last byte. */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SIZE_MB = 700;

export class SmallDisk {
  readonly path: string;
  readonly #ballast: string;

  /** Mounts a tmpfs, for which the machine must let us be root. */
  constructor() {
    this.path = mkdtempSync(join(tmpdir(), 'fuquan-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MB}m,mode=0755`, 'none', this.path]);
    this.#ballast = join(this.path, 'ballast');
  }

  /** Writes until nothing more goes in. */
  fill(): void {
    const file = openSync(this.#ballast, 'a');
    try {
      const block = Buffer.alloc(1 << 20);
      for (let size = block.length; size >= 1;) {
        try {
          writeSync(file, block, 0, size);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
          size = Math.floor(size / 2);
        }
      }
    } finally {
      closeSync(file);
    }
  }

  get freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.path);
    return bavail * bsize;
  }

  empty(): void {
    rmSync(this.#ballast, { force: true });
  }

  close(): void {
    execFileSync('umount', ['-l', this.path]);
    // It lets go of the folder a moment later.
    rmSync(this.path, { recursive: true, maxRetries: 20, retryDelay: 100 });
  }
}
