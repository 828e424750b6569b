/** Reads the shipped register, packs and samples from their YAML files. The only file of this folder that touches a disk. */
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { packSetProblems, parseOverlay, parsePack } from './check.ts';
import { problem, PolicyError, type Parsed, type ProblemCode } from './problems.ts';
import { parseRegister, type Register } from './register.ts';
import type { Institution, Overlay, Pack } from './schema.ts';

const here = (path: string): URL => new URL(path, import.meta.url);

function fromYaml<T>(text: string, code: ProblemCode, then: (raw: unknown) => Parsed<T>): Parsed<T> {
  let raw: unknown;
  try {
    raw = parse(text);
  } catch (error) {
    return { ok: false, problems: [problem(code, '', error instanceof Error ? error.message.split('\n')[0] : undefined)] };
  }
  return then(raw);
}

function orThrow<T>(parsed: Parsed<T>, where: string): T {
  if (!parsed.ok) throw new PolicyError(parsed.problems, where);
  return parsed.value;
}

/** A pack from YAML (JSON is YAML too), or every reason why not. */
export function packFromYaml(text: string, register: Register): Parsed<Pack> {
  return fromYaml(text, 'pack.notYaml', (raw) => parsePack(raw, register));
}

/** An overlay from YAML (JSON is YAML too), or every reason why not. */
export function overlayFromYaml(text: string): Parsed<Overlay> {
  return fromYaml(text, 'overlay.notYaml', parseOverlay);
}

/** A register from YAML, or every reason why not. */
export function registerFromYaml(text: string): Parsed<Register> {
  return fromYaml(text, 'register.notYaml', parseRegister);
}

let register: Register | undefined;
let packs: readonly Pack[] | undefined;

/** The shipped clause register, read once. Throws PolicyError if it is broken. */
export function loadRegister(): Register {
  register ??= orThrow(registerFromYaml(readFileSync(here('./register.yaml'), 'utf8')), 'policies/register.yaml');
  return register;
}

/** All shipped packs in the order of their ids, read once. Throws PolicyError if one is broken: nothing may start on half the law. */
export function loadShippedPacks(): readonly Pack[] {
  if (!packs) {
    const files = readdirSync(here('./packs/'))
      .filter((name) => name.endsWith('.yaml'))
      .sort();
    const read = files.map((name) =>
      orThrow(packFromYaml(readFileSync(here(`./packs/${name}`), 'utf8'), loadRegister()), `policies/packs/${name}`),
    );
    const problems = packSetProblems(read);
    if (problems.length > 0) throw new PolicyError(problems, 'policies/packs');
    packs = read;
  }
  return packs;
}

/** The four sample units, one for each family of rules. */
export const sampleNames = ['hohhot-university', 'baotou-university', 'baotou-institute', 'harbin-university'] as const;

export type SampleName = (typeof sampleNames)[number];

/** Invented units with complete overlays, so that a new installation can be tried; each says that it is a sample. */
export function loadSample(name: SampleName): { institution: Institution; overlay: Overlay } {
  const institutions = parse(readFileSync(here('./samples/institutions.yaml'), 'utf8')) as Record<SampleName, Institution>;
  const overlay = orThrow(overlayFromYaml(readFileSync(here(`./samples/${name}.yaml`), 'utf8')), `policies/samples/${name}.yaml`);
  return { institution: institutions[name], overlay };
}
