import { elements } from "../safetensors_header.ts";

/** The types in which a model can be exported. A file has its 1-D tensors in f32 whatever the type. */
export const EXPORT_TYPES = ["f32", "f16", "bf16", "q8_0"] as const;
export type GgufTensorType = (typeof EXPORT_TYPES)[number];

interface GgmlType {
  /** ggml's number for the type of a tensor. */
  readonly id: number;
  /** llama.cpp's number for a file that is mostly of this type. */
  readonly fileType: number;
  readonly blockElements: number;
  readonly blockBytes: number;
}

export const GGML_TYPES: Readonly<Record<GgufTensorType, GgmlType>> = {
  f32: { id: 0, fileType: 0, blockElements: 1, blockBytes: 4 },
  f16: { id: 1, fileType: 1, blockElements: 1, blockBytes: 2 },
  q8_0: { id: 8, fileType: 7, blockElements: 32, blockBytes: 34 },
  bf16: { id: 30, fileType: 32, blockElements: 1, blockBytes: 2 },
};

export function bytesOfTensor(shape: readonly number[], type: GgufTensorType): number {
  const { blockElements, blockBytes } = GGML_TYPES[type];
  return (elements(shape) / blockElements) * blockBytes;
}

/** The type of a tensor in a file of a type: vectors, positions and convolutions stay f32, and rows that are no whole blocks become f16. */
export function tensorType(name: string, shape: readonly number[], wanted: GgufTensorType): GgufTensorType {
  if (shape.length < 2 || name === "position_embd.weight" || name.endsWith(".shortconv.conv.weight")) return "f32";
  return wanted === "q8_0" && shape.at(-1)! % GGML_TYPES.q8_0.blockElements !== 0 ? "f16" : wanted;
}
