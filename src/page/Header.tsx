/** The name, the idea in a sentence, and where to read on. */
export function Header() {
  return (
    <header className="header">
      <div>
        <h1>Path-SGD Playground</h1>
        <p className="idea">
          Two networks, the same start, the same data. One takes steps that ignore how its weights are scaled.
        </p>
      </div>
      <nav aria-label="More">
        <a href="https://arxiv.org/abs/1605.07154">The paper</a>
        <a href="./check.html">Check this GPU</a>
      </nav>
    </header>
  );
}
