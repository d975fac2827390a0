// y [M, N] = a b^T, ended by lib/epilogue, a [M, K], b [N, K], for up to 64 rows on a GPU: decoding, bound by reading b.
// Sliced along K, as CUTLASS calls it: one workgroup of 128 owns TILE_HEIGHT rows of y, 4 or 8. K_LANES neighbouring invocations walk
// along K side by side, a quad each, for the same four columns. So rows of b are read in whole cache lines. Workgroups of all rows for the
// same columns are neighbours, so that memory is read for one of them. The other invocations take further columns: 32 along K leave 16
// columns, 128 leave 4 and make four times as many workgroups. An invocation fetches b one step ahead, and keeps it as it is stored until
// then. Values of a come from the cache, once for four columns.
// The partial sums meet in a tree of fixed shape in workgroup memory. A row's bits depend on K_LANES, a rule of b's
// shape, and not on the other rows. They are not those of the tiles, which add in the order of K.
import package::lib::epilogue::store_quad;
import package::lib::row_quads::{FetchedOfB, expand_b, fetch_b, quad_of_a};
import constants::K_LANES;
import constants::TILE_HEIGHT;

struct Parameters {
  rows: u32,
  columns: u32,
  inner: u32,
  stride_of_y: u32,
  terms: u32,
}
var<immediate> parameters: Parameters;

const INVOCATIONS = 128u;
// Invocations at the same place along K; each has four columns of its own.
const GROUPS = INVOCATIONS / K_LANES;
// More than any matrix has. A loop to a constant needs no second counter against endlessness.
const MOST_STEPS = 1u << 24u;
const ROWS = u32(TILE_HEIGHT);
// Few rows leave registers for more loads that are on their way together: so many blocks of b at a time, and always eight quads of a.
const BLOCKS = 8u / ROWS;

var<workgroup> partial: array<vec4f, ROWS * INVOCATIONS>;

// A quad along K of each row.
fn fetch_rows(first_row: u32, quad: u32) -> array<vec4f, ROWS> {
  var of_a: array<vec4f, ROWS>;
  for (var i = 0u; i < ROWS; i += 1u) {
    of_a[i] = quad_of_a(first_row + i, quad, parameters.rows, parameters.inner);
  }
  return of_a;
}

// A quad along K of each of four columns.
fn fetch_block(column: u32, quad: u32) -> array<FetchedOfB, 4> {
  let columns = parameters.columns;
  let inner = parameters.inner;
  return array(
    fetch_b(column, quad, columns, inner),
    fetch_b(column + 1u, quad, columns, inner),
    fetch_b(column + 2u, quad, columns, inner),
    fetch_b(column + 3u, quad, columns, inner),
  );
}

// Column i holds the four columns at step i along K.
fn steps_of(block: array<FetchedOfB, 4>) -> mat4x4f {
  return transpose(mat4x4f(expand_b(block[0]), expand_b(block[1]), expand_b(block[2]), expand_b(block[3])));
}

// What does not count is multiplied by 0. Some drivers would move the loads into a branch.
fn add_products(before: array<vec4f, ROWS>, of_a: array<vec4f, ROWS>, of_b: mat4x4f, counts: bool) -> array<vec4f, ROWS> {
  var sums = before;
  for (var i = 0u; i < ROWS; i += 1u) {
    let values = select(vec4f(), of_a[i], counts);
    sums[i] = fma(vec4f(values.x), of_b[0], sums[i]);
    sums[i] = fma(vec4f(values.y), of_b[1], sums[i]);
    sums[i] = fma(vec4f(values.z), of_b[2], sums[i]);
    sums[i] = fma(vec4f(values.w), of_b[3], sums[i]);
  }
  return sums;
}

// Adds up what the K_LANES invocations of a group hold of each row, eight values at a time. An invocation may read what it kept last itself,
// partial[index], without a barrier.
fn add_up(index: u32) {
  // A loop whose bounds no driver knows: written out, it costs lavapipe seconds to compile.
  for (var bits = min(firstTrailingBit(u32(K_LANES)), parameters.columns * 7u); bits > 0u;) {
    let step = min(bits, 3u);
    bits -= step;
    let group = index >> bits;
    let begin = (group << (bits + step)) + (index & ((1u << bits) - 1u));
    // All eight are loaded, and together, however many count: one load after the other would cost more than the sums.
    var values: array<vec4f, 8>;
    var sum = vec4f();
    workgroupBarrier();
    if group < ROWS * GROUPS {
      for (var i = 0u; i < 8u; i += 1u) {
        values[i] = partial[min(begin + (i << bits), ROWS * INVOCATIONS - 1u)];
      }
      for (var i = 0u; i < 8u; i += 1u) {
        sum += select(vec4f(), values[i], i >> step == 0u);
      }
    }
    workgroupBarrier();
    if group < ROWS * GROUPS {
      partial[index] = sum;
    }
  }
}

@compute @workgroup_size(INVOCATIONS)
fn main(@builtin(local_invocation_index) index: u32, @builtin(workgroup_id) workgroup: vec3u) {
  let first_row = workgroup.x * ROWS;
  let first_group = workgroup.y * GROUPS;
  let column = (first_group + index / K_LANES) * 4u;
  let quads = (parameters.inner + 3u) >> 2u;
  var sums: array<vec4f, ROWS>;
  var quad = index % K_LANES;
  var next: array<array<FetchedOfB, 4>, BLOCKS>;
  for (var k = 0u; k < BLOCKS; k += 1u) {
    next[k] = fetch_block(column, min(quad + k * K_LANES, quads - 1u));
  }
  for (var step = 0u; step < MOST_STEPS; step += 1u) {
    if quad >= quads {
      break;
    }
    // Values of a before those of b, which take longer: some GPUs hand over loads in order.
    var of_a: array<array<vec4f, ROWS>, BLOCKS>;
    for (var k = 0u; k < BLOCKS; k += 1u) {
      of_a[k] = fetch_rows(first_row, min(quad + k * K_LANES, quads - 1u));
    }
    var of_b: array<mat4x4f, BLOCKS>;
    for (var k = 0u; k < BLOCKS; k += 1u) {
      of_b[k] = steps_of(next[k]);
      next[k] = fetch_block(column, min(quad + (BLOCKS + k) * K_LANES, quads - 1u));
    }
    for (var k = 0u; k < BLOCKS; k += 1u) {
      let counts = k == 0u || quad + k * K_LANES < quads;
      sums = add_products(sums, of_a[k], of_b[k], counts);
    }
    quad += BLOCKS * K_LANES;
  }
  for (var i = 0u; i < ROWS; i += 1u) {
    partial[i * INVOCATIONS + index] = sums[i];
  }
  add_up(index);
  // One invocation stores four columns of a row.
  let row = first_row + index / GROUPS;
  let stored = (first_group + index % GROUPS) * 4u;
  if index < ROWS * GROUPS && row < parameters.rows && stored < parameters.columns {
    store_quad(row * parameters.stride_of_y + stored, stored, parameters.columns, partial[index], parameters.terms);
  }
}
