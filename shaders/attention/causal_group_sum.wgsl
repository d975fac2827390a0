// The key and value heads of grad_qkv: what causal_tiled_backward_key_value left for the query heads of each group, added in order.
// Each invocation handles one element (a vec4 where the size allows).
import package::lib::element::Element;
import package::lib::grid::linear_workgroup;
import constants::HEAD_ELEMENTS;

struct Parameters {
  rows: u32,
  heads: u32,
  key_value_heads: u32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> parts: array<Element>; // [N, H, 2D]
@group(0) @binding(1) var<storage, read_write> grad_qkv: array<Element>; // [N, (H + 2K) D]

// A key and its value.
const PAIR = 2u * HEAD_ELEMENTS;

@compute @workgroup_size(64)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
) {
  let heads = parameters.heads;
  let key_value_heads = parameters.key_value_heads;
  let group = heads / key_value_heads;
  let i = linear_workgroup(workgroup, workgroups) * 64u + lane;
  let pair = i / PAIR;
  let row = pair / key_value_heads;
  let key_value_head = pair % key_value_heads;
  if row >= parameters.rows {
    return;
  }
  let of_pair = i % PAIR;
  let first = (row * heads + key_value_head * group) * PAIR + of_pair;
  var sum = parts[first];
  for (var member = 1u; member < group; member += 1u) {
    sum += parts[first + member * PAIR];
  }
  let of_values = of_pair >= HEAD_ELEMENTS;
  let head = heads + key_value_head + select(0u, key_value_heads, of_values);
  let width = (heads + 2u * key_value_heads) * HEAD_ELEMENTS;
  grad_qkv[row * width + head * HEAD_ELEMENTS + of_pair - select(0u, u32(HEAD_ELEMENTS), of_values)] = sum;
}
