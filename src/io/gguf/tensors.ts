import { quoted } from "../../options/quote.ts";
import type { StoredTensor, TensorSource } from "../../stored_tensor.ts";
import { FileError } from "../file_error.ts";
import type { GgufTensor, Rearrange } from "./encode.ts";
import { type GgufTensorType, tensorType } from "./tensor_types.ts";

/** llama.cpp's names of architectures; Mistral is a Llama there. */
export type GgufArchitecture =
  | "granite"
  | "lfm2"
  | "llama"
  | "qwen2"
  | "qwen3"
  | "gpt2"
  | "olmo2"
  | "smollm3"
  | "gemma2"
  | "gemma3"
  | "gptneox";

/** llama.cpp's names of what stands outside the layers. */
const OUTER: Readonly<Record<string, string>> = {
  "model.embed_tokens": "token_embd",
  "model.norm": "output_norm",
  "model.embedding_norm": "token_embd_norm",
  "transformer.wte": "token_embd",
  "transformer.wpe": "position_embd",
  "transformer.ln_f": "output_norm",
  lm_head: "output",
  "gpt_neox.embed_in": "token_embd",
  "gpt_neox.final_layer_norm": "output_norm",
  embed_out: "output",
};

/** llama.cpp's names of the parts of a layer. */
const INNER: Readonly<Record<string, string>> = {
  input_layernorm: "attn_norm",
  "self_attn.q_proj": "attn_q",
  "self_attn.k_proj": "attn_k",
  "self_attn.v_proj": "attn_v",
  "self_attn.o_proj": "attn_output",
  "self_attn.q_norm": "attn_q_norm",
  "self_attn.k_norm": "attn_k_norm",
  post_attention_layernorm: "ffn_norm",
  "mlp.gate_proj": "ffn_gate",
  "mlp.up_proj": "ffn_up",
  "mlp.down_proj": "ffn_down",
  "shared_mlp.output_linear": "ffn_down",
  operator_norm: "attn_norm",
  "self_attn.out_proj": "attn_output",
  "self_attn.q_layernorm": "attn_q_norm",
  "self_attn.k_layernorm": "attn_k_norm",
  "conv.in_proj": "shortconv.in_proj",
  "conv.conv": "shortconv.conv",
  "conv.out_proj": "shortconv.out_proj",
  ffn_norm: "ffn_norm",
  "feed_forward.w1": "ffn_gate",
  "feed_forward.w3": "ffn_up",
  "feed_forward.w2": "ffn_down",
  ln_1: "attn_norm",
  "attn.c_attn": "attn_qkv",
  "attn.c_proj": "attn_output",
  ln_2: "ffn_norm",
  "mlp.c_fc": "ffn_up",
  "mlp.c_proj": "ffn_down",
  "attention.query_key_value": "attn_qkv",
  "attention.dense": "attn_output",
  "mlp.dense_h_to_4h": "ffn_up",
  "mlp.dense_4h_to_h": "ffn_down",
};

/** The same where branches are normed after they are computed, too. */
const NORMED_AFTER: Readonly<Record<string, string>> = {
  ...INNER,
  post_attention_layernorm: "post_attention_norm",
  pre_feedforward_layernorm: "ffn_norm",
  post_feedforward_layernorm: "post_ffw_norm",
};

/** Architectures whose rotary angles turn neighbours in llama.cpp. */
const NEIGHBOURS: readonly GgufArchitecture[] = ["granite", "llama", "smollm3"];

const GATE_AND_UP = /\.shared_mlp\.input_linear\.weight$/;

/** GPT-2's Conv1D, which lies as [in, out]. */
const TRANSPOSED = /\.c_(attn|proj|fc)\.weight$/;

/** What decides the order of a tensor's numbers. */
export interface HeadCounts {
  readonly architecture: GgufArchitecture;
  readonly heads: number;
  readonly keyValueHeads: number;
}

/** The tensors of a model under llama.cpp's names and in its order of numbers. @throws FileError for a tensor without a name there */
export function ggufTensors(named: TensorSource, counts: HeadCounts, wanted: GgufTensorType): GgufTensor[] {
  return [...named].flatMap(([given, source]) => {
    if (GATE_AND_UP.test(given)) return gateAndUp(given, source, { ...counts, wanted });
    const name = ggufName(given, counts.architecture);
    const isTransposed = TRANSPOSED.test(given);
    const shape = isTransposed ? [...source.shape].reverse() : source.shape.filter((_, i) => i !== 1 || source.shape.length < 3);
    const inOrder = wholeWeight(given, counts) ?? headsApart(given, counts) ?? pairing(given, source, counts);
    const rearrange = isTransposed ? transposed(source.shape) : inOrder;
    return [{ name, shape, type: tensorType(name, shape, wanted), source, rearrange }];
  });
}

