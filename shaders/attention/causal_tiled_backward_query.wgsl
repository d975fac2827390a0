// With P_ij = exp(scale q_i . k_j - log_sum_exp_i) and delta_i = dout_i . out_i, which is saved for causal_tiled_backward_key_value:
//   dS_ij = P_ij (dout_i . v_j - delta_i),  grad q_i = scale sum_j dS_ij k_j     (Dao et al. 2022, arXiv 2205.14135).
// With a window (WINDOWED) a row attends to the last WINDOW of these rows alone, itself included.
// With CAPPED scores lie below a soft cap, whose slope is a factor of dS (lib/attention_score).
// For GPUs, and for software adapters without subgroups.
// A workgroup owns a tile of queries of one head (lib/head_tile) and walks over the keys that its rows attend to. Every row adds its keys
// in order, and a key that the row does not attend to changes nothing. The kernel writes only the query heads of grad_qkv.
import package::lib::head_tile::{Pieces, Vectors, begins_of, columns_of_grad_out, columns_of_qkv};
import package::lib::head_tile::{fetch_part_of_qkv, fetch_slice_of_qkv, keep_part, keep_slice};
import package::lib::head_tile::{BLOCK_ROWS, EACH, INVOCATIONS, IS_WHOLE, PARTS, QUADS, QUADS_EACH, SLICES};
import package::lib::tile_products::{Scores, Sums, WEIGHT_LINE, add_scores, add_sums, keep_in_tile, weights};
import package::lib::attended::{attended_rows, four_attend, four_attended, walk_on};
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

@group(0) @binding(3) var<storage, read> out: array<Element>; // [N, H D]
@group(0) @binding(4) var<storage, read> log_sum_exp: array<f32>; // [N, H]
@if(WINDOWED) @group(0) @binding(5) var<storage, read> positions: array<u32>; // [N], index of each row's token in its sequence
@if(!WINDOWED) @group(0) @binding(5) var<storage, read_write> grad_qkv: array<Element>; // [N, (H + 2K) D]
@if(!WINDOWED) @group(0) @binding(6) var<storage, read_write> delta: array<f32>; // [N, H]
@if(WINDOWED) @group(0) @binding(6) var<storage, read_write> grad_qkv: array<Element>; // [N, (H + 2K) D]
@if(WINDOWED) @group(0) @binding(7) var<storage, read_write> delta: array<f32>; // [N, H]

// The vectors of the tile: queries, and gradients of their outputs.
const QUERIES = 0u;
const GRADS = 1u;

fn quad_of_out(begin: u32, quad: u32) -> vec4f {
  @if(VEC4) {
    return out[begin + quad];
  }
  @if(!VEC4) {
    // What lies behind the vector's end meets zeros of grad_out.
    let at = vec4u(begin) + min(vec4u(4u * quad) + vec4u(0u, 1u, 2u, 3u), vec4u(u32(HEAD_ELEMENTS) - 1u));
    return vec4f(out[at.x], out[at.y], out[at.z], out[at.w]);
  }
}

fn store(begin: u32, quad: u32, values: vec4f) {
  @if(VEC4) {
    grad_qkv[begin + quad] = values;
  }
  @if(!VEC4) {
    for (var i = 0u; i < 4u; i += 1u) {
      if 4u * quad + i < HEAD_ELEMENTS {
        grad_qkv[begin + 4u * quad + i] = values[i];
      }
    }
  }
}

