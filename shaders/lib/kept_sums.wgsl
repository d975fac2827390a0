// The sums of rows that wait for the next block of op(b) (lib/held_block): each lane keeps its own.
// In workgroup memory, because private memory costs more where its place is known only at run time.
import package::lib::held_block::{QUADS, Sums};
import constants::{LANES, MOST_ROWS};

var<workgroup> kept: array<array<array<vec4f, LANES>, QUADS>, MOST_ROWS>;

fn keep(sums: Sums, row: u32, lane: u32) {
  kept[row][0][lane] = sums.left;
  @if(TWO_QUADS) { kept[row][1][lane] = sums.right; }
}

// What was kept of a row, and zero before the first block.
fn kept_sums(row: u32, lane: u32, origin: u32) -> Sums {
  var sums = Sums();
  if origin > 0u {
    sums.left = kept[row][0][lane];
    @if(TWO_QUADS) { sums.right = kept[row][1][lane]; }
  }
  return sums;
}
