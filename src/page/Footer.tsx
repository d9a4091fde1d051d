import { OfflineNote } from './offline/OfflineNote.tsx';
import { COMMIT, VERSION } from './version.ts';
import './styles/footer.css';

/** The method in three sentences, its source, the licence, whether the page works offline, and which version it is. */
export function Footer() {
  return (
    <footer className="footer">
      <section>
        <h2>The method</h2>
        <p>
          Multiply all weights into a ReLU unit by ten and divide those out of it by ten: the network computes
          just the same, yet SGD now takes entirely different steps. Path-SGD divides each component of the
          gradient by <i>κ</i>, the sum over all paths through that weight of the squared product of the other
          weights on the path. Such a step does not change when units are rescaled, and in a recurrent network
          it costs about as much as one more pass over a batch of one.
        </p>
      </section>
      <section>
        <h2>Source</h2>
        <p>
          B. Neyshabur, Y. Wu, R. Salakhutdinov, N. Srebro,{' '}
          <a href="https://arxiv.org/abs/1605.07154">
            Path-Normalized Optimization of Recurrent Neural Networks with ReLU Activations
          </a>
          , NIPS 2016.
        </p>
        <p>
          MIT licence. Everything is computed on your machine; nothing is sent anywhere.{' '}
          <a href="./check.html">Check this GPU</a>, <a href="./bench.html">measure its speed</a>
        </p>
        <OfflineNote />
        <p>
          Version {VERSION}
          {COMMIT !== null && (
            <>
              , commit <code>{COMMIT}</code>
            </>
          )}
        </p>
      </section>
    </footer>
  );
}
