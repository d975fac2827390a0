import { EngineError } from "../gpu/errors.ts";
import type { RopeScaling } from "../ops/rope_table.ts";
import { isMapping } from "../options/problems.ts";
import { quoted } from "../options/quote.ts";
import { type ConfigReader, LARGEST } from "./config.ts";

/** What config.json says of rotary angles. */
export interface RopeConfig {
  readonly theta: number;
  /** Undefined where angles are plain. */
  readonly scaling: RopeScaling | undefined;
  /** The most tokens of a sequence that has these angles; with longrope longer ones would have others. */
  readonly maxPositions: number;
}

/** transformers 5 writes everything into the first; transformers 4 writes rope_theta beside the second. */
const FORMS = ["rope_parameters", "rope_scaling"] as const;

const KINDS = ["default", "linear", "dynamic", "yarn", "llama3"];
/** The second is what Phi-3's first files call it. */
const LONG = ["longrope", "su"];

const PARTIAL = "partial_rotary_factor";

const FACTOR = { min: 1, max: 1e6 };
const POSITIVE = { min: 1e-6, max: 1e6 };

/** What a family has of its own. */
export interface RopeRules {
  /** The theta where config.json has none. Default: 10,000. */
  readonly theta?: number | undefined;
  /** Whether a part of each head may be rotated alone (`readRotaryFraction`). */
  readonly isPartial?: boolean;
  /** How many numbers of a head are rotated. Where this is left out, longrope is refused, which has a factor for each pair of them. */
  readonly width?: number;
  /** The original context of longrope where config.json does not say. Default: all positions. */
  readonly originalPositions?: number | undefined;
}

/**
 * Reads rope_theta, rope_scaling and rope_parameters as transformers computes with them for sequences of up to `maxPositions` tokens.
 * @throws EngineError where a value is out of range, a key is unknown, two forms disagree, or the angles differ from layer to layer
 */
export function readRope(read: ConfigReader, maxPositions: number, rules: RopeRules = {}): RopeConfig {
  const forms = FORMS.flatMap((name) => {
    refuseNested(read, name);
    const section = read.section(name);
    return section ? [{ name, section }] : [];
  });
  const theta = readTheta(read, forms) ?? rules.theta ?? 10_000;
  if (!rules.isPartial) requireWholeHead(read, PARTIAL);
  const scalings = forms.map(({ name, section }) => {
    const stretched = readScaling(section, read, maxPositions, rules);
    const { scaling } = stretched;
    section.value("rope_theta");
    if (rules.isPartial) section.value(PARTIAL);
    else requireWholeHead(section, PARTIAL);
    section.refuseOthers();
    if (scaling?.kind === "yarn" && theta === 1) read.refuse("rope_theta", "above 1 where rope_type is yarn");
    return { name, ...stretched };
  });
  const [first, second] = scalings;
  if (first && second && !agree(first.scaling, second.scaling)) {
    throw new EngineError("config.json: rope_parameters and rope_scaling say different things; remove the one that does not hold");
  }
  return { theta, scaling: first?.scaling, maxPositions: first?.maxPositions ?? maxPositions };
}

/**
 * Reads which part of a head is rotated, from its first number on: `own`, the family's key for it, or partial_rotary_factor there or among the
 * rotary angles; `otherwise` where none is given.
 * @throws EngineError where it is not above 0 and at most 1, or two places disagree
 */
export function readRotaryFraction(read: ConfigReader, otherwise: number, own?: string): number {
  const keys = own === undefined ? [PARTIAL] : [own, PARTIAL];
  const places = keys.map((key) => ({ name: key, key, section: read }));
  for (const name of FORMS) {
    const section = read.section(name);
    if (section) places.push({ name: `${name}.${PARTIAL}`, key: PARTIAL, section });
  }
  const given = places
    .filter(({ key, section }) => section.value(key) !== undefined)
    .map(({ name, key, section }) => ({ name, value: section.number(key, undefined, { min: 1e-3, max: 1 }) }));
  requireOne(given);
  return given[0]?.value ?? otherwise;
}

function refuseNested(read: ConfigReader, name: string): void {
  const value = read.value(name);
  const layerType = isMapping(value) ? Object.keys(value).find((key) => isMapping(value[key])) : undefined;
  if (layerType === undefined) return;
  read.refuse(name, "one mapping for all layers, because here all layers share one table of angles");
}

function readTheta(read: ConfigReader, forms: readonly { readonly name: string; readonly section: ConfigReader }[]): number | undefined {
  const places = [{ name: "", section: read }, ...forms.map(({ name, section }) => ({ name: `${name}.`, section }))];
  const given = places
    .filter(({ section }) => section.value("rope_theta") !== undefined)
    .map(({ name, section }) => ({ name: `${name}rope_theta`, value: section.number("rope_theta", undefined, { min: 1, max: 1e12 }) }));
  requireOne(given);
  return given[0]?.value;
}

/** Refuses what several places of config.json say differently. */
function requireOne(given: readonly { readonly name: string; readonly value: number }[]): void {
  const [first] = given;
  const other = given.find(({ value }) => value !== first!.value);
  if (!first || !other) return;
  const fact = `config.json: ${first.name} is ${first.value} and ${other.name} is ${other.value}`;
  throw new EngineError(`${fact}; remove the one that does not hold`);
}

