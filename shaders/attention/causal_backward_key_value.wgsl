// With P and dS as in causal_backward_query:
//   grad v_j = sum_i P_ij dout_i,  grad k_j = scale sum_i dS_ij q_i over the rows i that attend to j, and the group's query heads
// With a window (WINDOWED) those are the rows that come less than WINDOW tokens after j.
// With CAPPED scores lie below a soft cap, whose slope is a factor of dS (lib/attention_score).
// For software adapters with subgroups. A workgroup is one subgroup and owns LANES rows of one key-value head, each lane one row; the lanes
// share the loading of queries and grad_out. A lane adds query heads in order, and the rows of each in order. The kernel writes only the
// key and value heads of grad_qkv.
import package::lib::attending::{last_query_of, query_end};
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
@group(0) @binding(3) var<storage, read> log_sum_exp: array<f32>; // [N, H]
@group(0) @binding(4) var<storage, read> delta: array<f32>; // [N, H]
@if(WINDOWED) @group(0) @binding(5) var<storage, read> positions: array<u32>; // [N], index of each row's token in its sequence
@if(!WINDOWED) @group(0) @binding(5) var<storage, read_write> grad_qkv: array<Element>; // [N, (H + 2K) D]
@if(WINDOWED) @group(0) @binding(6) var<storage, read_write> grad_qkv: array<Element>; // [N, (H + 2K) D]

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
  let key_value_head = tile % key_value_heads;
  let first_row = tile / key_value_heads * LANES;
  if first_row >= parameters.rows {
    return;
  }
  let last_row = min(first_row + LANES, parameters.rows) - 1u;
  var last_query = last_query_of(first_row, last_row);
  @if(WINDOWED && !SHARED) {
    last_query = min(last_query, last_row + u32(WINDOW) - 1u);
  }
  let group = heads / key_value_heads;
  let width = (heads + 2u * key_value_heads) * HEAD_ELEMENTS;

  let row = min(first_row + lane, last_row);
  let end = query_end[row];
  @if(WINDOWED) let position = positions[row];
  let k_begin = row * width + (heads + key_value_head) * HEAD_ELEMENTS;
  let v_begin = k_begin + key_value_heads * HEAD_ELEMENTS;
  var key: HeadVector;
  var value: HeadVector;
  var key_sum: HeadVector;
  var value_sum: HeadVector;
  for (var d = 0u; d < HEAD_ELEMENTS; d += 1u) {
    key[d] = qkv[k_begin + d] * parameters.scale;
    value[d] = qkv[v_begin + d];
    key_sum[d] = Element(0.0);
    value_sum[d] = Element(0.0);
  }
  for (var head = key_value_head * group; head < (key_value_head + 1u) * group; head += 1u) {
    for (var i = first_row; i <= last_query; i += 1u) {
      for (var piece = 0u; piece < PIECES; piece += 1u) {
        let place = piece * LANES + lane;
        let d = place % HEAD_ELEMENTS;
        let of_grad = place % PAIR_ELEMENTS >= HEAD_ELEMENTS;
        let q = qkv[i * width + head * HEAD_ELEMENTS + d];
        let grad = grad_out[(i * heads + head) * HEAD_ELEMENTS + d];
        keep_piece(piece, select(q, grad, of_grad));
      }
      let saved = i * heads + head;
      var product = Element(0.0);
      var along_value = Element(0.0);
      for (var d = 0u; d < HEAD_ELEMENTS; d += 1u) {
        product = fma(key[d], pair_element(d), product);
        along_value = fma(value[d], pair_element(HEAD_ELEMENTS + d), along_value);
      }
      @if(!WINDOWED) let attended = i >= row && i < end;
      @if(WINDOWED) let attended = i >= row && i < end && positions[i] - position < u32(WINDOW);
      let score = score_of(sum_of_parts(product));
      let probability = select(0.0, exp(score - log_sum_exp[saved]), attended);
      let slope = probability * (sum_of_parts(along_value) - delta[saved]) * parameters.scale * slope_of_score(score);
      for (var d = 0u; d < HEAD_ELEMENTS; d += 1u) {
        key_sum[d] = fma(Element(slope), pair_element(d), key_sum[d]);
        value_sum[d] = fma(Element(probability), pair_element(HEAD_ELEMENTS + d), value_sum[d]);
      }
    }
  }
  if first_row + lane <= last_row {
    for (var d = 0u; d < HEAD_ELEMENTS; d += 1u) {
      grad_qkv[k_begin + d] = key_sum[d];
      grad_qkv[v_begin + d] = value_sum[d];
    }
  }
}
