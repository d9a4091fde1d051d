// What a run carries besides its parameters: word 0 counts the steps done; from word 4 on four words per lane: the step
// at which it stopped (0: it runs), and as float32 bits the factor of its gradient (the clip; for sgd and the path ones rate
// and both clips in one) and, for adam, the bias corrections of its means of gradients and of their squares.

fn laneState(lane: u32) -> u32 {
  return 4u + 4u * lane;
}
