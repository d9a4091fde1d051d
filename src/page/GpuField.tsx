import { useEffect, useState } from 'react';
import { type GpuNames, gpusToChoose } from '../engine/webgpu/adapters.ts';
import { useRun } from '../session/page/runStore.ts';
import { SelectField } from './SelectField.tsx';
import { chooseGpu, useWorkbench } from './workbench.ts';

/** Asked once for a page: every edit and reset makes an engine anew, while the GPUs stay. */
let asked: Promise<GpuNames | null> | undefined;

/** On a machine with two GPUs, where one of them trains and the browser offers both: which one. */
export function GpuField() {
  const chosen = useWorkbench((state) => state.powerPreference);
  const onGpu = useRun((state) => state.engine?.kind === 'webgpu');
  const [names, setNames] = useState<GpuNames | null>(null);
  useEffect(() => {
    const { gpu } = navigator as { readonly gpu?: GPU };
    if (!onGpu || !gpu) return;
    // Without an answer there is nothing to choose.
    asked ??= gpusToChoose(gpu).catch(() => null);
    void asked.then(setNames);
  }, [onGpu]);
  if (!onGpu || names === null) return null;
  return (
    <SelectField
      label="GPU"
      value={chosen}
      options={[
        { value: 'high-performance', text: `${names['high-performance']}: the faster one` },
        { value: 'low-power', text: `${names['low-power']}: saves power` },
      ]}
      onChange={chooseGpu}
    />
  );
}
