// draws [S, B, 5]: of each of the B parts of each row of logits the softmax's sums and the best candidate for the next token (lib/draw).
// Each workgroup handles one part, so that few sequences fill a GPU too; next_token merges the parts in order. The last part may be shorter.
import package::lib::draw::{Draw, draw_from, merge_best, merge_softmax};
import package::lib::drawn_logits::{parameters, token_marks};
import package::lib::grid::linear_workgroup;
import constants::LANES;

// Bindings 0, 1 and, with PENALTY, 3 are those of lib/drawn_logits.
@group(0) @binding(2) var<storage, read> sequence_key: array<u32>; // [S]
@if(!PENALTY) @group(0) @binding(3) var<storage, read_write> position: array<u32>; // [S]
@if(!PENALTY) @group(0) @binding(4) var<storage, read_write> draws: array<Draw>; // [S, B, 5]
@if(PENALTY) @group(0) @binding(4) var<storage, read_write> position: array<u32>; // [S]
@if(PENALTY) @group(0) @binding(5) var<storage, read_write> draws: array<Draw>; // [S, B, 5]

@compute @workgroup_size(LANES)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
) {
  // It is bound where nothing is banned, too.
  _ = &token_marks;
  let index = linear_workgroup(workgroup, workgroups);
  let row = index / parameters.parts;
  if row >= parameters.rows {
    return;
  }
  let begin = index % parameters.parts * parameters.part_columns;
  let end = min(begin + parameters.part_columns, parameters.vocabulary);
  let counter = vec4u(sequence_key[row], position[row] + 1u, 0u, 0u);
  let own = draw_from(row, begin, end, counter, lane);
  let softmax = merge_softmax(own.softmax, lane);
  let best = merge_best(own.best, lane);
  if lane == 0u {
    draws[index] = Draw(softmax, best);
  }
}
