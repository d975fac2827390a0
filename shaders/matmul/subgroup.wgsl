// y[M, N] = op(a) op(b) + bias + residual + accumulate * y, with op given by the layout:
//   NN: a [M, K], b [K, N]     NT: a [M, K], b [N, K]     TN: a [K, M], b [K, N]
// For software adapters, where subgroup shuffles are nearly free and workgroup memory is slow. One workgroup is one subgroup and
// owns TILE_ROWS rows by 4 * LANES columns of y; a lane holds 4 neighbouring columns of every row, a matrix in registers for every
// 4 rows (matrix[i] is row i). The matrices are named one by one because SwiftShader unrolls no loops over arrays.
// TILE_ROWS is 4, 8 or 16.
// Each lane fetches another piece of a along K; subgroupShuffle hands it to all lanes, so that a value of a is loaded once for
// 4 * LANES columns. Products are added in the order of K by fma, whatever TILE_ROWS: a row's value does not depend on its batch.
// With ALIGNED the rows of a and b are multiples of 4 long and quads are loaded whole; with WIDE the same holds for y.
import constants::LANES;
import constants::TILE_ROWS;

struct Parameters {
  rows: u32,
  columns: u32,
  inner: u32,
  accumulate: u32,
}
var<immediate> parameters: Parameters;

@if(ALIGNED) @group(0) @binding(0) var<storage, read> a: array<vec4f>; // [N, C]
@if(!ALIGNED) @group(0) @binding(0) var<storage, read> a: array<f32>; // [N, C]
@if(ALIGNED) @group(0) @binding(1) var<storage, read> b: array<vec4f>; // [C, F]
@if(!ALIGNED) @group(0) @binding(1) var<storage, read> b: array<f32>; // [C, F]
@if(WIDE) @group(0) @binding(2) var<storage, read> bias: array<vec4f>; // [F]
@if(!WIDE) @group(0) @binding(2) var<storage, read> bias: array<f32>; // [F]
@if(WIDE) @group(0) @binding(3) var<storage, read> residual: array<vec4f>; // [N, F]
@if(!WIDE) @group(0) @binding(3) var<storage, read> residual: array<f32>; // [N, F]
@if(WIDE) @group(0) @binding(4) var<storage, read_write> y: array<vec4f>; // [N, F]
@if(!WIDE) @group(0) @binding(4) var<storage, read_write> y: array<f32>; // [N, F]

// Four neighbouring values of a row of a, zero past its end.
fn quad_of_a(row: u32, quad: u32, length: u32) -> vec4f {
  @if(ALIGNED) {
    return a[row * (length / 4u) + quad];
  }
  @if(!ALIGNED) {
    let at = row * length + quad * 4u;
    let left = length - quad * 4u;
    return vec4f(a[at], select(0.0, a[at + 1u], left > 1u), select(0.0, a[at + 2u], left > 2u), select(0.0, a[at + 3u], left > 3u));
  }
}

// Four neighbouring values of a row of b, zero past its end.
fn quad_of_b(row: u32, quad: u32, length: u32) -> vec4f {
  @if(ALIGNED) {
    return b[row * (length / 4u) + quad];
  }
  @if(!ALIGNED) {
    let at = row * length + quad * 4u;
    let left = length - quad * 4u;
    return vec4f(b[at], select(0.0, b[at + 1u], left > 1u), select(0.0, b[at + 2u], left > 2u), select(0.0, b[at + 3u], left > 3u));
  }
}

// NN, NT: a quad along K of four rows of a; rows past the end repeat the last one and are never stored.
@if(!TN)
fn four_of_a(row: u32, quad: u32) -> mat4x4f {
  let last = parameters.rows - 1u;
  let inner = parameters.inner;
  return mat4x4f(
    quad_of_a(min(row, last), quad, inner),
    quad_of_a(min(row + 1u, last), quad, inner),
    quad_of_a(min(row + 2u, last), quad, inner),
    quad_of_a(min(row + 3u, last), quad, inner),
  );
}

// NN: four rows of b at four columns; rows past K meet zeros of a and are clamped so that they are finite.
// NT: a quad along K of four columns of op(b).
@if(!TN)
fn four_of_b(k_quad: u32, column_quad: u32) -> mat4x4f {
  @if(NN) {
    let last = parameters.inner - 1u;
    let columns = parameters.columns;
    let quad = min(column_quad, (columns + 3u) / 4u - 1u);
    return mat4x4f(
      quad_of_b(min(k_quad * 4u, last), quad, columns),
      quad_of_b(min(k_quad * 4u + 1u, last), quad, columns),
      quad_of_b(min(k_quad * 4u + 2u, last), quad, columns),
      quad_of_b(min(k_quad * 4u + 3u, last), quad, columns),
    );
  }
  @if(NT) {
    let last = parameters.columns - 1u;
    let inner = parameters.inner;
    return mat4x4f(
      quad_of_b(min(column_quad * 4u, last), k_quad, inner),
      quad_of_b(min(column_quad * 4u + 1u, last), k_quad, inner),
      quad_of_b(min(column_quad * 4u + 2u, last), k_quad, inner),
      quad_of_b(min(column_quad * 4u + 3u, last), k_quad, inner),
    );
  }
}

