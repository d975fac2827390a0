// A pair is two head vectors of one row, such as a key and its value, that all lanes of a subgroup read. It lies in registers across the
// lanes, which read it by shuffles. Each lane fetches some elements: for every piece it calls keep_piece with element i % PAIR_ELEMENTS of
// the pair, where i = piece * LANES + lane.
import package::lib::element::Element;
import constants::HEAD_ELEMENTS;
import constants::LANES;

const PAIR_ELEMENTS = u32(2 * HEAD_ELEMENTS);
// How many elements of a pair each lane fetches.
const PIECES = (PAIR_ELEMENTS + u32(LANES) - 1u) / u32(LANES);

var<private> pieces: array<Element, PIECES>;

fn keep_piece(piece: u32, element: Element) {
  pieces[piece] = element;
}

// Element i of the pair; the second vector follows the first. Call from uniform control flow only.
fn pair_element(i: u32) -> Element {
  return subgroupShuffle(pieces[i / LANES], i % LANES);
}
