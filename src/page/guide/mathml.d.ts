import type { HTMLAttributes, Ref } from 'react';

/** What an element of MathML takes here. */
interface MathAttributes extends HTMLAttributes<MathMLElement> {
  readonly ref?: Ref<MathMLElement>;
  readonly display?: 'block' | 'inline';
}

// React knows the elements of MathML, its types do not.
declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      math: MathAttributes;
      mfrac: MathAttributes;
      mi: MathAttributes & { readonly mathvariant?: 'normal' };
      mn: MathAttributes;
      mo: MathAttributes & { readonly stretchy?: 'false' };
      mrow: MathAttributes;
      mspace: MathAttributes & { readonly width?: string };
      msqrt: MathAttributes;
      mstyle: MathAttributes;
      msub: MathAttributes;
      msubsup: MathAttributes;
      msup: MathAttributes;
      mtext: MathAttributes;
      munder: MathAttributes;
      munderover: MathAttributes;
    }
  }
}
