import { cellCount } from './construction.ts';
import type { Target } from './functions.ts';
import { build } from './measure.ts';
import type { Network } from './network.ts';
import type { LaneSettings, LookupSettings } from './settings.ts';
import { constructedNetwork, MOST_TRAINED_CELLS, randomNetwork, trainedWidth } from './starts.ts';
import { refusal, TrainedLane } from './training.ts';

/** A lane that is trained, or why it is not. */
export type OpenedLane = { readonly lane: TrainedLane } | { readonly refused: string };

/** Makes the lane of some settings, on the same batches as the other lanes. */
export function openLane(settings: LookupSettings, target: Target, lane: LaneSettings): OpenedLane {
  const { sizes, seed } = settings;
  let network: Network;
  if (lane.network === 'construction') {
    const cells = cellCount(sizes);
    if (cells > MOST_TRAINED_CELLS) {
      return {
        refused: `Training is in float64, which reads ${MOST_TRAINED_CELLS} cells of this network: there are ${cells} here.`,
      };
    }
    network = constructedNetwork(build(target, sizes).lookup);
  } else {
    network = randomNetwork(lane.network, sizes.dimension, trainedWidth(sizes), seed);
  }
  const refused = refusal(lane.optimizer, network);
  if (refused !== null) return { refused };
  return { lane: new TrainedLane(network, target, lane.optimizer, lane.rate, seed) };
}
