import type { AdaptedPart } from "../ops/low_rank.ts";
import { ConfigError } from "../options/problems.ts";
import { brief } from "../options/quote.ts";
import { Embedding } from "./embedding.ts";
import type { LanguageModel } from "./language_model.ts";
import { ALL_LINEAR, type NamePattern, targetsOf, valueByPattern } from "./lora_targets.ts";
import { type Module, Parameter, partName } from "./module.ts";
import { initializeParameters, type PlacedModule } from "./place.ts";
import { Projection } from "./projection.ts";

/**
 * Low-rank adapters (LoRA, Hu et al. 2021, arXiv 2106.09685): y = x W^T + scale (x A^T) B^T, with A [rank, in] and B [out, rank]. The scale is
 * alpha / rank, or alpha / sqrt(rank) with rank-stabilised LoRA (Kalajdzievski 2023, arXiv 2312.03732).
 */
export interface LoraOptions {
  readonly rank: number;
  readonly alpha: number;
  /** The layers that get an adapter, by Hugging Face's names: endings such as q_proj, a regular expression, or "all-linear". */
  readonly targets: NamePattern;
  /** Layers that get none although `targets` names them. */
  readonly exclude?: NamePattern;
  readonly rslora?: boolean;
  /** Ranks and alphas of single layers, by regular expressions for the ends of their names. */
  readonly rankPattern?: Readonly<Record<string, number>>;
  readonly alphaPattern?: Readonly<Record<string, number>>;
}

/** What adapters are where nothing else is asked for. */
export const LORA_DEFAULTS = { rank: 16, alpha: 32, targets: ALL_LINEAR, rslora: false } as const satisfies LoraOptions;

/** How the weights of a base model may be stored under adapters; auto takes the type that its files hold. */
export const BASE_STORAGE = ["auto", "f32", "bf16", "f16"] as const;
export type BaseStorage = (typeof BASE_STORAGE)[number];

/** A matrix of the base model with an adapter. Its halves are the tensors NAME.lora_A and NAME.lora_B of the module. */
export interface AdaptedMatrix {
  /** Hugging Face's name of the layer, such as "model.layers.0.self_attn.q_proj". */
  readonly name: string;
  readonly rank: number;
  readonly scale: number;
  /** Whether the base matrix lies as [in, out], as GPT-2's do. */
  readonly isTransposed: boolean;
}

/** One of the matrices that a projection holds, under Hugging Face's name. */
interface Part {
  readonly name: string;
  readonly field: string;
  readonly column: number;
  readonly columns: number;
}

/** Adds adapters to a model that has no memory yet. Parts of a fused matrix get adapters of their own. @throws ConfigError */
export function addAdapters(model: LanguageModel, options: LoraOptions): void {
  const projections = projectionsOf(model);
  const isHead = ({ weight }: Projection): boolean => weight === model.head();
  const adaptable = projections.filter(([, projection]) => !isHead(projection));
  const layers = adaptable.flatMap(([path, projection]) => partsOf(path, projection).map(({ name }) => name));
  const heads = projections.filter(([, projection]) => isHead(projection)).map(([path]) => path);
  const chosen = new Set(targetsOf({ layers, others: [...heads, ...embeddingsOf(model)] }, options.targets, options.exclude));
  for (const [path, projection] of adaptable) {
    const parts = partsOf(path, projection).filter(({ name }) => chosen.has(name));
    if (parts.length > 0) addAdapter(projection, parts, options);
  }
}

