// With P and dS as in causal_tiled_backward_query:
//   grad v_j = sum_i P_ij dout_i,  grad k_j = scale sum_i dS_ij q_i over the rows i that attend to j, for one query head.
// With a window (WINDOWED) those are the rows that come less than WINDOW tokens after j.
// With CAPPED scores lie below a soft cap, whose slope is a factor of dS (lib/attention_score).
// For GPUs, and for software adapters without subgroups.
// A workgroup owns a tile of keys (lib/head_tile) and walks over the queries that attend to its rows. Every row adds its queries in order,
// and a query that does not attend to the row changes nothing. Where query heads share a key-value head (GROUPED), causal_group_sum adds
// up what they leave in `parts`; otherwise this kernel writes the key and value heads of grad_qkv.
import package::lib::head_tile::{Pieces, Vectors, begins_of, columns_of_qkv, keep_part, keep_slice};
import package::lib::head_tile::{fetch_part_of_grad_out, fetch_part_of_qkv, fetch_slice_of_grad_out, fetch_slice_of_qkv};
import package::lib::head_tile::{BLOCK_ROWS, EACH, INVOCATIONS, IS_WHOLE, PARTS, QUADS, QUADS_EACH, SLICES};
import package::lib::tile_products::{Scores, Sums, WEIGHT_LINE, add_scores, add_sums, keep_in_tile, weights};
import package::lib::attending::{last_query_of, query_end};
import package::lib::attention_score::{four_scores_of, slopes_of_four_scores};
import package::lib::element::Element;
import constants::HEAD_ELEMENTS;
import constants::ROWS;
import constants::ACROSS;
import constants::SLICE;
@if(WINDOWED) import constants::WINDOW;

struct Parameters {
  rows: u32,
  heads: u32,
  key_value_heads: u32,
  scale: f32, // 1 / sqrt(D), or what the model has in its place
}
var<immediate> parameters: Parameters;

@group(0) @binding(3) var<storage, read> log_sum_exp: array<f32>; // [N, H]
@group(0) @binding(4) var<storage, read> delta: array<f32>; // [N, H]
@if(WINDOWED) @group(0) @binding(5) var<storage, read> positions: array<u32>; // [N], index of each row's token in its sequence
@if(!WINDOWED && !GROUPED) @group(0) @binding(5) var<storage, read_write> grad_qkv: array<Element>; // [N, (H + 2K) D]
@if(!WINDOWED && GROUPED) @group(0) @binding(5) var<storage, read_write> parts: array<Element>; // [N, H, 2D]
@if(WINDOWED && !GROUPED) @group(0) @binding(6) var<storage, read_write> grad_qkv: array<Element>; // [N, (H + 2K) D]
@if(WINDOWED && GROUPED) @group(0) @binding(6) var<storage, read_write> parts: array<Element>; // [N, H, 2D]

// The vectors of the tile.
const KEYS = 0u;
const VALUES = 1u;

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
  var last_query = last_query_of(first_row, last_row);
  @if(WINDOWED && !SHARED) {
    last_query = min(last_query, last_row + u32(WINDOW) - 1u);
  }
  let heads = parameters.heads;
  let head = workgroup.x;
  let width = (heads + 2u * parameters.key_value_heads) * HEAD_ELEMENTS;
  let queries = Vectors(width, head * HEAD_ELEMENTS);
  let grads = Vectors(heads * HEAD_ELEMENTS, head * HEAD_ELEMENTS);
  let lane = index % ACROSS;
  let group = index / ACROSS;
  let rows = first_row + 4u * group + vec4u(0u, 1u, 2u, 3u);
  let known = min(rows, vec4u(last_row));
  @if(WINDOWED) let places = vec4u(positions[known.x], positions[known.y], positions[known.z], positions[known.w]);
  let ends = vec4u(query_end[known.x], query_end[known.y], query_end[known.z], query_end[known.w]);

  let keys = Vectors(width, (heads + head / (heads / parameters.key_value_heads)) * HEAD_ELEMENTS);
  let k_begins = begins_of(keys, known);
  let v_begins = k_begins + parameters.key_value_heads * HEAD_ELEMENTS;
  for (var quad = lane; quad < SLICES * SLICE; quad += ACROSS) {
    keep_in_tile(KEYS, quad, group, columns_of_qkv(k_begins, quad) * parameters.scale);
    keep_in_tile(VALUES, quad, group, columns_of_qkv(v_begins, quad));
  }
  var key_sums: Sums;
  var value_sums: Sums;
  var pieces: Pieces;
  fetch_slice_of_grad_out(&pieces, grads, first_row, last_query, 0u, index);
  for (var block = first_row; block <= last_query; block += BLOCK_ROWS) {
    var scores = Scores();
    var along_values = Scores();
    for (var slice = 0u; slice < SLICES; slice += 1u) {
      workgroupBarrier();
      keep_slice(&pieces, slice, index);
      workgroupBarrier();
      fetch_slice_of_qkv(&pieces, queries, block, last_query, slice, index);
      add_scores(&along_values, VALUES, slice, group, lane);
      workgroupBarrier();
      keep_slice(&pieces, slice, index);
      workgroupBarrier();
      if slice + 1u < SLICES {
        fetch_slice_of_grad_out(&pieces, grads, block, last_query, slice + 1u, index);
      } else if IS_WHOLE {
        fetch_part_of_grad_out(&pieces, grads, block, last_query, 0u, index);
      } else {
        fetch_part_of_qkv(&pieces, queries, block, last_query, 0u, index);
      }
      add_scores(&scores, KEYS, slice, group, lane);
    }
    // From here on scores are probabilities.
    for (var j = 0u; j < EACH; j += 1u) {
      let i = vec4u(block + lane + j * ACROSS);
      let saved = min(i.x, last_query) * heads + head;
      let score = four_scores_of(scores[j]);
      let probability = exp(score - log_sum_exp[saved]);
      @if(!WINDOWED) let attend = (i >= rows) & (i < ends);
      @if(WINDOWED) let attend = (i >= rows) & (i < ends) & (positions[min(i.x, parameters.rows - 1u)] - places < vec4u(WINDOW));
      scores[j] = select(vec4f(), probability, attend);
      let slope = parameters.scale * slopes_of_four_scores(score);
      weights[(lane + j * ACROSS) * WEIGHT_LINE + group] = scores[j] * (along_values[j] - delta[saved]) * slope;
    }
    for (var part = 0u; part < PARTS; part += 1u) {
      if !IS_WHOLE {
        workgroupBarrier();
        keep_part(&pieces, index);
      }
      workgroupBarrier();
      if part + 1u < PARTS {
        fetch_part_of_qkv(&pieces, queries, block, last_query, part + 1u, index);
      } else if !IS_WHOLE {
        fetch_part_of_grad_out(&pieces, grads, block, last_query, 0u, index);
      }
      add_sums(&key_sums, part, group, lane);
    }
    for (var part = 0u; part < PARTS; part += 1u) {
      workgroupBarrier();
      if part == 0u {
        for (var j = 0u; j < EACH; j += 1u) {
          weights[(lane + j * ACROSS) * WEIGHT_LINE + group] = scores[j];
        }
      }
      keep_part(&pieces, index);
      workgroupBarrier();
      if part + 1u < PARTS {
        fetch_part_of_grad_out(&pieces, grads, block, last_query, part + 1u, index);
      } else {
        fetch_slice_of_grad_out(&pieces, grads, block + BLOCK_ROWS, last_query, 0u, index);
      }
      add_sums(&value_sums, part, group, lane);
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
