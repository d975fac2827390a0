// With P and dS as in causal_tiled_backward_query:
//   grad v_j = sum_i P_ij dout_i,  grad k_j = sum_i dS_ij q_i / sqrt(D) over the rows i that attend to j, for one query head. For GPUs.
// A workgroup owns a tile of keys (lib/head_tile) and walks over the queries that attend to its rows. Every row adds its queries in order,
// and a query that does not attend to the row changes nothing. Where query heads share a key-value head (GROUPED), causal_group_sum adds
// up what they leave in `parts`; otherwise this kernel writes the key and value heads of grad_qkv.
import package::lib::head_tile::{columns_of_qkv, keep_in_part, keep_in_slice, part_place, quad_of_grad_out, quad_of_qkv, slice_place};
import package::lib::head_tile::{band, weights, BLOCK_ROWS, EACH, GROUPS, INVOCATIONS, IS_WHOLE, LINE, PARTS, PART_LINE, PART_PIECES};
import package::lib::head_tile::{PART_ROWS, QUADS, QUADS_EACH, SLICES, SLICE_PIECES, WEIGHT_LINE};
import package::lib::attending::{last_query_of, query_end};
import package::lib::element::Element;
import constants::HEAD_ELEMENTS;
import constants::ROWS;
import constants::ACROSS;
import constants::SLICE;

