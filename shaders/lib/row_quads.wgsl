// The operands a [M, K] and b [N, K] of a product NT of few rows. A quad is four neighbouring values along K, with zeros past its end.
// An index past the last row reads the last row; the kernel never stores the result.
// With ALIGNED, K is a multiple of 4 and quads are loaded whole. With HALF_B, b is stored as 16-bit floats.
// With PAIRED, columns come in the order of lib/swiglu.
// fetch_b loads and expand_b converts, for kernels that load ahead: a GPU waits for a value where it is first computed with.
import package::lib::half::{unpack_one, unpack_quad};
import package::lib::swiglu::line_of_pair;

@if(ALIGNED) @group(0) @binding(0) var<storage, read> a: array<vec4f>; // [M, K]
@if(!ALIGNED) @group(0) @binding(0) var<storage, read> a: array<f32>; // [M, K]
@if(ALIGNED && !HALF_B) @group(0) @binding(1) var<storage, read> b: array<vec4f>; // [N, K]
@if(!ALIGNED && !HALF_B) @group(0) @binding(1) var<storage, read> b: array<f32>; // [N, K]
@if(ALIGNED && HALF_B) @group(0) @binding(1) var<storage, read> b: array<vec2u>; // [N, K]
@if(!ALIGNED && HALF_B) @group(0) @binding(1) var<storage, read> b: array<u32>; // [N, K]

fn quad_of_a(row: u32, quad: u32, rows: u32, inner: u32) -> vec4f {
  let inside = min(row, rows - 1u);
  @if(ALIGNED) { return a[inside * (inner >> 2u) + quad]; }
  @if(!ALIGNED) {
    let left = inner - quad * 4u;
    let i = inside * inner + quad * 4u + min(vec4u(0u, 1u, 2u, 3u), vec4u(left - 1u));
    return select(vec4f(), vec4f(a[i.x], a[i.y], a[i.z], a[i.w]), vec4u(0u, 1u, 2u, 3u) < vec4u(left));
  }
}

@if(ALIGNED && HALF_B) alias FetchedOfB = vec2u;
@if(!(ALIGNED && HALF_B)) alias FetchedOfB = vec4f;

fn fetch_b(column: u32, quad: u32, columns: u32, inner: u32) -> FetchedOfB {
  @if(PAIRED) let inside = line_of_pair(min(column, columns - 1u), columns);
  @if(!PAIRED) let inside = min(column, columns - 1u);
  @if(ALIGNED) { return b[inside * (inner >> 2u) + quad]; }
  @if(!ALIGNED) {
    let left = inner - quad * 4u;
    let i = inside * inner + quad * 4u + min(vec4u(0u, 1u, 2u, 3u), vec4u(left - 1u));
    let values = vec4f(value_of_b(i.x), value_of_b(i.y), value_of_b(i.z), value_of_b(i.w));
    return select(vec4f(), values, vec4u(0u, 1u, 2u, 3u) < vec4u(left));
  }
}

fn expand_b(fetched: FetchedOfB) -> vec4f {
  @if(ALIGNED && HALF_B) { return unpack_quad(fetched); }
  @if(!(ALIGNED && HALF_B)) { return fetched; }
}

fn quad_of_b(column: u32, quad: u32, columns: u32, inner: u32) -> vec4f {
  return expand_b(fetch_b(column, quad, columns, inner));
}

@if(!ALIGNED)
fn value_of_b(at: u32) -> f32 {
  @if(HALF_B) { return unpack_one(b[at >> 1u], at); }
  @if(!HALF_B) { return b[at]; }
}
