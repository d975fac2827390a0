// out_n = sum_j P_nj v_j,  P_nj = softmax_j(q_n . k_j / sqrt(D)) over the positions j = 0 .. position(n) of cache slot sequence(n), in
// blocks of LANES keys (Milakov & Gimelshein 2018, arXiv 1805.02867). This is what causal computes for the newest row of every sequence.
// The kernel is for GPUs, where one row must occupy many lanes, so they split the keys. Each workgroup owns one query head of one row. In a
// block a lane first computes the score and weight of one key. Then HEAD_LANES lanes own the elements of the head and add up the values,
// LANES / HEAD_LANES keys at a time. The sums of these groups of lanes are added at the end.
import package::lib::cache::{Cached, from_cache};
import package::lib::element::{Element, sum_of_parts};
import package::lib::grid::linear_workgroup;
import package::lib::numeric::LOWEST;
import package::lib::reduce::{reduce_max, reduce_sum};
import constants::HEAD_ELEMENTS;
import constants::LANES;

struct Parameters {
  rows: u32,
  heads: u32,
  key_value_heads: u32,
  cache_positions: u32,
  scale: f32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> qkv: array<Element>; // [N, (H + 2K) D]
@group(0) @binding(1) var<storage, read> sequence: array<u32>; // [N]
@group(0) @binding(2) var<storage, read> positions: array<u32>; // [N]
@group(0) @binding(3) var<storage, read> cache_keys: array<Cached>; // [S, P, K, D]
@group(0) @binding(4) var<storage, read> cache_values: array<Cached>; // [S, P, K, D]
@group(0) @binding(5) var<storage, read_write> out: array<Element>; // [N, H D]

// The smallest power of two that gives every element of a head a lane; all lanes where a head has more elements.
const HEAD_LANES = min(u32(LANES), 1u << (32u - countLeadingZeros(u32(HEAD_ELEMENTS) - 1u)));
const KEYS_TOGETHER = u32(LANES) / HEAD_LANES;
const PIECES = (u32(HEAD_ELEMENTS) + HEAD_LANES - 1u) / HEAD_LANES;

@if(!SUBGROUPS) var<workgroup> weights: array<f32, LANES>;
@if(!SUBGROUPS) var<workgroup> sums: array<Element, LANES>;

// Makes every lane's weight known to weight_of. Call this and the next two functions from uniform control flow only.
fn share_weight(weight: f32, lane: u32) {
  @if(!SUBGROUPS) {
    workgroupBarrier();
    weights[lane] = weight;
    workgroupBarrier();
  }
}

fn weight_of(weight: f32, owner: u32) -> f32 {
  @if(SUBGROUPS) { return subgroupShuffle(weight, owner); }
  @if(!SUBGROUPS) { return weights[owner]; }
}

// The sum over the lanes that own the same element; all of them get it.
fn sum_over_keys(value: Element, lane: u32) -> Element {
  var sum = value;
  for (var mask = HEAD_LANES; mask < u32(LANES); mask *= 2u) {
    @if(SUBGROUPS) {
      sum += subgroupShuffleXor(sum, mask);
    }
    @if(!SUBGROUPS) {
      sums[lane] = sum;
      workgroupBarrier();
      sum += sums[lane ^ mask];
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
  let tile = linear_workgroup(workgroup, workgroups);
  let row = tile / heads;
  if row >= parameters.rows {
    return;
  }
  let head = tile % heads;
  let position = positions[row];
  let width = (heads + 2u * parameters.key_value_heads) * HEAD_ELEMENTS;
  let cache_width = parameters.key_value_heads * HEAD_ELEMENTS;
  let cached = sequence[row] * parameters.cache_positions * cache_width + head / (heads / parameters.key_value_heads) * HEAD_ELEMENTS;

  var query: array<Element, HEAD_ELEMENTS>;
  for (var d = 0u; d < HEAD_ELEMENTS; d += 1u) {
    query[d] = qkv[row * width + head * HEAD_ELEMENTS + d] * parameters.scale;
  }
  let part = lane % HEAD_LANES;
  let group = lane / HEAD_LANES;
  var sum: array<Element, PIECES>;
  var largest = LOWEST;
  var total = 0.0;
  for (var block = 0u; block <= position; block += LANES) {
    let own = cached + min(block + lane, position) * cache_width;
    var product = Element(0.0);
    for (var d = 0u; d < HEAD_ELEMENTS; d += 1u) {
      product = fma(query[d], from_cache(cache_keys[own + d]), product);
    }
    let attends = block + lane <= position;
    let score = select(LOWEST, sum_of_parts(product), attends);
    let before = largest;
    largest = max(before, reduce_max(score, lane));
    let shrink = exp(before - largest);
    let weight = select(0.0, exp(score - largest), attends);
    total = fma(total, shrink, reduce_sum(weight, lane));
    for (var piece = 0u; piece < PIECES; piece += 1u) {
      sum[piece] *= shrink;
    }
    share_weight(weight, lane);
    for (var key = 0u; key < min(u32(LANES), position + 1u - block); key += KEYS_TOGETHER) {
      let shared_weight = weight_of(weight, key + group);
      let values = cached + min(block + key + group, position) * cache_width;
      for (var piece = 0u; piece < PIECES; piece += 1u) {
        let d = min(piece * HEAD_LANES + part, HEAD_ELEMENTS - 1u);
        sum[piece] = fma(Element(shared_weight), from_cache(cache_values[values + d]), sum[piece]);
      }
    }
  }
  for (var piece = 0u; piece < PIECES; piece += 1u) {
    let whole = sum_over_keys(sum[piece], lane);
    let d = piece * HEAD_LANES + part;
    if group == 0u && d < HEAD_ELEMENTS {
      out[(row * heads + head) * HEAD_ELEMENTS + d] = whole / total;
    }
  }
}
