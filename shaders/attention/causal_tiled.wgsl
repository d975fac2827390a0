// out_i = sum_j P_ij v_j,  P_ij = softmax_j(scale q_i . k_j) over the rows j that i attends to (lib/attended), in one pass over
// blocks of keys (Dao et al. 2022, arXiv 2205.14135; Dao 2023, arXiv 2307.08691). log_sum_exp is saved.
// With a window (WINDOWED) a row attends to the last WINDOW of these rows alone, itself included.
// With CAPPED scores lie below a soft cap (lib/attention_score).
// For GPUs, and for software adapters without subgroups.
// A workgroup owns a tile of queries of one head (lib/head_tile). It walks over the keys of every sequence that the tile has rows of.
// Blocks are counted from the beginning of a sequence, and of the rows that it shares, which come first; totals are added by the place of a
// key in its block, so that a row's bits depend neither on its neighbours nor on the shape of the tile.
import package::lib::head_tile::{Pieces, Vectors, begins_of, columns_of_qkv, fetch_part_of_qkv, fetch_slice_of_qkv, keep_part, keep_slice};
import package::lib::head_tile::{BLOCK_ROWS, EACH, GROUPS, INVOCATIONS, PARTS, QUADS, QUADS_EACH, SLICES};
import package::lib::tile_products::{Scores, Sums, WEIGHT_LINE, add_scores, add_sums, keep_in_tile, weights};
import package::lib::attended::{attended_rows, four_attended};
import package::lib::attention_score::four_scores_of;
import package::lib::element::Element;
import package::lib::numeric::LOWEST;
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

@group(0) @binding(2) var<storage, read> sequence_end: array<u32>; // [N]
@if(WINDOWED) @group(0) @binding(3) var<storage, read> positions: array<u32>; // [N], index of each row's token in its sequence
@if(!WINDOWED) @group(0) @binding(3) var<storage, read_write> out: array<Element>; // [N, H D]
@if(!WINDOWED) @group(0) @binding(4) var<storage, read_write> log_sum_exp: array<f32>; // [N, H]
@if(WINDOWED) @group(0) @binding(4) var<storage, read_write> out: array<Element>; // [N, H D]
@if(WINDOWED) @group(0) @binding(5) var<storage, read_write> log_sum_exp: array<f32>; // [N, H]

const QUERIES = 0u; // the vectors of the tile

// The largest score of each row among the keys of a lane.
var<workgroup> peaks: array<vec4f, ACROSS * GROUPS>;

// Whether the windows of four rows that stand at these places of their sequences hold a key of these sequences.
fn in_window(places: vec4u, key: u32) -> vec4<bool> {
  @if(WINDOWED) {
    return places - positions[key] < vec4u(WINDOW);
  }
  @if(!WINDOWED) {
    return vec4<bool>(true);
  }
}

