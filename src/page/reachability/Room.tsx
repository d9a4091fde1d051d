import { useCallback, useEffect, useMemo, useState } from 'react';
import { messageOf } from '../../engine/engine.ts';
import { freeSteps, obstacleOf } from '../../reachability/question.ts';
import {
  readReachabilitySettings,
  type Settings,
  writeReachabilitySettings,
} from '../../reachability/settings.ts';
import { withoutCopies } from '../../session/page/runData.ts';
import { useRun } from '../../session/page/runStore.ts';
import { Citation } from '../Citation.tsx';
import { withLength } from '../edits.ts';
import { formatCount } from '../numbers.ts';
import type { RoomProps } from '../rooms/room.ts';
import { edit } from '../workbench.ts';
import { AnswerView } from './AnswerView.tsx';
import { Fields } from './Fields.tsx';
import { takeNetworks } from './takeNetwork.ts';
import { useWork } from './useWork.ts';
import { WorkBar } from './WorkBar.tsx';
import type { Answer, Event, Taken } from './work.ts';
import '../styles/inside.css';
import '../styles/charts.css';
import '../styles/reachability.css';

const PAPER =
  'Xiang, Tran, Johnson, "Reachable Set Computation and Safety Verification for Neural Networks with ReLU Activations", arXiv:1712.08163';

/** A length of the adding problem that the room takes, soon learnt. */
const SHORT_LENGTH = 20;

/** An answer with what it was asked of. */
interface Answered {
  readonly answer: Answer;
  readonly taken: Taken | null;
  readonly settings: Settings;
}

/** The exact output reachable set of a network of the run, and whether its answers are safe. */
export default function Room({ settings: record, onSettings }: RoomProps) {
  const { settings, messages } = useMemo(() => readReachabilitySettings(record), [record]);
  const runExperiment = useRun((state) => state.experiment);
  const copies = useRun((state) => state.copies);
  const status = useRun((state) => state.status);
  const experiment = useMemo(() => withoutCopies(runExperiment, copies), [runExperiment, copies]);
  const [taken, setTaken] = useState<Taken | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [answered, setAnswered] = useState<Answered | null>(null);
  const random = settings.network === 'random';
  const obstacle = random ? null : obstacleOf(experiment);
  const current = taken !== null && sameExperiment(taken.experiment, experiment) ? taken : null;

  const asked = useMemo(() => ({ taken: random ? null : current, settings }), [random, current, settings]);
  const receive = useCallback(
    (event: Event): void => {
      if (event.type === 'answer') setAnswered({ answer: event.answer, ...asked });
    },
    [asked],
  );
  const work = useWork(receive);
  const { start, cancel } = work;

  const take = useCallback(async (): Promise<void> => {
    setProblem(null);
    try {
      setTaken(await takeNetworks());
    } catch (error) {
      setProblem(messageOf(error));
    }
  }, []);
  const stands = status === 'idle' || status === 'paused' || status === 'stopped';
  const missing = !random && obstacle === null && current === null;
  useEffect(() => {
    if (missing && stands) void take();
  }, [missing, stands, take]);
  // Whatever is asked is answered at once: most answers take less than a second.
  useEffect(() => {
    if (asked.taken !== null || asked.settings.network === 'random') {
      start({ kind: 'answer', ...asked, exponents: null });
    } else {
      cancel();
      setAnswered(null);
    }
  }, [asked, start, cancel]);

  const change = (changes: Partial<Settings>): void =>
    onSettings(writeReachabilitySettings({ ...settings, ...changes }));
  const shown = obstacle === null ? answered : null;
  return (
    <div className="reach">
      <h3>What can a network answer?</h3>
      <p>
        A ReLU network is linear in pieces. Let two numbers of its input be free and keep all others: the
        square of the two is split, exactly, into the regions on which the network is linear. Since a linear
        function is largest at a corner, the corners tell what holds for every choice, where samples could
        only guess.
      </p>
      <p className="panel-note">
        <Citation text={PAPER} />
      </p>
      {messages.length > 0 && (
        <div className="reach-problem" role="alert">
          {messages.map(({ message }) => (
            <p key={message}>{message}</p>
          ))}
        </div>
      )}
      <Fields experiment={experiment} settings={settings} asks={obstacle === null} onChange={change} />
      {obstacle !== null ? (
        <>
          <p className="reach-problem" role="alert">
            {obstacle}
          </p>
          {experiment.task === 'adding' && (
            <button type="button" onClick={() => edit(withLength(experiment, SHORT_LENGTH))}>
              Train on sequences of {SHORT_LENGTH} steps
            </button>
          )}
        </>
      ) : (
        <WorkBar
          label={random || status !== 'running' ? 'Prove it now' : 'Pause and prove it'}
          work={work}
          primary
          onStart={() => {
            if (random) start({ kind: 'answer', ...asked, exponents: null });
            else void take();
          }}
        />
      )}
      {problem !== null && (
        <p className="reach-problem" role="alert">
          {problem}
        </p>
      )}
      {missing && status === 'running' && (
        <p className="panel-note">The run trains. The button pauses it and takes the network of that step.</p>
      )}
      {shown && (
        <>
          {shown.taken && <StepNote taken={shown.taken} />}
          <AnswerView
            {...shown}
            busy={work.busy}
            shownSteps={freeSteps(experiment, settings)}
            onChange={change}
          />
        </>
      )}
    </div>
  );
}

const sameExperiment = (a: Taken['experiment'], b: Taken['experiment']): boolean =>
  a === b || JSON.stringify(a) === JSON.stringify(b);

/** Of which step the network is, and whether the run has gone on since. */
function StepNote({ taken }: { readonly taken: Taken }) {
  const status = useRun((state) => state.status);
  const data = useRun((state) => state.data);
  const gone = status === 'running' || data.step !== taken.step;
  return (
    <p className="panel-note">
      The network after step {formatCount(taken.step)}.
      {gone && ' The run has gone on since: the button takes the network that it has now.'}
    </p>
  );
}
