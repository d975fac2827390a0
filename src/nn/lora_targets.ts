import { ConfigError } from "../options/problems.ts";
import { brief, listed, quoted } from "../options/quote.ts";

/** Names of layers as PEFT writes them: a list of names or of their endings, or one regular expression that matches whole names. */
export type NamePattern = string | readonly string[];

/** The pattern that means every matrix but the head's. */
export const ALL_LINEAR = "all-linear";

/** Whether a layer's name, such as "model.layers.0.self_attn.q_proj", is meant by a pattern. @throws ConfigError for no regular expression */
export function matches(name: string, pattern: NamePattern): boolean {
  if (typeof pattern === "string") return expressionOf(`^(?:${pattern})$`, pattern).test(name);
  return pattern.some((ending) => isEnding(name, ending));
}

/** The value of the first key of a rank_pattern or alpha_pattern that fits the end of a name; `otherwise` where none does. */
export function valueByPattern(name: string, patterns: Readonly<Record<string, number>>, otherwise: number): number {
  const key = Object.keys(patterns).find((pattern) => expressionOf(`^(?:.*\\.)?(?:${pattern})$`, pattern).test(name));
  return key === undefined ? otherwise : patterns[key]!;
}

function isEnding(name: string, ending: string): boolean {
  return name === ending || name.endsWith(`.${ending}`);
}

function expressionOf(source: string, given: string): RegExp {
  try {
    return new RegExp(source);
  } catch {
    throw new ConfigError([`${quoted(given)} is no regular expression; give a list of names, a regular expression, or ${ALL_LINEAR}`]);
  }
}

/** What a model has that a pattern may name. */
export interface Nameable {
  /** Layers that an adapter can be added to. */
  readonly layers: readonly string[];
  /** The head and the embeddings, which get none here. */
  readonly others: readonly string[];
}

/** The layers that targets name, less those that `exclude` names. @throws ConfigError for a target that is no layer, or gets no adapter */
export function targetsOf({ layers, others }: Nameable, targets: NamePattern, exclude: NamePattern = []): string[] {
  const isMeant = (name: string): boolean => targets === ALL_LINEAR || matches(name, targets);
  const isExcluded = (name: string): boolean => matches(name, exclude);
  if (targets !== ALL_LINEAR) {
    const refused = others.find((name) => isMeant(name) && !isExcluded(name));
    if (refused)
      throw new ConfigError([`${brief(refused)} is a target of the adapter; embeddings and the head get none here: leave it out`]);
    for (const one of typeof targets === "string" ? [] : targets) {
      if (!layers.some((name) => isEnding(name, one))) throw unknownTarget(one, layers);
    }
  }
  const found = layers.filter((name) => isMeant(name) && !isExcluded(name));
  if (found.length === 0) throw unknownTarget(targets, layers);
  return found;
}

function unknownTarget(target: NamePattern, layers: readonly string[]): ConfigError {
  const endings = new Set(layers.map((name) => name.split(".").at(-1)!));
  return new ConfigError([
    `the adapter's target ${quoted(target)} names no layer of this model; its layers end in ${listed([...endings])}`,
  ]);
}
