/** The law of an institution on a day, from the database: packs (shipped, or a newer import in their place), overlay, calendar. */
import type { PrismaClient } from '../prisma/generated/client.ts';
import type { RuleSnapshot } from '../domain/rules.ts';
import type { Calendar } from '../domain/time/index.ts';
import { shippedCalendar } from '../domain/time/data/calendar.ts';
import { explain, institutionOf, packsInForce, resolve } from '../policies/index.ts';
import type { Explanation, Institution, Overlay, Pack, ResolveInput } from '../policies/index.ts';

/** A date column as the date it is. */
export const dayOf = (date: Date): string => date.toISOString().slice(0, 10);

/** A date as the column takes it. */
export const dateOf = (day: string): Date => new Date(`${day}T00:00:00.000Z`);

export class Law {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** The institution as resolution knows it. */
  async institution(id: string): Promise<Institution> {
    const row = await this.#prisma.institution.findUniqueOrThrow({ where: { id } });
    return institutionOf(row);
  }

  /** Packs in force of import: the newest of each id, the shipped one where nothing was imported. */
  async packs(): Promise<Pack[]> {
    const imported = await this.#prisma.packVersion.findMany({
      distinct: ['id'],
      orderBy: [{ id: 'asc' }, { importedAt: 'desc' }],
    });
    return packsInForce(imported.map(({ content }) => content as unknown as Pack));
  }

  /** The overlay in force on the day: of those that have begun the one adopted last, which takes the place of all before it. */
  async overlayOn(institutionId: string, on: string): Promise<Overlay | undefined> {
    const row = await this.#prisma.overlayVersion.findFirst({
      where: { institutionId, fromDate: { lte: dateOf(on) } },
      orderBy: { version: 'desc' },
    });
    return row === null ? undefined : (row.content as unknown as Overlay);
  }

  async #input(institutionId: string, on: string): Promise<ResolveInput> {
    const [institution, packs, overlay] = await Promise.all([
      this.institution(institutionId),
      this.packs(),
      this.overlayOn(institutionId, on),
    ]);
    return { institution, on, packs, overlay };
  }

  /** The rules of the institution on the day. */
  async rulesOn(institutionId: string, on: string): Promise<RuleSnapshot> {
    return resolve(await this.#input(institutionId, on));
  }

  /** Every rule with all that was weighed for it. */
  async explain(institutionId: string, on: string): Promise<Explanation> {
    return explain(await this.#input(institutionId, on));
  }

  /** The newest calendar, or the named version of it. */
  async calendar(version?: string): Promise<Calendar> {
    const row =
      version === undefined
        ? await this.#prisma.calendarVersion.findFirst({ orderBy: [{ importedAt: 'desc' }, { version: 'desc' }] })
        : await this.#prisma.calendarVersion.findUnique({ where: { version } });
    return row === null ? shippedCalendar : (row.content as unknown as Calendar);
  }
}
