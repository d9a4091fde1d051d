import { useState } from 'react';
import { ENGINE_CHOICES } from '../../experiment/link.ts';
import { canSend, send } from '../browser/clipboard.ts';
import { Dialog } from '../Dialog.tsx';
import { closeDialog } from '../dialogs.ts';
import { SelectField } from '../SelectField.tsx';
import { ENGINE_TEXTS } from '../settingTexts.ts';
import { useWorkbench } from '../workbench.ts';
import { CopyField } from './CopyField.tsx';
import { parts } from './parts.ts';
import { QrCode } from './QrCode.tsx';
import { embedSnippet, isOnlyHere, type SharedView, sharedAddress } from './sharing.ts';
import '../styles/share.css';

const ENGINE_OPTIONS = ENGINE_CHOICES.map((value) => ({ value, text: ENGINE_TEXTS[value] }));

/** The experiment as a link, a QR code and a frame for other pages. What is chosen here changes those only. */
export default function ShareDialog() {
  const { experiment, view } = useWorkbench();
  const [choices, setChoices] = useState<SharedView>(view);
  const [large, setLarge] = useState(false);
  const [refused, setRefused] = useState(false);
  const address = sharedAddress(location.href, experiment, view, { ...choices, embed: false });
  const embedded = sharedAddress(location.href, experiment, view, { ...choices, embed: true });
  const hides = (name: string): boolean => choices.hide.includes(name);
  const setHidden = (name: string, hidden: boolean): void => {
    const hide = choices.hide.filter((other) => other !== name);
    setChoices({ ...choices, hide: hidden ? [...hide, name] : hide });
  };

  const closeLarge = (): boolean => {
    setLarge(false);
    return !large;
  };
  return (
    <Dialog title="Share this experiment" onClose={closeDialog} mayClose={closeLarge}>
      <div className="share">
        <div className="share-main">
          <CopyField label="Link" value={address} />
          {canSend() && (
            <button
              type="button"
              onClick={async () => setRefused(!(await send({ title: document.title, url: address })))}
            >
              Send…
            </button>
          )}
          {refused && (
            <p role="alert" className="field-error">
              The browser does not let this page send links: copy it instead.
            </p>
          )}
          <p className="panel-note">
            It says everything about the run: whoever opens it sees the same batches and starts from the same
            weights; on the same device, to the last bit, the same curves.
            {experiment.data === 'own' && ' Your text stays with you: they are asked for one of their own.'}
          </p>
          {isOnlyHere(address) && (
            <p className="panel-note">
              This page is served from your own machine, and only this machine can open its link. For a class,
              start it with <code>npm start -- --host</code> and open the address that it prints.
            </p>
          )}
          <fieldset className="share-choices">
            <legend>The page that it opens</legend>
            <label className="check">
              <input
                type="checkbox"
                checked={choices.autoplay}
                onChange={({ target }) => setChoices({ ...choices, autoplay: target.checked })}
              />
              Starts to train at once
            </label>
            <SelectField
              label="Engine"
              value={choices.engine}
              options={ENGINE_OPTIONS}
              onChange={(engine) => setChoices({ ...choices, engine })}
            />
          </fieldset>
        </div>
        <QrCode address={address} large={large} onLarge={setLarge} />
        <fieldset className="share-parts">
          <legend>Leave out</legend>
          {parts().map(({ name, title }) => (
            <label key={name} className="check">
              <input
                type="checkbox"
                checked={hides(name)}
                onChange={({ target }) => setHidden(name, target.checked)}
              />
              {title}
            </label>
          ))}
        </fieldset>
        <div className="share-embed">
          <CopyField label="To show it within another page (HTML)" value={embedSnippet(embedded)} rows={4} />
        </div>
      </div>
    </Dialog>
  );
}
