// The end of every product: it makes y [M, N] of the sums that a kernel has computed,
//   y = sum + bias + residual + y, each term only where its bit of `terms` is set
//   GELU: activated = gelu(y) is stored beside y     GELU and BACKWARD: y is multiplied by gelu'(x)
// A kernel binds its operands a and b as 0 and 1 and hands over quads, the sums of four neighbouring columns of a row.
// With WIDE_Y rows of y are whole quads, which are stored whole; what pads N columns to whole quads becomes zero.
import package::lib::gelu::{gelu, gelu_slope};

// Bits of `terms`.
const BIAS = 1u;
const RESIDUAL = 2u;
const ACCUMULATE = 4u;

@if(WIDE_Y) alias Stored = vec4f;
@if(!WIDE_Y) alias Stored = f32;

@group(0) @binding(2) var<storage, read> bias: array<Stored>; // [N]
@group(0) @binding(3) var<storage, read> residual: array<Stored>; // [M, N]
@if(GELU && BACKWARD) @group(0) @binding(4) var<storage, read> x: array<Stored>; // [M, N]
@if(GELU && BACKWARD) @group(0) @binding(5) var<storage, read_write> y: array<Stored>; // [M, N]
@if(!(GELU && BACKWARD)) @group(0) @binding(4) var<storage, read_write> y: array<Stored>; // [M, N]
@if(GELU && !BACKWARD) @group(0) @binding(5) var<storage, read_write> activated: array<Stored>; // [M, N]

// The terms of a run, for a kernel that was compiled for the `possible` ones. Only a run knows whether y is added.
fn known_terms(possible: u32, given: u32) -> u32 {
  return (possible & (BIAS | RESIDUAL)) | (possible & given);
}

// Stores the sums of the columns `column` to `column + 3` of a row of y. `at` is the index of y at `column`. `columns` is N.
fn store_quad(at: u32, column: u32, columns: u32, sums: vec4f, terms: u32) {
  var values = sums;
  @if(WIDE_Y) {
    if (terms & BIAS) != 0u { values += bias[column / 4u]; }
    if (terms & RESIDUAL) != 0u { values += residual[at / 4u]; }
    if (terms & ACCUMULATE) != 0u { values += y[at / 4u]; }
    @if(GELU && BACKWARD) { values *= gelu_slope(x[at / 4u]); }
    @if(GELU && !BACKWARD) { activated[at / 4u] = gelu(values); }
    y[at / 4u] = select(vec4f(), values, vec4u(column, column + 1u, column + 2u, column + 3u) < vec4u(columns));
  }
  @if(!WIDE_Y) {
    // Indices past the end of the row are clamped to its last value.
    let next = min(vec4u(0u, 1u, 2u, 3u), vec4u(columns - column - 1u));
    let i = at + next;
    let j = column + next;
    if (terms & BIAS) != 0u { values += vec4f(bias[j.x], bias[j.y], bias[j.z], bias[j.w]); }
    if (terms & RESIDUAL) != 0u { values += vec4f(residual[i.x], residual[i.y], residual[i.z], residual[i.w]); }
    if (terms & ACCUMULATE) != 0u { values += vec4f(y[i.x], y[i.y], y[i.z], y[i.w]); }
    @if(GELU && BACKWARD) { values *= gelu_slope(vec4f(x[i.x], x[i.y], x[i.z], x[i.w])); }
    @if(GELU && !BACKWARD) let activations = gelu(values);
    for (var k = 0u; k <= next.w; k += 1u) {
      @if(GELU && !BACKWARD) { activated[at + k] = activations[k]; }
      y[at + k] = values[k];
    }
  }
}
