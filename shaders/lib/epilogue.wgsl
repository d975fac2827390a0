// The end of every product: it makes y [M, N] of the sums that a kernel has computed,
//   y = sum + bias + residual + y, each term only where its bit of `terms` is set
//   GELU: gelu(y)                          GELU_BACKWARD: y gelu'(x), either with ERF in its exact form (lib/gelu)
//   SWIGLU: y [M, N / 2] = silu(gate) up   SWIGLU_BACKWARD: y [M, 2N] is the gradient of gates and ups, x [M, 2N]
//   KEPT: y stays the product, and what GELU or SWIGLU makes of it is stored beside it as `activated`
// A kernel binds its operands a and b as 0 and 1 and hands over quads, the sums of four neighbouring columns of a row. For SWIGLU they are
// two gates and their ups (lib/swiglu).
// With WIDE_Y rows of y are whole quads, which are stored whole; what pads N columns to whole quads becomes zero. SWIGLU and
// SWIGLU_BACKWARD come with WIDE_Y.
import package::lib::gelu::{gelu, gelu_slope};
import package::lib::swiglu::{gated, gated_backward};

// Bits of `terms`.
const BIAS = 1u;
const RESIDUAL = 2u;
const ACCUMULATE = 4u;

@if(SWIGLU) alias Stored = vec2f;
@if(!SWIGLU && WIDE_Y) alias Stored = vec4f;
@if(!SWIGLU && !WIDE_Y) alias Stored = f32;

@group(0) @binding(2) var<storage, read> bias: array<Stored>; // [N]
@group(0) @binding(3) var<storage, read> residual: array<Stored>; // [M, N]
@if(GELU_BACKWARD || SWIGLU_BACKWARD) @group(0) @binding(4) var<storage, read> x: array<Stored>; // [M, N]
@if(GELU_BACKWARD || SWIGLU_BACKWARD) @group(0) @binding(5) var<storage, read_write> y: array<Stored>; // [M, N]
@if(!GELU_BACKWARD && !SWIGLU_BACKWARD) @group(0) @binding(4) var<storage, read_write> y: array<Stored>; // [M, N]
@if(KEPT) @group(0) @binding(5) var<storage, read_write> activated: array<Stored>; // [M, N]

// The terms of a run, for a kernel that was compiled for the `possible` ones. Only a run knows whether y is added.
fn known_terms(possible: u32, given: u32) -> u32 {
  return (possible & (BIAS | RESIDUAL)) | (possible & given);
}

// Stores the sums of the columns `column` to `column + 3` of a row of y. `at` is the index of y at `column`. `columns` is N.
fn store_quad(at: u32, column: u32, columns: u32, sums: vec4f, terms: u32) {
  @if(SWIGLU) { store_gated(at, column, columns, sums, terms); }
  @if(!SWIGLU) var values = sums;
  @if(!SWIGLU && WIDE_Y) {
    if (terms & BIAS) != 0u { values += bias[column / 4u]; }
    if (terms & RESIDUAL) != 0u { values += residual[at / 4u]; }
    if (terms & ACCUMULATE) != 0u { values += y[at / 4u]; }
    @if(SWIGLU_BACKWARD) { store_gradients(at, column, columns, values); }
    @if(!SWIGLU_BACKWARD) {
      @if(GELU_BACKWARD) { values *= gelu_slope(x[at / 4u]); }
      @if(GELU && KEPT) { activated[at / 4u] = gelu(values); }
      @if(GELU && !KEPT) { values = gelu(values); }
      y[at / 4u] = select(vec4f(), values, vec4u(column, column + 1u, column + 2u, column + 3u) < vec4u(columns));
    }
  }
  @if(!SWIGLU && !WIDE_Y) {
    // Indices past the end of the row are clamped to its last value.
    let next = min(vec4u(0u, 1u, 2u, 3u), vec4u(columns - column - 1u));
    let i = at + next;
    let j = column + next;
    if (terms & BIAS) != 0u { values += vec4f(bias[j.x], bias[j.y], bias[j.z], bias[j.w]); }
    if (terms & RESIDUAL) != 0u { values += vec4f(residual[i.x], residual[i.y], residual[i.z], residual[i.w]); }
    if (terms & ACCUMULATE) != 0u { values += vec4f(y[i.x], y[i.y], y[i.z], y[i.w]); }
    @if(GELU_BACKWARD) { values *= gelu_slope(vec4f(x[i.x], x[i.y], x[i.z], x[i.w])); }
    @if(GELU && KEPT) let activations = gelu(values);
    @if(GELU && !KEPT) { values = gelu(values); }
    for (var k = 0u; k <= next.w; k += 1u) {
      @if(GELU && KEPT) { activated[at + k] = activations[k]; }
      y[at + k] = values[k];
    }
  }
}

// Two gates lie in the first half of a row of N, their ups N / 2 behind them.
@if(SWIGLU)
fn store_gated(at: u32, column: u32, columns: u32, sums: vec4f, terms: u32) {
  let half = columns / 4u;
  let gate = at / 2u - column / 4u;
  var pairs = sums;
  if (terms & BIAS) != 0u { pairs += vec4f(bias[column / 4u], bias[column / 4u + half]); }
  if (terms & RESIDUAL) != 0u { pairs += vec4f(residual[gate], residual[gate + half]); }
  @if(!KEPT) { y[at / 4u] = gated(pairs); }
  @if(KEPT) {
    activated[at / 4u] = gated(pairs);
    y[gate] = pairs.xy;
    y[gate + half] = pairs.zw;
  }
}

// Rows of x and of its gradient y have N gates and N ups.
@if(SWIGLU_BACKWARD)
fn store_gradients(at: u32, column: u32, columns: u32, gradient: vec4f) {
  let gate = at / 2u - column / 4u;
  let up = gate + columns / 4u;
  let gradients = gated_backward(gradient, x[gate], x[up]);
  y[gate] = gradients.gate;
  y[up] = gradients.up;
}