fn store(row: u32, head: u32, quad: u32, values: vec4f) {
  let begin = (row * parameters.heads + head) * HEAD_ELEMENTS;
  @if(VEC4) {
    out[begin + quad] = values;
  }
  @if(!VEC4) {
    for (var i = 0u; i < 4u; i += 1u) {
      if 4u * quad + i < HEAD_ELEMENTS {
        out[begin + 4u * quad + i] = values[i];
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
  let head = workgroup.x;
  let width = (parameters.heads + 2u * parameters.key_value_heads) * HEAD_ELEMENTS;
  let keys = Vectors(width, (parameters.heads + head / (parameters.heads / parameters.key_value_heads)) * HEAD_ELEMENTS);
  let values = Vectors(width, keys.column + parameters.key_value_heads * HEAD_ELEMENTS);
  let lane = index % ACROSS;
  let group = index / ACROSS;
  let rows = first_row + 4u * group + vec4u(0u, 1u, 2u, 3u);

  let known = min(rows, vec4u(last_row));
  let begins = begins_of(Vectors(width, head * HEAD_ELEMENTS), known);
  for (var quad = lane; quad < SLICES * SLICE; quad += ACROSS) {
    keep_in_tile(QUERIES, quad, group, columns_of_qkv(begins, quad) * parameters.scale);
  }
  var sums: Sums;
  var totals: Scores;
  var pieces: Pieces;
  var largest = vec4f(LOWEST);
  // Shared rows are walked once for all rows of the tile that attend to them. Then `stage` is 0, and 1 for the rows of a sequence.
  let tile_rows = four_attended(known);
  var places: vec4u;
  @if(WINDOWED) {
    places = vec4u(positions[known.x], positions[known.y], positions[known.z], positions[known.w]);
  }
  var walked = 0xffffffffu;
  var sequence = first_row;
  for (var stage = 0u; sequence <= last_row; stage = 1u - stage) {
    let sequence_rows = attended_rows(sequence);
    let is_shared = stage == 0u;
    if is_shared && (sequence_rows.x == sequence_rows.y || sequence_rows.x == walked) {
      continue;
    }
    let last_key = select(min(sequence_end[sequence] - 1u, last_row), sequence_rows.y - 1u, is_shared);
    var block = select(sequence_rows.z, sequence_rows.x, is_shared);
    @if(WINDOWED && !SHARED) {
      // Blocks that lie whole before the window of the first row of the sequence, which later rows do not attend to either.
      let before = sequence - block - min(sequence - block, u32(WINDOW) - 1u);
      block += before - before % BLOCK_ROWS;
    }
    fetch_slice_of_qkv(&pieces, keys, block, last_key, 0u, index);
    for (; block <= last_key; block += BLOCK_ROWS) {
      var scores = Scores();
      for (var slice = 0u; slice < SLICES; slice += 1u) {
        workgroupBarrier();
        keep_slice(&pieces, slice, index);
        workgroupBarrier();
        if slice + 1u < SLICES {
          fetch_slice_of_qkv(&pieces, keys, block, last_key, slice + 1u, index);
        } else {
          fetch_part_of_qkv(&pieces, values, block, last_key, 0u, index);
        }
        add_scores(&scores, QUERIES, slice, group, lane);
      }
      // Rows of earlier sequences come before their key, and rows of later ones behind last_key.
      let own = rows <= vec4u(last_key);
      let sharing = (tile_rows.begins == vec4u(sequence_rows.x)) & (tile_rows.starts >= vec4u(sequence_rows.y));
      let past = min(rows + 1u, select(vec4u(), vec4u(last_key + 1u), select(own, sharing, vec4<bool>(is_shared))));
      var peak = vec4f(LOWEST);
      for (var j = 0u; j < EACH; j += 1u) {
        let key = block + lane + j * ACROSS;
        let attends = (vec4u(key) < past) & in_window(places, min(key, last_key));
        scores[j] = four_scores_of(scores[j]);
        peak = max(peak, select(vec4f(LOWEST), scores[j], attends));
      }
      peaks[lane * GROUPS + group] = peak;
      workgroupBarrier();
      let before = largest;
      for (var i = 0u; i < ACROSS; i += 1u) {
        largest = max(largest, peaks[i * GROUPS + group]);
      }
      let shrink = exp(before - largest);
      for (var j = 0u; j < EACH; j += 1u) {
        let key = block + lane + j * ACROSS;
        let attends = (vec4u(key) < past) & in_window(places, min(key, last_key));
        let weight = select(vec4f(), exp(scores[j] - largest), attends);
        totals[j] = fma(totals[j], shrink, weight);
        weights[(lane + j * ACROSS) * WEIGHT_LINE + group] = weight;
      }
      for (var j = 0u; j < QUADS_EACH; j += 1u) {
        sums[4u * j] *= shrink.x;
        sums[4u * j + 1u] *= shrink.y;
        sums[4u * j + 2u] *= shrink.z;
        sums[4u * j + 3u] *= shrink.w;
      }
      for (var part = 0u; part < PARTS; part += 1u) {
        if part > 0u {
          workgroupBarrier();
        }
        keep_part(&pieces, index);
        workgroupBarrier();
        if part + 1u < PARTS {
          fetch_part_of_qkv(&pieces, values, block, last_key, part + 1u, index);
        } else {
          fetch_slice_of_qkv(&pieces, keys, block + BLOCK_ROWS, last_key, 0u, index);
        }
        add_sums(&sums, part, group, lane);
      }
    }
    walked = select(walked, sequence_rows.x, is_shared);
    sequence = select(max(sequence + 1u, sequence_end[sequence]), sequence, is_shared);
  }
  workgroupBarrier();
  for (var j = 0u; j < EACH; j += 1u) {
    weights[(lane + j * ACROSS) * WEIGHT_LINE + group] = totals[j];
  }
  workgroupBarrier();
  var total = vec4f();
  for (var i = 0u; i < BLOCK_ROWS; i += 1u) {
    total += weights[i * WEIGHT_LINE + group];
  }
  for (var i = 0u; i < 4u; i += 1u) {
    if rows[i] <= last_row {
      for (var j = 0u; j < QUADS_EACH; j += 1u) {
        if lane + j * ACROSS < QUADS {
          store(rows[i], head, lane + j * ACROSS, sums[4u * j + i] / total[i]);
        }
      }
      if lane == 0u {
        log_sum_exp[rows[i] * parameters.heads + head] = largest[i] + log(total[i]);
      }
    }
  }
}
