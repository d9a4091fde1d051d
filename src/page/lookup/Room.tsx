import { useState } from 'react';
import { messageOf } from '../../engine/engine.ts';
import { digits } from '../../lookup/construction.ts';
import type { GreyPicture } from '../../lookup/picture.ts';
import { layersOf } from '../../lookup/sizes.ts';
import { download } from '../browser/download.ts';
import { Citation } from '../Citation.tsx';
import { type Cell, CellField } from '../inside/CellField.tsx';
import { formatNumber } from '../numbers.ts';
import type { RoomProps } from '../rooms/room.ts';
import { Arithmetics } from './Arithmetics.tsx';
import { Controls } from './Controls.tsx';
import { Curves } from './Curves.tsx';
import { Digits } from './Digits.tsx';
import { Layers } from './Layers.tsx';
import { cellUnder, type Look } from './look.ts';
import { Pictures } from './Pictures.tsx';
import { readPicture } from './readPicture.ts';
import { TrainingPanel } from './TrainingPanel.tsx';
import { type Construction, useConstruction } from './useConstruction.ts';
import { useSettings } from './useSettings.ts';
import { type Training, useTraining } from './useTraining.ts';
import '../styles/lookup.css';

/** A picture in one number: networks of ReLU, sine and 2^x that look a function up in the digits of a few weights. */
export default function Room(props: RoomProps) {
  const { settings, messages, change } = useSettings(props);
  const [picture, setPicture] = useState<GreyPicture | null>(null);
  const [pictureProblem, setPictureProblem] = useState<string | null>(null);
  const [trifling, setTrifling] = useState(true);
  const construction = useConstruction(settings, picture);
  const training = useTraining();
  const { view, errors, busy, problem } = construction;

  const takePicture = (file: File): void => {
    readPicture(file).then(
      (read) => {
        setPicture(read);
        setPictureProblem(null);
      },
      (error: unknown) => setPictureProblem(messageOf(error)),
    );
  };

  return (
    <div className="lookup">
      <h3>A picture in one number</h3>
      <p>
        Write the bits of a whole picture one behind the other into the binary digits of a single weight. A
        network of five layers finds the cell that a point lies in, shifts the digits by 2ˣ until those of the
        cell stand at the point, and reads them by a sine. With a sixth layer its width grows with the
        logarithm of the accuracy only: what grows with every cell is the number of digits.
      </p>
      <p className="panel-note">
        <Citation text="Y. Jiao, Y. Lai, X. Lu, F. Wang, J. Z. Yang, Y. Yang: Deep neural networks with ReLU-sine-exponential activations break curse of dimensionality on Hölder class, arXiv:2103.00542" />
      </p>
      {messages.length > 0 && (
        <ul className="notice notice-warning lookup-messages" aria-label="What the link has wrong">
          {messages.map(({ message }) => (
            <li key={message}>{message}</li>
          ))}
        </ul>
      )}
      <Controls
        settings={settings}
        onChange={change}
        hasPicture={picture !== null}
        pictureProblem={pictureProblem}
        onPicture={takePicture}
      />
      {problem !== null && (
        <p className="field-error" role="alert">
          {problem} {view !== null && 'What is shown is what could be looked up last.'}
        </p>
      )}
      {view ? (
        <div className="lookup-built" aria-busy={busy}>
          <CellField
            // Cells of other sizes are other cells.
            key={`${view.settings.sizes.dimension} ${view.settings.sizes.cells}`}
            label="Cells of the function and of the network’s answers"
            rows={view.settings.sizes.dimension === 1 ? 1 : view.settings.sizes.cells}
            columns={view.settings.sizes.cells}
            describe={(cell) => describe(construction, cell)}
          >
            {(cursor) => {
              const look: Look = { view, answers: view.answers[settings.arithmetic], trifling };
              return (
                <>
                  {view.settings.sizes.dimension === 1 ? (
                    <Curves look={look} cursor={cursor} />
                  ) : (
                    <Pictures look={look} cursor={cursor} />
                  )}
                  <Digits
                    view={view}
                    arithmetic={settings.arithmetic}
                    cell={cursor && cellUnder(view, cursor)}
                  />
                </>
              );
            }}
          </CellField>
          <label className="lookup-check">
            <input
              type="checkbox"
              checked={trifling}
              onChange={({ target }) => setTrifling(target.checked)}
            />{' '}
            Show the trifling region
          </label>
          <Arithmetics
            view={view}
            errors={errors}
            chosen={settings.arithmetic}
            onChoose={(arithmetic) => change({ arithmetic })}
          />
          <Layers sizes={view.settings.sizes} />
        </div>
      ) : (
        <p className="panel-note" role="status">
          {busy ? 'Writing the function into numbers…' : 'There is nothing to look up yet.'}
        </p>
      )}
      <TrainingPanel settings={settings} picture={picture} onChange={change} state={training} />
      <p className="panel-note">
        What this does not show: that such networks can be learned, or computed on a GPU. The construction
        needs exact numbers of two digits per cell, so that the curse of dimensionality moves from the width
        into the precision of the weights.
      </p>
      <div>
        <button type="button" disabled={!view} onClick={() => save(construction, training.training)}>
          Save the numbers as JSON
        </button>
      </div>
    </div>
  );
}

/** What a cell reads. */
function describe({ view }: Construction, cursor: Cell): string {
  if (!view) return '';
  const cell = cellUnder(view, cursor);
  const { cells, dimension } = view.settings.sizes;
  const corner =
    dimension === 1
      ? `x from ${formatNumber(cursor.column / cells)}`
      : `corner (${formatNumber(cursor.column / cells)}, ${formatNumber((cells - 1 - cursor.row) / cells)})`;
  return `Cell ${cell}, ${corner}: f = ${formatNumber(view.corners[cell])}, written as ${view.built.lookup.table[cell]} of ${2 ** (view.settings.sizes.bits + 1) - 1}`;
}

/** Gives the visitor everything that the room has computed. */
function save({ view, errors }: Construction, { status, settings: trained, curves }: Training): void {
  if (!view) return;
  const { settings, built } = view;
  const { lookup, bound, trifling } = built;
  const content = {
    format: 'path-sgd-playground lookup',
    version: 1,
    settings,
    layers: layersOf(settings.sizes),
    bound,
    trifling,
    middle: lookup.middle,
    range: lookup.range,
    table: [...lookup.table],
    numbers: lookup.numbers.map((_, index) => digits(lookup, index)),
    errors: Object.values(errors),
    training: trained && { status, settings: trained, curves },
  };
  download(`${JSON.stringify(content, null, 1)}\n`, 'path-sgd-lookup.json', 'application/json');
}
