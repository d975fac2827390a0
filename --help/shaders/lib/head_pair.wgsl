// A pair is two head vectors of one row, such as a key and its value, that all lanes of a workgroup read. Each lane fetches some elements,
// and the lanes share them. With SUBGROUPS the workgroup is one subgroup; a pair lies in registers across its lanes, which read it by
// shuffles. Otherwise a block of PAIRS pairs lies in workgroup memory. The kernel fetches: it calls pair_barrier, then for every piece
// keep_piece with element i % PAIR_ELEMENTS of pair i / PAIR_ELEMENTS, where i = piece * LANES + lane, then pair_barrier again.
import package::lib::element::Element;
import constants::HEAD_ELEMENTS;
import constants::LANES;

const PAIR_ELEMENTS = u32(2 * HEAD_ELEMENTS);
@if(SUBGROUPS) const PAIRS = 1u;
@if(!SUBGROUPS) const PAIRS = 8u;
// How many elements of a block each lane fetches.
const PIECES = (PAIRS * PAIR_ELEMENTS + u32(LANES) - 1u) / u32(LANES);

@if(SUBGROUPS) var<private> pieces: array<Element, PIECES>;
@if(!SUBGROUPS) var<workgroup> block_of_pairs: array<Element, PIECES * u32(LANES)>;

fn pair_barrier() {
  @if(!SUBGROUPS) {
    workgroupBarrier();
  }
}

fn keep_piece(piece: u32, lane: u32, element: Element) {
  @if(SUBGROUPS) {
    pieces[piece] = element;
  }
  @if(!SUBGROUPS) {
    block_of_pairs[piece * LANES + lane] = element;
  }
}

// How many pairs the block holds when `left` pairs are still to come.
fn pairs_in_block(left: u32) -> u32 {
  @if(SUBGROUPS) {
    return PAIRS;
  }
  @if(!SUBGROUPS) {
    return min(PAIRS, left);
  }
}

// Element i of a pair in the block; the second vector follows the first. Call from uniform control flow only.
fn pair_element(pair: u32, i: u32) -> Element {
  @if(SUBGROUPS) {
    return subgroupShuffle(pieces[i / LANES], i % LANES);
  }
  @if(!SUBGROUPS) {
    return block_of_pairs[pair * PAIR_ELEMENTS + i];
  }
}
