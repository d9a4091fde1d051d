import { textOf, textWords } from './textData.ts';
import {
  type Batch,
  type BatchRequest,
  generated,
  type Task,
  type TaskSettings,
  type TextData,
} from './types.ts';

/** A text cut into streams, all read at once, a segment of `length` characters after another. */
interface Streams {
  /** Characters from the start of a stream to that of the next. */
  readonly apart: number;
  /** Segments of a stream: batches after which all streams begin anew. */
  readonly segments: number;
}

/** The streams of `batch` sequences: each but the last character of a stream is read, each but the first predicted. */
function streamsOf(characters: number, { batch, length }: Pick<TaskSettings, 'batch' | 'length'>): Streams {
  const apart = Math.floor((characters - 1) / batch);
  return { apart, segments: Math.floor(apart / length) };
}

/**
 * A batch of the text: each of its sequences is a stretch of a stream of its own, and goes on where the one of the batch
 * before ended (truncated backpropagation: Williams, Peng, Neural Computation 1990). At each step the target is the next
 * character. Twin of shaders/tasks/text.wgsl.
 */
function makeBatch({ step, batch, firstSequence, length, data }: BatchRequest): Batch {
  const { vocabulary, training, heldOut } = textOf(data);
  const symbols = vocabulary.length;
  const text = step > 0 ? training : heldOut;
  const { apart, segments } = streamsOf(text.length, { batch, length });
  const segment = step > 0 ? (step - 1) % segments : firstSequence / batch;
  const inputs = new Float32Array(length * batch * symbols); // [length, batch, symbols]
  const targets = new Uint32Array(length * batch); // [length, batch]
  for (let b = 0; b < batch; b++) {
    const start = b * apart + segment * length;
    for (let t = 0; t < length; t++) {
      const row = t * batch + b;
      inputs[row * symbols + (text[start + t] as number)] = 1;
      targets[row] = text[start + t + 1] as number;
    }
  }
  return { inputs, targets };
}

const LENGTHS = { min: 4, max: 1000 } as const;

/** Why a text is too short for the settings, naming what fits. */
function problem(settings: TaskSettings, data: TextData): string | null {
  const { batch, length } = settings;
  // The held-out part is a ninth of the other, or so much shorter that it may be the only one to be too short.
  const [part, characters] =
    data.heldOut.length <= data.training.length
      ? (['held-out', data.heldOut.length] as const)
      : (['training', data.training.length] as const);
  if (streamsOf(characters, settings).segments >= 1) return null;
  const mostBatch = Math.floor((characters - 1) / length);
  const mostLength = Math.floor((characters - 1) / batch);
  const batchFits =
    mostBatch >= 1
      ? `at length ${length} the batch may be at most ${mostBatch}`
      : `no batch fits length ${length}`;
  const lengthFits =
    mostLength >= LENGTHS.min
      ? `at batch ${batch} the length may be at most ${Math.min(mostLength, LENGTHS.max)}`
      : `no length fits batch ${batch}`;
  return `The text "${data.title}" is too short for batch ${batch} and length ${length}: its ${part} part has ${characters} characters, of which a batch takes ${batch} x ${length} and one more. ${batchFits[0]?.toUpperCase()}${batchFits.slice(1)}; ${lengthFits}.`;
}

/** Entropies of texts, in nats: counting a long text takes a while. */
const entropies = new WeakMap<TextData, number>();

/** The entropy of the frequencies of a text's characters in its training part, in nats. */
function entropyOf(text: TextData): number {
  let entropy = entropies.get(text);
  if (entropy === undefined) {
    const counts = new Array<number>(text.vocabulary.length).fill(0);
    for (const number of text.training) counts[number] = (counts[number] as number) + 1;
    entropy = 0;
    for (const count of counts) {
      const share = count / text.training.length;
      if (share > 0) entropy -= share * Math.log(share);
    }
    entropies.set(text, entropy);
  }
  return entropy;
}

export const text: Task = {
  ...generated,
  name: 'text',
  title: 'Text, character by character',
  description:
    'Predict the next character of a text: of Moby Dick, or of a file of your own, which stays on your machine (the Penn Treebank and text8 of the papers are such files).',
  citation:
    'Sutskever, Martens, Hinton, "Generating Text with Recurrent Neural Networks", ICML 2011; Mikolov et al., "Subword Language Modeling with Neural Networks", 2012',
  lengthRange: LENGTHS,
  defaultLength: 50,
  steps: ({ length }) => length,
  sizes: (data) => {
    const symbols = textOf(data).vocabulary.length;
    return { inputs: symbols, outputs: symbols };
  },
  loss: 'softmax',
  readout: 'every',
  measure: () => ({ kind: 'bits', label: 'bits per character' }),
  baseline: (_, data) =>
    data?.kind === 'text' ? { loss: entropyOf(data), label: 'character frequencies alone' } : null,
  heldOutSequences: (settings, data) =>
    data?.kind === 'text' ? settings.batch * streamsOf(data.heldOut.length, settings).segments : 0,
  segments: (settings, data) => streamsOf(textOf(data).training.length, settings).segments,
  data: 'text',
  dataChoices: ['moby-dick', 'own'],
  problem: (settings, data) => (data?.kind === 'text' ? problem(settings, data) : null),
  display: { inputs: { kind: 'text' }, outputs: { kind: 'text' } },
  shader: 'text',
  shaderData: (data) => textWords(data),
  makeBatch,
};
