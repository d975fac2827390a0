// Attention by tiles. A workgroup owns a tile: ROWS rows of one head. It walks over other rows, such as the keys of a tile of queries, in
// blocks of BLOCK_ROWS, and adds up two kinds of products, both in a fixed order (lib/tile_products):
//   scores [tile row, block row], sums along D of the head:  an invocation owns four rows of the tile and EACH rows of the block
//   sums [tile row, D], sums along the block:                an invocation owns four rows of the tile and QUADS_EACH quads of the head
// ACROSS neighbouring invocations, the lanes, share a group of four rows. Neighbouring lanes own neighbouring rows of the block, or quads.
// The block passes through `band`, as slices for scores (SLICE quads of all its rows), and as parts for sums (PART_ROWS rows, all quads);
// where a head is one slice, both are the same. No invocation holds a whole head vector.
import package::lib::element::Element;
import constants::HEAD_ELEMENTS;
import constants::ROWS;
import constants::ACROSS;
import constants::SLICE;

@if(VEC4) const QUADS = u32(HEAD_ELEMENTS);
@if(!VEC4) const QUADS = u32(HEAD_ELEMENTS + 3) / 4u;
const BLOCK_ROWS = 32u;

const GROUPS = u32(ROWS) / 4u;
const INVOCATIONS = GROUPS * u32(ACROSS);
const EACH = BLOCK_ROWS / u32(ACROSS);
const QUADS_EACH = (QUADS + u32(ACROSS) - 1u) / u32(ACROSS);

const SLICES = (QUADS + u32(SLICE) - 1u) / u32(SLICE);
// Whether the last slice reaches behind the end of a head, where it has zeros.
@if(VEC4) const IS_PADDED = SLICES * u32(SLICE) > QUADS;
@if(!VEC4) const IS_PADDED = 4u * SLICES * u32(SLICE) > u32(HEAD_ELEMENTS);
// A row of a slice, and a quad more, so that lanes that read neighbouring rows use different banks.
const LINE = u32(SLICE) + 1u;

// Whether a slice is a part.
const IS_WHOLE = SLICES == 1u;
const PART_LINE = select(QUADS, LINE, IS_WHOLE);
// As many rows, a power of two, as the band has room for.
const PART_ROWS = min(BLOCK_ROWS, 1u << firstLeadingBit(BLOCK_ROWS * LINE / PART_LINE));
const PARTS = BLOCK_ROWS / PART_ROWS;

// Quads of a slice or of a part that an invocation fetches. They wait in registers until the band is free, so that products hide the way to
// memory. Nothing is done to them before they are kept, for that would have to wait for them.
const SLICE_PIECES = (BLOCK_ROWS * u32(SLICE) + INVOCATIONS - 1u) / INVOCATIONS;
const PART_PIECES = (PART_ROWS * QUADS + INVOCATIONS - 1u) / INVOCATIONS;
alias Pieces = array<vec4f, max(SLICE_PIECES, PART_PIECES)>;

// The last pieces may lie in rows behind the block. They are kept as well: compilers would move loads into a branch around what they keep.
const SLICE_ROWS_KEPT = (SLICE_PIECES * INVOCATIONS + u32(SLICE) - 1u) / u32(SLICE);
const PART_ROWS_KEPT = (PART_PIECES * INVOCATIONS + QUADS - 1u) / QUADS;
// Lanes without a quad read past the last row, and drop what they get.
const READ_BY_LANES = (PART_ROWS - 1u) * PART_LINE + QUADS_EACH * u32(ACROSS);
const BAND = max(max(SLICE_ROWS_KEPT * LINE, PART_ROWS_KEPT * PART_LINE), READ_BY_LANES);

var<workgroup> band: array<vec4f, BAND>;

@group(0) @binding(0) var<storage, read> qkv: array<Element>; // [N, (H + 2K) D]
@group(0) @binding(2) var<storage, read> grad_out: array<Element>; // [N, H D], which only the backward pass binds

// Head vectors in memory: that of row n begins at element n * stride + column.
struct Vectors {
  stride: u32,
  column: u32,
}

fn begin_of(vectors: Vectors, row: u32) -> u32 {
  return row * vectors.stride + vectors.column;
}

fn begins_of(vectors: Vectors, rows: vec4u) -> vec4u {
  return rows * vectors.stride + vectors.column;
}

// Four values of the head vector of qkv that begins at an element; any values behind its end.
fn fetched_of_qkv(begin: u32, quad: u32) -> vec4f {
  @if(VEC4) {
    return qkv[begin + min(quad, QUADS - 1u)];
  }
  @if(!VEC4) {
    let at = vec4u(begin) + min(values_of(quad), vec4u(u32(HEAD_ELEMENTS) - 1u));
    return vec4f(qkv[at.x], qkv[at.y], qkv[at.z], qkv[at.w]);
  }
}

