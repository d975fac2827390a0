/** A mistake that someone could make in a kernel, as a change of its text. */
export interface Mutation {
  /** The shader's id, and the text that is exchanged wherever it occurs in it. */
  readonly shader: string;
  readonly find: string;
  readonly replace: string;
}

/** Mistakes chosen by hand, each of which `verify` must see: [what, shader, text, wrong text]. */
const BY_HAND: readonly (readonly [what: string, shader: string, find: string, replace: string])[] = [
  ["the last element is left out", "elementwise/add", "i < parameters.count", "i + 1u < parameters.count"],
  ["the second row of a folded grid is forgotten", "lib/grid", "workgroup.x + workgroup.y * workgroups.x", "workgroup.x"],
  ["the tree of a sum stops one level early", "lib/reduce", "stride > 0u", "stride > 1u"],
  ["the tree of a sum begins too low", "lib/reduce", "u32(LANES) / 2u", "u32(LANES) / 4u"],
  ["a barrier of a sum is missing", "lib/reduce", "workgroupBarrier();", ""],
  ["a maximum over lanes is a minimum", "lib/reduce", "subgroupMax(value)", "subgroupMin(value)"],
  ["the last column is dropped", "lib/held_row", "k * LANES + lane < columns", "k * LANES + lane + 1u < columns"],
  ["eps is forgotten", "norm/layer_norm", " + parameters.eps", ""],
  ["the gradient of another reader is lost", "norm/layer_norm_backward", "scaled[k] += residuals[k];", ""],
  [
    "a block of a column sum begins a row late",
    "norm/column_sum",
    "row = block * parameters.block_rows + lane.y;",
    "row = block * parameters.block_rows + lane.y + 1u;",
  ],
  ["a sum is added onto nothing", "norm/column_sum", "sum += y[i];", ""],
  ["a tile's last k is dropped", "matmul/tiled", "q < STEP; q", "q + 1u < STEP; q"],
  ["the last value before the end of a line is dropped", "lib/operand", "length - at, line < lines", "length - at - 1u, line < lines"],
  ["what lies behind K counts in a tile", "matmul/tiled", "select(vec4f(), numbers_of_b(words[i]), is_inside)", "numbers_of_b(words[i])"],
  ["what lies behind K counts in few rows", "matmul/sliced", "select(vec4f(), of_a[i], counts)", "of_a[i]"],
  ["what lies behind a head counts", "lib/head_tile", "if !IS_PADDED {", "if true {"],
  ["rows past the tile's edge are stored", "matmul/tiled", "row < parameters.rows && column", "row <= parameters.rows && column"],
  ["the barrier between two slices is missing", "matmul/tiled", "workgroupBarrier();", ""],
  ["a part of K ends at the end of all of K", "matmul/tiled", "min(begin + parameters.depth, parameters.inner)", "parameters.inner"],
  ["the last part of K is not added", "matmul/split_k_reduce", "is_there = part <", "is_there = part + 1u <"],
  ["a bias's gradient is added onto nothing", "lib/bias_gradient", "sum += grad_bias[at];", ""],
  ["the last row is stored twice too low", "matmul/register", "min(row, parameters.rows - 1u)", "min(row, parameters.rows - 2u)"],
  ["the last k is dropped", "matmul/register", "k < parameters.inner", "k + 1u < parameters.inner"],
  ["the last k is dropped in few rows", "lib/row_quads", "vec4u(left - 1u)", "vec4u(left - 2u)"],
  ["the bias is taken from the first columns", "lib/epilogue", "bias[column / 4u]", "bias[0]"],
  ["the exact GELU changes its tails", "lib/gelu", "near < vec4f()", "near >= vec4f()"],
  ["gates and ups change places", "lib/swiglu", "((column >> 1u) & 1u)", "(1u - ((column >> 1u) & 1u))"],
  ["a gate's gradient is that of a line", "lib/swiglu", "(1.0 + gate * (1.0 - s))", "1.0"],
  ["the upper half of a word is taken for the lower", "lib/half", "index & 1u", "1u - (index & 1u)"],
  ["a row does not attend to itself", "lib/attended", "key <= row", "key < row"],
  ["a row attends to the sequence before its own", "lib/attended", "key <= row && key >= rows.z", "key <= row"],
  ["keys of the wrong head", "attention/causal", "head / (heads / key_value_heads)", "head % key_value_heads"],
  [
    "the sum is not rescaled when the maximum grows",
    "attention/causal",
    "total = fma(total, taken.shrink, taken.weight)",
    "total = total + taken.weight",
  ],
  ["decoding sees one key too many", "attention/decode_part", "key >= first_key && key < count", "key >= first_key && key <= count"],
  ["decoding forgets the oldest key", "attention/decode", "var j = 0u;", "var j = 1u;"],
  ["decoding forgets a row's newest key", "attention/decode_together", "j <= positions[owner]", "j < positions[owner]"],
  ["decoding takes the prompt of a neighbour", "attention/decode_together", "has_prompt && j < prompt_end", "j < prompt_end"],
  ["heads that decode together take another row's keys", "attention/decode_together", "row == owner, lane", "true, lane"],
  ["a window holds one key too many", "attention/causal", "positions[j] < u32(WINDOW)", "positions[j] <= u32(WINDOW)"],
  ["squared ReLU lets negative numbers through", "mlp/relu_squared", "x[i] < Element(0.0)", "x[i] > Element(0.0)"],
  ["the slope of squared ReLU is half as large", "mlp/relu_squared_backward", "2.0 * x[i]", "x[i]"],
  ["a convolution takes the weights in the wrong order", "lib/taps", "u32(TAPS) - 1u - back", "back"],
  ["a convolution goes on into the sequence before", "conv/short_conv", "back <= position", "back <= row"],
  ["a convolution's gradient comes from the sequence behind", "conv/short_conv_backward", " && positions[later] >= j", ""],
  ["a convolution's gradient comes from behind the last row", "conv/short_conv_backward", "row + j < parameters.rows && ", ""],
  ["a convolution's weights learn from the sequence before", "conv/short_conv_backward_weight", "back <= position", "back <= row"],
  ["a convolution decodes from its sequence's own places alone", "conv/short_conv_cached", "own_prompt) * columns", "vec2u()) * columns"],
  ["a convolution is kept a place late", "conv/short_conv_cached", "(origin[row] + position) *", "(origin[row] + position + 1u) *"],
  ["scores have no cap", "lib/attention_score", "return soft_cap(product, f32(CAP));", "return product;"],
  ["the slope of a cap is forgotten", "lib/attention_score", "soft_cap_slope(vec4f(score), f32(CAP)).x", "1.0"],
  ["scores of tiles have no cap", "lib/attention_score", "soft_cap_of_four(products, f32(CAP))", "products"],
  ["the slope of a cap is forgotten in tiles", "lib/attention_score", "soft_cap_slope(scores, f32(CAP))", "vec4f(1.0)"],
  ["a cap is half as high", "lib/soft_cap", "tanh_of(x / cap)", "0.5 * tanh_of(x / cap)"],
  ["tanh overflows", "lib/soft_cap", "exp_minus_1(-2.0 * abs(x));", "-exp_minus_1(2.0 * abs(x)) / exp(2.0 * abs(x));"],
  ["the gradient of capped logits is that of others", "policy/logits_gradient", "capped * soft_cap_slope(own, f32(CAP))", "capped"],
  ["the cache is written a position late", "attention/cache_write", "positions[row])", "positions[row] + 1u)"],
  ["rotation in the wrong direction", "attention/rope", "x1 * cosine - x2 * sine", "x1 * cosine + x2 * sine"],
  [
    "values are rotated too",
    "attention/rope",
    "clamp(parameters.rotated_heads, first, end)",
    "clamp(parameters.rotated_heads + 1u, first, end)",
  ],
  ["what is not rotated is copied to the wrong place", "lib/rotary", "d + HALF_ROTARY, d + HALF)", "d + HALF_ROTARY, d + HALF_ROTARY)"],
  ["a pair too many is rotated", "lib/rotary", "d < HALF_ROTARY", "d <= HALF_ROTARY"],
  ["blocks of columns stay where they are", "elementwise/transpose_columns", "(a * parameters.blocks + b)", "(b * parameters.groups + a)"],
  ["a token of the next row", "embedding/gather", "tokens[row]", "tokens[min(row + 1u, parameters.rows - 1u)]"],
  [
    "the end of a list of rows is lost",
    "embedding/gather_backward",
    "sum += grad_y[row * parameters.columns + column];",
    "sum = grad_y[row * parameters.columns + column];",
  ],
  ["sums are not rescaled when the maximum grows", "policy/token_statistics", "let scale = exp(shift);", "let scale = 1.0;"],
  ["a prompt's token counts", "policy/metric_reduce_partial", ".mask > 0.0", ".mask >= 0.0"],
  ["the entropy's gradient has the wrong sign", "policy/logits_gradient", " - c.entropy * p", " + c.entropy * p"],
  ["the noise does not depend on the position", "sample/next_token", "position[row] + 1u, 0u, 0u)", "1u, 0u, 0u)"],
  ["the noise does not depend on the column", "lib/draw", "counter + vec4u(0u, 0u, column >> 2u, 0u)", "counter"],
  ["top-k keeps one token too many", "lib/border_bisection", "f32(parameters.top_k)", "f32(parameters.top_k + 1u)"],
  ["top-p is a share of everything", "lib/border_bisection", "parameters.top_p * amount_within", "0.9 * amount_within"],
  ["min-p keeps everything", "sample/next_token", "min(border, parameters.min_p_border)", "border"],
  ["the penalty makes repetition likelier", "lib/drawn_logits", "z / parameters.penalty", "z * parameters.penalty"],
  ["banned tokens are drawn", "lib/drawn_logits", "drawable &= !marked", "drawable &= marked"],
  ["decoding reads the prompt of the first row", "attention/decode_part", "prompt[row]", "prompt[0]"],
  [
    "the last token of a prompt is looked for among the sequence's own",
    "lib/cached_sequence",
    "position < prompt.y",
    "position + 1u < prompt.y",
  ],
  [
    "the oldest part is not merged",
    "attention/decode_merge",
    "fma(Element(shrink), part_sums[k]",
    "fma(Element(shrink * f32(min(part + k, 1u))), part_sums[k]",
  ],
  ["earlier blocks are not rescaled", "attention/decode_part", "*= shrinks[head]", "*= 1.0"],
  ["a 16-bit cache swaps its words", "lib/cache", "pack_pair(x.zw)", "pack_pair(x.xy)"],
  ["the tail of the noise is cut off", "lib/random", "(vec4f(bits) + 0.5) * 0x1p-32f", "(floor(vec4f(bits) * 0x1p-24f) + 0.5) * 0x1p-8f"],
  ["a round of Philox is missing", "lib/random", "round < 10u", "round < 9u"],
  ["an infinity counts as a number", "lib/numeric", "!= 0x7f800000u", "!= 0xff800000u"],
];

