// What a run carries besides its parameters: word 0 counts the steps done; from word 4 on four words per lane: the step
// at which it stopped (0: it runs), and the factor of its step (float32 bits): rate and both clips in one.

fn laneState(lane: u32) -> u32 {
  return 4u + 4u * lane;
}
