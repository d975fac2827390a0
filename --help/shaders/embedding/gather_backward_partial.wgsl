// partial[b, v] = sum over the rows n of block b with tokens[n] = v of grad_y[n], rows in order; column_sum adds the blocks up.
// This is for small tables. Each workgroup owns a block of rows and LANES columns. A lane owns one column of all V rows of its block's
// partial, so it adds to memory that no other lane touches and needs no atomics.
import package::lib::element::Element;
import constants::LANES;

struct Parameters {
  rows: u32,
  vocabulary: u32,
  columns: u32, // in Elements
  block_rows: u32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> tokens: array<u32>; // [N]
@group(0) @binding(1) var<storage, read> grad_y: array<Element>; // [N, C]
@group(0) @binding(2) var<storage, read_write> partial: array<Element>; // [B, V, C]

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) workgroup: vec3u) {
  let column = workgroup.x * LANES + lane;
  let block = workgroup.y;
  let columns = parameters.columns;
  if column >= columns {
    return;
  }
  let base = block * parameters.vocabulary * columns + column;
  for (var v = 0u; v < parameters.vocabulary; v += 1u) {
    partial[base + v * columns] = Element();
  }
  let end = min((block + 1u) * parameters.block_rows, parameters.rows);
  for (var row = block * parameters.block_rows; row < end; row += 1u) {
    let token = tokens[row];
    if token < parameters.vocabulary {
      partial[base + token * columns] += grad_y[row * columns + column];
    }
  }
}
