import type { Tensor } from "../graph/tensor.ts";
import type { HeadLayout } from "./heads.ts";

export function qkNorm(_qkv: Tensor, _q: Tensor, _k: Tensor, _eps: number, _layout: HeadLayout): Tensor {
  throw new Error("fallback");
}
