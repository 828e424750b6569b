import { Bench, type BenchOptions } from './bench.ts';
import { machine, revision } from './machine.ts';
import { measures } from './measures/index.ts';
import { asText, type Report, type Result } from './report.ts';

/** Runs the named measures, or all, one after the other. */
export async function runBench(options: BenchOptions & { only?: string[] }): Promise<Report> {
  const { only, scale, say } = options;
  const unknown = (only ?? []).filter((name) => !measures.some((one) => one.name === name));
  if (unknown.length > 0) {
    throw new Error(`No measure ${unknown.join(', ')}; there are ${measures.map(({ name }) => name).join(', ')}`);
  }
  const bench = await Bench.open(options);
  try {
    const servers = await bench.servers();
    const results: Result[] = [];
    for (const measure of measures.filter(({ name }) => !only || only.includes(name))) {
      const began = Date.now();
      const found = await measure.run(bench);
      const result = { measure: measure.name, title: measure.title, ...found };
      results.push({ ...result, at: new Date(began).toISOString(), seconds: (Date.now() - began) / 1_000, scale: scale.name });
      say(asText(results.at(-1)!));
    }
    const settings = Object.entries(servers.settings).map(([name, value]) => `${name} ${value}`);
    return { ...revision(), machine: { ...machine(bench.dataDir), PostgreSQL: settings.join(', ') }, results };
  } finally {
    await bench.close();
  }
}
