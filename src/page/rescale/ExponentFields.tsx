import { SelectField } from '../SelectField.tsx';

interface ExponentFieldsProps {
  readonly layer: number;
  readonly layers: number;
  readonly onLayer: (layer: number) => void;
  readonly onUnbalance: () => void;
  readonly onBalance: () => void;
}

/** Which layer's units are rescaled, and all units at once. */
export function ExponentFields({ layer, layers, onLayer, onUnbalance, onBalance }: ExponentFieldsProps) {
  return (
    <>
      {layers > 1 && (
        <SelectField
          label="Units of"
          value={String(layer)}
          options={Array.from({ length: layers }, (_, index) => ({
            value: String(index),
            text: `Layer ${index + 1}`,
          }))}
          onChange={(value) => onLayer(Number(value))}
        />
      )}
      <button type="button" onClick={onUnbalance}>
        Unbalance all
      </button>
      <button type="button" onClick={onBalance}>
        Balance
      </button>
    </>
  );
}
