import { ShaderError } from "./errors.ts";

export interface KernelBinding {
  readonly name: string;
  readonly access: "read" | "read_write";
  readonly type: string;
  /** The shape comment behind the binding, "[N, C]"; empty when there is none. */
  readonly shape: string;
}

export interface KernelParameter {
  /** A field of a nested struct has both names: "loss.delta". */
  readonly name: string;
  readonly type: "u32" | "i32" | "f32";
  /** Bytes from the beginning of the parameters. */
  readonly offset: number;
}

/** What a kernel's text declares. */
export interface Declared {
  readonly bindings: readonly KernelBinding[];
  readonly parameters: readonly KernelParameter[];
  readonly parameterBytes: number;
}

/** As many bytes of parameters as WebGPU lets every adapter with immediates have. */
export const MAX_PARAMETER_BYTES = 64;

const IMMEDIATE = /var<immediate>\s+(\w+)\s*:\s*(\w+)\s*;/;

/** The same text with its parameters in a uniform buffer, for adapters without immediates. */
export function parametersToUniform(wgsl: string): string {
  return wgsl.replace(IMMEDIATE, "@group(1) @binding(0) var<uniform> $1: $2;");
}

const BINDING =
  /@group\((\d+)\)\s*@binding\((\d+)\)\s*var<storage,\s*(read_write|read)>\s+(\w+)\s*:\s*([^;]+);[^\S\n]*(?:\/\/[^\S\n]*(\[[^\]]*\]))?/g;

/** Bindings and parameters as the kernel's own text declares them: the WGSL is the single source of truth. */
export function reflect(id: string, wgsl: string): Declared {
  const bindings: KernelBinding[] = [];
  for (const [, group, index, access, name, type, shape] of wgsl.matchAll(BINDING)) {
    if (group !== "0") throw new ShaderError(`kernel ${id}: binding ${name} is in group ${group}; storage goes to group 0`);
    bindings[Number(index)] = { name: name!, access: access as "read" | "read_write", type: type!.trim(), shape: shape ?? "" };
  }
  for (let i = 0; i < bindings.length; i += 1) {
    if (!bindings[i]) throw new ShaderError(`kernel ${id}: binding ${i} is missing; number bindings from 0 without gaps`);
  }
  const immediate = IMMEDIATE.exec(wgsl);
  if (!immediate) return { bindings, parameters: [], parameterBytes: 0 };
  const { fields, bytes } = structLayout(id, wgsl, immediate[2]!);
  if (bytes > MAX_PARAMETER_BYTES) {
    throw new ShaderError(`kernel ${id} has ${bytes} bytes of parameters; at most ${MAX_PARAMETER_BYTES} fit`);
  }
  return { bindings, parameters: fields, parameterBytes: bytes };
}

const FIELD = /(?:@align\((\d+)\)\s*)?(\w+)\s*:\s*(\w+)/g;

/** The fields of a struct of scalars and structs, laid out as WGSL does. A field whose name begins with _ only takes space. */
function structLayout(id: string, wgsl: string, struct: string): { fields: KernelParameter[]; bytes: number } {
  const body = new RegExp(`struct\\s+${struct}\\s*\\{([^}]*)\\}`).exec(wgsl)?.[1];
  if (body === undefined) throw new ShaderError(`kernel ${id}: struct ${struct} of its parameters was not found`);
  const fields: KernelParameter[] = [];
  let [end, alignment] = [0, 4];
  for (const [, align = "4", name, type] of body.replaceAll(/\/\/[^\n]*/g, "").matchAll(FIELD)) {
    const offset = roundUp(end, Number(align));
    alignment = Math.max(alignment, Number(align));
    if (type === "u32" || type === "i32" || type === "f32") {
      if (!name!.startsWith("_")) fields.push({ name: name!, type, offset });
      end = offset + 4;
    } else {
      const inner = structLayout(id, wgsl, type!);
      fields.push(...inner.fields.map((field) => ({ ...field, name: `${name}.${field.name}`, offset: offset + field.offset })));
      end = offset + inner.bytes;
    }
  }
  return { fields, bytes: roundUp(end, alignment) };
}

function roundUp(bytes: number, step: number): number {
  return Math.ceil(bytes / step) * step;
}
