// out_i = sum_j P_ij v_j,  P_ij = softmax_j(scale q_i . k_j) over the rows j that i attends to (lib/attended), in one pass over
// the keys (Milakov & Gimelshein 2018, arXiv 1805.02867; Dao et al. 2022, arXiv 2205.14135). log_sum_exp is saved.
// With a window (WINDOWED) a row attends to the last WINDOW of these rows alone, itself included.
// With CAPPED scores lie below a soft cap (lib/attention_score).
// For software adapters with subgroups. A workgroup is one subgroup and owns LANES rows of one query head, each lane one row; the lanes
// share the loading of keys and values. Every row adds its keys in order, and a key that the row does not attend to changes nothing, so its
// result does not depend on its neighbours.
import package::lib::attended::{attended_rows, attends, walk_on};
import package::lib::attention_score::score_of;
import package::lib::element::{Element, sum_of_parts};
import package::lib::grid::linear_workgroup;
import package::lib::head_pair::{keep_piece, pair_element, PAIR_ELEMENTS, PIECES};
import package::lib::numeric::LOWEST;
import package::lib::online_softmax::take_score;
import constants::HEAD_ELEMENTS;
import constants::LANES;
@if(WINDOWED) import constants::WINDOW;

struct Parameters {
  rows: u32,
  heads: u32,
  key_value_heads: u32,
  scale: f32, // 1 / sqrt(D), or what the model has in its place
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> qkv: array<Element>; // [N, (H + 2K) D]
@if(WINDOWED) @group(0) @binding(2) var<storage, read> positions: array<u32>; // [N], index of each row's token in its sequence
@if(!WINDOWED) @group(0) @binding(2) var<storage, read_write> out: array<Element>; // [N, H D]
@if(!WINDOWED) @group(0) @binding(3) var<storage, read_write> log_sum_exp: array<f32>; // [N, H]
@if(WINDOWED) @group(0) @binding(3) var<storage, read_write> out: array<Element>; // [N, H D]
@if(WINDOWED) @group(0) @binding(4) var<storage, read_write> log_sum_exp: array<f32>; // [N, H]

alias HeadVector = array<Element, HEAD_ELEMENTS>;

@compute @workgroup_size(LANES)
fn main(
  @builtin(subgroup_invocation_id) lane: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
) {
  let heads = parameters.heads;
  let key_value_heads = parameters.key_value_heads;
  let tile = linear_workgroup(workgroup, workgroups);
  let head = tile % heads;
  let first_row = tile / heads * LANES;
  if first_row >= parameters.rows {
    return;
  }
  let last_row = min(first_row + LANES, parameters.rows) - 1u;
  let width = (heads + 2u * key_value_heads) * HEAD_ELEMENTS;
  let k_column = (heads + head / (heads / key_value_heads)) * HEAD_ELEMENTS;
  let v_column = k_column + key_value_heads * HEAD_ELEMENTS;

  let row = min(first_row + lane, last_row);
  let own_rows = attended_rows(row);
  @if(WINDOWED) let position = positions[row];
  var query: HeadVector;
  var sum: HeadVector;
  for (var d = 0u; d < HEAD_ELEMENTS; d += 1u) {
    query[d] = qkv[row * width + head * HEAD_ELEMENTS + d] * parameters.scale;
    sum[d] = Element(0.0);
  }
  var largest = LOWEST;
  var total = 0.0;
  let walked = attended_rows(first_row);
  var j = walked.x;
  @if(WINDOWED && !SHARED) {
    j = first_row - min(first_row - j, u32(WINDOW) - 1u);
  }
  for (; j <= last_row; j = walk_on(j + 1u, walked)) {
    for (var piece = 0u; piece < PIECES; piece += 1u) {
      let i = piece * LANES + lane;
      let d = i % HEAD_ELEMENTS;
      let column = select(k_column, v_column, i % PAIR_ELEMENTS >= HEAD_ELEMENTS);
      keep_piece(piece, qkv[j * width + column + d]);
    }
    var product = Element(0.0);
    for (var d = 0u; d < HEAD_ELEMENTS; d += 1u) {
      product = fma(query[d], pair_element(d), product);
    }
    @if(!WINDOWED) let is_attended = attends(row, j, own_rows);
    @if(WINDOWED) let is_attended = attends(row, j, own_rows) && position - positions[j] < u32(WINDOW);
    let taken = take_score(score_of(sum_of_parts(product)), is_attended, largest);
    largest = taken.largest;
    total = fma(total, taken.shrink, taken.weight);
    for (var d = 0u; d < HEAD_ELEMENTS; d += 1u) {
      sum[d] = fma(sum[d], Element(taken.shrink), taken.weight * pair_element(HEAD_ELEMENTS + d));
    }
  }
  if first_row + lane <= last_row {
    for (var d = 0u; d < HEAD_ELEMENTS; d += 1u) {
      out[(row * heads + head) * HEAD_ELEMENTS + d] = sum[d] / total;
    }
    log_sum_exp[row * heads + head] = largest + log(total);
  }
}
