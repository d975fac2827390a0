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
}

/** transformers 5 writes everything into the first; transformers 4 writes rope_theta beside the second. */
const FORMS = ["rope_parameters", "rope_scaling"] as const;

const KINDS = ["default", "linear", "dynamic", "yarn", "llama3"];

const FACTOR = { min: 1, max: 1e6 };
const POSITIVE = { min: 1e-6, max: 1e6 };

/**
 * Reads rope_theta, rope_scaling and rope_parameters as transformers computes with them for sequences of up to `maxPositions` tokens.
 * `otherwise` is the theta where config.json has none.
 * @throws EngineError where a value is out of range, a key is unknown, two forms disagree, or the angles differ from layer to layer
 */
export function readRope(read: ConfigReader, maxPositions: number, otherwise = 10_000): RopeConfig {
  const forms = FORMS.flatMap((name) => {
    refuseNested(read, name);
    const section = read.section(name);
    return section ? [{ name, section }] : [];
  });
  const theta = readTheta(read, forms) ?? otherwise;
  requireWholeHead(read, "partial_rotary_factor");
  const scalings = forms.map(({ name, section }) => {
    const scaling = readScaling(section, read, maxPositions);
    section.value("rope_theta");
    requireWholeHead(section, "partial_rotary_factor");
    section.refuseOthers();
    if (scaling?.kind === "yarn" && theta === 1) read.refuse("rope_theta", "above 1 where rope_type is yarn");
    return { name, scaling };
  });
  const [first, second] = scalings;
  if (first && second && !agree(first.scaling, second.scaling)) {
    throw new EngineError("config.json: rope_parameters and rope_scaling say different things; remove the one that does not hold");
  }
  return { theta, scaling: first?.scaling };
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
    .map(({ name, section }) => ({ name: `${name}rope_theta`, theta: section.number("rope_theta", undefined, { min: 1, max: 1e12 }) }));
  const other = given.find(({ theta }) => theta !== given[0]!.theta);
  if (other) {
    const fact = `config.json: ${given[0]!.name} is ${given[0]!.theta} and ${other.name} is ${other.theta}`;
    throw new EngineError(`${fact}; remove the one that does not hold`);
  }
  return given[0]?.theta;
}

function requireWholeHead(read: ConfigReader, key: string): void {
  const value = read.value(key);
  if (value !== undefined && value !== 1) read.refuse(key, "1 or absent, because whole heads are rotated here");
}

function readKind(section: ConfigReader): string {
  const [old, current] = [section.value("type"), section.value("rope_type")];
  const kind = section.oneOf(current === undefined ? "type" : "rope_type", KINDS, "default");
  if (old !== undefined && old !== kind) section.refuse("type", `the same as rope_type (${quoted(kind)}), or absent`);
  return kind;
}

function readScaling(section: ConfigReader, outer: ConfigReader, maxPositions: number): RopeScaling | undefined {
  const kind = readKind(section);
  if (kind === "default") return undefined;
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
