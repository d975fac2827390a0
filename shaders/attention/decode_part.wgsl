// The newest row n of every sequence attends to the positions j = 0 .. position(n) of its sequence, cut into parts:
//   m = max_j s_j,  total = sum_j e^(s_j - m),  sum = sum_j e^(s_j - m) v_j,  s_j = scale q_n . k_j,  over the positions of a part
// (Flash-Decoding, Dao et al. 2023). decode_merge joins the parts; where one part holds all positions, out = sum / total is written at once.
// This kernel is for GPUs, which need many workgroups. Each takes one part of a row and a key-value head, for up to HEADS query heads
// that share it, so a key or value is loaded once for all of them. A part is walked in blocks of KEYS positions (online softmax, Milakov &
// Gimelshein 2018, arXiv 1805.02867). Teams of TEAM lanes first compute scores of one key, each over its share of the elements, so that a
// team reads neighbouring memory. Then SOFTMAX_LANES lanes a head turn scores into weights. Last, HEAD_LANES lanes own the elements of a
// head and add up values, KEYS_TOGETHER keys at a time. All sums have a fixed order. Barriers stand between ROUNDS * TEAMS keys of the first
// phase, and none between the loads of a block's values. With a window (WINDOWED) j begins at position(n) - WINDOW + 1 where that is above 0:
// blocks that lie before it whole are passed over, and a part of such blocks alone has the total 0.
import package::lib::cache::{Cached, from_cache};
import package::lib::cached_sequence::place_of;
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
@group(0) @binding(4) var<storage, read> cache_keys: array<Cached>; // [T, K, D]
@group(0) @binding(5) var<storage, read> cache_values: array<Cached>; // [T, K, D]
@if(!PARTS) @group(0) @binding(6) var<storage, read_write> out: array<Element>; // [N, H D]
@if(PARTS) @group(0) @binding(6) var<storage, read_write> sums: array<Element>; // [N, B, H D]
@if(PARTS) @group(0) @binding(7) var<storage, read_write> scales: array<vec2f>; // [N, B, H, 2]

const INVOCATIONS = 128u;
const KEYS = 128u;
const TEAM = 4u;
const TEAMS = INVOCATIONS / TEAM;
// Keys of which a team loads elements before it multiplies, so that a query read from workgroup memory serves them all.
const ROUNDS = 2u;
// Lines of TEAMS scores are this far apart, so that neither the writes of a team nor the reads of a line meet in a bank.
const LINE = TEAMS + 8u;
const SHARE = (u32(HEAD_ELEMENTS) + TEAM - 1u) / TEAM;
// Eight heads at most, so that all find lanes.
const SOFTMAX_LANES = INVOCATIONS / 8u;
const SOFTMAX_KEYS = KEYS / SOFTMAX_LANES;
// The smallest power of two from 8 on that gives every element of a head a lane; all lanes where a head has more elements.
const HEAD_LANES = clamp(1u << (32u - countLeadingZeros(u32(HEAD_ELEMENTS) - 1u)), 8u, INVOCATIONS);
const KEYS_TOGETHER = INVOCATIONS / HEAD_LANES;
const PIECES = (u32(HEAD_ELEMENTS) + HEAD_LANES - 1u) / HEAD_LANES;
// Values that a lane loads before it adds the first.
const LOADS = 4u;

var<workgroup> queries: array<Element, u32(HEADS) * u32(HEAD_ELEMENTS)>;
// Scores of a block, then weights.
var<workgroup> weights: array<f32, u32(HEADS) * KEYS>;
// Shares of scores, then peaks and totals of the lanes that share a head.
var<workgroup> exchange: array<f32, max(u32(HEADS) * TEAM * LINE, 2u * INVOCATIONS)>;
var<workgroup> shrinks: array<f32, HEADS>;
var<workgroup> totals: array<f32, HEADS>;
var<workgroup> values: array<Element, INVOCATIONS>;