export interface NamedMutation extends Mutation {
  readonly what: string;
}

export const mutationsByHand: readonly NamedMutation[] = BY_HAND.map(([what, shader, find, replace]) => ({ what, shader, find, replace }));

/** Mistakes that a program can make anywhere in a kernel. */
const OPERATORS: readonly (readonly [pattern: RegExp, replace: string])[] = [
  [/ < /g, " <= "],
  [/ <= /g, " < "],
  [/ >= /g, " > "],
  [/ \+ /g, " - "],
  [/ - /g, " + "],
  [/ \* /g, " + "],
  [/ \/ /g, " * "],
  [/ \+= /g, " = "],
  [/\bmin\(/g, "max("],
  [/\bmax\(/g, "min("],
  [/workgroupBarrier\(\);/g, ""],
  [/ \+ 1u\b/g, ""],
  [/\b1u\b/g, "2u"],
  [/\b0u\b/g, "1u"],
  [/\b1\.0\b/g, "1.5"],
  [/ % /g, " / "],
];

/** Every place of a shader in which an operator can make a mistake, outside of comments, declarations and types. */
export function mutationsOf(shader: string, wgsl: string): (NamedMutation & { readonly at: number })[] {
  const lines = wgsl.split("\n");
  return lines.flatMap((line, number) => {
    const code = line.replace(/\/\/.*/, "");
    if (/@group|^import|^struct|^@compute|array</.test(code)) return [];
    // A loop that never ends would hold the GPU for good.
    const operators = code.includes("for (") ? OPERATORS.filter(([, replace]) => replace !== " = ") : OPERATORS;
    return operators.flatMap(([pattern, replace]) =>
      [...code.matchAll(pattern)].map((match) => {
        const mutated = code.slice(0, match.index) + replace + code.slice(match.index + match[0].length);
        return { what: `line ${number + 1}: ${mutated.trim()}`, shader, find: line, replace: mutated, at: number };
      }),
    );
  });
}
