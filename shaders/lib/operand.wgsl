// The operands a and b of a product, read by quads of four neighbours along a line of memory. A quad that lies outside is zero, and so is
// the part of a quad behind the end of its line.
// WIDE_A, WIDE_B: the lines of a, b are multiples of 4 long and move as quads. HALF_B: b is stored as 16-bit floats. PAIRED: lines of b are
// read in the order of lib/swiglu.
// A kernel that reads ahead loads the words of a quad, computes, and makes values of the words afterwards: whatever touches a loaded word,
// if only to drop it, waits for memory.
import package::lib::half::{unpack_one, unpack_quad};
import package::lib::swiglu::line_of_pair;

@if(WIDE_A) @group(0) @binding(0) var<storage, read> a: array<vec4f>; // [M, K]
@if(!WIDE_A) @group(0) @binding(0) var<storage, read> a: array<f32>; // [M, K]
@if(WIDE_B && !HALF_B) @group(0) @binding(1) var<storage, read> b: array<vec4f>; // [K, N]
@if(!WIDE_B && !HALF_B) @group(0) @binding(1) var<storage, read> b: array<f32>; // [K, N]
@if(WIDE_B && HALF_B) @group(0) @binding(1) var<storage, read> b: array<vec2u>; // [K, N]
@if(!WIDE_B && HALF_B) @group(0) @binding(1) var<storage, read> b: array<u32>; // [K, N]

// The four values that words hold, wherever they lie.
fn numbers_of_a(words: vec4u) -> vec4f {
  return bitcast<vec4f>(words);
}

fn numbers_of_b(words: vec4u) -> vec4f {
  @if(WIDE_B && HALF_B) { return unpack_quad(words.xy); }
  @if(!(WIDE_B && HALF_B)) { return bitcast<vec4f>(words); }
}

// How many values from `at` on lie in a line, of `lines` that are `length` long.
fn values_left(line: u32, at: u32, lines: u32, length: u32) -> u32 {
  return select(0u, length - at, line < lines && at < length);
}

// Where the four values from `first` on lie. Those past the end of the line are read from its last value, and dropped.
fn places(first: u32, left: u32) -> vec4u {
  return first + min(vec4u(0u, 1u, 2u, 3u), vec4u(max(left, 1u) - 1u));
}

// The words of a quad of a. Without branches: where it lies outside, they are read from anywhere else.
fn words_of_a(line: u32, at: u32, lines: u32, length: u32) -> vec4u {
  let is_inside = line < lines && at < length;
  let first = select(0u, line * length + at, is_inside);
  @if(WIDE_A) { return bitcast<vec4u>(a[first >> 2u]); }
  @if(!WIDE_A) {
    let i = places(first, values_left(line, at, lines, length));
    return bitcast<vec4u>(vec4f(a[i.x], a[i.y], a[i.z], a[i.w]));
  }
}

// The values of these words.
fn values_of_a(words: vec4u, line: u32, at: u32, lines: u32, length: u32) -> vec4f {
  @if(WIDE_A) { return select(vec4f(), numbers_of_a(words), line < lines && at < length); }
  @if(!WIDE_A) {
    let left = values_left(line, at, lines, length);
    return select(vec4f(), bitcast<vec4f>(words), vec4u(0u, 1u, 2u, 3u) < vec4u(left));
  }
}

fn quad_of_a(line: u32, at: u32, lines: u32, length: u32) -> vec4f {
  return values_of_a(words_of_a(line, at, lines, length), line, at, lines, length);
}

// Where a line of b begins in memory.
fn start_of_b(line: u32, lines: u32, length: u32) -> u32 {
  @if(PAIRED) { return line_of_pair(line, lines) * length; }
  @if(!PAIRED) { return line * length; }
}

// The words of a quad of b: two where they hold 16-bit floats and move as quads.
fn words_of_b(line: u32, at: u32, lines: u32, length: u32) -> vec4u {
  let is_inside = line < lines && at < length;
  let first = select(0u, start_of_b(line, lines, length) + at, is_inside);
  @if(WIDE_B) {
    @if(HALF_B) { return vec4u(b[first >> 2u], 0u, 0u); }
    @if(!HALF_B) { return bitcast<vec4u>(b[first >> 2u]); }
  }
  @if(!WIDE_B) {
    let i = places(first, values_left(line, at, lines, length));
    @if(HALF_B) {
      let low = vec2f(unpack_one(b[i.x >> 1u], i.x), unpack_one(b[i.y >> 1u], i.y));
      let high = vec2f(unpack_one(b[i.z >> 1u], i.z), unpack_one(b[i.w >> 1u], i.w));
      return bitcast<vec4u>(vec4f(low, high));
    }
    @if(!HALF_B) { return bitcast<vec4u>(vec4f(b[i.x], b[i.y], b[i.z], b[i.w])); }
  }
}

// The values of these words.
fn values_of_b(words: vec4u, line: u32, at: u32, lines: u32, length: u32) -> vec4f {
  @if(WIDE_B) { return select(vec4f(), numbers_of_b(words), line < lines && at < length); }
  @if(!WIDE_B) {
    let left = values_left(line, at, lines, length);
    return select(vec4f(), numbers_of_b(words), vec4u(0u, 1u, 2u, 3u) < vec4u(left));
  }
}

fn quad_of_b(line: u32, at: u32, lines: u32, length: u32) -> vec4f {
  return values_of_b(words_of_b(line, at, lines, length), line, at, lines, length);
}

// The words of four quads: those that begin at `at` in four lines from `line` on, which is a multiple of 4 where lines are PAIRED. What
// lies outside is read from inside.
alias Block = array<vec4u, 4>;

fn load_block_of_a(line: u32, at: u32, lines: u32, length: u32) -> Block {
  var block: Block;
  @if(WIDE_A) {
    let quads = length >> 2u;
    let first = line * quads + (at >> 2u);
    for (var i = 0u; i < 4u; i += 1u) {
      block[i] = bitcast<vec4u>(a[min(first + i * quads, max(lines * quads, 1u) - 1u)]);
    }
  }
  @if(!WIDE_A) {
    for (var i = 0u; i < 4u; i += 1u) {
      block[i] = words_of_a(line + i, at, lines, length);
    }
  }
  return block;
}

fn load_block_of_b(line: u32, at: u32, lines: u32, length: u32) -> Block {
  var block: Block;
  @if(WIDE_B) {
    let quads = length >> 2u;
    let first = start_of_b(line, lines, quads) + (at >> 2u);
    for (var i = 0u; i < 4u; i += 1u) {
      let quad = min(first + start_of_b(i, lines, quads), max(lines * quads, 1u) - 1u);
      @if(HALF_B) { block[i] = vec4u(b[quad], 0u, 0u); }
      @if(!HALF_B) { block[i] = bitcast<vec4u>(b[quad]); }
    }
  }
  @if(!WIDE_B) {
    for (var i = 0u; i < 4u; i += 1u) {
      block[i] = words_of_b(line + i, at, lines, length);
    }
  }
  return block;
}
