/** The Merkle tree of RFC 6962, section 2.1, built leaf by leaf without keeping the leaves. */
import { createHash } from 'node:crypto';

const hash = (...parts: Uint8Array[]): Buffer => {
  const h = createHash('sha256');
  for (const part of parts) h.update(part);
  return h.digest();
};
const LEAF = Buffer.from([0]);
const NODE = Buffer.from([1]);

/** An append-only tree. Its root can be asked for at any size on the way. */
export class MerkleTree {
  /** Roots of the perfect subtrees that make up the tree, largest first: one for each bit set in the size. */
  readonly #peaks: Buffer[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Appends the leaf with this content. */
  append(content: string): void {
    let peak = hash(LEAF, Buffer.from(content));
    for (let size = this.#size; size % 2 === 1; size = Math.floor(size / 2)) {
      peak = hash(NODE, this.#peaks.pop() ?? Buffer.alloc(0), peak);
    }
    this.#peaks.push(peak);
    this.#size++;
  }

  /** Root hash in hex. */
  root(): string {
    // RFC 6962: the root of no leaves is the hash of nothing.
    const root = this.#peaks.reduceRight<Buffer | undefined>(
      (right, peak) => (right ? hash(NODE, peak, right) : peak),
      undefined,
    );
    return (root ?? hash()).toString('hex');
  }
}
