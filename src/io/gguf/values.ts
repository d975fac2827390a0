/** A value of a GGUF file's metadata, with the type that it has there. */
export type GgufValue =
  | { readonly type: "u32"; readonly value: number }
  | { readonly type: "f32"; readonly value: number }
  | { readonly type: "bool"; readonly value: boolean }
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "strings"; readonly value: readonly string[] }
  | { readonly type: "i32s"; readonly value: readonly number[] }
  | { readonly type: "f32s"; readonly value: readonly number[] };

/** Metadata by key, in the order of the file. */
export type GgufMetadata = Readonly<Record<string, GgufValue>>;

export const u32 = (value: number): GgufValue => ({ type: "u32", value });
export const f32 = (value: number): GgufValue => ({ type: "f32", value });
export const bool = (value: boolean): GgufValue => ({ type: "bool", value });
export const string = (value: string): GgufValue => ({ type: "string", value });
export const strings = (value: readonly string[]): GgufValue => ({ type: "strings", value });
export const i32s = (value: readonly number[]): GgufValue => ({ type: "i32s", value });
export const f32s = (value: readonly number[]): GgufValue => ({ type: "f32s", value });
