// The newest row n of every sequence attends to the positions j = 0 .. position(n) of its sequence, cut into parts:
//   m = max_j s_j,  total = sum_j e^(s_j - m),  sum = sum_j e^(s_j - m) v_j,  s_j = scale q_n . k_j,  over the positions of a part
// (Flash-Decoding, Dao et al. 2023). decode_merge joins the parts; where one part holds all positions, out = sum / total is written at once.
// This kernel is for GPUs, which need many workgroups. Each takes one part of a row and a key-value head, for up to HEADS query heads
// that share it, so a key or value is loaded once for all of them. A part is walked in blocks (lib/cache_block, online softmax, Milakov &
// Gimelshein 2018, arXiv 1805.02867). Teams of TEAM lanes first compute scores of ROUNDS keys, each lane over its share of the elements.
// Then SOFTMAX_LANES lanes a head turn scores into weights. Last, HEAD_LANES lanes own the elements of a head and add up values,
// KEYS_TOGETHER keys at a time. All sums have a fixed order. Many loads are under way at once: the first keys beside the queries, and the
// first values while scores are added up. Loops have constant lengths, so that compilers unroll them. With a window (WINDOWED) j begins at
// position(n) - WINDOW + 1 where that is above 0: blocks that lie before it whole are passed over, and a part of such blocks alone has the
// total 0.
// With CAPPED scores lie below a soft cap (lib/attention_score).
import package::lib::attention_score::score_of;
import package::lib::cache::from_cache;
import package::lib::cache_block::{Keys, Values, Walk, element_of, fetch_keys, fetch_values};
import package::lib::cache_block::{CHUNKS, HEAD_LANES, INVOCATIONS, KEYS, KEYS_TOGETHER, LOADS, LOAD_KEYS, PIECES, ROUNDS, STEPS, TEAM, TEAMS};
import package::lib::element::Element;
import package::lib::numeric::LOWEST;
import constants::HEADS;
import constants::HEAD_ELEMENTS;
@if(WINDOWED) import constants::WINDOW;

