// grad_weight[v] = sum over the rows n with tokens[n] = v of grad_y[n], rows in order   (+ grad_weight[v] where accumulate is 1)
// Each workgroup handles one row v of the table. It follows the list of v (gather_backward_links); its lanes stride over the columns.
import package::lib::element::Element;
import package::lib::grid::linear_workgroup;
import constants::LANES;

struct Parameters {
  rows: u32,
  vocabulary: u32,
  columns: u32, // in Elements
  accumulate: u32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> tokens: array<u32>; // [N]
@group(0) @binding(1) var<storage, read> grad_y: array<Element>; // [N, C]
@group(0) @binding(2) var<storage, read> first: array<u32>; // [V]
@group(0) @binding(3) var<storage, read> next: array<u32>; // [N]
@group(0) @binding(4) var<storage, read_write> grad_weight: array<Element>; // [V, C]

const END = 0xffffffffu;

// The first row of token v; END where v does not occur. Nothing has written first[v] then, and it may hold anything.
fn first_row(v: u32) -> u32 {
  let row = first[v];
  if row >= parameters.rows {
    return END;
  }
  return select(END, row, tokens[row] == v);
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
) {
  let v = linear_workgroup(workgroup, workgroups);
  if v >= parameters.vocabulary {
    return;
  }
  let begin = first_row(v);
  if begin == END && parameters.accumulate == 1u {
    return;
  }
  for (var column = lane; column < parameters.columns; column += LANES) {
    var sum = Element();
    for (var row = begin; row != END; row = next[row]) {
      sum += grad_y[row * parameters.columns + column];
    }
    let i = v * parameters.columns + column;
    if parameters.accumulate == 1u {
      sum += grad_weight[i];
    }
    grad_weight[i] = sum;
  }
}