// A row of y and a quad of a row of a, by four steps of K.
@if(!TN)
fn add_row(sum: vec4f, s: vec4f, of_b: mat4x4f) -> vec4f {
  @if(NN) { return fma(vec4f(s.w), of_b[3], fma(vec4f(s.z), of_b[2], fma(vec4f(s.y), of_b[1], fma(vec4f(s.x), of_b[0], sum)))); }
  @if(NT) { return sum + vec4f(dot(s, of_b[0]), dot(s, of_b[1]), dot(s, of_b[2]), dot(s, of_b[3])); }
}

@if(!TN)
fn add_four(sums: mat4x4f, of_a: mat4x4f, owner: u32, of_b: mat4x4f) -> mat4x4f {
  return mat4x4f(
    add_row(sums[0], subgroupShuffle(of_a[0], owner), of_b),
    add_row(sums[1], subgroupShuffle(of_a[1], owner), of_b),
    add_row(sums[2], subgroupShuffle(of_a[2], owner), of_b),
    add_row(sums[3], subgroupShuffle(of_a[3], owner), of_b),
  );
}

// TN: four rows of y by one step of K, at which of_a holds those rows.
@if(TN)
fn add_four(sums: mat4x4f, of_a: vec4f, owner: u32, of_b: vec4f) -> mat4x4f {
  let s = subgroupShuffle(of_a, owner);
  return mat4x4f(
    fma(vec4f(s.x), of_b, sums[0]),
    fma(vec4f(s.y), of_b, sums[1]),
    fma(vec4f(s.z), of_b, sums[2]),
    fma(vec4f(s.w), of_b, sums[3]),
  );
}

// Four columns of a row of y. What lies past the edges is left alone.
fn store(row: u32, quad: u32, values: vec4f) {
  let columns = parameters.columns;
  if quad * 4u >= columns {
    return;
  }
  @if(WIDE) {
    let at = row * (columns / 4u) + quad;
    var sum = values;
    @if(BIAS) { sum += bias[quad]; }
    @if(RESIDUAL) { sum += residual[at]; }
    @if(ACCUMULATE) {
      if parameters.accumulate == 1u {
        sum += y[at];
      }
    }
    y[at] = sum;
  }
  @if(!WIDE) {
    for (var j = 0u; j < min(4u, columns - quad * 4u); j += 1u) {
      let column = quad * 4u + j;
      let at = row * columns + column;
      var sum = values[j];
      @if(BIAS) { sum += bias[column]; }
      @if(RESIDUAL) { sum += residual[at]; }
      @if(ACCUMULATE) {
        if parameters.accumulate == 1u {
          sum += y[at];
        }
      }
      y[at] = sum;
    }
  }
}

@compute @workgroup_size(LANES)
fn main(@builtin(subgroup_invocation_id) lane: u32, @builtin(workgroup_id) workgroup: vec3u) {
  let row = workgroup.y * TILE_ROWS;
  let quad = workgroup.x * LANES + lane;
  var sums_0: mat4x4f;
  var sums_1: mat4x4f;
  var sums_2: mat4x4f;
  var sums_3: mat4x4f;

  @if(!TN) {
    let steps = (parameters.inner + 3u) / 4u;
    for (var k = 0u; k < steps; k += LANES) {
      let mine = min(k + lane, steps - 1u);
      let a_0 = four_of_a(row, mine);
      let a_1 = four_of_a(row + 4u, mine);
      let a_2 = four_of_a(row + 8u, mine);
      let a_3 = four_of_a(row + 12u, mine);
      for (var owner = 0u; owner < min(u32(LANES), steps - k); owner += 1u) {
        let of_b = four_of_b(k + owner, quad);
        sums_0 = add_four(sums_0, a_0, owner, of_b);
        if TILE_ROWS > 4 {
          sums_1 = add_four(sums_1, a_1, owner, of_b);
        }
        if TILE_ROWS > 8 {
          sums_2 = add_four(sums_2, a_2, owner, of_b);
          sums_3 = add_four(sums_3, a_3, owner, of_b);
        }
      }
    }
  }

  @if(TN) {
    let last_row_quad = (parameters.rows + 3u) / 4u - 1u;
    let last_quad = (parameters.columns + 3u) / 4u - 1u;
    for (var k = 0u; k < parameters.inner; k += LANES) {
      let mine = min(k + lane, parameters.inner - 1u);
      let a_0 = quad_of_a(mine, min(row / 4u, last_row_quad), parameters.rows);
      let a_1 = quad_of_a(mine, min(row / 4u + 1u, last_row_quad), parameters.rows);
      let a_2 = quad_of_a(mine, min(row / 4u + 2u, last_row_quad), parameters.rows);
      let a_3 = quad_of_a(mine, min(row / 4u + 3u, last_row_quad), parameters.rows);
      for (var owner = 0u; owner < min(u32(LANES), parameters.inner - k); owner += 1u) {
        let of_b = quad_of_b(k + owner, min(quad, last_quad), parameters.columns);
        sums_0 = add_four(sums_0, a_0, owner, of_b);
        if TILE_ROWS > 4 {
          sums_1 = add_four(sums_1, a_1, owner, of_b);
        }
        if TILE_ROWS > 8 {
          sums_2 = add_four(sums_2, a_2, owner, of_b);
          sums_3 = add_four(sums_3, a_3, owner, of_b);
        }
      }
    }
  }

  // A loop that no driver unrolls: sixteen epilogues cost more to compile than all the rest.
  var tile = array(sums_0, sums_1, sums_2, sums_3);
  for (var i = 0u; i < min(u32(TILE_ROWS), parameters.rows - row); i += 1u) {
    store(row + i, quad, tile[i / 4u][i % 4u]);
  }
}
