// out_n = sum_j P_nj v_j,  P_nj = softmax_j(scale q_n . k_j) over the positions j = 0 .. position(n) of its sequence (their places in
// the cache: lib/cached_sequence), which is what causal computes for the newest row of every sequence. This kernel is for software
// adapters, decode_part for GPUs; where many lanes would read the same, decode_together is faster.
// With a window (WINDOWED) j begins at position(n) - WINDOW + 1 where that is above 0.
// With CAPPED scores lie below a soft cap (lib/attention_score).
// HEAD_LANES lanes share a query head, and each owns every HEAD_LANES-th element: one lane, as long as it can keep a head in registers, for
// a CPU reads no faster where lanes are neighbours, and sums over lanes cost more. A workgroup owns as many heads as fit, of one row or
// several, and walks as far as the longest of them needs. Every head adds its keys in order, and those past its end change nothing.
import package::lib::attention_score::score_of;
import package::lib::cache::{Cached, from_cache};
import package::lib::cached_sequence::place_of;
import package::lib::element::{Element, sum_of_parts};
import package::lib::grid::linear_workgroup;
import package::lib::numeric::LOWEST;
import package::lib::online_softmax::take_score;
import constants::{HEAD_ELEMENTS, HEAD_LANES, LANES};
@if(WINDOWED) import constants::WINDOW;

struct Parameters {
  rows: u32,
  heads: u32,
  key_value_heads: u32,
  scale: f32, // 1 / sqrt(D), or what the model has in its place
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> qkv: array<Element>; // [N, (H + 2K) D]
@group(0) @binding(1) var<storage, read> origin: array<u32>; // [N]
@group(0) @binding(2) var<storage, read> positions: array<u32>; // [N]
@group(0) @binding(3) var<storage, read> prompt: array<vec2u>; // [N, 2]
@group(0) @binding(4) var<storage, read> cache_keys: array<Cached>; // [T, K, D]
@group(0) @binding(5) var<storage, read> cache_values: array<Cached>; // [T, K, D]
@group(0) @binding(6) var<storage, read_write> out: array<Element>; // [N, H D]

const PIECES = (HEAD_ELEMENTS + HEAD_LANES - 1) / HEAD_LANES;
const HEADS_TOGETHER = u32(LANES / HEAD_LANES);
alias HeadPart = array<Element, PIECES>;

@if(!SUBGROUPS) var<workgroup> scratch: array<f32, LANES>;

// The sum over the HEAD_LANES lanes of a head; all of them get it.
fn sum_over_head(value: f32, lane: u32) -> f32 {
  var sum = value;
  for (var mask = u32(HEAD_LANES) / 2u; mask > 0u; mask /= 2u) {
    @if(SUBGROUPS) {
      sum += subgroupShuffleXor(sum, mask);
    }
    @if(!SUBGROUPS) {
      scratch[lane] = sum;
      workgroupBarrier();
      sum += scratch[lane ^ mask];
      workgroupBarrier();
    }
  }
  return sum;
}

@compute @workgroup_size(LANES)
fn main(
  @if(SUBGROUPS) @builtin(subgroup_invocation_id) lane: u32,
  @if(!SUBGROUPS) @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
) {
  let heads = parameters.heads;
  let first = linear_workgroup(workgroup, workgroups) * HEADS_TOGETHER; // of rows x heads
  let last = min(first + HEADS_TOGETHER, parameters.rows * heads) - 1u;
  if first > last {
    return;
  }
  var longest = 0u;
  for (var row = first / heads; row <= last / heads; row += 1u) {
    longest = max(longest, positions[row]);
  }
  let own = first + lane / HEAD_LANES;
  let index = min(own, last);
  let row = index / heads;
  let head = index % heads;
  let part = lane % HEAD_LANES;
  let key_value_head = head / (heads / parameters.key_value_heads);
  let width = (heads + 2u * parameters.key_value_heads) * HEAD_ELEMENTS;
  let cache_width = parameters.key_value_heads * HEAD_ELEMENTS;
  let own_origin = origin[row];
  let own_prompt = prompt[row];
  let newest = positions[row];

  var query: HeadPart;
  var sum: HeadPart;
  for (var piece = 0u; piece < PIECES; piece += 1u) {
    let d = piece * HEAD_LANES + part;
    let element = qkv[row * width + head * HEAD_ELEMENTS + min(d, HEAD_ELEMENTS - 1u)] * parameters.scale;
    query[piece] = select(Element(0.0), element, d < HEAD_ELEMENTS);
    sum[piece] = Element(0.0);
  }
  var largest = LOWEST;
  var total = 0.0;
  var j = 0u;
  @if(WINDOWED) {
    j = longest;
    for (var row = first / heads; row <= last / heads; row += 1u) {
      j = min(j, positions[row] - min(positions[row], u32(WINDOW) - 1u));
    }
  }
  for (; j <= longest; j += 1u) {
    let begin = place_of(min(j, newest), own_origin, own_prompt) * cache_width + key_value_head * HEAD_ELEMENTS;
    var product = Element(0.0);
    for (var piece = 0u; piece < PIECES; piece += 1u) {
      let d = min(piece * HEAD_LANES + part, HEAD_ELEMENTS - 1u);
      product = fma(query[piece], from_cache(cache_keys[begin + d]), product);
    }
    let whole = sum_over_head(sum_of_parts(product), lane);
    @if(WINDOWED) let is_attended = j <= newest && newest - j < u32(WINDOW);
    @if(!WINDOWED) let is_attended = j <= newest;
    let taken = take_score(score_of(whole), is_attended, largest);
    largest = taken.largest;
    total = fma(total, taken.shrink, taken.weight);
    for (var piece = 0u; piece < PIECES; piece += 1u) {
      let d = min(piece * HEAD_LANES + part, HEAD_ELEMENTS - 1u);
      sum[piece] = fma(sum[piece], Element(taken.shrink), taken.weight * from_cache(cache_values[begin + d]));
    }
  }
  if own <= last {
    for (var piece = 0u; piece < PIECES; piece += 1u) {
      let d = piece * HEAD_LANES + part;
      if d < HEAD_ELEMENTS {
        out[index * HEAD_ELEMENTS + d] = sum[piece] / total;
      }
    }
  }
}
