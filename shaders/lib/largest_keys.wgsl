// The largest of the keys that a kernel gives its rows. Of equal keys, those of the first rows win. A key of 0 is none.
// One workgroup does all; its lanes stride over the rows, and a lane touches only the keys of its own rows, so keys need no barrier. Counts
// are sums of whole numbers below 2^24, which floats hold exactly.
// A kernel reads the count of rows, and whatever else decides about a call, before its first loop over rows: lanes leave that loop at
// different times, and Microsoft's FXC takes a parameter that is read afterwards for one that differs from lane to lane, so that it refuses
// the barriers of a loop that depends on it (X3663). Direct3D 12 compiles with FXC for GPUs without shader model 6.
import package::lib::reduce::reduce_sum;
import constants::LANES;

@group(0) @binding(2) var<storage, read_write> key: array<u32>; // [N]

const TOP_BIT = 0x80000000u;

// The wanted keys are all above `key`, and those of the rows before `row` that equal it.
struct Border {
  key: u32,
  row: u32,
}

// By bisection on the bits: the border of the `wanted` largest keys. There are at least so many keys that are not 0.
fn border_of(wanted: f32, rows: u32, lane: u32) -> Border {
  var border = 0u;
  for (var bit = TOP_BIT; bit > 0u; bit >>= 1u) {
    border = select(border, border | bit, reaching(border | bit, rows, lane) >= wanted);
  }
  let left = wanted - (reaching(border, rows, lane) - standing_at(border, rows, lane));
  var end = 0u;
  for (var bit = TOP_BIT >> countLeadingZeros(rows); bit > 0u; bit >>= 1u) {
    end = select(end, end | bit, standing_at(border, min(end | bit, rows), lane) <= left);
  }
  return Border(border, end);
}

fn is_within(border: Border, row: u32) -> bool {
  let own = key[row];
  return own > 0u && (own > border.key || (own == border.key && row < border.row));
}

// How many keys are at least the border.
fn reaching(border: u32, rows: u32, lane: u32) -> f32 {
  var found = 0.0;
  for (var row = lane; row < rows; row += LANES) {
    found += select(0.0, 1.0, key[row] >= border);
  }
  return reduce_sum(found, lane);
}

// How many keys of the rows before `end` equal the border.
fn standing_at(border: u32, end: u32, lane: u32) -> f32 {
  var found = 0.0;
  for (var row = lane; row < end; row += LANES) {
    found += select(0.0, 1.0, key[row] == border);
  }
  return reduce_sum(found, lane);
}