struct Parameters {
  rows: u32,
  heads: u32,
  key_value_heads: u32,
  scale: f32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(3) var<storage, read> log_sum_exp: array<f32>; // [N, H]
@group(0) @binding(4) var<storage, read> delta: array<f32>; // [N, H]
@if(!GROUPED) @group(0) @binding(5) var<storage, read_write> grad_qkv: array<Element>; // [N, (H + 2K) D]
@if(GROUPED) @group(0) @binding(5) var<storage, read_write> parts: array<Element>; // [N, H, 2D]

var<workgroup> keys: array<vec4f, SLICES * SLICE * 4u * GROUPS>;
var<workgroup> values: array<vec4f, SLICES * SLICE * 4u * GROUPS>;

fn store_element(at: u32, value: Element) {
  @if(!GROUPED) {
    grad_qkv[at] = value;
  }
  @if(GROUPED) {
    parts[at] = value;
  }
}

fn store(begin: u32, quad: u32, sum: vec4f) {
  @if(VEC4) {
    store_element(begin + quad, sum);
  }
  @if(!VEC4) {
    for (var i = 0u; i < 4u; i += 1u) {
      if 4u * quad + i < HEAD_ELEMENTS {
        store_element(begin + 4u * quad + i, sum[i]);
      }
    }
  }
}

@compute @workgroup_size(INVOCATIONS)
fn main(@builtin(local_invocation_index) index: u32, @builtin(workgroup_id) workgroup: vec3u) {
  let first_row = workgroup.y * ROWS;
  if first_row >= parameters.rows {
    return;
  }
  let last_row = min(first_row + ROWS, parameters.rows) - 1u;
  let last_query = last_query_of(first_row, last_row);
  let heads = parameters.heads;
  let head = workgroup.x;
  let width = (heads + 2u * parameters.key_value_heads) * HEAD_ELEMENTS;
  let k_column = (heads + head / (heads / parameters.key_value_heads)) * HEAD_ELEMENTS;
  let lane = index % ACROSS;
  let group = index / ACROSS;
  let rows = first_row + 4u * group + vec4u(0u, 1u, 2u, 3u);
  let known = min(rows, vec4u(last_row));
  let ends = vec4u(query_end[known.x], query_end[known.y], query_end[known.z], query_end[known.w]);

  let k_begins = known * width + k_column;
  let v_begins = k_begins + parameters.key_value_heads * HEAD_ELEMENTS;
  for (var quad = lane; quad < SLICES * SLICE; quad += ACROSS) {
    let key = columns_of_qkv(k_begins, quad);
    let value = columns_of_qkv(v_begins, quad);
    let at = 4u * quad * GROUPS + group;
    keys[at] = key[0] * parameters.scale;
    keys[at + GROUPS] = key[1] * parameters.scale;
    keys[at + 2u * GROUPS] = key[2] * parameters.scale;
    keys[at + 3u * GROUPS] = key[3] * parameters.scale;
    values[at] = value[0];
    values[at + GROUPS] = value[1];
    values[at + 2u * GROUPS] = value[2];
    values[at + 3u * GROUPS] = value[3];
  }
  var key_sums: array<vec4f, 4u * QUADS_EACH>;
  var value_sums: array<vec4f, 4u * QUADS_EACH>;
  for (var block = first_row; block <= last_query; block += BLOCK_ROWS) {
    var scores = array<vec4f, EACH>();
    var along_values = array<vec4f, EACH>();
    for (var slice = 0u; slice < SLICES; slice += 1u) {
      workgroupBarrier();
      for (var i = 0u; i < SLICE_PIECES; i += 1u) {
        let place = slice_place(i, group, lane);
        let begin = (min(block + place.x, last_query) * heads + head) * HEAD_ELEMENTS;
        keep_in_slice(place, quad_of_grad_out(begin, slice * SLICE + place.y));
      }
      workgroupBarrier();
      for (var quad = 0u; quad < SLICE; quad += 1u) {
        let at = (slice * SLICE + quad) * 4u * GROUPS + group;
        for (var j = 0u; j < EACH; j += 1u) {
          let grad = band[(lane + j * ACROSS) * LINE + quad];
          along_values[j] = fma(vec4f(grad.x), values[at], along_values[j]);
          along_values[j] = fma(vec4f(grad.y), values[at + GROUPS], along_values[j]);
          along_values[j] = fma(vec4f(grad.z), values[at + 2u * GROUPS], along_values[j]);
          along_values[j] = fma(vec4f(grad.w), values[at + 3u * GROUPS], along_values[j]);
        }
      }
      workgroupBarrier();
      for (var i = 0u; i < SLICE_PIECES; i += 1u) {
        let place = slice_place(i, group, lane);
        let begin = min(block + place.x, last_query) * width + head * HEAD_ELEMENTS;
        keep_in_slice(place, quad_of_qkv(begin, slice * SLICE + place.y));
      }
      workgroupBarrier();
      for (var quad = 0u; quad < SLICE; quad += 1u) {
        let at = (slice * SLICE + quad) * 4u * GROUPS + group;
        for (var j = 0u; j < EACH; j += 1u) {
          let query = band[(lane + j * ACROSS) * LINE + quad];
          scores[j] = fma(vec4f(query.x), keys[at], scores[j]);
          scores[j] = fma(vec4f(query.y), keys[at + GROUPS], scores[j]);
          scores[j] = fma(vec4f(query.z), keys[at + 2u * GROUPS], scores[j]);
          scores[j] = fma(vec4f(query.w), keys[at + 3u * GROUPS], scores[j]);
        }
      }
    }
    // From here on scores are probabilities.
    for (var j = 0u; j < EACH; j += 1u) {
      let i = vec4u(block + lane + j * ACROSS);
      let saved = min(i.x, last_query) * heads + head;
      let probability = exp(scores[j] - log_sum_exp[saved]);
      scores[j] = select(vec4f(), probability, (i >= rows) & (i < ends));
      weights[(lane + j * ACROSS) * WEIGHT_LINE + group] = scores[j] * (along_values[j] - delta[saved]) * parameters.scale;
    }
    for (var part = 0u; part < PARTS; part += 1u) {
      if !IS_WHOLE {
        workgroupBarrier();
        for (var i = 0u; i < PART_PIECES; i += 1u) {
          let place = part_place(i, group, lane);
          let query_row = min(block + part * PART_ROWS + place.x, last_query);
          keep_in_part(place, quad_of_qkv(query_row * width + head * HEAD_ELEMENTS, place.y));
        }
      }
      workgroupBarrier();
      for (var i = 0u; i < PART_ROWS; i += 1u) {
        let slope = weights[(part * PART_ROWS + i) * WEIGHT_LINE + group];
        for (var j = 0u; j < QUADS_EACH; j += 1u) {
          let query = band[i * PART_LINE + lane + j * ACROSS];
          key_sums[4u * j] = fma(vec4f(slope.x), query, key_sums[4u * j]);
          key_sums[4u * j + 1u] = fma(vec4f(slope.y), query, key_sums[4u * j + 1u]);
          key_sums[4u * j + 2u] = fma(vec4f(slope.z), query, key_sums[4u * j + 2u]);
          key_sums[4u * j + 3u] = fma(vec4f(slope.w), query, key_sums[4u * j + 3u]);
        }
      }
    }
    for (var part = 0u; part < PARTS; part += 1u) {
      workgroupBarrier();
      if part == 0u {
        for (var j = 0u; j < EACH; j += 1u) {
          weights[(lane + j * ACROSS) * WEIGHT_LINE + group] = scores[j];
        }
      }
      for (var i = 0u; i < PART_PIECES; i += 1u) {
        let place = part_place(i, group, lane);
        let query_row = min(block + part * PART_ROWS + place.x, last_query);
        keep_in_part(place, quad_of_grad_out((query_row * heads + head) * HEAD_ELEMENTS, place.y));
      }
      workgroupBarrier();
      for (var i = 0u; i < PART_ROWS; i += 1u) {
        let probability = weights[(part * PART_ROWS + i) * WEIGHT_LINE + group];
        for (var j = 0u; j < QUADS_EACH; j += 1u) {
          let grad = band[i * PART_LINE + lane + j * ACROSS];
          value_sums[4u * j] = fma(vec4f(probability.x), grad, value_sums[4u * j]);
          value_sums[4u * j + 1u] = fma(vec4f(probability.y), grad, value_sums[4u * j + 1u]);
          value_sums[4u * j + 2u] = fma(vec4f(probability.z), grad, value_sums[4u * j + 2u]);
          value_sums[4u * j + 3u] = fma(vec4f(probability.w), grad, value_sums[4u * j + 3u]);
        }
      }
    }
  }
  @if(GROUPED) let key_places = (known * heads + head) * (2u * HEAD_ELEMENTS);
  @if(GROUPED) let value_places = key_places + HEAD_ELEMENTS;
  @if(!GROUPED) let key_places = k_begins;
  @if(!GROUPED) let value_places = v_begins;
  for (var i = 0u; i < 4u; i += 1u) {
    if rows[i] <= last_row {
      for (var j = 0u; j < QUADS_EACH; j += 1u) {
        if lane + j * ACROSS < QUADS {
          store(key_places[i], lane + j * ACROSS, key_sums[4u * j + i]);
          store(value_places[i], lane + j * ACROSS, value_sums[4u * j + i]);
        }
      }
    }
  }
}
