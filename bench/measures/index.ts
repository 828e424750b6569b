import type { Measure } from '../bench.ts';
import { acts } from './acts.ts';
import { appends } from './appends.ts';
import { calendar } from './calendar.ts';
import { idle } from './idle.ts';
import { list } from './list.ts';
import { parked } from './parked.ts';
import { starts } from './starts.ts';
import { startup } from './startup.ts';
import { whole } from './whole.ts';
import { windows } from './windows.ts';

/** In the order in which they run: those that fill the database come later, the start-up of others last. */
export const measures: Measure[] = [starts, acts, appends, whole, parked, windows, idle, calendar, list, startup];