/** Granite 4 has gate and up as the rows of one matrix, and llama.cpp's granite has a matrix for each. */
function gateAndUp(
  given: string,
  source: StoredTensor,
  { architecture, wanted }: HeadCounts & { readonly wanted: GgufTensorType },
): GgufTensor[] {
  const [rows, columns] = source.shape as [number, number];
  const shape = [rows / 2, columns];
  return ["gate_proj", "up_proj"].map((part, i) => {
    const name = ggufName(given.replace(GATE_AND_UP, `.mlp.${part}.weight`), architecture);
    const rearrange: Rearrange = (values) => values.subarray((i * values.length) / 2, ((i + 1) * values.length) / 2);
    return { name, shape, type: tensorType(name, shape, wanted), source, rearrange };
  });
}

/** llama.cpp's name of a tensor, by Hugging Face's. */
function ggufName(name: string, architecture: GgufArchitecture): string {
  const [, path, ending] = /^(.+)\.(weight|bias)$/.exec(name) ?? [];
  const [, layer, part] = /^(?:model\.layers|transformer\.h|gpt_neox\.layers)\.(\d+)\.(.+)$/.exec(path ?? "") ?? [];
  const inner = ["olmo2", "gemma2", "gemma3"].includes(architecture) ? NORMED_AFTER : INNER;
  const found = part === undefined ? OUTER[path ?? ""] : inner[part];
  if (found === undefined) throw new FileError(`Tensor ${quoted(name)} has no name in GGUF; export a model of models/ as it is.`);
  return layer === undefined ? `${found}.${ending}` : `blk.${layer}.${found}.${ending}`;
}

function transposed([rows, columns]: readonly number[]): Rearrange {
  return (values) => {
    const turned = new Float32Array(values.length);
    for (let row = 0; row < rows!; row += 1) {
      for (let column = 0; column < columns!; column += 1) turned[column * rows! + row] = values[row * columns! + column]!;
    }
    return turned;
  };
}

/** Gemma's norms keep their weights less 1, and llama.cpp's norms do not. */
function wholeWeight(name: string, { architecture }: HeadCounts): Rearrange | undefined {
  const isKeptLess1 = ["gemma2", "gemma3"].includes(architecture) && /norm\.weight$/.test(name);
  return isKeptLess1 ? (values) => values.map((value) => 1 + value) : undefined;
}

/** GPT-NeoX has query, key and value of a head together; llama.cpp has all queries first, then all keys, then all values. */
function headsApart(name: string, { heads }: HeadCounts): Rearrange | undefined {
  if (!/\.query_key_value\.(?:weight|bias)$/.test(name)) return undefined;
  return (values) => {
    const apart = new Float32Array(values.length);
    const block = values.length / (3 * heads); // [D, C] of a weight, [D] of a bias
    for (let i = 0; i < 3 * heads; i += 1) {
      const [head, which] = [Math.floor(i / 3), i % 3];
      apart.set(values.subarray(i * block, (i + 1) * block), (which * heads + head) * block);
    }
    return apart;
  };
}

/**
 * Rotary angles turn pairs of numbers: here those that lie half a head apart, and in some of llama.cpp's architectures neighbours. So the rows
 * of queries and keys change places there: row j and row j + D/2 of a head become rows 2j and 2j + 1.
 */
function pairing(name: string, { shape }: StoredTensor, { architecture, heads, keyValueHeads }: HeadCounts): Rearrange | undefined {
  const [, which] = /\.self_attn\.([qk])_proj\.(?:weight|bias)$/.exec(name) ?? [];
  if (!NEIGHBOURS.includes(architecture) || which === undefined) return undefined;
  const [rows, columns = 1] = shape as [number, number?];
  const half = rows / (which === "q" ? heads : keyValueHeads) / 2;
  return (values) => {
    const paired = new Float32Array(values.length);
    for (let row = 0; row < rows; row += 1) {
      const inHead = row % (2 * half);
      const target = row - inHead + 2 * (inHead % half) + Math.floor(inHead / half);
      paired.set(values.subarray(row * columns, (row + 1) * columns), target * columns);
    }
    return paired;
  };
}
