const PATHS = {
  play: 'M4 2.5v11l9-5.5z',
  pause: 'M3.5 2.5h3v11h-3zM9.5 2.5h3v11h-3z',
  step: 'M3 2.5v11l7-5.5zM11 2.5h2v11h-2z',
  reset: 'M8 2.2a5.8 5.8 0 1 0 5.8 5.8h-1.9A3.9 3.9 0 1 1 8 4.1v2.4l4-3.4-4-3.3z',
  more: 'M2.6 5.2l5.4 5.4 5.4-5.4 1.2 1.2L8 13 1.4 6.4z',
  less: 'M2.6 11.6L8 6.2l5.4 5.4 1.2-1.2L8 3.8l-6.6 6.6z',
  duplicate: 'M1.5 4.5h9v10h-9zm1.6 1.6v6.8h5.8V6.1zM5 1.5h9.5V11h-1.6V3.1H5z',
  sweep: 'M1.5 2h1.7v10.8H14.5v1.7h-13zM4.6 4.4l3 5 3.1-2.1 3-5.2 1.4.8-3.3 5.8-4.7 3.2-3.9-6.6z',
  spike: 'M1 12.2h4.2L8 1.5l2.8 10.7H15v1.7H9.5L8 8.2l-1.5 5.7H1z',
  remove: 'M3.6 2.4L8 6.8l4.4-4.4 1.2 1.2L9.2 8l4.4 4.4-1.2 1.2L8 9.2l-4.4 4.4-1.2-1.2L6.8 8 2.4 3.6z',
} as const;

/** A small picture in the colour of the text; what it means stands beside it as text. */
export function Icon({ name }: { readonly name: keyof typeof PATHS }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} fillRule="evenodd" />
    </svg>
  );
}
