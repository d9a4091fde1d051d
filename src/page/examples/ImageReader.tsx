import { useEffect, useId, useRef, useState } from 'react';
import { formatCount } from '../numbers.ts';
import { useMedia } from './parts.tsx';

interface ImageReaderProps {
  readonly image: Float32Array; // [side, side], from 0 to 1
  readonly side: number;
  readonly order: Uint32Array; // [side * side]
  readonly steps: number;
  /** Of the class. */
  readonly name: string;
}

/** Milliseconds between two pictures while the image is read, and until it is read to its end. */
const PICTURE_INTERVAL = 60;
const READING_TIME = 4000;

type Rgb = readonly [number, number, number];

/** An image in the order in which a network reads it: all at once, row by row or pixel by pixel. */
export function ImageReader({ image, side, order, steps, name }: ImageReaderProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const sliderId = useId();
  const still = useMedia('(prefers-reduced-motion: reduce)');
  const dark = useMedia('(prefers-color-scheme: dark)');
  const animated = steps > 1 && !still;
  const [read, setRead] = useState(animated ? 0 : steps);
  const [reading, setReading] = useState(animated);
  const ended = read >= steps;

  useEffect(() => {
    if (!reading || ended) return;
    const pace = Math.max(1, Math.round((steps * PICTURE_INTERVAL) / READING_TIME));
    const interval = Math.max(PICTURE_INTERVAL, READING_TIME / steps);
    const timer = setInterval(() => {
      if (!document.hidden) setRead((before) => Math.min(steps, before + pace));
    }, interval);
    return () => clearInterval(timer);
  }, [reading, ended, steps]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `dark` changes the tokens that are read here.
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const tokens = getComputedStyle(context.canvas);
    const token = (property: string): Rgb => rgbOf(context, tokens.getPropertyValue(property));
    const pixels = context.createImageData(side, side);
    const width = order.length / steps;
    const [paper, ink, unread, faint, now] = ['--surface', '--ink', '--line', '--muted', '--focus'].map(
      token,
    ) as [Rgb, Rgb, Rgb, Rgb, Rgb];
    for (const [index, pixel] of order.entries()) {
      const step = Math.floor(index / width);
      const value = image[pixel] as number;
      const isNow = step === read - 1 && read < steps;
      const [low, high, share] =
        step >= read ? [unread, faint, 0.45 * value] : isNow ? [now, ink, 0.6 * value] : [paper, ink, value];
      for (let channel = 0; channel < 3; channel++) {
        const from = low[channel] as number;
        pixels.data[4 * pixel + channel] = from + share * ((high[channel] as number) - from);
      }
      pixels.data[4 * pixel + 3] = 255;
    }
    context.putImageData(pixels, 0, 0);
  }, [image, side, order, steps, read, dark]);

  return (
    <figure className="image-reader">
      <canvas
        ref={canvas}
        width={side}
        height={side}
        role="img"
        aria-label={`A handwritten ${name}, ${side} by ${side} pixels, ${read} of ${steps} steps read`}
      />
      {steps > 1 ? (
        <figcaption>
          <label htmlFor={sliderId}>
            Read: {formatCount(read)} of {formatCount(steps)} steps
          </label>
          <input
            id={sliderId}
            type="range"
            min={0}
            max={steps}
            value={read}
            onChange={(event) => {
              setReading(false);
              setRead(Number(event.target.value));
            }}
          />
          {!still && (
            <button
              type="button"
              onClick={() => {
                if (ended) setRead(0);
                setReading(ended || !reading);
              }}
            >
              {ended ? 'Read it again' : reading ? 'Hold' : 'Read on'}
            </button>
          )}
        </figcaption>
      ) : (
        <figcaption>All pixels are read at once.</figcaption>
      )}
    </figure>
  );
}

/** The channels of an opaque colour, however it is written: a canvas writes it as #rrggbb. */
function rgbOf(context: CanvasRenderingContext2D, colour: string): Rgb {
  context.fillStyle = colour.trim();
  const written = String(context.fillStyle);
  const channel = (at: number): number => Number.parseInt(written.slice(at, at + 2), 16);
  return [channel(1), channel(3), channel(5)];
}
