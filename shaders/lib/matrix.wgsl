// Products of small matrices by a subgroup of SUBGROUP_LANES lanes: matrices of a, MATRIX_HEIGHT x MATRIX_DEPTH, and of b, MATRIX_DEPTH x
// MATRIX_WIDTH, are loaded from slices in workgroup memory, multiplied and added up, and the sums are stored in a strip of workgroup
// memory, since nothing tells which lane holds which value of a matrix. All these sizes are powers of two: a height and a width of 8 or 16,
// a depth of at most STEP, 8 to 64 lanes.
// Slices keep the lines of the operands' memory as they are: with NN and NT a line of a is a row, with TN it is a step of K; with NT a
// line of b is a column, otherwise a step of K. Lines are padded, so that those of one matrix begin in different banks.
// With F16 the operands are f16, otherwise f32. Sums are f32.
// With EMULATED plain invocations take the place of the matrix instructions: for testing on any adapter. A matrix of an operand is then its
// place in the slice.
import constants::MATRIX_HEIGHT;
import constants::MATRIX_WIDTH;
import constants::MATRIX_DEPTH;
import constants::SUBGROUP_LANES;

const HEIGHT = u32(MATRIX_HEIGHT);
const WIDTH = u32(MATRIX_WIDTH);
const DEPTH = u32(MATRIX_DEPTH);
const SUBGROUP = u32(SUBGROUP_LANES);
// The values between a slice's lines, which are 16 or 64 values long. The hardware wants lines at multiples of 16 bytes.
@if(F16) const PADDING = 8u;
@if(!F16) const PADDING = 4u;

const TILE = 64u;
const STEP = 16u;
// The side of what a subgroup owns of the tile: at most 32 sums a lane, and 16 with 16 lanes, where Intel's compiler spills more than that.
const OWN = select(16u, 32u, SUBGROUP >= 32u);
const SUBGROUPS_ACROSS = TILE / OWN;
const SUBGROUPS_IN_ALL = SUBGROUPS_ACROSS * SUBGROUPS_ACROSS;
// The neighbouring sums of a matrix that a lane holds when it is emulated.
@if(EMULATED) const OWNED = HEIGHT * WIDTH / SUBGROUP;
// Matrices along the sides of what a subgroup owns.
const MATRICES_DOWN = OWN / HEIGHT;
const MATRICES_ACROSS = OWN / WIDTH;

@if(!TN) const LENGTH_OF_A = STEP;
@if(TN) const LENGTH_OF_A = TILE;
@if(NT) const LENGTH_OF_B = STEP;
@if(!NT) const LENGTH_OF_B = TILE;
const LINE_OF_A = LENGTH_OF_A + PADDING;
const LINE_OF_B = LENGTH_OF_B + PADDING;
const SLICE_OF_A = (TILE * STEP / LENGTH_OF_A) * LINE_OF_A;
const SLICE_OF_B = (TILE * STEP / LENGTH_OF_B) * LINE_OF_B;
// A strip is a part of that, as high as a matrix: up to 256 sums, of which each lane reads some quads.
const STRIP_WIDTH = min(OWN, 256u / HEIGHT);
const STRIPS_ACROSS = OWN / STRIP_WIDTH;
const STRIPS = STRIPS_ACROSS * MATRICES_DOWN;
const STRIP_QUADS = HEIGHT * STRIP_WIDTH / 4u / SUBGROUP;
const STRIP_LINE = STRIP_WIDTH + 4u;
const STRIP = HEIGHT * STRIP_LINE;
// With F16 the slice of a has a second part: what is left of each value when it is rounded.
@if(F16) const PARTS_OF_A = 2u;
@if(!F16) const PARTS_OF_A = 1u;

@if(F16 && !EMULATED) alias Component = f16;
@if(!F16 || EMULATED) alias Component = f32;

var<workgroup> slice_of_a: array<Component, PARTS_OF_A * SLICE_OF_A>;
var<workgroup> slice_of_b: array<Component, SLICE_OF_B>;
var<workgroup> strips: array<f32, SUBGROUPS_IN_ALL * STRIP>;

@if(!EMULATED) alias Left = subgroup_matrix_left<Component, DEPTH, HEIGHT>;
@if(!EMULATED) alias Right = subgroup_matrix_right<Component, WIDTH, DEPTH>;
@if(!EMULATED) alias Sums = subgroup_matrix_result<f32, WIDTH, HEIGHT>;
@if(EMULATED) alias Left = u32;
@if(EMULATED) alias Right = u32;
@if(EMULATED) alias Sums = array<f32, OWNED>;

// Values as the hardware reads them. An emulated f16 is an f32 of as many bits; what is too large for f16 is left as it is.
fn components(quad: vec4f) -> vec4<Component> {
  @if(F16 && EMULATED) {
    let bits = bitcast<vec4u>(quad);
    let normal = bitcast<vec4f>((bits + 0xfffu + ((bits >> vec4u(13u)) & vec4u(1u))) & vec4u(0xffffe000u));
    return select(normal, round(quad * 0x1p24f) * 0x1p-24f, abs(quad) < vec4f(0x1p-14f));
  }
  @if(!(F16 && EMULATED)) { return vec4<Component>(quad); }
}

