// What a lane holds of a row whose Elements LANES lanes share out: those at lane, lane + LANES, lane + 2 LANES and so on, PER_LANE of them.
// The loads of all of them are on their way together, and the row is read once. What lies past the end of the row is zero.
import package::lib::element::Element;
import constants::PER_LANE;

alias Held = array<Element, PER_LANE>;

// Of a row, for layer_norm's backward pass.
struct RowStatistics {
  mean: f32,
  inverse_std: f32,
}