// The same of grad_out.
fn fetched_of_grad_out(begin: u32, quad: u32) -> vec4f {
  @if(VEC4) {
    return grad_out[begin + min(quad, QUADS - 1u)];
  }
  @if(!VEC4) {
    let at = vec4u(begin) + min(values_of(quad), vec4u(u32(HEAD_ELEMENTS) - 1u));
    return vec4f(grad_out[at.x], grad_out[at.y], grad_out[at.z], grad_out[at.w]);
  }
}

// Which values of its head a quad holds.
@if(!VEC4)
fn values_of(quad: u32) -> vec4u {
  return vec4u(4u * quad) + vec4u(0u, 1u, 2u, 3u);
}

// A quad with zeros behind the end of its head.
fn within_head(values: vec4f, quad: u32) -> vec4f {
  if !IS_PADDED {
    return values;
  }
  @if(VEC4) {
    return select(vec4f(), values, quad < QUADS);
  }
  @if(!VEC4) {
    return select(vec4f(), values, values_of(quad) < vec4u(u32(HEAD_ELEMENTS)));
  }
}

// The same quad of four vectors: column i of the result has value 4 quad + i of each, and zeros behind their ends.
fn columns_of_qkv(begins: vec4u, quad: u32) -> mat4x4f {
  return transpose(mat4x4f(
    within_head(fetched_of_qkv(begins.x, quad), quad),
    within_head(fetched_of_qkv(begins.y, quad), quad),
    within_head(fetched_of_qkv(begins.z, quad), quad),
    within_head(fetched_of_qkv(begins.w, quad), quad),
  ));
}

fn columns_of_grad_out(begins: vec4u, quad: u32) -> mat4x4f {
  return transpose(mat4x4f(
    within_head(fetched_of_grad_out(begins.x, quad), quad),
    within_head(fetched_of_grad_out(begins.y, quad), quad),
    within_head(fetched_of_grad_out(begins.z, quad), quad),
    within_head(fetched_of_grad_out(begins.w, quad), quad),
  ));
}

// Fetches a slice or a part of the block that begins at a row: vectors behind the row `last` are as that row's.
fn fetch_slice_of_qkv(pieces: ptr<function, Pieces>, vectors: Vectors, block: u32, last: u32, slice: u32, index: u32) {
  for (var i = 0u; i < SLICE_PIECES; i += 1u) {
    let place = slice_place(i, index);
    (*pieces)[i] = fetched_of_qkv(begin_of(vectors, min(block + place.x, last)), slice * SLICE + place.y);
  }
}

fn fetch_slice_of_grad_out(pieces: ptr<function, Pieces>, vectors: Vectors, block: u32, last: u32, slice: u32, index: u32) {
  for (var i = 0u; i < SLICE_PIECES; i += 1u) {
    let place = slice_place(i, index);
    (*pieces)[i] = fetched_of_grad_out(begin_of(vectors, min(block + place.x, last)), slice * SLICE + place.y);
  }
}

fn fetch_part_of_qkv(pieces: ptr<function, Pieces>, vectors: Vectors, block: u32, last: u32, part: u32, index: u32) {
  for (var i = 0u; i < PART_PIECES; i += 1u) {
    let place = part_place(i, index);
    (*pieces)[i] = fetched_of_qkv(begin_of(vectors, min(block + part * PART_ROWS + place.x, last)), place.y);
  }
}

fn fetch_part_of_grad_out(pieces: ptr<function, Pieces>, vectors: Vectors, block: u32, last: u32, part: u32, index: u32) {
  for (var i = 0u; i < PART_PIECES; i += 1u) {
    let place = part_place(i, index);
    (*pieces)[i] = fetched_of_grad_out(begin_of(vectors, min(block + part * PART_ROWS + place.x, last)), place.y);
  }
}

// The row of the block and the quad of the slice, or of the head, that an invocation fetches as its i-th.
fn slice_place(i: u32, index: u32) -> vec2u {
  let at = index + i * INVOCATIONS;
  return vec2u(at / SLICE, at % SLICE);
}

fn part_place(i: u32, index: u32) -> vec2u {
  let at = index + i * INVOCATIONS;
  return vec2u(at / QUADS, at % QUADS);
}

// Leaves what was fetched in the band. The workgroup waits before and after.
fn keep_slice(pieces: ptr<function, Pieces>, slice: u32, index: u32) {
  for (var i = 0u; i < SLICE_PIECES; i += 1u) {
    let place = slice_place(i, index);
    band[place.x * LINE + place.y] = within_head((*pieces)[i], slice * SLICE + place.y);
  }
}

fn keep_part(pieces: ptr<function, Pieces>, index: u32) {
  for (var i = 0u; i < PART_PIECES; i += 1u) {
    let place = part_place(i, index);
    band[place.x * PART_LINE + place.y] = (*pieces)[i];
  }
}
