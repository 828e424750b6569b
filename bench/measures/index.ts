import type { Measure } from '../bench.ts';
import { acts } from './acts.ts';
import { starts } from './starts.ts';

/** In the order in which they run. */
export const measures: Measure[] = [starts, acts];
