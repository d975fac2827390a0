// y [M, N] = a b^T, ended by lib/epilogue, a [M, K], b [N, K], for a few rows on a GPU: decoding, bound by reading b.
// One workgroup of 64 owns TILE_ROWS rows by 4 columns of y. Its invocations walk along K side by side, a quad each, so that every
// row of b is read in whole cache lines, and many small workgroups keep many reads in flight. Their sums meet in a tree of fixed shape
// in workgroup memory: the same bits in every run, but not those of the tiles, which add in the order of K.
import package::lib::epilogue::store_quad;
import package::lib::row_quads::{quad_of_a, quad_of_b};
import constants::TILE_ROWS;

struct Parameters {
  rows: u32,
  columns: u32,
  inner: u32,
  terms: u32,
}
var<immediate> parameters: Parameters;

const INVOCATIONS = 64u;
const ROWS = u32(TILE_ROWS);

var<workgroup> partial: array<vec4f, ROWS * INVOCATIONS>;

@compute @workgroup_size(INVOCATIONS)
fn main(@builtin(local_invocation_index) index: u32, @builtin(workgroup_id) workgroup: vec3u) {
  let first_row = workgroup.y * ROWS;
  let first_column = workgroup.x * 4u;
  let columns = parameters.columns;
  let inner = parameters.inner;
  var sums: array<vec4f, ROWS>;
  for (var quad = index; quad < (inner + 3u) / 4u; quad += INVOCATIONS) {
    let b_0 = quad_of_b(first_column, quad, columns, inner);
    let b_1 = quad_of_b(first_column + 1u, quad, columns, inner);
    let b_2 = quad_of_b(first_column + 2u, quad, columns, inner);
    let b_3 = quad_of_b(first_column + 3u, quad, columns, inner);
    for (var i = 0u; i < ROWS; i += 1u) {
      let of_a = quad_of_a(first_row + i, quad, parameters.rows, inner);
      sums[i] += vec4f(dot(of_a, b_0), dot(of_a, b_1), dot(of_a, b_2), dot(of_a, b_3));
    }
  }
  for (var i = 0u; i < ROWS; i += 1u) {
    partial[i * INVOCATIONS + index] = sums[i];
  }
  // Loops whose bounds no driver knows: written out, the tree takes lavapipe ten seconds to compile.
  let rows = min(ROWS, parameters.rows - first_row);
  for (var stride = min(INVOCATIONS / 2u, columns * INVOCATIONS); stride > 0u; stride /= 2u) {
    workgroupBarrier();
    if index < stride {
      for (var i = 0u; i < rows; i += 1u) {
        let at = i * INVOCATIONS + index;
        partial[at] += partial[at + stride];
      }
    }
  }
  workgroupBarrier();
  // One invocation a row.
  let row = first_row + index;
  if index < ROWS && row < parameters.rows && first_column < columns {
    let at = row * columns + first_column;
    store_quad(at, first_column, columns, partial[index * INVOCATIONS], parameters.terms);
  }
}
