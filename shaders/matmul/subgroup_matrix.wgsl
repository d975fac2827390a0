// y [M, N] = op(a) op(b), ended by lib/epilogue, with op given by the layout:
//   NN: a [M, K], b [K, N]     NT: a [M, K], b [N, K]     TN: a [K, M], b [K, N]
// For GPUs that multiply small matrices in one instruction of a subgroup (Metal's simdgroup matrices, tensor cores), an experimental
// feature. A workgroup owns 64 x 64 of y, in matrices of the size that the instruction has: four subgroups of 32 or 64 lanes own 32 x 32
// each, sixteen of 8 or 16 lanes 16 x 16. Slices of a and b, 16 deep along K, pass through workgroup memory (lib/matrix), zero past the
// edges, so that every shape is right. Registers fetch the next slice meanwhile.
// Without F16 all is f32, and weights of 16 bits are expanded (HALF_B, BF16).
// With F16, b holds f16 values (HALF_B), which tensor cores multiply as they are, and a is cut into two: a value is the f16 nearest to it
// and the f16 nearest to the rest, together 22 bits. For this the values of a row are multiplied by a power of two that brings the largest
// of 128 steps of K to 2^14, so that small gradients keep their bits. Tensor cores cut bits off when they add, so the sums of every 128
// steps are added up in f32. F16 is for NN and NT.
// How the hardware adds the products of an instruction is its own affair: the bits are not those of the tiles.
import package::lib::epilogue::store_quad;
@if(F16) import package::lib::operand::quad_of_a;
import package::lib::operand::{values_of_a, values_of_b, words_of_a, words_of_b};
@if(F16) import package::lib::matrix::nearest_half;
import package::lib::matrix::{
  TILE, STEP, HEIGHT, WIDTH, DEPTH, SUBGROUP, SUBGROUPS_IN_ALL, MATRICES_DOWN, MATRICES_ACROSS, LENGTH_OF_A, LENGTH_OF_B,
  LINE_OF_A, LINE_OF_B, SLICE_OF_A, STRIPS, STRIP_WIDTH, STRIP_QUADS, Sums,
  keep_in_a, keep_in_b, components, load_left, load_right, add_product, store_sums, corner_of, place_of_quad, quad_of_strip
};
@if(!EMULATED) enable chromium_experimental_subgroup_matrix;
@if(F16 && !EMULATED) enable f16;

struct Parameters {
  rows: u32,
  columns: u32,
  inner: u32,
  stride_of_a: u32,
  stride_of_y: u32,
  terms: u32,
}
var<immediate> parameters: Parameters;

const INVOCATIONS = SUBGROUPS_IN_ALL * SUBGROUP;
// Quads of each operand's slice that an invocation fetches.
const FETCHED = TILE * STEP / 4u / INVOCATIONS;
// Quads of a line, as a power of two.
@if(!TN) const SHIFT_OF_A = 2u;
@if(TN) const SHIFT_OF_A = 4u;
@if(NT) const SHIFT_OF_B = 2u;
@if(!NT) const SHIFT_OF_B = 4u;

// What an invocation fetches of the next slices: words, because making values of them waits for memory.
struct Fetched {
  a: array<vec4u, FETCHED>,
  b: array<vec4u, FETCHED>,
}

// The line of a slice that a quad lies in, and where it begins there.
fn place_in_a(quad: u32) -> vec2u {
  return vec2u(quad >> SHIFT_OF_A, 4u * (quad & (LENGTH_OF_A / 4u - 1u)));
}

fn place_in_b(quad: u32) -> vec2u {
  return vec2u(quad >> SHIFT_OF_B, 4u * (quad & (LENGTH_OF_B / 4u - 1u)));
}

fn fetch(index: u32, first: vec2u, k: u32) -> Fetched {
  let rows = parameters.rows;
  let columns = parameters.columns;
  let inner = parameters.inner;
  let length = parameters.stride_of_a;
  var fetched: Fetched;
  for (var i = 0u; i < FETCHED; i += 1u) {
    let in_a = place_in_a(index + i * INVOCATIONS);
    let in_b = place_in_b(index + i * INVOCATIONS);
    @if(TN) { fetched.a[i] = words_of_a(k + in_a.x, first.y + in_a.y, inner, length); }
    @if(!TN) { fetched.a[i] = words_of_a(first.y + in_a.x, k + in_a.y, rows, length); }
    @if(NT) { fetched.b[i] = words_of_b(first.x + in_b.x, k + in_b.y, columns, inner); }
    @if(!NT) { fetched.b[i] = words_of_b(k + in_b.x, first.x + in_b.y, inner, columns); }
  }
  return fetched;
}

