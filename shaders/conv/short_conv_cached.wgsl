// y as in short_conv, and the cache keeps what later rows need: cache[place(n)] = (B x)[n],  place(n) = origin(n) + position(n) mod 2^32
// Rows are whole sequences, or with DECODE one new row of each, whose earlier products lie in the cache (places: lib/cached_sequence).
// A row reads no place that another row writes: those lie in its own sequence, before its own.
// Each invocation handles one element of a row.
import package::lib::cache::{Cached, from_cache, to_cache};
import package::lib::cached_sequence::place_of;
import package::lib::element::Element;
import package::lib::grid::linear_workgroup;
import package::lib::taps::{gated, taps_of};
import constants::TAPS;

struct Parameters {
  rows: u32,
  columns: u32, // C in Elements
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> bcx: array<Element>; // [N, 3 C]
@group(0) @binding(1) var<storage, read> weight: array<f32>; // [C, L]
@group(0) @binding(2) var<storage, read> bias: array<Element>; // [C]
@group(0) @binding(3) var<storage, read> origin: array<u32>; // [N]
@group(0) @binding(4) var<storage, read> positions: array<u32>; // [N]
@group(0) @binding(5) var<storage, read> prompt: array<u32>; // [N, 2]
@group(0) @binding(6) var<storage, read_write> cache: array<Cached>; // [T, C]
@group(0) @binding(7) var<storage, read_write> y: array<Element>; // [N, C]

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let i = linear_workgroup(workgroup, workgroups) * 64u + lane;
  let columns = parameters.columns;
  let row = i / columns;
  if row >= parameters.rows {
    return;
  }
  let column = i % columns;
  let position = positions[row];
  let own = gated(&bcx, row, column, columns);
  var sum = Element();
  @if(BIAS) { sum = bias[column]; }
  var taps = taps_of(&weight, column);
  sum += taps[0] * own;
  @if(DECODE) let own_prompt = vec2u(prompt[2u * row], prompt[2u * row + 1u]);
  for (var back = 1u; back < TAPS; back += 1u) {
    // Where there is no such row, one of the sequence is read, and not used.
    let nearest = min(back, position);
    @if(DECODE) let earlier = from_cache(cache[place_of(position - nearest, origin[row], own_prompt) * columns + column]);
    @if(!DECODE) let earlier = gated(&bcx, row - nearest, column, columns);
    sum += select(Element(), taps[back] * earlier, back <= position);
  }
  cache[(origin[row] + position) * columns + column] = to_cache(own);
  y[i] = bcx[(row * 3u + 1u) * columns + column] * sum;
}