function requireWholeHead(read: ConfigReader, key: string): void {
  const value = read.value(key);
  if (value !== undefined && value !== 1) read.refuse(key, "1 or absent, because whole heads are rotated here");
}

function readKind(section: ConfigReader, hasLong: boolean): string {
  const [old, current] = [section.value("type"), section.value("rope_type")];
  const kind = section.oneOf(current === undefined ? "type" : "rope_type", hasLong ? [...KINDS, ...LONG] : KINDS, "default");
  if (old !== undefined && old !== kind) section.refuse("type", `the same as rope_type (${quoted(kind)}), or absent`);
  return kind;
}

type Stretched = Pick<RopeConfig, "scaling" | "maxPositions">;

function readScaling(section: ConfigReader, outer: ConfigReader, maxPositions: number, rules: RopeRules): Stretched {
  const kind = readKind(section, rules.width !== undefined);
  if (LONG.includes(kind)) return readLongRope(section, outer, maxPositions, rules);
  return { scaling: kind === "default" ? undefined : readFactor(kind, section, outer, maxPositions), maxPositions };
}

function readFactor(kind: string, section: ConfigReader, outer: ConfigReader, maxPositions: number): RopeScaling | undefined {
  const factor = section.number("factor", undefined, FACTOR);
  // The base grows once a sequence is longer than max_position_embeddings, and here none is.
  if (kind === "dynamic") return undefined;
  if (kind === "linear") return { kind, factor };
  const originalMaxPositions = readOriginal(section, outer, maxPositions);
  if (kind === "yarn") return readYarn(section, factor, originalMaxPositions);
  const lowFreqFactor = section.number("low_freq_factor", undefined, POSITIVE);
  const highFreqFactor = section.number("high_freq_factor", undefined, POSITIVE);
  if (highFreqFactor <= lowFreqFactor) section.refuse("high_freq_factor", `above low_freq_factor (${lowFreqFactor})`);
  return { kind: "llama3", factor, lowFreqFactor, highFreqFactor, originalMaxPositions };
}

/**
 * transformers takes the short factors for sequences up to the original context, and the long ones for longer sequences. Here no sequence is
 * longer, so that the angles of a token do not depend on what follows it.
 */
function readLongRope(section: ConfigReader, outer: ConfigReader, maxPositions: number, rules: RopeRules): Stretched {
  const original = readOriginal(section, outer, rules.originalPositions ?? maxPositions);
  const given = section.number("factor", 1, FACTOR);
  const factor = original === maxPositions ? given : maxPositions / original;
  const usual = factor > 1 ? Math.sqrt(1 + Math.log(factor) / Math.log(original)) : 1;
  const attentionFactor = section.number("attention_factor", usual, POSITIVE);
  const pairs = rules.width! / 2;
  const factors = readFactors(section, "short_factor", pairs);
  readFactors(section, "long_factor", pairs); // which must be right all the same
  return { scaling: { kind: "longrope", factors, attentionFactor }, maxPositions: Math.min(original, maxPositions) };
}

function readFactors(section: ConfigReader, key: string, pairs: number): readonly number[] {
  const value = section.value(key);
  const isFactor = (one: unknown): boolean => typeof one === "number" && one >= POSITIVE.min && one <= POSITIVE.max;
  if (Array.isArray(value) && value.length === pairs && value.every(isFactor)) return value as number[];
  return section.refuse(key, `a list of ${pairs} factors, one for each pair of numbers that is rotated`);
}

/** The context before it was stretched; transformers looks for it beside the mapping too, and takes the longest sequence where it is absent. */
function readOriginal(section: ConfigReader, outer: ConfigReader, maxPositions: number): number {
  const key = "original_max_position_embeddings";
  const outside = outer.value(key) === undefined ? undefined : outer.integer(key, undefined, LARGEST.positions);
  const inside = section.integer(key, outside ?? maxPositions, LARGEST.positions);
  if (outside !== undefined && outside !== inside) outer.refuse(key, `the same as that of the rotary angles (${inside}), or absent`);
  return inside;
}

function readYarn(section: ConfigReader, factor: number, originalMaxPositions: number): RopeScaling {
  const mscale = section.number("mscale", 0, { min: 0, max: 1e3 });
  const mscaleAllDim = section.number("mscale_all_dim", 0, { min: 0, max: 1e3 });
  const grown = (scale: number): number => 1 + 0.1 * scale * Math.log(factor);
  const usual = mscale > 0 && mscaleAllDim > 0 ? grown(mscale) / grown(mscaleAllDim) : grown(1);
  const betaFast = section.number("beta_fast", 32, POSITIVE);
  const betaSlow = section.number("beta_slow", 1, POSITIVE);
  if (betaFast < betaSlow) section.refuse("beta_fast", `at least beta_slow (${betaSlow})`);
  return {
    kind: "yarn",
    factor,
    attentionFactor: section.number("attention_factor", usual, POSITIVE),
    betaFast,
    betaSlow,
    truncate: section.flag("truncate", true),
    originalMaxPositions,
  };
}

function agree(a: RopeScaling | undefined, b: RopeScaling | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
