/**
 * Statements of our own beside Prisma's, for what is asked at every request and for long lists. Each is composed of
 * fragments and kept prepared by its connection: planning one takes PostgreSQL longer than running it.
 */
import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import { Prisma } from '../prisma/generated/client.ts';

export type Sql = Prisma.Sql;

/** A fragment, or a whole statement; what stands in it as a value becomes a parameter. */
export const { sql } = Prisma;

/** Each connection keeps what it has prepared: texts beyond so many, made by rights that few have, are planned each time. */
const PREPARED_AT_MOST = 200;

/** Runs statements. */
export class Db {
  readonly #pool: Pick<Pool, 'query'>;
  readonly #names = new Map<string, string>();

  constructor(pool: Pick<Pool, 'query'>) {
    this.#pool = pool;
  }

  /** The statement's rows, typed as the caller knows them. */
  async rows<T extends object>(statement: Sql): Promise<T[]> {
    const { text, values } = statement;
    const name = this.#nameOf(text);
    return (await this.#pool.query<T>({ text, values, ...(name === undefined ? {} : { name }) })).rows;
  }

  #nameOf(text: string): string | undefined {
    const known = this.#names.get(text);
    if (known !== undefined || this.#names.size >= PREPARED_AT_MOST) return known;
    const name = createHash('sha256').update(text).digest('base64url').slice(0, 22);
    this.#names.set(text, name);
    return name;
  }
}

/** True if one of the conditions is. */
export const anyOf = (conditions: readonly Sql[]): Sql =>
  conditions.length === 0 ? sql`false` : sql`(${Prisma.join([...conditions], ' OR ')})`;

/** True if all of the conditions are. */
export const allOf = (conditions: readonly Sql[]): Sql =>
  conditions.length === 0 ? sql`true` : sql`(${Prisma.join([...conditions], ' AND ')})`;
