// y[M, N] = op(a) op(b) + bias + residual + accumulate * y, with op given by the layout:
//   NN: a [M, K], b [K, N]     NT: a [M, K], b [N, K]     TN: a [K, M], b [K, N]
// For software adapters, where subgroup shuffles are nearly free and workgroup memory is slow. One workgroup is one subgroup and
// owns TILE_ROWS rows by 4 * LANES columns of y: a lane holds 4 columns of every row in registers. Each lane fetches a different
// quad of a along K; subgroupShuffle hands it to all lanes, so a value of a is loaded once for 4 * LANES columns.
// Products are added in the order of K by fma, so that a value does not depend on the tile it is computed in.
// With ALIGNED the row lengths of a and b are multiples of 4 and quads are loaded whole; otherwise element by element.
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
@group(0) @binding(2) var<storage, read> bias: array<f32>; // [F]
@group(0) @binding(3) var<storage, read> residual: array<f32>; // [N, F]
@group(0) @binding(4) var<storage, read_write> y: array<f32>; // [N, F]

// Four values of a row of a (NN, NT: along K; TN: along M), zero past its end.
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

// Four values of a row of b, zero past its end.
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

// Four columns of y, `stride` apart. What lies past the edge is left alone.
fn store(row: u32, column: u32, stride: u32, values: vec4f) {
  if row >= parameters.rows {
    return;
  }
  let begin = row * parameters.columns;
  for (var j = 0u; j < 4u; j += 1u) {
    let at = column + j * stride;
    if at < parameters.columns {
      var sum = values[j];
      @if(BIAS) { sum += bias[at]; }
      @if(RESIDUAL) { sum += residual[begin + at]; }
      @if(ACCUMULATE) {
        if parameters.accumulate == 1u {
          sum += y[begin + at];
        }
      }
      y[begin + at] = sum;
    }
  }
}

@compute @workgroup_size(LANES)
fn main(@builtin(subgroup_invocation_id) lane: u32, @builtin(workgroup_id) workgroup: vec3u) {
  let rows = parameters.rows;
  let columns = parameters.columns;
  let inner = parameters.inner;
  let first_row = workgroup.y * TILE_ROWS;
  var sums: array<vec4f, TILE_ROWS>;

  @if(NN) {
    let quad = min(workgroup.x * LANES + lane, (columns + 3u) / 4u - 1u);
    let quads = (inner + 3u) / 4u;
    var quads_of_a: array<vec4f, TILE_ROWS>;
    for (var k = 0u; k < quads; k += LANES) {
      let mine = min(k + lane, quads - 1u);
      for (var i = 0u; i < TILE_ROWS; i += 1u) {
        quads_of_a[i] = quad_of_a(min(first_row + i, rows - 1u), mine, inner);
      }
      let ready = min(u32(LANES), quads - k);
      for (var q = 0u; q < ready; q += 1u) {
        let row = (k + q) * 4u;
        // Rows of b past K meet zeros of a; they are clamped so that they are finite.
        let b0 = quad_of_b(row, quad, columns);
        let b1 = quad_of_b(min(row + 1u, inner - 1u), quad, columns);
        let b2 = quad_of_b(min(row + 2u, inner - 1u), quad, columns);
        let b3 = quad_of_b(min(row + 3u, inner - 1u), quad, columns);
        for (var i = 0u; i < TILE_ROWS; i += 1u) {
          let s = subgroupShuffle(quads_of_a[i], q);
          sums[i] = fma(vec4f(s.w), b3, fma(vec4f(s.z), b2, fma(vec4f(s.y), b1, fma(vec4f(s.x), b0, sums[i]))));
        }
      }
    }
  }

  @if(NT) {
    let first_column = workgroup.x * LANES * 4u + lane;
    let quads = (inner + 3u) / 4u;
    let last = columns - 1u;
    var quads_of_a: array<vec4f, TILE_ROWS>;
    for (var k = 0u; k < quads; k += LANES) {
      let mine = min(k + lane, quads - 1u);
      for (var i = 0u; i < TILE_ROWS; i += 1u) {
        quads_of_a[i] = quad_of_a(min(first_row + i, rows - 1u), mine, inner);
      }
      let ready = min(u32(LANES), quads - k);
      for (var q = 0u; q < ready; q += 1u) {
        let b0 = quad_of_b(min(first_column, last), k + q, inner);
        let b1 = quad_of_b(min(first_column + LANES, last), k + q, inner);
        let b2 = quad_of_b(min(first_column + 2u * LANES, last), k + q, inner);
        let b3 = quad_of_b(min(first_column + 3u * LANES, last), k + q, inner);
        for (var i = 0u; i < TILE_ROWS; i += 1u) {
          let s = subgroupShuffle(quads_of_a[i], q);
          sums[i] += vec4f(dot(s, b0), dot(s, b1), dot(s, b2), dot(s, b3));
        }
      }
    }
  }

  @if(TN) {
    let quad = min(workgroup.x * LANES + lane, (columns + 3u) / 4u - 1u);
    let last = (rows + 3u) / 4u - 1u;
    var quads_of_a: array<vec4f, TILE_ROWS / 4>;
    for (var k = 0u; k < inner; k += LANES) {
      let mine = min(k + lane, inner - 1u);
      for (var i = 0u; i < TILE_ROWS / 4u; i += 1u) {
        quads_of_a[i] = quad_of_a(mine, min(first_row / 4u + i, last), rows);
      }
      let ready = min(u32(LANES), inner - k);
      for (var q = 0u; q < ready; q += 1u) {
        let of_b = quad_of_b(k + q, quad, columns);
        for (var i = 0u; i < TILE_ROWS / 4u; i += 1u) {
          let s = subgroupShuffle(quads_of_a[i], q);
          sums[4u * i] = fma(vec4f(s.x), of_b, sums[4u * i]);
          sums[4u * i + 1u] = fma(vec4f(s.y), of_b, sums[4u * i + 1u]);
          sums[4u * i + 2u] = fma(vec4f(s.z), of_b, sums[4u * i + 2u]);
          sums[4u * i + 3u] = fma(vec4f(s.w), of_b, sums[4u * i + 3u]);
        }
      }
    }
  }

  // NN and TN: four columns side by side; NT: four columns LANES apart.
  @if(NT) let column = workgroup.x * LANES * 4u + lane;
  @if(NT) let stride = u32(LANES);
  @if(!NT) let column = (workgroup.x * LANES + lane) * 4u;
  @if(!NT) let stride = 1u;
  for (var i = 0u; i < TILE_ROWS; i += 1u) {
    store(first_row + i, column, stride, sums[i]);
  }
}
