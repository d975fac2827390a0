// How every product ends, y [M, N] from the sums of a kernel:
//   y = sum + bias + residual + y, each term where a bit of `terms` asks for it
//   GELU: activated = gelu(y) is stored beside y     GELU and BACKWARD: y is multiplied by gelu'(x)
// A kernel binds its operands a and b as 0 and 1 and hands over quads, the sums of four neighbouring columns of a row.
// With WIDE_Y the rows of y are multiples of 4 long, and quads are stored whole.
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

// Stores the sums of columns `column` to `column + 3` of a row of y, whose value at `column` lies at `at`. `columns` is N.
fn store_quad(at: u32, column: u32, columns: u32, sums: vec4f, terms: u32) {
  @if(WIDE_Y) { finish(at / 4u, column / 4u, sums, terms); }
  @if(!WIDE_Y) {
    for (var j = 0u; j < min(4u, columns - column); j += 1u) {
      finish(at + j, column + j, sums[j], terms);
    }
  }
}

fn finish(at: u32, column: u32, sum: Stored, terms: u32) {
  var value = sum;
  if (terms & BIAS) != 0u { value += bias[column]; }
  if (terms & RESIDUAL) != 0u { value += residual[at]; }
  if (terms & ACCUMULATE) != 0u { value += y[at]; }
  @if(GELU && BACKWARD && WIDE_Y) { value *= gelu_slope(x[at]); }
  @if(GELU && BACKWARD && !WIDE_Y) { value *= gelu_slope(vec4f(x[at])).x; }
  @if(GELU && !BACKWARD && WIDE_Y) { activated[at] = gelu(value); }
  @if(GELU && !BACKWARD && !WIDE_Y) { activated[at] = gelu(vec4f(value)).x; }
  y[at] = value;
}
