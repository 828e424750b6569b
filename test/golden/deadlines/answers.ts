// Run as a process of its own in another time zone: prints that zone's offset and the answer to every row.
import { answer, goldenRows } from './table.ts';

const winterOffset = new Date('2026-01-01T00:00:00Z').getTimezoneOffset();
process.stdout.write(JSON.stringify({ winterOffset, answers: goldenRows().map(answer) }));
