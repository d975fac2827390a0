// The operands a and b of a product, read by quads of four neighbours along a line of memory. A quad that lies outside is zero, and so is
// the part of a quad behind the end of its line.
// WIDE_A, WIDE_B: the lines of a, b are multiples of 4 long and move as quads. HALF_B: b is stored as 16-bit floats. PAIRED: lines of b are
// read in the order of lib/swiglu.
import package::lib::half::{unpack_one, unpack_quad};
import package::lib::swiglu::line_of_pair;

@if(WIDE_A) @group(0) @binding(0) var<storage, read> a: array<vec4f>; // [M, K]
@if(!WIDE_A) @group(0) @binding(0) var<storage, read> a: array<f32>; // [M, K]
@if(WIDE_B && !HALF_B) @group(0) @binding(1) var<storage, read> b: array<vec4f>; // [K, N]
@if(!WIDE_B && !HALF_B) @group(0) @binding(1) var<storage, read> b: array<f32>; // [K, N]
@if(WIDE_B && HALF_B) @group(0) @binding(1) var<storage, read> b: array<vec2u>; // [K, N]
@if(!WIDE_B && HALF_B) @group(0) @binding(1) var<storage, read> b: array<u32>; // [K, N]

// Four values of a's memory, which has `lines` of `length` values. Without branches: what lies outside is read from anywhere else and
// dropped.
fn quad_of_a(line: u32, at: u32, lines: u32, length: u32) -> vec4f {
  let left = select(0u, length - at, line < lines && at < length);
  let first = select(0u, line * length + at, left > 0u);
  @if(WIDE_A) {
    return select(vec4f(), a[first >> 2u], left > 0u);
  }
  @if(!WIDE_A) {
    let i = first + min(vec4u(0u, 1u, 2u, 3u), vec4u(max(left, 1u) - 1u));
    return select(vec4f(), vec4f(a[i.x], a[i.y], a[i.z], a[i.w]), vec4u(0u, 1u, 2u, 3u) < vec4u(left));
  }
}

@if(!WIDE_B)
fn value_of_b(at: u32) -> f32 {
  @if(HALF_B) { return unpack_one(b[at >> 1u], at); }
  @if(!HALF_B) { return b[at]; }
}

// The same of b.
fn quad_of_b(line: u32, at: u32, lines: u32, length: u32) -> vec4f {
  let left = select(0u, length - at, line < lines && at < length);
  @if(PAIRED) let first = select(0u, line_of_pair(line, lines) * length + at, left > 0u);
  @if(!PAIRED) let first = select(0u, line * length + at, left > 0u);
  @if(WIDE_B) {
    @if(HALF_B) { return select(vec4f(), unpack_quad(b[first >> 2u]), left > 0u); }
    @if(!HALF_B) { return select(vec4f(), b[first >> 2u], left > 0u); }
  }
  @if(!WIDE_B) {
    let i = first + min(vec4u(0u, 1u, 2u, 3u), vec4u(max(left, 1u) - 1u));
    let values = vec4f(value_of_b(i.x), value_of_b(i.y), value_of_b(i.z), value_of_b(i.w));
    return select(vec4f(), values, vec4u(0u, 1u, 2u, 3u) < vec4u(left));
  }
}
