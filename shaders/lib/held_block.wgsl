// A block of op(b) that a workgroup of one subgroup holds in private memory while it walks over the rows of op(a): STEPS steps along K,
// and for each lane a quad of neighbouring columns, or with TWO_QUADS another one CHUNK columns to the right, so that what is read of a row
// serves twice as many products. What lies outside op(b) is zero.
// For software adapters. They read a buffer lane by lane (some six instructions a value on lavapipe up to Mesa 25.0) or by gathering, and mask
// every variable that lives through a loop. Private memory whose place is known when the kernel is compiled is a plain operand of an
// instruction there, and neither.
import package::lib::operand::quad_of_b;
import constants::{CHUNKS, LANES};

// A chunk of steps is a quad along K for each lane.
const CHUNK = 4u * LANES;
const STEPS = CHUNKS * CHUNK;

// Quads of columns a lane.
@if(TWO_QUADS) const QUADS = 2u;
@if(!TWO_QUADS) const QUADS = 1u;

// For each quad of columns: step i of the quad along K of a lane of a chunk.
var<private> held: array<array<array<array<vec4f, 4>, LANES>, CHUNKS>, QUADS>;

// The sums of a row at a lane's columns. They have names: those of an array would not stay in registers.
struct Sums {
  left: vec4f,
  right: vec4f, // with TWO_QUADS
}

// Holds the block that begins at step `origin` and, for this lane, at `column`.
fn hold(origin: u32, column: u32, inner: u32, columns: u32) {
  // A bound that no driver knows. It would unroll the reads of a short block, whose branches LLVM then compiles for a second.
  let end = select(QUADS * STEPS, 0u, columns == 0u);
  for (var at = 0u; at < end; at += 4u) {
    let quad = at / STEPS;
    let step = at % STEPS;
    let k = origin + step;
    let first = column + quad * CHUNK;
    @if(NT) {
      let block = transpose(mat4x4f(
        quad_of_b(first, k, columns, inner),
        quad_of_b(first + 1u, k, columns, inner),
        quad_of_b(first + 2u, k, columns, inner),
        quad_of_b(first + 3u, k, columns, inner),
      ));
      held[quad][step / CHUNK][step / 4u % LANES] = array(block[0], block[1], block[2], block[3]);
    }
    @if(!NT) {
      for (var i = 0u; i < 4u; i += 1u) {
        held[quad][step / CHUNK][step / 4u % LANES][i] = quad_of_b(k + i, first, inner, columns);
      }
    }
  }
}

// The sums of a row of y, with a chunk more of the row of op(a): each lane has read another quad along K of it, and
// subgroupShuffle hands it to all. The driver unrolls these loops, so that every value of the block is an operand in place.
fn add_chunk(before: Sums, mine: vec4f, chunk: u32) -> Sums {
  if chunk >= CHUNKS { return before; }
  var left = before.left;
  var right = before.right;
  for (var owner = 0u; owner < LANES; owner += 1u) {
    let quad = subgroupShuffle(mine, owner);
    for (var i = 0u; i < 4u; i += 1u) {
      left = fma(vec4f(quad[i]), held[0][chunk][owner][i], left);
      @if(TWO_QUADS) { right = fma(vec4f(quad[i]), held[1][chunk][owner][i], right); }
    }
  }
  return Sums(left, right);
}

// Whether a row's sums are there: always, but no compiler knows that `rows` is never 0. What stores sums asks. Where lavapipe
// gathers it has no branches around reads, and LLVM moves the additions of a row into the branch of its store, but not the products, which
// wait in memory. Both quads are asked for at once: those of one would wait behind a branch on the other.
fn are_there(sums: Sums, rows: u32) -> bool {
  let bits = bitcast<vec4u>(sums.left) | bitcast<vec4u>(sums.right);
  return (bits.x | bits.y | bits.z | bits.w | rows) != 0u;
}
