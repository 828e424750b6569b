/** Whether a unit's own rules stand before the law, and what they still leave open. */
import type { RuleKey, RuleValues } from '../domain/rules.ts';
import { findCandidates } from './candidates.ts';
import { parseOverlay } from './check.ts';
import { boundaries } from './dates.ts';
import { keyTable, missingKeys, notYetUsed } from './keys.ts';
import { problem, type Problem, type ProblemCode } from './problems.ts';
import { resolve } from './resolve.ts';
import { scales, type Comparison, type Scale } from './scales.ts';
import type { Institution, Overlay, OverlayEntry, Pack, ResolveInput } from './schema.ts';
import { coveredSubjects, type CoveredSubject } from './values.ts';
import { binding, mandatoryBase } from './weigh.ts';

/** Everything there is to say about an overlay at once. */
export interface OverlayReport {
  /** No errors. What is missing does not make an overlay wrong, only incomplete. */
  ok: boolean;
  overlay?: Overlay;
  errors: Problem[];
  /** Keys that an empowerment needs on the overlay's first day and that nothing gives. */
  missing: RuleKey[];
  /** Days on which a document's beginning or end opens further gaps. */
  missingLater: { from: string; keys: RuleKey[] }[];
  /** Of the five subjects of nm-hei.6b, those that the unit's rules do not cover. */
  notCovered: CoveredSubject[];
  /** Keys that no process reads yet and that nothing gives. */
  notYetUsed: RuleKey[];
}

function faultCode(found: Comparison, bounds: boolean, together: unknown): ProblemCode | undefined {
  if (found === 'same' || found === 'stricter') return undefined;
  if (found === 'laxer') return 'overlay.laxer';
  if (bounds) return 'overlay.incomparable';
  return together === undefined ? 'overlay.contradicts' : 'overlay.laxer';
}

const show = (value: unknown): string => JSON.stringify(value);

/** One entry on one day: laxer than the law, or without the reading that a gap asks for. */
function entryFault<K extends RuleKey>(entry: OverlayEntry<K>, path: string, input: ResolveInput): Problem | undefined {
  const { key, value } = entry;
  const scale = scales[key] as Scale<RuleValues[K]>;
  const live = binding(key, findCandidates(key, input).live, input);
  const base = mandatoryBase(key, live);
  if (base === 'conflict') return undefined;
  if (base) {
    const code = faultCode(scale.compare(value, base.value), scale.bounds, scale.combine([value, base.value]));
    return code && problem(code, `${path}/value`, `${show(value)} < ${show(base.value)} (${base.lead.cite.clause}, ${input.on})`);
  }
  const permitted = live.flatMap((one) => (scale.adds ? (one.value as unknown as string[]) : []));
  const widens = permitted.length > 0 && (value as unknown as string[]).some((one) => !permitted.includes(one));
  const fillsGap = live.length === 0 && keyTable[key].givenBy === 'law';
  if ((fillsGap || widens) && !entry.reading) return problem('overlay.readingMissing', `${path}/reading`, key);
  return undefined;
}

/**
 * Checks an overlay (parsed YAML or JSON) against the packs on its first day and on every later day on which one of
 * them changes. Gives every error with path, code, zh and en, and lists what is still missing.
 */
export function validateOverlay(raw: unknown, institution: Institution, packs: readonly Pack[]): OverlayReport {
  const nothing = { missing: [], missingLater: [], notCovered: [], notYetUsed: [] };
  const parsed = parseOverlay(raw);
  if (!parsed.ok) return { ok: false, errors: parsed.problems, ...nothing };
  const overlay = parsed.value;
  if (overlay.institutionId !== institution.id) {
    return {
      ok: false,
      overlay,
      errors: [problem('overlay.otherInstitution', '/institutionId', overlay.institutionId)],
      ...nothing,
    };
  }
  const later = boundaries(packs).filter((day) => day > overlay.from && (!overlay.until || day <= overlay.until));
  const days = [overlay.from, ...later];
  const errors = overlay.entries.flatMap((entry, index) => {
    for (const on of days) {
      const fault = entryFault(entry, `/entries/${index}`, { institution, on, packs });
      // A gap that opens later is told as missing; the reading is asked for on the first day only.
      if (fault && (on === overlay.from || fault.code !== 'overlay.readingMissing')) return [fault];
    }
    return [];
  });
  const missingOn = (on: string): RuleKey[] => missingKeys(resolve({ institution, on, packs, overlay }));
  const missing = missingOn(overlay.from);
  const first = resolve({ institution, on: overlay.from, packs, overlay });
  return {
    ok: errors.length === 0,
    overlay,
    errors,
    missing,
    missingLater: later
      .map((from) => ({ from, keys: missingOn(from).filter((key) => !missing.includes(key)) }))
      .filter((one) => one.keys.length > 0),
    notCovered: coveredSubjects.filter((one) => !overlay.covers.includes(one)),
    notYetUsed: notYetUsed.filter((key) => !first.rules[key]),
  };
}
