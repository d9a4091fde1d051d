import { describe, expect, test } from 'vitest';
import { defaultView, formatLink, parseLink } from '../../src/experiment/link.ts';
import { RunData } from '../../src/session/page/runData.ts';
import { openFile } from '../../src/session/store/runFile.ts';
import { Session } from './session.ts';
import { CHECKPOINT, RECORD } from './tabs.ts';

// Saved by the page at commit 9132d4a, before the session was rebuilt. What it kept in IndexedDB is in leftRuns.test.ts.
describe('what was saved with version 1', () => {
  test('a checkpoint opens with its curves, copies and stops, and goes on', async () => {
    const opened = await openFile(new Blob([CHECKPOINT]));
    if (opened.kind !== 'checkpoint') throw new Error('It was opened as a record.');
    const { checkpoint, data, stops } = opened.run;
    const { experiment } = parseLink(
      'length=4&hidden=4&batch=2&lane=path,momentum:0.5&lane=adam&lane=path,momentum:0.5',
    );
    expect(checkpoint.experiment).toEqual(experiment);
    expect(checkpoint.step).toBe(8);
    expect(data.copies).toEqual([{ lane: 2, of: 0, step: 3, exponents: Int8Array.from([1, -1, 2, 0]) }]);
    expect(stops).toEqual([{ lane: 1, step: 8, reason: 'the loss is not finite (NaN)' }]);
    const restored = RunData.restored(data);
    expect(restored.lanes.map(({ loss }) => loss.points().length)).toEqual([8, 8, 5]);

    const session = new Session();
    session.create(formatLink(experiment, defaultView), 1, {
      from: { checkpoint, seconds: restored.clock.seconds },
    });
    await session.next('ready', 1);
    const done = session.next('checkpointed', 1, ({ checkpoint: { step } }) => step === 9);
    session.send({ type: 'step', run: 1 });
    const next = (await done).checkpoint;
    expect(next.parameters).toHaveLength(checkpoint.parameters.length);
    expect(next.parameters).not.toEqual(checkpoint.parameters);
    session.send({ type: 'dispose' });
  });

  test('a run saved as JSON opens with its curves', async () => {
    const opened = await openFile(new Blob([RECORD]));
    if (opened.kind !== 'record') throw new Error('It was opened as a checkpoint.');
    const { step, lanes, stops, link } = opened.record;
    expect(step).toBe(8);
    expect(lanes.map(({ loss }) => loss.linear.length)).toEqual([8, 8, 5]);
    expect(stops).toHaveLength(1);
    expect(link).toContain('lane=adam');
  });
});
