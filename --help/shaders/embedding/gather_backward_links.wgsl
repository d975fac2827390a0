// The rows of each token as a linked list in row order: first[v] is the first row n with tokens[n] = v, and next[n] is the next
// row with the same token (END: none). This is for tables too large for partial sums. first[v] keeps what it held where v does not occur;
// gather_backward notices that this row does not hold v.
// Each invocation handles one row and looks ahead and back for its token. The N^2 comparisons at most are far fewer than the head's N V C.
import package::lib::grid::linear_workgroup;

struct Parameters {
  rows: u32,
  vocabulary: u32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> tokens: array<u32>; // [N]
@group(0) @binding(1) var<storage, read_write> first: array<u32>; // [V]
@group(0) @binding(2) var<storage, read_write> next: array<u32>; // [N]

const END = 0xffffffffu;

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
  var after = row + 1u;
  while after < parameters.rows && tokens[after] != token {
    after += 1u;
  }
  next[row] = select(after, END, after >= parameters.rows);
  // One past the previous row with this token; 0 where there is none.
  var before = row;
  while before > 0u && tokens[before - 1u] != token {
    before -= 1u;
  }
  if before == 0u && token < parameters.vocabulary {
    first[token] = row;
  }
}
