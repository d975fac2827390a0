// The rows of each token as a linked list in row order: first[v] is the first row n with tokens[n] = v, link[n] the next
// row with the same token (END: none), with the bit FIRST where n begins a list. For tables too large for partial sums.
// first[v] of a token that does not occur is whatever was there: a list is real if its first row says so (gather_backward).
// One invocation a row, which looks ahead and back for its token: N^2 comparisons at most, far less than the head's N V C.
import package::lib::grid::linear_workgroup;

struct Parameters {
  rows: u32,
  vocabulary: u32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> tokens: array<u32>; // [N]
@group(0) @binding(1) var<storage, read_write> first: array<u32>; // [V]
@group(0) @binding(2) var<storage, read_write> link: array<u32>; // [N]

const END = 0x7fffffffu;
const FIRST = 0x80000000u;

@compute @workgroup_size(64)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
) {
  let row = linear_workgroup(workgroup, workgroups) * 64u + lane;
  if row >= parameters.rows {
    return;
  }
  let token = tokens[row];
  var next = row + 1u;
  while next < parameters.rows && tokens[next] != token {
    next += 1u;
  }
  // One above the previous row with this token; 0 when there is none.
  var previous = row;
  while previous > 0u && tokens[previous - 1u] != token {
    previous -= 1u;
  }
  let begins = previous == 0u;
  link[row] = select(next, END, next >= parameters.rows) | select(0u, FIRST, begins);
  if begins && token < parameters.vocabulary {
    first[token] = row;
  }
}