struct Parameters {
  heads: u32,
  key_value_heads: u32,
  part_positions: u32, // a multiple of KEYS
  scale: f32, // 1 / sqrt(D), or what the model has in its place
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> qkv: array<Element>; // [N, (H + 2K) D]
@group(0) @binding(1) var<storage, read> origin: array<u32>; // [N]
@group(0) @binding(2) var<storage, read> positions: array<u32>; // [N]
@group(0) @binding(3) var<storage, read> prompt: array<vec2u>; // [N, 2]
@if(!PARTS) @group(0) @binding(6) var<storage, read_write> out: array<Element>; // [N, H D]
@if(PARTS) @group(0) @binding(6) var<storage, read_write> sums: array<Element>; // [N, B, H D]
@if(PARTS) @group(0) @binding(7) var<storage, read_write> scales: array<vec2f>; // [N, B, H, 2]

// Lines of TEAMS scores are this far apart, so that neither the writes of a team nor the reads of a line meet in a bank.
const LINE = TEAMS + 8u;
// Eight heads at most, so that all find lanes.
const SOFTMAX_LANES = INVOCATIONS / 8u;
const SOFTMAX_KEYS = KEYS / SOFTMAX_LANES;
const QUERIES_EACH = (u32(HEADS) * u32(HEAD_ELEMENTS) + INVOCATIONS - 1u) / INVOCATIONS;

// Queries, and in the end the sums of lanes. Longer than the queries, so that all lanes store some, and none branches.
var<workgroup> elements: array<Element, QUERIES_EACH * INVOCATIONS>;
// Scores of a block, then weights.
var<workgroup> weights: array<f32, u32(HEADS) * KEYS>;
// Shares of scores, then peaks and totals of the lanes that share a head.
var<workgroup> exchange: array<f32, max(u32(HEADS) * TEAM * LINE, 2u * INVOCATIONS)>;
var<workgroup> shrinks: array<f32, HEADS>;
var<workgroup> totals: array<f32, HEADS>;

@if(VEC4)
fn add_product(a: Element, b: Element, sum: f32) -> f32 {
  return fma(a.w, b.w, fma(a.z, b.z, fma(a.y, b.y, fma(a.x, b.x, sum))));
}
@if(!VEC4) fn add_product(a: Element, b: Element, sum: f32) -> f32 { return fma(a, b, sum); }

// A lane's share of the scores of a team's keys.
alias Products = array<array<f32, HEADS>, ROUNDS>;

fn add_keys(products: ptr<function, Products>, keys: ptr<function, Keys>, chunk: u32, lane: u32) {
  for (var i = 0u; i < STEPS; i += 1u) {
    let d = element_of(chunk, i, lane);
    // Without a branch, into which compilers would move the loads.
    let is_inside = u32(HEAD_ELEMENTS) % (STEPS * TEAM) == 0u || d < HEAD_ELEMENTS;
    var loaded: array<Element, ROUNDS>;
    for (var round = 0u; round < ROUNDS; round += 1u) {
      loaded[round] = from_cache((*keys)[round][i]);
    }
    for (var head = 0u; head < HEADS; head += 1u) {
      let query = elements[head * HEAD_ELEMENTS + min(d, HEAD_ELEMENTS - 1u)];
      for (var round = 0u; round < ROUNDS; round += 1u) {
        let before = (*products)[round][head];
        (*products)[round][head] = select(before, add_product(query, loaded[round], before), is_inside);
      }
    }
  }
}

// Adds up the lanes' shares, and leaves the scores of the first `count` keys of a block in weights, and anything behind them. Ends with a
// barrier. The bounds of lanes are said once more, so that Tint guards no access.
fn share_scores(products: ptr<function, Products>, count: u32, lane: u32) {
  let own = min(lane % TEAM, TEAM - 1u) * LINE + min(lane / TEAM, TEAMS - 1u);
  let key = min(lane % TEAMS, TEAMS - 1u);
  for (var round = 0u; round < ROUNDS; round += 1u) {
    if round * TEAMS < count {
      for (var head = 0u; head < HEADS; head += 1u) {
        exchange[head * (TEAM * LINE) + own] = (*products)[round][head];
      }
      workgroupBarrier();
      for (var i = 0u; i < (u32(HEADS) + TEAM - 1u) / TEAM; i += 1u) {
        let head = i * TEAM + lane / TEAMS;
        if head < HEADS {
          let at = min(head, HEADS - 1u) * (TEAM * LINE) + key;
          let product = (exchange[at] + exchange[at + LINE]) + (exchange[at + 2u * LINE] + exchange[at + 3u * LINE]);
          weights[min(head, HEADS - 1u) * KEYS + round * TEAMS + key] = score_of(product);
        }
      }
      workgroupBarrier();
    }
  }
}

// What the lanes of a head know of its scores so far.
struct Softmax {
  largest: f32,
  total: f32,
}

// Turns the scores of the keys from `first_key` to `count` of a block into weights, those of the others into 0, and leaves in shrinks what
// earlier sums are multiplied by. Ends with a barrier.
fn weigh_block(before: Softmax, first_key: u32, count: u32, lane: u32) -> Softmax {
  let head = min(lane / SOFTMAX_LANES, HEADS - 1u);
  let owns = lane / SOFTMAX_LANES < HEADS;
  let first = min(lane / SOFTMAX_LANES, INVOCATIONS / SOFTMAX_LANES - 1u) * SOFTMAX_LANES;
  let member = min(lane % SOFTMAX_LANES, SOFTMAX_LANES - 1u);
  var scores: array<f32, SOFTMAX_KEYS>;
  var peak = before.largest;
  for (var i = 0u; i < SOFTMAX_KEYS; i += 1u) {
    let key = member + i * SOFTMAX_LANES;
    scores[i] = select(LOWEST, weights[head * KEYS + key], key >= first_key && key < count);
    peak = max(peak, scores[i]);
  }
  exchange[lane] = peak;
  workgroupBarrier();
  for (var i = 0u; i < SOFTMAX_LANES; i += 1u) {
    peak = max(peak, exchange[first + i]);
  }
  var own = 0.0;
  for (var i = 0u; i < SOFTMAX_KEYS; i += 1u) {
    scores[i] = exp(scores[i] - peak);
    own += scores[i];
  }
  if owns {
    for (var i = 0u; i < SOFTMAX_KEYS; i += 1u) {
      weights[head * KEYS + member + i * SOFTMAX_LANES] = scores[i];
    }
  }
  let shrink = exp(before.largest - peak);
  exchange[INVOCATIONS + lane] = own;
  if owns && lane == first {
    shrinks[head] = shrink;
  }
  workgroupBarrier();
  var block_total = 0.0;
  for (var i = 0u; i < SOFTMAX_LANES; i += 1u) {
    block_total += exchange[INVOCATIONS + first + i];
  }
  return Softmax(peak, fma(before.total, shrink, block_total));
}

alias Sums = array<Element, u32(HEADS) * PIECES>;

// Adds the weighted values of a block, of which the first were fetched, to a lane's sums.
fn add_values(sum: ptr<function, Sums>, loaded: ptr<function, Values>, walk: Walk, block: u32, count: u32, lane: u32) {
  for (var head = 0u; head < HEADS; head += 1u) {
    for (var piece = 0u; piece < PIECES; piece += 1u) {
      (*sum)[head * PIECES + piece] *= shrinks[head];
    }
  }
  for (var group = 0u; group < KEYS / LOAD_KEYS; group += 1u) {
    let first = group * LOAD_KEYS;
    if group == 0u || first < count {
      for (var piece = 0u; piece < PIECES; piece += 1u) {
        if group + piece > 0u {
          fetch_values(loaded, walk, block + first, piece, lane);
        }
        for (var i = 0u; i < LOADS; i += 1u) {
          let key = first + i * KEYS_TOGETHER + min(lane / HEAD_LANES, KEYS_TOGETHER - 1u);
          let value = from_cache((*loaded)[i]);
          for (var head = 0u; head < HEADS; head += 1u) {
            (*sum)[head * PIECES + piece] = fma(Element(weights[head * KEYS + key]), value, (*sum)[head * PIECES + piece]);
          }
        }
      }
    }
  }
}

// Adds up what the lanes that own the same element have summed, and writes it for the heads from `result` on.
fn write_sums(sum: ptr<function, Sums>, softmax: Softmax, result: u32, own_heads: u32, lane: u32) {
  let softmax_head = lane / SOFTMAX_LANES;
  if lane % SOFTMAX_LANES == 0u && softmax_head < own_heads {
    totals[softmax_head] = softmax.total;
    @if(PARTS) {
      scales[result + softmax_head] = vec2f(softmax.largest, softmax.total);
    }
  }
  for (var head = 0u; head < HEADS; head += 1u) {
    for (var piece = 0u; piece < PIECES; piece += 1u) {
      elements[lane] = (*sum)[head * PIECES + piece];
      workgroupBarrier();
      let d = piece * HEAD_LANES + lane;
      if lane < HEAD_LANES && d < HEAD_ELEMENTS && head < own_heads {
        var whole = elements[lane];
        for (var i = 1u; i < KEYS_TOGETHER; i += 1u) {
          whole += elements[min(lane, HEAD_LANES - 1u) + i * HEAD_LANES];
        }
        @if(PARTS) {
          sums[(result + head) * HEAD_ELEMENTS + d] = whole;
        }
        @if(!PARTS) {
          out[(result + head) * HEAD_ELEMENTS + d] = whole / totals[head];
        }
      }
      workgroupBarrier();
    }
  }
}

@compute @workgroup_size(INVOCATIONS)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
) {
  let row = workgroup.z;
  let part = workgroup.y;
  let position = positions[row];
  let stride = parameters.key_value_heads * HEAD_ELEMENTS;
  let tiles = workgroups.x / parameters.key_value_heads;
  let key_value_head = workgroup.x / tiles;
  let walk = Walk(origin[row], prompt[row], key_value_head * HEAD_ELEMENTS, stride, position);
  let begin = part * parameters.part_positions;
  if begin > position {
    return;
  }
  let group = parameters.heads / parameters.key_value_heads;
  let first_head = workgroup.x % tiles * HEADS;
  let head_begin = key_value_head * group + first_head;
  let own_heads = min(u32(HEADS), group - first_head);
  @if(WINDOWED) let oldest = position - min(position, u32(WINDOW) - 1u);
  @if(!WINDOWED) let oldest = 0u;
  let end = min(begin + parameters.part_positions, position + 1u);
  var block = max(begin, oldest - oldest % KEYS);

  var keys: Keys;
  fetch_keys(&keys, walk, block, 0u, lane);
  let query_begin = (row * (parameters.heads + 2u * parameters.key_value_heads) + head_begin) * HEAD_ELEMENTS;
  for (var i = 0u; i < QUERIES_EACH; i += 1u) {
    let at = min(lane, INVOCATIONS - 1u) + i * INVOCATIONS;
    // A tile may have fewer heads than others; those beyond are computed and not written.
    elements[at] = qkv[query_begin + min(at, own_heads * HEAD_ELEMENTS - 1u)] * parameters.scale;
  }
  workgroupBarrier();
  var softmax = Softmax(LOWEST, 0.0);
  var sum: Sums;
  while block < end {
    let count = min(KEYS, position - block + 1u);
    // Tint leaves a variable of a loop as it was, unless it is given a value.
    var products = Products();
    for (var chunk = 0u; chunk < CHUNKS; chunk += 1u) {
      add_keys(&products, &keys, chunk, lane);
      if chunk + 1u < CHUNKS {
        fetch_keys(&keys, walk, block, chunk + 1u, lane);
      }
    }
    var loaded: Values;
    fetch_values(&loaded, walk, block, 0u, lane);
    share_scores(&products, count, lane);
    softmax = weigh_block(softmax, max(oldest, block) - block, count, lane);
    add_values(&sum, &loaded, walk, block, count, lane);
    block += KEYS;
    if block >= end {
      break;
    }
    fetch_keys(&keys, walk, block, 0u, lane);
    workgroupBarrier();
  }
  // A grid of one part has workgroups.y = 1, so this is the head's place in out as well.
  let result = (row * workgroups.y + part) * parameters.heads + head_begin;
  write_sums(&sum, softmax, result, own_heads, lane);
}
