import { type Dispatch, type SetStateAction, useState } from 'react';

/**
 * The text of a field: what is typed, until a value comes from elsewhere (a link, a preset, a slider) that the text does not
 * say. It is replaced while rendering, for after an effect the text before it would be seen for a moment.
 * @param says whether a text says the value
 */
export function useTypedText(
  value: string | number,
  says: (text: string) => boolean,
): readonly [string, Dispatch<SetStateAction<string>>] {
  const [text, setText] = useState(String(value));
  const [before, setBefore] = useState(value);
  if (value !== before) {
    setBefore(value);
    if (!says(text)) setText(String(value));
  }
  return [text, setText];
}
