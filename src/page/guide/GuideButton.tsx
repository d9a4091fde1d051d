import { showGuide, useWorkbench } from '../workbench.ts';
import '../styles/guide-button.css';

/** Opens the guide beside the charts, and closes it. */
export function GuideButton() {
  const { guide, hide } = useWorkbench((state) => state.view);
  if (hide.includes('guide')) return null;
  return (
    <button
      type="button"
      className="guide-button"
      aria-expanded={guide !== null}
      onClick={() => showGuide(guide === null ? 1 : null)}
    >
      Guide
    </button>
  );
}
