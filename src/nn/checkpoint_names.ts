import { EngineError } from "../gpu/errors.ts";
import { brief, listed, quoted } from "../options/quote.ts";
import type { LanguageModel } from "./language_model.ts";
import { type Module, type NamedPiece, piecesOf } from "./module.ts";

/** A tensor of a checkpoint, of which only the shape counts here. */
interface Shaped {
  readonly shape: readonly number[];
}

type Piece = Pick<NamedPiece, "name" | "shape">;

/** Under which names a checkpoint holds what a model needs. */
export interface CheckpointNames {
  /** The checkpoint's name of every piece that the model needs, by the piece's own name. */
  readonly sources: ReadonlyMap<string, string>;
  /** The checkpoint's names of a head that is stored although it is tied to the embedding. Both must hold the same numbers. */
  readonly copies: readonly { readonly copy: string; readonly original: string }[];
}

/** What a base model saved without its head leaves out at the beginning of its names: GPT-2's and GPT-Neo's, GPT-NeoX's, and all others'. */
const BASE_PREFIXES = ["transformer.", "gpt_neox.", "model."];

/** The head's names, GPT-NeoX's last; it is stored or left out where the head is tied to the embedding. */
const HEADS = ["lm_head.weight", "embed_out.weight"];

/** Buffers that old checkpoints hold beside their parameters: tables of rotary angles, causal masks and the number that they mask with. */
const BUFFERS =
  /(^|\.)(rotary_emb\.(inv_freq|cos_cached|sin_cached)|(h\.\d+\.attn(\.attention)?|layers\.\d+\.attention)\.(bias|masked_bias))$/;

/** Every tensor that a module takes from a checkpoint, by its name there. */
export function checkpointPieces(module: Module): NamedPiece[] {
  return [...module.namedParameters()].flatMap(([name, parameter]) => piecesOf(name, parameter));
}

/**
 * Finds every piece of a model among the tensors of a checkpoint, before a number is read.
 * @throws EngineError naming a tensor that is missing or has another shape, or one that the model does not use
 */
export function matchCheckpoint(model: LanguageModel, stored: ReadonlyMap<string, Shaped>, source: string): CheckpointNames {
  const head = [...model.namedParameters()].find(([, parameter]) => parameter === model.head())?.[0];
  return matchNames(checkpointPieces(model), stored, source, head);
}

/** The same for pieces alone; `head` names the piece that makes logits. */
export function matchNames(
  pieces: readonly Piece[],
  stored: ReadonlyMap<string, Shaped>,
  source: string,
  head: string | undefined,
): CheckpointNames {
  const own = new Set(pieces.map(({ name }) => name));
  const sources = new Map<string, string>();
  const copies: string[] = [];
  const strays: string[] = [];
  for (const name of stored.keys()) {
    const piece = own.has(name) ? name : BASE_PREFIXES.map((prefix) => prefix + name).find((long) => own.has(long) && !stored.has(long));
    if (piece !== undefined) sources.set(piece, name);
    else if (HEADS.includes(name) && head !== undefined) copies.push(name);
    else if (!BUFFERS.test(name)) strays.push(name);
  }
  // Where two names share a tensor, safetensors' save_model keeps the first in the alphabet alone.
  if (copies.length > 0 && !sources.has(head!)) sources.set(head!, copies.pop()!);
  requirePieces(pieces, stored, source, sources);
  if (strays.length > 0) throw new EngineError(describeStrays(strays, stored, source));
  const original = head === undefined ? undefined : pieces.find(({ name }) => name === head);
  for (const copy of copies) requireShape({ name: copy, shape: original!.shape }, stored.get(copy)!, source);
  return { sources, copies: copies.map((copy) => ({ copy, original: sources.get(head!)! })) };
}

/** @throws EngineError where a tensor is missing or has another shape than its piece; `sources` tells its name where that is another */
export function requirePieces(
  pieces: readonly Piece[],
  stored: ReadonlyMap<string, Shaped>,
  source: string,
  sources?: ReadonlyMap<string, string>,
): void {
  for (const { name, shape } of pieces) {
    const storedName = sources ? sources.get(name) : name;
    const found = storedName === undefined ? undefined : stored.get(storedName);
    if (!found) {
      throw new EngineError(`${brief(source)} lacks tensor ${name} [${shape.join(", ")}]; it holds ${listed([...stored.keys()])}`);
    }
    requireShape({ name: storedName!, shape }, found, source);
  }
}

function requireShape({ name, shape }: Piece, found: Shaped, source: string): void {
  if (found.shape.join() === shape.join()) return;
  throw new EngineError(`${brief(source)}: tensor ${name} is ${quoted(found.shape)}; this model needs [${shape.join(", ")}]`);
}

/** The error where a head is stored beside the embedding that it is tied to, with other numbers. */
export function untiedHead(source: string, { copy, original }: { readonly copy: string; readonly original: string }): EngineError {
  const fact = `${brief(source)} holds tensors ${copy} and ${original} with different numbers, but config.json ties them`;
  return new EngineError(`${fact}; set tie_word_embeddings to false, or remove ${copy}`);
}

function describeStrays(strays: readonly string[], stored: ReadonlyMap<string, Shaped>, source: string): string {
  const [first, ...more] = strays;
  const others = more.length > 0 ? ` (nor ${listed(more)})` : "";
  const fact = `${brief(source)} holds tensor ${brief(first!)} ${quoted(stored.get(first!)!.shape)}, which this model does not use${others}`;
  return `${fact}; config.json does not describe the model that was saved here`;
}