// The values of a quad that was fetched from a place of the slice at k.
fn fetched_of_a(words: vec4u, place: vec2u, first: vec2u, k: u32) -> vec4f {
  let length = parameters.stride_of_a;
  @if(TN) { return values_of_a(words, k + place.x, first.y + place.y, parameters.inner, length); }
  @if(!TN) { return values_of_a(words, first.y + place.x, k + place.y, parameters.rows, length); }
}

fn fetched_of_b(words: vec4u, place: vec2u, first: vec2u, k: u32) -> vec4f {
  let columns = parameters.columns;
  let inner = parameters.inner;
  @if(NT) { return values_of_b(words, first.x + place.x, k + place.y, columns, inner); }
  @if(!NT) { return values_of_b(words, k + place.x, first.x + place.y, inner, columns); }
}

fn stage(index: u32, fetched: Fetched, first: vec2u, k: u32) {
  for (var i = 0u; i < FETCHED; i += 1u) {
    let in_a = place_in_a(index + i * INVOCATIONS);
    let in_b = place_in_b(index + i * INVOCATIONS);
    let of_a = fetched_of_a(fetched.a[i], in_a, first, k);
    let at = in_a.x * LINE_OF_A + in_a.y;
    @if(F16) {
      let scaled = of_a * power_of_two(TOP - exponent_of(in_a.x));
      let nearest = nearest_half(scaled);
      keep_in_a(at, components(nearest));
      keep_in_a(SLICE_OF_A + at, components(scaled - nearest));
    }
    @if(!F16) { keep_in_a(at, components(of_a)); }
    keep_in_b(in_b.x * LINE_OF_B + in_b.y, components(fetched_of_b(fetched.b[i], in_b, first, k)));
  }
}

// The steps of K that share a row's scale and are added up by the matrices alone.
// They are a power of two.
@if(F16) const CHUNK_STEPS = 8u;
@if(F16) const CHUNK = CHUNK_STEPS * STEP;
// The biased exponent of f32 that scaled values reach: that of 2^14.
@if(F16) const TOP = 127 + 14;

// The bits of the largest value of each row in this chunk, without its sign.
@if(F16) var<workgroup> largest: array<atomic<u32>, TILE>;

// Eight neighbours share a row.
@if(F16)
fn find_largest(index: u32, first_row: u32, k: u32) {
  for (var row = index; row < TILE; row += INVOCATIONS) {
    atomicStore(&largest[row], 0u);
  }
  workgroupBarrier();
  for (var row = index >> 3u; row < TILE; row += INVOCATIONS / 8u) {
    var bits = vec4u();
    for (var i = 0u; i < CHUNK / 32u; i += 1u) {
      let quad = quad_of_a(first_row + row, k + 32u * i + 4u * (index & 7u), parameters.rows, parameters.stride_of_a);
      bits = max(bits, bitcast<vec4u>(quad) & vec4u(0x7fffffffu));
    }
    atomicMax(&largest[row], max(max(bits.x, bits.y), max(bits.z, bits.w)));
  }
  workgroupBarrier();
}

// The biased exponent of a row's largest value. At the ends of the range the scale and its inverse would not be normal numbers.
@if(F16)
fn exponent_of(row: u32) -> i32 {
  return clamp(i32(atomicLoad(&largest[row]) >> 23u), 20, 250);
}

@if(F16)
fn power_of_two(exponent: i32) -> f32 {
  return bitcast<f32>(u32(127 + exponent) << 23u);
}

// Multiplies the staged slices and adds the products to a subgroup's sums.
fn multiply(sums: ptr<function, array<Sums, MATRICES_DOWN * MATRICES_ACROSS>>, corner: vec2u, lane: u32) {
  // Drivers that write out every emulated product take a minute to compile, so they must not know how many there are.
  @if(EMULATED) let more = parameters.inner >> 31u;
  @if(!EMULATED) const more = 0u;
  for (var k = 0u; k < STEP; k += DEPTH) {
    for (var j = 0u; j < MATRICES_ACROSS + more; j += 1u) {
      let of_b = load_right(k, corner.x + j * WIDTH);
      for (var i = 0u; i < MATRICES_DOWN + more; i += 1u) {
        let at = i * MATRICES_ACROSS + j;
        @if(F16) { (*sums)[at] = add_product(load_left(1u, corner.y + i * HEIGHT, k), of_b, (*sums)[at], lane); }
        (*sums)[at] = add_product(load_left(0u, corner.y + i * HEIGHT, k), of_b, (*sums)[at], lane);
      }
    }
  }
}

