// packed [K, Q] = the rows of op(b) [K, N] as quads, Q = ceil(N / 4); columns past N are zero.
//   NT: b [N, K], transposed     otherwise: b [K, N], only padded
// Done once for all rows of y. What is packed are weights, small beside the product, or activations, a row for each token.
// A lane owns four columns and walks 32 rows of packed, so that a workgroup writes whole cache lines; NT reads eight quads along K for them.
// With ALIGNED the rows of b are multiples of 4 long and are read as quads. With HALF_B b is stored as 16-bit floats. With PAIRED columns
// come in the order of lib/swiglu.
import package::lib::half::{unpack_one, unpack_quad};
import package::lib::swiglu::line_of_pair;
import constants::LANES;

struct Parameters {
  columns: u32,
  inner: u32,
}
var<immediate> parameters: Parameters;

@if(ALIGNED && !HALF_B) @group(0) @binding(0) var<storage, read> b: array<vec4f>; // [K, N]
@if(!ALIGNED && !HALF_B) @group(0) @binding(0) var<storage, read> b: array<f32>; // [K, N]
@if(ALIGNED && HALF_B) @group(0) @binding(0) var<storage, read> b: array<vec2u>; // [K, N]
@if(!ALIGNED && HALF_B) @group(0) @binding(0) var<storage, read> b: array<u32>; // [K, N]
@group(0) @binding(1) var<storage, read_write> packed: array<vec4f>; // [K, N]

const WALK = 32u;

@if(!ALIGNED)
fn value_of_b(at: u32) -> f32 {
  @if(HALF_B) { return unpack_one(b[at / 2u], at); }
  @if(!HALF_B) { return b[at]; }
}

// Four neighbouring values of a row of b, zero past its end.
fn quad_of_b(row: u32, quad: u32, length: u32) -> vec4f {
  @if(ALIGNED) {
    @if(HALF_B) { return unpack_quad(b[row * (length / 4u) + quad]); }
    @if(!HALF_B) { return b[row * (length / 4u) + quad]; }
  }
  @if(!ALIGNED) {
    let at = row * length + quad * 4u;
    let left = length - quad * 4u;
    return vec4f(
      value_of_b(at),
      select(0.0, value_of_b(at + 1u), left > 1u),
      select(0.0, value_of_b(at + 2u), left > 2u),
      select(0.0, value_of_b(at + 3u), left > 3u),
    );
  }
}

@if(NT)
fn column_of_b(column: u32, quad: u32) -> vec4f {
  if column >= parameters.columns {
    return vec4f();
  }
  @if(PAIRED) { return quad_of_b(line_of_pair(column, parameters.columns), quad, parameters.inner); }
  @if(!PAIRED) { return quad_of_b(column, quad, parameters.inner); }
}

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) workgroup: vec3u) {
  let quads = (parameters.columns + 3u) / 4u;
  let quad = workgroup.x * LANES + lane;
  if quad >= quads {
    return;
  }
  @if(NT) {
    let first = workgroup.y * (WALK / 4u);
    let end = min(first + WALK / 4u, (parameters.inner + 3u) / 4u);
    for (var k_quad = first; k_quad < end; k_quad += 1u) {
      let of_b = transpose(mat4x4f(
        column_of_b(quad * 4u, k_quad),
        column_of_b(quad * 4u + 1u, k_quad),
        column_of_b(quad * 4u + 2u, k_quad),
        column_of_b(quad * 4u + 3u, k_quad),
      ));
      let k = k_quad * 4u;
      packed[k * quads + quad] = of_b[0];
      if k + 1u < parameters.inner { packed[(k + 1u) * quads + quad] = of_b[1]; }
      if k + 2u < parameters.inner { packed[(k + 2u) * quads + quad] = of_b[2]; }
      if k + 3u < parameters.inner { packed[(k + 3u) * quads + quad] = of_b[3]; }
    }
  }
  @if(!NT) {
    let first = workgroup.y * WALK;
    let end = min(first + WALK, parameters.inner);
    for (var k = first; k < end; k += 1u) {
      packed[k * quads + quad] = quad_of_b(k, quad, parameters.columns);
    }
  }
}