@if(VEC4)
fn add_product(a: Element, b: Element, sum: f32) -> f32 {
  return fma(a.w, b.w, fma(a.z, b.z, fma(a.y, b.y, fma(a.x, b.x, sum))));
}
@if(!VEC4) fn add_product(a: Element, b: Element, sum: f32) -> f32 { return fma(a, b, sum); }

// Where the keys of a workgroup lie.
struct Walk {
  origin: u32,
  prompt: vec2u,
  head: u32, // the first element of the head in a place
  stride: u32, // elements from a place to the next
  last: u32, // the newest position, which may lie in a later block
}

// The first element of a key or value in the cache; that of the last one for positions behind it.
fn first_of(walk: Walk, position: u32) -> u32 {
  return place_of(min(position, walk.last), walk.origin, walk.prompt) * walk.stride + walk.head;
}

// Leaves the scores of the first `count` keys of a block in weights, and anything behind them. Ends with a barrier.
fn score_block(walk: Walk, block: u32, count: u32, lane: u32) {
  let team = lane / TEAM;
  let member = lane % TEAM;
  for (var first = 0u; first < count; first += ROUNDS * TEAMS) {
    var begins: array<u32, ROUNDS>;
    for (var round = 0u; round < ROUNDS; round += 1u) {
      begins[round] = first_of(walk, block + first + round * TEAMS + team);
    }
    // Tint leaves a variable of a loop as it was, unless it is given a value.
    var products = array<f32, ROUNDS * u32(HEADS)>();
    for (var step = 0u; step < SHARE; step += 1u) {
      let d = step * TEAM + member;
      if d < HEAD_ELEMENTS {
        var keys: array<Element, ROUNDS>;
        for (var round = 0u; round < ROUNDS; round += 1u) {
          keys[round] = from_cache(cache_keys[begins[round] + d]);
        }
        for (var head = 0u; head < HEADS; head += 1u) {
          let query = queries[head * HEAD_ELEMENTS + d];
          for (var round = 0u; round < ROUNDS; round += 1u) {
            products[round * HEADS + head] = add_product(query, keys[round], products[round * HEADS + head]);
          }
        }
      }
    }
    for (var round = 0u; round < ROUNDS; round += 1u) {
      for (var head = 0u; head < HEADS; head += 1u) {
        exchange[(head * TEAM + member) * LINE + team] = products[round * HEADS + head];
      }
      workgroupBarrier();
      let key = lane % TEAMS;
      for (var head = lane / TEAMS; head < HEADS; head += INVOCATIONS / TEAMS) {
        let at = head * TEAM * LINE + key;
        let score = (exchange[at] + exchange[at + LINE]) + (exchange[at + 2u * LINE] + exchange[at + 3u * LINE]);
        weights[head * KEYS + first + round * TEAMS + key] = score;
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
  let first = lane - lane % SOFTMAX_LANES;
  var scores: array<f32, SOFTMAX_KEYS>;
  var peak = before.largest;
  for (var i = 0u; i < SOFTMAX_KEYS; i += 1u) {
    let key = lane % SOFTMAX_LANES + i * SOFTMAX_LANES;
    scores[i] = select(LOWEST, weights[head * KEYS + key], key >= first_key && key < count);
    peak = max(peak, scores[i]);
  }
  exchange[lane] = peak;
  workgroupBarrier();
  for (var i = first; i < first + SOFTMAX_LANES; i += 1u) {
    peak = max(peak, exchange[i]);
  }
  var own = 0.0;
  for (var i = 0u; i < SOFTMAX_KEYS; i += 1u) {
    let weight = exp(scores[i] - peak);
    own += weight;
    if owns {
      weights[head * KEYS + lane % SOFTMAX_LANES + i * SOFTMAX_LANES] = weight;
    }
  }
  let shrink = exp(before.largest - peak);
  exchange[INVOCATIONS + lane] = own;
  if owns && lane == first {
    shrinks[head] = shrink;
  }
  workgroupBarrier();
  var block_total = 0.0;
  for (var i = first; i < first + SOFTMAX_LANES; i += 1u) {
    block_total += exchange[INVOCATIONS + i];
  }
  return Softmax(peak, fma(before.total, shrink, block_total));
}

alias Sums = array<Element, u32(HEADS) * PIECES>;

// Adds the weighted values of a block to a lane's sums.
fn add_values(sum: ptr<function, Sums>, walk: Walk, block: u32, count: u32, lane: u32) {
  for (var head = 0u; head < HEADS; head += 1u) {
    for (var piece = 0u; piece < PIECES; piece += 1u) {
      (*sum)[head * PIECES + piece] *= shrinks[head];
    }
  }
  for (var first = 0u; first < count; first += LOADS * KEYS_TOGETHER) {
    for (var piece = 0u; piece < PIECES; piece += 1u) {
      let d = min(piece * HEAD_LANES + lane % HEAD_LANES, HEAD_ELEMENTS - 1u);
      var loaded: array<Element, LOADS>;
      for (var i = 0u; i < LOADS; i += 1u) {
        let key = first + i * KEYS_TOGETHER + lane / HEAD_LANES;
        loaded[i] = from_cache(cache_values[first_of(walk, block + key) + d]);
      }
      for (var i = 0u; i < LOADS; i += 1u) {
        let key = first + i * KEYS_TOGETHER + lane / HEAD_LANES;
        for (var head = 0u; head < HEADS; head += 1u) {
          (*sum)[head * PIECES + piece] = fma(Element(weights[head * KEYS + key]), loaded[i], (*sum)[head * PIECES + piece]);
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
      values[lane] = (*sum)[head * PIECES + piece];
      workgroupBarrier();
      let d = piece * HEAD_LANES + lane;
      if lane < HEAD_LANES && d < HEAD_ELEMENTS && head < own_heads {
        var whole = values[lane];
        for (var other = lane + HEAD_LANES; other < INVOCATIONS; other += HEAD_LANES) {
          whole += values[other];
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
  let begin = part * parameters.part_positions;
  if begin > position {
    return;
  }
  let group = parameters.heads / parameters.key_value_heads;
  let tiles = workgroups.x / parameters.key_value_heads;
  let key_value_head = workgroup.x / tiles;
  let first_head = workgroup.x % tiles * HEADS;
  let head_begin = key_value_head * group + first_head;
  let own_heads = min(u32(HEADS), group - first_head);
  let stride = parameters.key_value_heads * HEAD_ELEMENTS;
  let walk = Walk(origin[row], prompt[row], key_value_head * HEAD_ELEMENTS, stride, position);

  let query_begin = (row * (parameters.heads + 2u * parameters.key_value_heads) + head_begin) * HEAD_ELEMENTS;
  for (var i = lane; i < u32(HEADS) * u32(HEAD_ELEMENTS); i += INVOCATIONS) {
    // A tile may have fewer heads than others; those beyond are computed and not written.
    queries[i] = qkv[query_begin + min(i, own_heads * HEAD_ELEMENTS - 1u)] * parameters.scale;
  }
  workgroupBarrier();
  var softmax = Softmax(LOWEST, 0.0);
  var sum: Sums;
  @if(WINDOWED) let oldest = position - min(position, u32(WINDOW) - 1u);
  @if(!WINDOWED) let oldest = 0u;
  for (var block = begin; block < begin + parameters.part_positions; block += KEYS) {
    if block > position {
      break;
    }
    if block + KEYS <= oldest {
      continue;
    }
    let count = min(KEYS, position - block + 1u);
    score_block(walk, block, count, lane);
    softmax = weigh_block(softmax, max(oldest, block) - block, count, lane);
    add_values(&sum, walk, block, count, lane);
    workgroupBarrier();
  }
  // A grid of one part has workgroups.y = 1, so this is the head's place in out as well.
  let result = (row * workgroups.y + part) * parameters.heads + head_begin;
  write_sums(&sum, softmax, result, own_heads, lane);
}
