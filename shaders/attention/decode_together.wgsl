// out_n = sum_j P_nj v_j,  P_nj = softmax_j(scale q_n . k_j) over the positions j = 0 .. position(n) of its sequence (their places in
// the cache: lib/cached_sequence), as decode computes it. With a window (WINDOWED) j begins at position(n) - WINDOW + 1 where that is above 0.
// With CAPPED scores lie below a soft cap (lib/attention_score).
// For software adapters with subgroups. A workgroup is one subgroup and owns ROWS_TOGETHER rows, and of each of them ROW_HEADS query heads that
// attend to one key-value head; each lane has one head of a row. A CPU shuffles faster than it reads, so lanes share what they read: a prompt is
// read once for all rows in turn that have it in common, and what is a row's own once for its heads.
// Every row adds its keys in order, and what it does not attend to changes nothing, so its result does not depend on its neighbours.
import package::lib::attention_score::score_of;
import package::lib::cache::{Cached, from_cache};
import package::lib::element::{Element, sum_of_parts};
import package::lib::grid::linear_workgroup;
import package::lib::head_pair::{keep_piece, pair_element, PAIR_ELEMENTS, PIECES};
import package::lib::numeric::LOWEST;
import package::lib::online_softmax::take_score;
import constants::{HEAD_ELEMENTS, LANES, ROW_HEADS};
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

const ROWS_TOGETHER = u32(LANES / ROW_HEADS);

// The sums of a lane so far, relative to its largest score so far (lib/online_softmax).
var<private> query: array<Element, HEAD_ELEMENTS>;
var<private> sum: array<Element, HEAD_ELEMENTS>;
var<private> largest = LOWEST;
var<private> total = 0.0;

// Where the window of a row with this newest position begins.
fn first_attended(newest: u32) -> u32 {
  @if(WINDOWED) {
    return newest - min(newest, u32(WINDOW) - 1u);
  }
  @if(!WINDOWED) {
    return 0u;
  }
}

// The lanes fetch the key and the value that begin at an element of the cache. Those that attend take them into their sums.
fn attend(begin: u32, is_attended: bool, lane: u32) {
  for (var piece = 0u; piece < PIECES; piece += 1u) {
    let i = (piece * LANES + lane) % PAIR_ELEMENTS;
    // Where lanes do not differ in it, the driver knows when it compiles.
    if select(i < HEAD_ELEMENTS, piece * LANES < HEAD_ELEMENTS, HEAD_ELEMENTS % LANES == 0) {
      keep_piece(piece, from_cache(cache_keys[begin + i]));
    } else {
      keep_piece(piece, from_cache(cache_values[begin + i - HEAD_ELEMENTS]));
    }
  }
  var product = Element(0.0);
  for (var d = 0u; d < HEAD_ELEMENTS; d += 1u) {
    product = fma(query[d], pair_element(d), product);
  }
  let taken = take_score(score_of(sum_of_parts(product)), is_attended, largest);
  largest = taken.largest;
  total = fma(total, taken.shrink, taken.weight);
  for (var d = 0u; d < HEAD_ELEMENTS; d += 1u) {
    // A neighbour's value may be infinite, or not a number.
    let value = select(Element(0.0), pair_element(HEAD_ELEMENTS + d), is_attended);
    sum[d] = fma(sum[d], Element(taken.shrink), taken.weight * value);
  }
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(subgroup_invocation_id) lane: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
) {
  let heads = parameters.heads;
  let key_value_heads = parameters.key_value_heads;
  let group = heads / key_value_heads;
  let group_tiles = (group + ROW_HEADS - 1u) / ROW_HEADS;
  let tile = linear_workgroup(workgroup, workgroups);
  let first_row = tile / (key_value_heads * group_tiles) * ROWS_TOGETHER;
  if first_row >= parameters.rows {
    return;
  }
  let last_row = min(first_row + ROWS_TOGETHER, parameters.rows) - 1u;
  let key_value_head = tile / group_tiles % key_value_heads;
  let of_group = tile % group_tiles * ROW_HEADS + lane % ROW_HEADS;
  let head = key_value_head * group + min(of_group, group - 1u);
  let row = min(first_row + lane / ROW_HEADS, last_row);
  let width = (heads + 2u * key_value_heads) * HEAD_ELEMENTS;
  let cache_width = key_value_heads * HEAD_ELEMENTS;
  let cache_column = key_value_head * HEAD_ELEMENTS;
  let newest = positions[row];
  let prompt_end = prompt[row].y;
  for (var d = 0u; d < HEAD_ELEMENTS; d += 1u) {
    query[d] = qkv[row * width + head * HEAD_ELEMENTS + d] * parameters.scale;
    sum[d] = Element(0.0);
  }

  var leader = first_row;
  while leader <= last_row {
    let first_place = prompt[leader].x;
    var next = leader;
    var j = positions[leader];
    var end = 0u;
    for (; next <= last_row && prompt[next].x == first_place; next += 1u) {
      j = min(j, first_attended(positions[next]));
      end = max(end, min(prompt[next].y, positions[next] + 1u));
    }
    let has_prompt = row >= leader && row < next;
    for (; j < end; j += 1u) {
      let is_attended = has_prompt && j < prompt_end && j <= newest && j >= first_attended(newest);
      attend((first_place + j) * cache_width + cache_column, is_attended, lane);
    }
    leader = next;
  }
  for (var owner = first_row; owner <= last_row; owner += 1u) {
    for (var j = max(prompt[owner].y, first_attended(positions[owner])); j <= positions[owner]; j += 1u) {
      attend((origin[owner] + j) * cache_width + cache_column, row == owner, lane);
    }
  }
  if first_row + lane / ROW_HEADS <= last_row && of_group < group {
    for (var d = 0u; d < HEAD_ELEMENTS; d += 1u) {
      out[(row * heads + head) * HEAD_ELEMENTS + d] = sum[d] / total;
    }
  }
}
