// What a lane holds of a row whose Elements LANES lanes share out: those at lane, lane + LANES, lane + 2 LANES and so on, PER_LANE of them.
// The loads of all of them are on their way together, and the row is read once. No branch may lie around a load: many GPUs wait for it where
// the branch ends. So lanes past the end of the row read its last Element again; `only_inside` makes zeros of these. With EXACT no
// lane has any: the row has LANES * PER_LANE Elements.
import package::lib::element::Element;
import constants::{LANES, PER_LANE};

alias Held = array<Element, PER_LANE>;

// The column of Element k, or the last one where the row is shorter. `columns` is in Elements.
fn column_inside(k: u32, lane: u32, columns: u32) -> u32 {
  @if(EXACT) { return k * LANES + lane; }
  @if(!EXACT) { return min(k * LANES + lane, columns - 1u); }
}

fn is_inside(k: u32, lane: u32, columns: u32) -> bool {
  @if(EXACT) { return true; }
  @if(!EXACT) { return k * LANES + lane < columns; }
}

fn only_inside(held: Held, lane: u32, columns: u32) -> Held {
  var inside: Held;
  for (var k = 0u; k < PER_LANE; k += 1u) {
    inside[k] = select(Element(), held[k], is_inside(k, lane, columns));
  }
  return inside;
}

// Of a row, for layer_norm's backward pass.
struct RowStatistics {
  mean: f32,
  inverse_std: f32,
}
