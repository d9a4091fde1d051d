import { useEffect, useMemo, useState } from 'react';
import { shapeOfSnapshot } from '../../engine/inside/shape.ts';
import { useRun, watch } from '../../session/page/runStore.ts';
import { laneStyles } from '../laneStyle.ts';
import { formatCount } from '../numbers.ts';
import { SelectField } from '../SelectField.tsx';
import { BalanceSection } from './BalanceSection.tsx';
import { EigenSection } from './EigenSection.tsx';
import { FlowSection } from './FlowSection.tsx';
import { GammaSection } from './GammaSection.tsx';
import { GradientSection } from './GradientSection.tsx';
import { hasPaths, type Look, unitsWithoutPaths } from './look.ts';
import { RatioSection } from './RatioSection.tsx';
import { Section } from './Section.tsx';
import { WeightsSection } from './WeightsSection.tsx';
import '../styles/inside.css';

const SECTIONS = [
  {
    title: 'Weights and the step to come',
    note: 'SGD steps along the gradient. Path-SGD divides it by kappa: where many strong paths lead through a weight, its step is small. Colours are logarithmic.',
    Content: WeightsSection,
    startsOpen: true,
    needs: 'nothing',
  },
  {
    title: 'How far back the gradient reaches',
    note: 'The size of dL/dhₜ, how much the loss depends on the state at time t, as a mean over sequences. Falling towards the left, gradients vanish; rising, they explode.',
    Content: GradientSection,
    startsOpen: true,
    needs: 'nothing',
  },
  {
    title: 'Paths in and out of each unit',
    note: 'u adds up the squared weights of all paths from the inputs to a unit, v those from it to the scored outputs, at each time step. Kappa is made of their products.',
    Content: GammaSection,
    startsOpen: false,
    needs: 'paths',
  },
  {
    title: 'Who carries the paths',
    note: 'The share of u times v, over all time, that goes through each unit. Rescaling units does not change it; a few tall bars mean that the others hardly matter.',
    Content: FlowSection,
    startsOpen: false,
    needs: 'paths',
  },
  {
    title: 'What κ₂ adds to κ₁',
    note: 'Path-SGD divides by κ₁ alone. That is sound where these ratios are small; near the identity the diagonal shows that they are not. Rescaling units changes the ratio of the norms, never one on the diagonal.',
    Content: RatioSection,
    startsOpen: false,
    needs: 'recurrent paths',
  },
  {
    title: 'Eigenvalues of the recurrent weights',
    note: 'Outside the unit circle a state can grow from step to step, inside it fades. Rescaling units moves none of them.',
    Content: EigenSection,
    startsOpen: false,
    needs: 'recurrent',
  },
  {
    title: 'Balance of each unit',
    note: 'Squared weights and bias that come in, minus squared weights that go out. SGD with small steps keeps each gap as it was at the start, also a bad one; Path-SGD is free to close it.',
    Content: BalanceSection,
    startsOpen: false,
    needs: 'paths',
  },
] as const;

/** Everything about the step to come, lane by lane. */
export default function InsideView() {
  const inside = useRun((state) => state.inside);
  const experiment = useRun((state) => state.experiment);
  const stops = useRun((state) => state.stops);
  const status = useRun((state) => state.status);
  const [lane, setLane] = useState(0);
  const [layer, setLayer] = useState(0);
  useEffect(() => {
    watch('inside', true);
    return () => watch('inside', false);
  }, []);

  const inputNumbers = inside?.batch.inputs.length ?? 0;
  const parameters = inside?.lanes.map(({ before }) => before.length).join() ?? '';
  // Stay the same from step to step.
  const sizes = useMemo(() => {
    if (parameters === '') return null;
    const counts = parameters.split(',').map(Number);
    return experiment.lanes.map((own, index) =>
      shapeOfSnapshot({ ...experiment, lanes: [own] }, inputNumbers, counts[index] ?? 0),
    );
  }, [experiment, inputNumbers, parameters]);
  const fresh = useMemo((): Look | null => {
    if (!inside || !sizes) return null;
    const chosen = lane < inside.lanes.length ? lane : 0;
    const snapshot = inside.lanes[chosen];
    const shape = sizes[chosen];
    if (!snapshot || !shape) return null;
    return {
      experiment,
      step: inside.step,
      shape,
      shapes: sizes,
      batch: inside.batch,
      lanes: inside.lanes,
      styles: laneStyles(experiment),
      lane: chosen,
      snapshot,
      layer: layer < experiment.layers ? layer : 0,
    };
  }, [inside, experiment, sizes, lane, layer]);

  // While a run is reset or edited the last one stays to be seen: what is unfolded does not jump.
  const [last, setLast] = useState<Look | null>(null);
  if (fresh && fresh !== last) setLast(fresh);
  const look = fresh ?? (status === 'preparing' || status === 'idle' ? last : null);
  if (!look) return <p className="panel-note">Nothing to see until the run is ready.</p>;
  const { shape, styles } = look;
  const applies = (needs: (typeof SECTIONS)[number]['needs']): boolean =>
    (shape.recurrent ||
      (needs === 'recurrent' && shape.network === 'urnn') ||
      !needs.includes('recurrent')) &&
    (hasPaths(look, look.lane) || !needs.includes('paths'));
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

  return (
    <div className="inside">
      <div className="inside-choices">
        {look.lanes.length > 1 && (
          <SelectField
            label="Lane"
            value={String(look.lane)}
            options={numbers(look.lanes.length).map((index) => ({
              value: String(index),
              text: styles[index]?.name ?? `Lane ${index + 1}`,
            }))}
            onChange={(value) => setLane(Number(value))}
          />
        )}
        {shape.layers > 1 && (
          <SelectField
            label="Layer"
            value={String(look.layer)}
            options={numbers(shape.layers).map((index) => ({
              value: String(index),
              text: String(index + 1),
            }))}
            onChange={(value) => setLayer(Number(value))}
          />
        )}
      </div>
      <p className="panel-note">
        Step {formatCount(look.step)}, about to be taken: the weights before it, its batch, and what it does.
        Pause and press Step to go one by one.
      </p>
      {stops.some((stop) => stop.lane === look.lane) && (
        <p className="panel-note">This lane has stopped: its weights stay, and it takes no step.</p>
      )}
      {SECTIONS.filter(({ needs }) => applies(needs)).map(({ title, note, Content, startsOpen }) => (
        <Section
          key={title}
          title={title}
          note={note}
          look={look}
          Content={Content}
          startsOpen={startsOpen}
        />
      ))}
      {!hasPaths(look, look.lane) && (
        <p className="panel-note">
          Path flow, kappa and balance are about ReLU units. They do not apply to this lane, which has{' '}
          {unitsWithoutPaths(look, look.lane)}.
        </p>
      )}
    </div>
  );
}
