// With P_ij = exp(scale q_i . k_j - log_sum_exp_i) and delta_i = dout_i . out_i, which is saved for causal_backward_key_value:
//   dS_ij = P_ij (dout_i . v_j - delta_i),  grad q_i = scale sum_j dS_ij k_j     (Dao et al. 2022, arXiv 2205.14135)
// With a window (WINDOWED) a row attends to the last WINDOW of these rows alone, itself included.
// With CAPPED scores lie below a soft cap, whose slope is a factor of dS (lib/attention_score).
// For software adapters with subgroups. A workgroup is one subgroup and owns LANES rows of one query head, each lane one row; the lanes
// share the loading of keys and values. Every row adds its keys in order. The kernel writes only the query heads of grad_qkv.
import package::lib::attended::{attended_rows, attends, walk_on};
import package::lib::attention_score::{score_of, slope_of_score};
import package::lib::element::{Element, sum_of_parts};
import package::lib::grid::linear_workgroup;
import package::lib::head_pair::{keep_piece, pair_element, PAIR_ELEMENTS, PIECES};
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
@group(0) @binding(2) var<storage, read> grad_out: array<Element>; // [N, H D]
@group(0) @binding(3) var<storage, read> out: array<Element>; // [N, H D]
@group(0) @binding(4) var<storage, read> log_sum_exp: array<f32>; // [N, H]
@if(WINDOWED) @group(0) @binding(5) var<storage, read> positions: array<u32>; // [N], index of each row's token in its sequence
@if(!WINDOWED) @group(0) @binding(5) var<storage, read_write> grad_qkv: array<Element>; // [N, (H + 2K) D]
@if(!WINDOWED) @group(0) @binding(6) var<storage, read_write> delta: array<f32>; // [N, H]
@if(WINDOWED) @group(0) @binding(6) var<storage, read_write> grad_qkv: array<Element>; // [N, (H + 2K) D]
@if(WINDOWED) @group(0) @binding(7) var<storage, read_write> delta: array<f32>; // [N, H]

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
  let normalizer = log_sum_exp[row * heads + head];
  var query: HeadVector;
  var grad: HeadVector;
  var sum: HeadVector;
  var along = Element(0.0);
  for (var d = 0u; d < HEAD_ELEMENTS; d += 1u) {
    let at = (row * heads + head) * HEAD_ELEMENTS + d;
    query[d] = qkv[row * width + head * HEAD_ELEMENTS + d] * parameters.scale;
    grad[d] = grad_out[at];
    along = fma(grad[d], out[at], along);
    sum[d] = Element(0.0);
  }
  let along_out = sum_of_parts(along);
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
    var along_value = Element(0.0);
    for (var d = 0u; d < HEAD_ELEMENTS; d += 1u) {
      product = fma(query[d], pair_element(d), product);
      along_value = fma(grad[d], pair_element(HEAD_ELEMENTS + d), along_value);
    }
    let score = score_of(sum_of_parts(product));
    let slope = exp(score - normalizer) * (sum_of_parts(along_value) - along_out) * parameters.scale * slope_of_score(score);
    @if(!WINDOWED) let is_attended = attends(row, j, own_rows);
    @if(WINDOWED) let is_attended = attends(row, j, own_rows) && position - positions[j] < u32(WINDOW);
    let weight = Element(select(0.0, slope, is_attended));
    for (var d = 0u; d < HEAD_ELEMENTS; d += 1u) {
      sum[d] = fma(weight, pair_element(d), sum[d]);
    }
  }
  if first_row + lane <= last_row {
    for (var d = 0u; d < HEAD_ELEMENTS; d += 1u) {
      grad_qkv[row * width + head * HEAD_ELEMENTS + d] = sum[d];
    }
    delta[row * heads + head] = along_out;
  }
}
