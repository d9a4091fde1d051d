const ARXIV = /(arXiv:\d{4}\.\d{4,5})/;

/** Where a task comes from; numbers of arXiv lead there. */
export function Citation({ text }: { readonly text: string }) {
  return (
    <cite>
      {text.split(ARXIV).map((part) =>
        ARXIV.test(part) ? (
          <a key={part} href={`https://arxiv.org/abs/${part.slice(6)}`}>
            {part}
          </a>
        ) : (
          part
        ),
      )}
    </cite>
  );
}