// Adds a subgroup's sums to the quads of y that its invocations own, and clears them. Strips are written out, so that every sum and quad
// has an index that compilers know: others keep them in memory, not in registers.
fn flush(
  sums: ptr<function, array<Sums, MATRICES_DOWN * MATRICES_ACROSS>>,
  quads: ptr<function, array<array<vec4f, STRIP_QUADS>, STRIPS>>,
  subgroup: u32,
  lane: u32,
) {
  flush_strip(0u, sums, &(*quads)[0], subgroup, lane);
  if STRIPS > 1u { flush_strip(1u, sums, &(*quads)[min(1u, STRIPS - 1u)], subgroup, lane); }
  if STRIPS > 2u { flush_strip(2u, sums, &(*quads)[min(2u, STRIPS - 1u)], subgroup, lane); }
  if STRIPS > 3u { flush_strip(3u, sums, &(*quads)[min(3u, STRIPS - 1u)], subgroup, lane); }
}

fn flush_strip(
  strip: u32,
  sums: ptr<function, array<Sums, MATRICES_DOWN * MATRICES_ACROSS>>,
  quads: ptr<function, array<vec4f, STRIP_QUADS>>,
  subgroup: u32,
  lane: u32,
) {
  for (var i = 0u; i < STRIP_WIDTH / WIDTH; i += 1u) {
    let at = strip * (STRIP_WIDTH / WIDTH) + i;
    store_sums(subgroup, i * WIDTH, (*sums)[at], lane);
    (*sums)[at] = Sums();
  }
  workgroupBarrier();
  for (var i = 0u; i < STRIP_QUADS; i += 1u) {
    let place = place_of_quad(strip, i, lane);
    var sum = quad_of_strip(subgroup, place);
    @if(F16) { sum *= power_of_two(exponent_of(corner_of(subgroup).y + place.y) - TOP); }
    (*quads)[i] += sum;
  }
  workgroupBarrier();
}

// Adds up the products of some slices. `fetched` holds the first of them, and then the one behind the last.
fn walk(
  sums: ptr<function, array<Sums, MATRICES_DOWN * MATRICES_ACROSS>>,
  fetched: ptr<function, Fetched>,
  index: u32,
  subgroup: u32,
  first: vec2u,
  begin: u32,
  end: u32,
) {
  for (var step = begin; step < end; step += 1u) {
    stage(index, *fetched, first, step * STEP);
    workgroupBarrier();
    // Past the end of K these are words that nobody uses.
    *fetched = fetch(index, first, (step + 1u) * STEP);
    multiply(sums, corner_of(subgroup), index % SUBGROUP);
    workgroupBarrier();
  }
}

@compute @workgroup_size(INVOCATIONS)
fn main(
  @builtin(local_invocation_index) index: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @if(!EMULATED) @builtin(subgroup_id) subgroup: u32,
  @if(!EMULATED) @builtin(subgroup_invocation_id) lane: u32,
) {
  @if(EMULATED) let subgroup = index / SUBGROUP;
  @if(EMULATED) let lane = index % SUBGROUP;
  let first = workgroup.xy * TILE;
  let steps = (parameters.inner + STEP - 1u) / STEP;
  var sums: array<Sums, MATRICES_DOWN * MATRICES_ACROSS>;
  var quads: array<array<vec4f, STRIP_QUADS>, STRIPS>;
  var fetched = fetch(index, first, 0u);
  @if(F16)
  for (var chunk = 0u; chunk * CHUNK_STEPS < steps; chunk += 1u) {
    let begin = chunk * CHUNK_STEPS;
    find_largest(index, first.y, begin * STEP);
    walk(&sums, &fetched, index, subgroup, first, begin, min(begin + CHUNK_STEPS, steps));
    flush(&sums, &quads, subgroup, lane);
  }
  @if(!F16) walk(&sums, &fetched, index, subgroup, first, 0u, steps);
  @if(!F16) flush(&sums, &quads, subgroup, lane);
  for (var strip = 0u; strip < STRIPS; strip += 1u) {
    for (var i = 0u; i < STRIP_QUADS; i += 1u) {
      let place = first + corner_of(subgroup) + place_of_quad(strip, i, lane);
      if place.y < parameters.rows && place.x < parameters.columns {
        store_quad(place.y * parameters.stride_of_y + place.x, place.x, parameters.columns, quads[strip][i], parameters.terms);
      }
    }
  }
}