function addAdapter(projection: Projection, parts: readonly Part[], options: LoraOptions): void {
  const { inFeatures } = projection;
  const rank = commonRank(parts, options);
  const whole = projection.weight.parts.length === 0;
  const named = (rowsOf: (part: Part) => number) => (whole ? [] : parts.map((part) => ({ name: part.field, rows: rowsOf(part) })));
  const columns = parts.reduce((sum, part) => sum + part.columns, 0);
  // PEFT draws A as PyTorch does a linear layer: Kaiming uniform with a = sqrt(5).
  const initial = { kind: "uniform", bound: 1 / Math.sqrt(inFeatures) } as const;
  projection.lora_A = new Parameter(
    [parts.length * rank, inFeatures],
    initial,
    named(() => rank),
  );
  projection.lora_B = new Parameter(
    [columns, rank],
    { kind: "zeros" },
    named((part) => part.columns),
  );
  projection.adaptedParts = parts.map((part): AdaptedPart => {
    const alpha = valueByPattern(part.name, options.alphaPattern ?? {}, options.alpha);
    const scale = alpha / (options.rslora ? Math.sqrt(rank) : rank);
    return { column: part.column, columns: part.columns, scale };
  });
}

/** The rank of parts that are one matrix here, and whose adapters are one too. */
function commonRank(parts: readonly Part[], { rank, rankPattern = {} }: LoraOptions): number {
  const ranks = parts.map(({ name }) => valueByPattern(name, rankPattern, rank));
  const other = ranks.findIndex((one) => one !== ranks[0]);
  if (other < 0) return ranks[0]!;
  const [first, second] = [parts[0]!, parts[other]!].map(({ name }) => brief(name));
  throw new ConfigError([
    `the adapter of ${first} has rank ${ranks[0]} and that of ${second} ${ranks[other]}; they are one matrix here: give them one rank`,
  ]);
}

/** The matrices of a model that have adapters. */
export function adaptedMatrices(model: Module): AdaptedMatrix[] {
  return projectionsOf(model).flatMap(([path, projection]) => {
    const { lora_B, adaptedParts, isTransposed } = projection;
    const parts = partsOf(path, projection);
    const rank = lora_B?.shape[1] ?? 0;
    return adaptedParts.map(({ column, scale }) => {
      const { name } = parts.find((part) => part.column === column)!;
      return { name, rank, scale, isTransposed };
    });
  });
}

/** Whether a parameter, by its name, belongs to an adapter. */
export function isOfAdapter(name: string): boolean {
  return /\.lora_[AB]$/.test(name);
}

/** What is trained of a model, by name: its adapters where it has some, else everything. */
export function trainedParameters(model: Module): [string, Parameter][] {
  const all = [...model.namedParameters()];
  const adapters = all.filter(([name]) => isOfAdapter(name));
  return adapters.length > 0 ? adapters : all;
}

/** A placed model's base alone, for what loads or reads its parameters. */
export function baseOf(placed: PlacedModule): PlacedModule {
  return { ...placed, placements: placed.placements.filter(({ name }) => !isOfAdapter(name)) };
}

/** A placed model's adapters alone, for what loads or reads their parameters. */
export function adaptersOf(placed: PlacedModule): PlacedModule {
  return { ...placed, placements: placed.placements.filter(({ name }) => isOfAdapter(name)), frozen: [] };
}

/** Draws new adapters from a seed. B is zero, so that the model is its base until the first step. */
export function initializeAdapters(placed: PlacedModule, seed: number): void {
  initializeParameters(placed, seed, adaptersOf(placed).placements);
}

/** The layers with a matrix, by their names here. */
function projectionsOf(model: Module): [string, Projection][] {
  return [...model.namedModules()].filter((entry): entry is [string, Projection] => entry[1] instanceof Projection);
}

function embeddingsOf(model: Module): string[] {
  return [...model.namedModules()].filter(([, module]) => module instanceof Embedding).map(([path]) => path);
}

/** The matrices of a projection: the parts of a fused one, or itself. */
function partsOf(path: string, { weight, outFeatures }: Projection): Part[] {
  if (weight.parts.length === 0) return [{ name: path, field: "", column: 0, columns: outFeatures }];
  let column = 0;
  return weight.parts.map(({ name: field, rows }) => {
    const part = { name: partName(path, field), field, column, columns: rows };
    column += rows;
    return part;
  });
}
