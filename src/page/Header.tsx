import { openDialog } from './dialogs.ts';
import { GuideButton } from './guide/GuideButton.tsx';
import { present } from './presenter/presenterStore.ts';
import './styles/header.css';

/** The name, the idea in a sentence, and where to go from here. */
export function Header() {
  return (
    <header className="header">
      <div>
        <h1>Path-SGD Playground</h1>
        <p className="idea">
          Two networks, the same start, the same data. One takes steps that ignore how its weights are scaled.
        </p>
      </div>
      <GuideButton />
      <nav aria-label="More">
        <button type="button" onClick={present} title="One large chart on the full screen (p)">
          Present
        </button>
        <button
          type="button"
          className="header-keys"
          aria-haspopup="dialog"
          onClick={() => openDialog('keys')}
          title="All keys of the page (?)"
        >
          Keys
        </button>
        <a href="https://arxiv.org/abs/1605.07154">The paper</a>
        <a href="./check.html">Check this GPU</a>
      </nav>
    </header>
  );
}
