import { type DragEvent, useId, useRef, useState } from 'react';
import { FormulaError, FUNCTION_NAMES, MAX_FORMULA_LENGTH, parseFormula } from '../../lookup/formula.ts';
import { functionsOf, functionText } from '../../lookup/functions.ts';
import { sample } from '../../lookup/modulus.ts';
import type { LookupSettings, SourceName } from '../../lookup/settings.ts';
import { SelectField } from '../SelectField.tsx';
import { useTypedText } from '../useTypedText.ts';

interface FunctionFieldProps {
  readonly settings: LookupSettings;
  readonly onSource: (source: SourceName) => void;
  readonly onFormula: (formula: string) => void;
  /** Whether the visitor has given a picture, and what is wrong with the last one. */
  readonly hasPicture: boolean;
  readonly pictureProblem: string | null;
  readonly onPicture: (file: File) => void;
}

/** What is looked up: a listed function, a typed one, or a picture of the visitor's own. */
export function FunctionField(props: FunctionFieldProps) {
  const { settings, onSource } = props;
  const { dimension } = settings.sizes;
  const options: { value: SourceName; text: string }[] = [
    ...functionsOf(dimension).map((name) => ({ value: name, text: functionText(name, dimension) ?? name })),
    { value: 'typed', text: 'type a function' },
    ...(dimension === 2 ? [{ value: 'picture' as const, text: 'a picture of yours' }] : []),
  ];
  return (
    <>
      <SelectField label="Look up" value={settings.source} options={options} onChange={onSource} />
      {settings.source === 'typed' && <FormulaField key={dimension} {...props} />}
      {settings.source === 'picture' && <PictureField {...props} />}
    </>
  );
}

/** Where a typed function is tried before it is used: the worker looks closer. */
const TRIAL = Array.from({ length: 33 }, (_, index) => index / 32);

/** What is wrong with a typed function, or null. */
function problemOf(text: string, dimension: 1 | 2): string | null {
  try {
    sample({ dimension, value: parseFormula(text, dimension), modulus: null }, TRIAL);
    return null;
  } catch (error) {
    if (error instanceof FormulaError) return error.message;
    throw error;
  }
}

/** A function to type: one that cannot be used is explained, and the one before it stays in use. */
function FormulaField({ settings, onFormula }: FunctionFieldProps) {
  const { dimension } = settings.sizes;
  const id = useId();
  const [text, setText] = useTypedText(settings.formula, (current) => current === settings.formula);
  const problem = problemOf(text, dimension);
  return (
    <div className="field formula-field">
      <label htmlFor={id}>{dimension === 1 ? 'f(x) =' : 'f(x, y) ='}</label>
      <input
        id={id}
        type="text"
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        maxLength={MAX_FORMULA_LENGTH}
        value={text}
        aria-invalid={problem !== null}
        aria-describedby={`${id}-note`}
        onChange={({ target }) => {
          setText(target.value);
          if (problemOf(target.value, dimension) === null) onFormula(target.value);
        }}
      />
      {problem !== null ? (
        <p id={`${id}-note`} className="field-error" role="alert">
          {problem} In use: {settings.formula}
        </p>
      ) : (
        <p id={`${id}-note`} className="field-hint">
          {dimension === 1 ? 'x goes' : 'x and y go'} from 0 to 1. There are + − * / ^, pi, e and{' '}
          {FUNCTION_NAMES.join(', ')}.
        </p>
      )}
    </div>
  );
}

/** A place for a picture of the visitor's. */
function PictureField({ hasPicture, pictureProblem, onPicture }: FunctionFieldProps) {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const take = (files: FileList | null): void => {
    const file = files?.[0];
    if (file) onPicture(file);
  };
  const drop = {
    onDragOver: (event: DragEvent) => {
      event.preventDefault();
      setOver(true);
    },
    onDragLeave: () => setOver(false),
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      take(event.dataTransfer.files);
    },
  };
  return (
    <div className={over ? 'drop-zone drop-zone-wanted' : 'drop-zone'} {...drop}>
      <p>{hasPicture ? 'Drop another picture here, or' : 'Drop a picture here, or'}</p>
      <button type="button" onClick={() => input.current?.click()}>
        Choose a picture
      </button>
      <input
        ref={input}
        type="file"
        accept="image/*"
        hidden
        aria-label="Picture file"
        onChange={({ target }) => {
          take(target.files);
          // The same file may be chosen again.
          target.value = '';
        }}
      />
      <p className="field-hint">
        It becomes N × N greys. It never leaves this machine, and is not in the link.
      </p>
      {pictureProblem !== null && (
        <p role="alert" className="field-error">
          {pictureProblem}
        </p>
      )}
    </div>
  );
}
