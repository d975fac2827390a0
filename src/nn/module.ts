import { elementsAtCapacity, type Tensor } from "../graph/tensor.ts";

/** How a parameter begins when no checkpoint gives it. */
export type Initial =
  | { readonly kind: "normal"; readonly standardDeviation: number }
  | { readonly kind: "uniform"; readonly bound: number }
  | { readonly kind: "ones" | "zeros" };

/** One of several checkpoint tensors that are one matrix here, end to end along the first dimension, as q, k and v are. */
export interface FusedPart {
  readonly name: string;
  readonly rows: number;
}

/** A tensor of numbers that a checkpoint holds, trained or frozen. It has memory once its module has been placed on a device. */
export class Parameter {
  readonly shape: readonly number[];
  readonly initial: Initial;
  readonly parts: readonly FusedPart[];
  /** The values rounded to 16-bit floats, two per word. Products read these instead, once `claimWeights` has set them. */
  half: Tensor | undefined;
  #pieces: readonly Tensor[] = [];

  constructor(shape: readonly number[], initial: Initial, parts: readonly FusedPart[] = []) {
    this.shape = shape;
    this.initial = initial;
    this.parts = parts;
  }

  /** The tensor that operations take. @throws Error before the module has been placed on a device */
  get tensor(): Tensor {
    const [tensor, ...others] = this.pieces;
    if (others.length > 0) throw new Error(`${tensor} is one of ${others.length + 1} pieces of a table: read them all, from \`pieces\``);
    return tensor!;
  }

  /** The tensor, or the pieces of whole rows, end to end, of a frozen table that is larger than one binding. */
  get pieces(): readonly Tensor[] {
    if (this.#pieces.length === 0) {
      throw new Error("this parameter has no memory yet: place its module on a device with placeModule(device, module)");
    }
    return this.#pieces;
  }

  place(...pieces: readonly Tensor[]): void {
    this.#pieces = pieces;
  }
}

/** A tensor that is computed once on the host and never trained, such as a table of rotary angles. */
export class Constant {
  readonly shape: readonly number[];
  readonly #data: () => Float32Array;
  #tensor: Tensor | undefined;

  /** `data` is a function where computing the values should wait until the sizes are known to fit. */
  constructor(shape: readonly number[], data: Float32Array | (() => Float32Array)) {
    this.shape = shape;
    this.#data = typeof data === "function" ? data : () => data;
  }

  get data(): Float32Array {
    return this.#data();
  }

  get tensor(): Tensor {
    if (!this.#tensor) throw new Error("this constant has no memory yet: place its module on a device with placeModule(device, module)");
    return this.#tensor;
  }

  place(tensor: Tensor): void {
    this.#tensor = tensor;
  }
}

/**
 * A piece of a model. Fields that are parameters, modules or arrays of modules are found by name, so a checkpoint's
 * tensor names are the field names joined by dots.
 */
export abstract class Module {
  /** Every parameter once, in the order of the fields, with its dotted name. */
  namedParameters(prefix = ""): Map<string, Parameter> {
    const found = new Map<string, Parameter>();
    const seen = new Set<Parameter>();
    visit(this, prefix, (name, value) => {
      if (!(value instanceof Parameter) || seen.has(value)) return;
      seen.add(value);
      found.set(name, value);
    });
    return found;
  }

  /** Every module inside this one once, with its dotted name. */
  namedModules(): Map<string, Module> {
    const found = new Map<string, Module>();
    const seen = new Set<Module>();
    visit(this, "", (name, value) => {
      if (value instanceof Module && !seen.has(value)) found.set(name, value);
      if (value instanceof Module) seen.add(value);
    });
    return found;
  }

  /** Every constant once. */
  constants(): Map<string, Constant> {
    const found = new Map<string, Constant>();
    visit(this, "", (name, value) => {
      if (value instanceof Constant && ![...found.values()].includes(value)) found.set(name, value);
    });
    return found;
  }
}

function visit(module: Module, prefix: string, see: (name: string, value: Parameter | Constant | Module) => void): void {
  for (const [field, value] of Object.entries(module)) {
    const name = prefix ? `${prefix}.${field}` : field;
    if (value instanceof Parameter || value instanceof Constant) see(name, value);
    else if (value instanceof Module) visitInside(value, name, see);
    else if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) if (item instanceof Module) visitInside(item, `${name}.${index}`, see);
    }
  }
}

function visitInside(module: Module, name: string, see: Parameters<typeof visit>[2]): void {
  see(name, module);
  visit(module, name, see);
}

/** What a checkpoint holds under one name: a whole parameter, or one of its fused parts. */
export interface NamedPiece {
  readonly name: string;
  readonly shape: readonly number[];
  /** Elements from the beginning of the parameter. */
  readonly begin: number;
}

/** "self_attn.qkv_proj.weight" with parts q_proj, k_proj, v_proj -> "self_attn.q_proj.weight" and so on. */
export function piecesOf(name: string, parameter: Parameter): NamedPiece[] {
  if (parameter.parts.length === 0) return [{ name, shape: parameter.shape, begin: 0 }];
  const path = name.split(".");
  const [layer, field] = [path.slice(0, -1).join("."), path.at(-1)!];
  const rowSize = elementsAtCapacity(parameter.shape.slice(1));
  let row = 0;
  return parameter.parts.map((part) => {
    const piece = {
      name: `${partName(layer, part.name)}.${field}`,
      shape: [part.rows, ...parameter.shape.slice(1)],
      begin: row * rowSize,
    };
    row += part.rows;
    return piece;
  });
}

/** Hugging Face's name of a part of a fused layer: "self_attn.qkv_proj" and "q_proj" -> "self_attn.q_proj". */
export function partName(layer: string, part: string): string {
  return [...layer.split(".").slice(0, -1), part].join(".");
}
