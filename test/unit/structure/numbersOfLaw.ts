/** The numbers written in a program, but for those that mean nothing: 0, 1, 2, places in lists, statuses of HTTP. */
import { parseSync } from '@swc/core';

interface Node {
  type: string;
  span: { start: number };
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value;

/** The name of a field or of a parameter with a default. */
function nameOf(node: unknown): string | undefined {
  const { key } = node as { key?: { value?: unknown } };
  return typeof key?.value === 'string' ? key.value : undefined;
}

/** Whether what stands in the node decides nothing: a type, a place in a list, the status with which an act is refused. */
function meaningless(node: Node): boolean {
  if (node.type.startsWith('Ts') && node.type !== 'TsAsExpression' && node.type !== 'TsNonNullExpression') return true;
  if (node.type === 'Computed') return true;
  return nameOf(node) === 'status';
}

/** Each number with its line. */
export function numbersIn(source: string): { line: number; n: number }[] {
  // Places are told in bytes from wherever the parser began; a statement before the first gives it.
  const { body } = parseSync(`0;${source}`, { syntax: 'typescript', target: 'es2023' });
  const [first, ...rest] = body as unknown as Node[];
  const bytes = Buffer.from(`0;${source}`);
  const start = first?.span.start ?? 0;
  const found: { line: number; n: number }[] = [];
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(walk);
    if (typeof value !== 'object' || value === null) return;
    if (isNode(value)) {
      if (value.type === 'NumericLiteral' || value.type === 'BigIntLiteral') {
        const n = Number((value as unknown as { raw: string }).raw.replaceAll(/_|n$/g, ''));
        const line = bytes
          .subarray(0, value.span.start - start)
          .toString()
          .split('\n').length;
        if (![0, 1, 2].includes(n)) found.push({ line, n });
        return;
      }
      if (meaningless(value)) return;
    }
    Object.values(value).forEach(walk);
  };
  walk(rest);
  return found;
}