@compute @workgroup_size(INVOCATIONS)
fn main(
  @builtin(local_invocation_index) index: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
) {
  // Later rows have more keys. Tiles that take long go first.
  let first_row = (workgroups.y - 1u - workgroup.y) * ROWS;
  if first_row >= parameters.rows {
    return;
  }
  let last_row = min(first_row + ROWS, parameters.rows) - 1u;
  let heads = parameters.heads;
  let head = workgroup.x;
  let width = (heads + 2u * parameters.key_value_heads) * HEAD_ELEMENTS;
  let keys = Vectors(width, (heads + head / (heads / parameters.key_value_heads)) * HEAD_ELEMENTS);
  let values = Vectors(width, keys.column + parameters.key_value_heads * HEAD_ELEMENTS);
  let lane = index % ACROSS;
  let group = index / ACROSS;
  let rows = first_row + 4u * group + vec4u(0u, 1u, 2u, 3u);
  let known = min(rows, vec4u(last_row));

  let begins = begins_of(Vectors(width, head * HEAD_ELEMENTS), known);
  let out_begins = begins_of(Vectors(heads * HEAD_ELEMENTS, head * HEAD_ELEMENTS), known);
  for (var quad = lane; quad < SLICES * SLICE; quad += ACROSS) {
    let grad = columns_of_grad_out(out_begins, quad);
    keep_in_tile(QUERIES, quad, group, columns_of_qkv(begins, quad) * parameters.scale);
    keep_in_tile(GRADS, quad, group, grad);
    if quad < QUADS {
      let result = transpose(mat4x4f(
        quad_of_out(out_begins.x, quad),
        quad_of_out(out_begins.y, quad),
        quad_of_out(out_begins.z, quad),
        quad_of_out(out_begins.w, quad),
      ));
      let along_out = (grad[0] * result[0] + grad[1] * result[1]) + (grad[2] * result[2] + grad[3] * result[3]);
      let place = (quad & (BLOCK_ROWS - 1u)) * WEIGHT_LINE + group;
      weights[place] = select(vec4f(), weights[place], quad >= BLOCK_ROWS) + along_out;
    }
  }
  workgroupBarrier();
  var deltas = vec4f();
  for (var i = 0u; i < min(QUADS, BLOCK_ROWS); i += 1u) {
    deltas += weights[i * WEIGHT_LINE + group];
  }
  let saved = known * heads + head;
  let normalizers = vec4f(log_sum_exp[saved.x], log_sum_exp[saved.y], log_sum_exp[saved.z], log_sum_exp[saved.w]);
  let tile_rows = four_attended(known);
  @if(WINDOWED) let places = vec4u(positions[known.x], positions[known.y], positions[known.z], positions[known.w]);

  var sums: Sums;
  let walked = attended_rows(first_row);
  var block = walked.x;
  @if(WINDOWED && !SHARED) {
    block = first_row - min(first_row - block, u32(WINDOW) - 1u);
  }
  var pieces: Pieces;
  fetch_slice_of_qkv(&pieces, values, block, last_row, 0u, index);
  while block <= last_row {
    let next = walk_on(block + BLOCK_ROWS, walked);
    var scores = Scores();
    var along_values = Scores();
    for (var slice = 0u; slice < SLICES; slice += 1u) {
      workgroupBarrier();
      keep_slice(&pieces, slice, index);
      workgroupBarrier();
      fetch_slice_of_qkv(&pieces, keys, block, last_row, slice, index);
      add_scores(&along_values, GRADS, slice, group, lane);
      workgroupBarrier();
      keep_slice(&pieces, slice, index);
      workgroupBarrier();
      if slice + 1u < SLICES {
        fetch_slice_of_qkv(&pieces, values, block, last_row, slice + 1u, index);
      } else if IS_WHOLE {
        fetch_slice_of_qkv(&pieces, values, next, last_row, 0u, index);
      } else {
        fetch_part_of_qkv(&pieces, keys, block, last_row, 0u, index);
      }
      add_scores(&scores, QUERIES, slice, group, lane);
    }
    for (var j = 0u; j < EACH; j += 1u) {
      let key = block + lane + j * ACROSS;
      @if(!WINDOWED) let attend = four_attend(rows, vec4u(key), tile_rows);
      @if(WINDOWED) let attend = four_attend(rows, vec4u(key), tile_rows) & (places - positions[min(key, last_row)] < vec4u(WINDOW));
      let score = four_scores_of(scores[j]);
      let slope = exp(score - normalizers) * (along_values[j] - deltas) * (parameters.scale * slopes_of_four_scores(score));
      weights[(lane + j * ACROSS) * WEIGHT_LINE + group] = select(vec4f(), slope, attend);
    }
    for (var part = 0u; part < PARTS; part += 1u) {
      if !IS_WHOLE {
        workgroupBarrier();
        keep_part(&pieces, index);
      }
      workgroupBarrier();
      if part + 1u < PARTS {
        fetch_part_of_qkv(&pieces, keys, block, last_row, part + 1u, index);
      } else if !IS_WHOLE {
        fetch_slice_of_qkv(&pieces, values, next, last_row, 0u, index);
      }
      add_sums(&sums, part, group, lane);
    }
    block = next;
  }
  for (var i = 0u; i < 4u; i += 1u) {
    if rows[i] <= last_row {
      for (var j = 0u; j < QUADS_EACH; j += 1u) {
        if lane + j * ACROSS < QUADS {
          store(begins[i], lane + j * ACROSS, sums[4u * j + i]);
        }
      }
      if lane == 0u {
        delta[saved[i]] = deltas[i];
      }
    }
  }
}
