import type { ReactNode } from 'react';

/** A drawing of the guide; its label says what it shows. */
function Picture({
  label,
  width,
  height,
  children,
}: {
  readonly label: string;
  readonly width: number;
  readonly height: number;
  readonly children: ReactNode;
}) {
  return (
    <svg className="picture" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      {children}
    </svg>
  );
}

/** Values of a sequence of the adding problem, and the two that are marked. */
const VALUES = [0.62, 0.18, 0.41, 0.9, 0.27, 0.73, 0.35, 0.08, 0.55, 0.81] as const;
const MARKED: readonly number[] = [2, 7];

/** A sequence of the adding problem with its answer. */
export function AddingPicture() {
  const marked = MARKED.map((index) => VALUES[index] as number);
  const sum = marked.reduce((total, value) => total + value, 0);
  return (
    <Picture
      label={`Ten numbers one after another, two of them marked: ${marked.join(' and ')}. The answer is ${sum.toFixed(2)}.`}
      width={300}
      height={92}
    >
      {VALUES.map((value, index) => {
        const x = 6 + index * 22;
        const isMarked = MARKED.includes(index);
        return (
          <g key={value} className={isMarked ? 'picture-strong' : 'picture-soft'}>
            <rect x={x} y={62 - value * 50} width="14" height={value * 50} rx="2" />
            {isMarked && (
              <>
                <path className="picture-mark" d={`M${x + 7} 66l5 8h-10z`} />
                <text x={x + 7} y="88" textAnchor="middle">
                  {value}
                </text>
              </>
            )}
          </g>
        );
      })}
      <path className="picture-line" d="M230 40h16m-6 -5l6 5l-6 5" />
      <text x="252" y="45" className="picture-answer">
        {sum.toFixed(2)}?
      </text>
    </Picture>
  );
}

const Unit = ({
  x,
  y,
  children,
}: {
  readonly x: number;
  readonly y: number;
  readonly children?: ReactNode;
}) => (
  <>
    <circle className="picture-unit" cx={x} cy={y} r="9" />
    {children !== undefined && (
      <text x={x} y={y + 4} textAnchor="middle">
        {children}
      </text>
    )}
  </>
);

/** One unit twice: with even weights, and with those into it thicker and those out of it thinner. */
export function RescalingPicture() {
  const draw = (left: number, into: number, out: number, inText: string, outText: string): ReactNode => (
    <g transform={`translate(${left} 0)`}>
      {[16, 46].map((y) => (
        <path key={y} className="picture-line" strokeWidth={into} d={`M14 ${y}L64 31`} />
      ))}
      {[16, 46].map((y) => (
        <path key={y} className="picture-line" strokeWidth={out} d={`M64 31L114 ${y}`} />
      ))}
      <Unit x={64} y={31} />
      <text x="32" y="74" textAnchor="middle">
        {inText}
      </text>
      <text x="96" y="74" textAnchor="middle">
        {outText}
      </text>
    </g>
  );
  return (
    <Picture
      label="A unit with the weights w into it and v out of it; beside it the same unit with the weights alpha w and v divided by alpha. Both compute the same."
      width={300}
      height={82}
    >
      {draw(0, 2, 2, 'w', 'v')}
      <text x="150" y="36" textAnchor="middle" className="picture-answer">
        =
      </text>
      {draw(172, 5, 0.8, 'α w', 'v / α')}
    </Picture>
  );
}

/** All paths through one weight of a small network. */
export function PathsPicture() {
  const columns = [
    { x: 24, units: [20, 46, 72] },
    { x: 108, units: [20, 46, 72] },
    { x: 192, units: [20, 46, 72] },
    { x: 276, units: [46] },
  ] as const;
  const [inputs, first, second, output] = columns;
  const layers = [
    { from: inputs, to: first, isOn: (_: number, to: number) => to === 20 },
    { from: first, to: second, isOn: (from: number, to: number) => from === 20 && to === 46 },
    { from: second, to: output, isOn: (from: number) => from === 46 },
  ];
  return (
    <Picture
      label="A network of three inputs, two hidden layers and an output. Strong lines: the three paths through one weight between the hidden layers, one from each input, to the output."
      width={300}
      height={92}
    >
      {layers.flatMap(({ from, to, isOn }) =>
        from.units.flatMap((start) =>
          to.units.map((end) => {
            const chosen = from === first ? 'picture-chosen' : 'picture-path';
            const path = `M${from.x} ${start}L${to.x} ${end}`;
            return <path key={path} className={isOn(start, end) ? chosen : 'picture-faint'} d={path} />;
          }),
        ),
      )}
      {columns.flatMap(({ x, units }) => units.map((y) => <Unit key={`${x}-${y}`} x={x} y={y} />))}
      <text x="150" y="18" textAnchor="middle">
        w
      </text>
    </Picture>
  );
}

/** A network drawn once per time step; one path uses the recurrent weight three times. */
export function UnrolledPicture() {
  const times = [0, 1, 2, 3];
  const x = (time: number): number => 36 + time * 66;
  return (
    <Picture
      label="A recurrent unit drawn at four time steps. A path enters at the first, passes the recurrent weight w three times, and leaves at the last."
      width={300}
      height={118}
    >
      {times.map((time) => (
        <g key={time}>
          <path className={time === 0 ? 'picture-path' : 'picture-faint'} d={`M${x(time)} 96V60`} />
          <path className={time === 3 ? 'picture-path' : 'picture-faint'} d={`M${x(time)} 56V16`} />
          {time < 3 && (
            <>
              <path className="picture-chosen" d={`M${x(time)} 58H${x(time + 1)}`} />
              <text x={x(time) + 33} y="50" textAnchor="middle">
                w
              </text>
            </>
          )}
          <Unit x={x(time)} y={58} />
          <text x={x(time)} y="112" textAnchor="middle">
            t = {time + 1}
          </text>
        </g>
      ))}
    </Picture>
  );
}

/** A factor multiplied with itself over 50 time steps, for three factors, on a logarithmic axis. */
export function PowersPicture() {
  const steps = 50;
  const x = (step: number): number => 20 + (step / steps) * 170;
  const y = (value: number): number => 46 - Math.log10(value) * 16;
  return (
    <Picture
      label="A number multiplied by itself over 50 steps, on a logarithmic axis: 0.9 falls to 0.005, 1 stays, 1.1 grows to 117."
      width={300}
      height={94}
    >
      <path className="picture-axis" d="M20 6V86H196" />
      {[0.9, 1, 1.1].map((factor) => {
        const power = factor ** steps;
        return (
          <g key={factor}>
            <path className="picture-path" d={`M${x(0)} ${y(1)}L${x(steps)} ${y(power)}`} />
            <text x={x(steps) + 6} y={y(power) + 4}>
              {factor.toFixed(1)}
              <tspan dy="-4" fontSize="8">
                {steps}
              </tspan>
              <tspan dy="4"> = {power < 1 ? power.toFixed(3) : power.toFixed(0)}</tspan>
            </text>
          </g>
        );
      })}
    </Picture>
  );
}