// The nearest values of as many bits as an f16 has. By integers, because compilers take f32(f16(x)) for x (Mesa does), and nothing would be
// left of the rest. In numbers too small for f16 this leaves bits that conversion cuts off: those of 2^-25 and less, of a row's 2^14.
@if(F16)
fn nearest_half(quad: vec4f) -> vec4f {
  return bitcast<vec4f>((bitcast<vec4u>(quad) + vec4u(0x1000u)) & vec4u(0xffffe000u));
}

// Stores four neighbours of a line of a, or of what is left of them. Tint would clamp each of four indices that it does not know.
fn keep_in_a(at: u32, quad: vec4<Component>) {
  let begin = min(at, PARTS_OF_A * SLICE_OF_A - 4u);
  slice_of_a[begin] = quad.x;
  slice_of_a[begin + 1u] = quad.y;
  slice_of_a[begin + 2u] = quad.z;
  slice_of_a[begin + 3u] = quad.w;
}

fn keep_in_b(at: u32, quad: vec4<Component>) {
  let begin = min(at, SLICE_OF_B - 4u);
  slice_of_b[begin] = quad.x;
  slice_of_b[begin + 1u] = quad.y;
  slice_of_b[begin + 2u] = quad.z;
  slice_of_b[begin + 3u] = quad.w;
}

// The matrix of op(a) from (row, k) of the slice, or of its second part.
fn load_left(part: u32, row: u32, k: u32) -> Left {
  @if(TN) let at = k * LINE_OF_A + row;
  @if(!TN) let at = part * SLICE_OF_A + row * LINE_OF_A + k;
  @if(EMULATED) { return at; }
  @if(!EMULATED && TN) { return subgroupMatrixLoad<Left, col_major>(&slice_of_a, at, LINE_OF_A); }
  @if(!EMULATED && !TN) { return subgroupMatrixLoad<Left, row_major>(&slice_of_a, at, LINE_OF_A); }
}

// The matrix of op(b) from (k, column) of the slice.
fn load_right(k: u32, column: u32) -> Right {
  @if(NT) let at = column * LINE_OF_B + k;
  @if(!NT) let at = k * LINE_OF_B + column;
  @if(EMULATED) { return at; }
  @if(!EMULATED && NT) { return subgroupMatrixLoad<Right, col_major>(&slice_of_b, at, LINE_OF_B); }
  @if(!EMULATED && !NT) { return subgroupMatrixLoad<Right, row_major>(&slice_of_b, at, LINE_OF_B); }
}

@if(!EMULATED)
fn add_product(left: Left, right: Right, sums: Sums, lane: u32) -> Sums {
  return subgroupMatrixMultiplyAccumulate(left, right, sums);
}

@if(EMULATED)
fn add_product(left: Left, right: Right, sums: Sums, lane: u32) -> Sums {
  var result = sums;
  let row = OWNED * lane / WIDTH;
  let column = OWNED * lane % WIDTH;
  for (var k = 0u; k < DEPTH; k += 1u) {
    @if(TN) let value_of_a = slice_of_a[left + k * LINE_OF_A + row];
    @if(!TN) let value_of_a = slice_of_a[left + row * LINE_OF_A + k];
    for (var i = 0u; i < OWNED; i += 1u) {
      @if(NT) let value_of_b = slice_of_b[right + (column + i) * LINE_OF_B + k];
      @if(!NT) let value_of_b = slice_of_b[right + k * LINE_OF_B + column + i];
      result[i] = fma(value_of_a, value_of_b, result[i]);
    }
  }
  return result;
}

// Stores sums in a subgroup's strip, from a column on.
fn store_sums(subgroup: u32, column: u32, sums: Sums, lane: u32) {
  let at = subgroup * STRIP + column;
  @if(!EMULATED) { subgroupMatrixStore<row_major>(&strips, at, sums, STRIP_LINE); }
  @if(EMULATED) {
    let first = at + (OWNED * lane / WIDTH) * STRIP_LINE + OWNED * lane % WIDTH;
    for (var i = 0u; i < OWNED; i += 1u) {
      strips[first + i] = sums[i];
    }
  }
}

// The first column and row of a subgroup in the tile.
fn corner_of(subgroup: u32) -> vec2u {
  return OWN * vec2u(subgroup % SUBGROUPS_ACROSS, subgroup / SUBGROUPS_ACROSS);
}

// Where a lane's quad of a strip lies in what its subgroup owns, as (column, row).
fn place_of_quad(strip: u32, quad: u32, lane: u32) -> vec2u {
  let corner = vec2u(STRIP_WIDTH * (strip % STRIPS_ACROSS), HEIGHT * (strip / STRIPS_ACROSS));
  let within = quad * SUBGROUP + lane;
  return corner + vec2u(4u * (within % (STRIP_WIDTH / 4u)), within / (STRIP_WIDTH / 4u));
}

// The quad at a place, once the sums of its strip are stored.
fn quad_of_strip(subgroup: u32, place: vec2u) -> vec4f {
  let at = subgroup * STRIP + (place.y & (HEIGHT - 1u)) * STRIP_LINE + (place.x & (STRIP_WIDTH - 1u));
  return vec4f(strips[at], strips[at + 1u], strips[at + 2u], strips[at + 3u]);
}
