import type { ReactNode } from 'react';

/** A formula on a line of its own; what it says stands in the text around it. */
export const Formula = ({ children }: { readonly children: ReactNode }) => (
  <div className="formula">
    <math display="block">{children}</math>
  </div>
);

const Squared = ({ children }: { readonly children: ReactNode }) => (
  <msup>
    <mrow>{children}</mrow>
    <mn>2</mn>
  </msup>
);

/** The variance of a sum of two uniform numbers is the loss of always answering its mean. */
export const Baseline = () => (
  <Formula>
    <mi mathvariant="normal">E</mi>
    <mo stretchy="false">[</mo>
    <Squared>
      <mo stretchy="false">(</mo>
      <mi>a</mi>
      <mo>+</mo>
      <mi>b</mi>
      <mo>−</mo>
      <mn>1</mn>
      <mo stretchy="false">)</mo>
    </Squared>
    <mo stretchy="false">]</mo>
    <mo>=</mo>
    <mfrac>
      <mn>2</mn>
      <mn>12</mn>
    </mfrac>
    <mo>≈</mo>
    <mn>0.167</mn>
  </Formula>
);

const Positive = ({ children }: { readonly children: ReactNode }) => (
  <msub>
    <mrow>
      <mo stretchy="false">[</mo>
      {children}
      <mo stretchy="false">]</mo>
    </mrow>
    <mo>+</mo>
  </msub>
);

/** ReLU lets a positive factor through. */
export const Homogeneity = () => (
  <Formula>
    <Positive>
      <mi>α</mi>
      <mi>z</mi>
    </Positive>
    <mo>=</mo>
    <mi>α</mi>
    <Positive>
      <mi>z</mi>
    </Positive>
    <mtext>&nbsp;&nbsp;for&nbsp;</mtext>
    <mi>α</mi>
    <mo>&gt;</mo>
    <mn>0</mn>
  </Formula>
);

/** Where a weight grows by a factor, its gradient shrinks by it. */
export const ScaledGradient = () => (
  <Formula>
    <mi>w</mi>
    <mo>→</mo>
    <mi>α</mi>
    <mi>w</mi>
    <mo>,</mo>
    <mspace width="0.8em" />
    <mi>g</mi>
    <mo>→</mo>
    <mfrac>
      <mi>g</mi>
      <mi>α</mi>
    </mfrac>
  </Formula>
);

const Gamma2 = () => (
  <msup>
    <mi>γ</mi>
    <mn>2</mn>
  </msup>
);

/** The path regulariser: over all paths from an input to an output, the product of their squared weights. */
export const PathRegulariser = () => (
  <Formula>
    <Gamma2 />
    <mo>=</mo>
    <munder>
      <mo>∑</mo>
      <mtext>paths</mtext>
    </munder>
    <munder>
      <mo>∏</mo>
      <mtext>weights on it</mtext>
    </munder>
    <msup>
      <mi>w</mi>
      <mn>2</mn>
    </msup>
  </Formula>
);

/** The step of Path-SGD, and kappa. */
export const PathStep = () => (
  <Formula>
    <mi>w</mi>
    <mo>→</mo>
    <mi>w</mi>
    <mo>−</mo>
    <mi>η</mi>
    <mfrac>
      <mi>g</mi>
      <mi>κ</mi>
    </mfrac>
    <mo>,</mo>
    <mspace width="0.8em" />
    <mi>κ</mi>
    <mo>=</mo>
    <mfrac>
      <mn>1</mn>
      <mn>2</mn>
    </mfrac>
    <mfrac>
      <mrow>
        <msup>
          <mo>∂</mo>
          <mn>2</mn>
        </msup>
        <Gamma2 />
      </mrow>
      <mrow>
        <mo>∂</mo>
        <msup>
          <mi>w</mi>
          <mn>2</mn>
        </msup>
      </mrow>
    </mfrac>
  </Formula>
);

const kappa = (index: number): ReactNode => (
  <msub>
    <mi>κ</mi>
    <mn>{index}</mn>
  </msub>
);

/** The two rules, side by side: the same gradient, once divided by kappa. */
export const TwoRules = () => (
  <Formula>
    <mtext>SGD:&nbsp;</mtext>
    <mi>w</mi>
    <mo>−</mo>
    <mi>η</mi>
    <mi>g</mi>
    <mspace width="1.5em" />
    <mtext>Path-SGD:&nbsp;</mtext>
    <mi>w</mi>
    <mo>−</mo>
    <mi>η</mi>
    <mfrac>
      <mi>g</mi>
      {kappa(1)}
    </mfrac>
  </Formula>
);

/** What a path that uses a weight k times adds to either term. */
export const TwoTerms = () => (
  <Formula>
    <mi>κ</mi>
    <mo>=</mo>
    {kappa(1)}
    <mo>+</mo>
    {kappa(2)}
    <mo>,</mo>
    <mspace width="0.8em" />
    {kappa(1)}
    <mo>∼</mo>
    <mi>k</mi>
    <mo>,</mo>
    <mspace width="0.8em" />
    {kappa(2)}
    <mo>∼</mo>
    <mn>2</mn>
    <mi>k</mi>
    <mo stretchy="false">(</mo>
    <mi>k</mi>
    <mo>−</mo>
    <mn>1</mn>
    <mo stretchy="false">)</mo>
  </Formula>
);

/** On the diagonal of an identity start, with the answer at the last of T steps. */
export const IdentityRatio = () => (
  <Formula>
    <mfrac>
      {kappa(2)}
      {kappa(1)}
    </mfrac>
    <mo>=</mo>
    <mfrac>
      <mrow>
        <mn>4</mn>
        <mo stretchy="false">(</mo>
        <mi>T</mi>
        <mo>−</mo>
        <mn>2</mn>
        <mo stretchy="false">)</mo>
      </mrow>
      <mn>3</mn>
    </mfrac>
    <mo>=</mo>
    <mn>24</mn>
    <mtext>&nbsp;&nbsp;at&nbsp;</mtext>
    <mi>T</mi>
    <mo>=</mo>
    <mn>20</mn>
  </Formula>
);

/** The norm of a gradient in the path geometry. */
export const DualNorm = () => (
  <Formula>
    <mi>n</mi>
    <mo>=</mo>
    <msqrt>
      <mo>∑</mo>
      <mfrac>
        <msup>
          <mi>g</mi>
          <mn>2</mn>
        </msup>
        <mi>κ</mi>
      </mfrac>
    </msqrt>
  </Formula>
);

const stateAt = (time: ReactNode): ReactNode => (
  <msub>
    <mi>h</mi>
    <mrow>{time}</mrow>
  </msub>
);

/** The gradient comes back through one factor of the recurrent weights for each time step. */
export const BackThroughTime = () => (
  <Formula>
    <mfrac>
      <mrow>
        <mo>∂</mo>
        {stateAt(<mi>T</mi>)}
      </mrow>
      <mrow>
        <mo>∂</mo>
        {stateAt(<mi>t</mi>)}
      </mrow>
    </mfrac>
    <mo>=</mo>
    <munderover>
      <mo>∏</mo>
      <mrow>
        <mi>s</mi>
        <mo>=</mo>
        <mi>t</mi>
        <mo>+</mo>
        <mn>1</mn>
      </mrow>
      <mi>T</mi>
    </munderover>
    <msub>
      <mi>D</mi>
      <mi>s</mi>
    </msub>
    <msub>
      <mi>W</mi>
      <mtext>rec</mtext>
    </msub>
  </Formula>
);
