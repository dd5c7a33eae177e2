/**
 * How fast the channels of a head turn: the frequencies of the rotary position embedding, and how they are scaled for
 * longer contexts.
 */

/** Scaling of the frequencies; names as in a policy's parameters. */
export type RopeScaling =
  | {
      readonly type: "linear";
      /** Every frequency is divided by it: positions lie closer (Chen et al., 2023). */
      readonly factor: number;
    }
  | {
      /**
       * Llama 3.1: with n = originalContextLength / wavelength, the turns within the original context, frequencies are
       * divided by `factor` where n < lowFrequencyFactor, kept where n > highFrequencyFactor, and interpolated linearly
       * in n between.
       */
      readonly type: "llama3";
      readonly factor: number;
      readonly lowFrequencyFactor: number;
      readonly highFrequencyFactor: number;
      /** Tokens. */
      readonly originalContextLength: number;
    }
  | {
      /** As GGUF files hold the scaling of Llama 3.1, and one list of LongRoPE (Ding et al., 2024). */
      readonly type: "factors";
      /** [W / 2]: what each channel's frequency is divided by. */
      readonly factors: readonly number[];
    };

/** What the frequencies depend on. */
export interface RotarySizes {
  /** Width W of one head; even. */
  readonly headWidth: number;
  /** Base of the wavelengths: channel i turns by position * ropeTheta^(-2i / W). */
  readonly ropeTheta: number;
  /** The frequencies as they are when left out. */
  readonly ropeScaling?: RopeScaling | undefined;
}

const { fround } = Math;

/** The frequency of channel i, whose wavelength before scaling is given in positions over 2 pi. */
const frequencyOf = (i: number, wavelength: number, scaling: RopeScaling | undefined): number => {
  if (scaling?.type === "factors") return 1 / fround(fround(scaling.factors[i]!) * wavelength);
  const frequency = fround(1 / wavelength);
  if (scaling === undefined) return frequency;
  if (scaling.type === "linear") return frequency / scaling.factor;
  const { factor, lowFrequencyFactor, highFrequencyFactor, originalContextLength } = scaling;
  const turns = (originalContextLength * frequency) / (2 * Math.PI);
  const kept = Math.min(Math.max((turns - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor), 0), 1);
  return ((1 - kept) * frequency) / factor + kept * frequency;
};

/**
 * [W / 2], radians a position, for channels i and i + W / 2. Rounded to float32 after each operation, as PyTorch does:
 * a frequency that is more exact than what a checkpoint was trained with differs from it by 7e-4 in the cosines at
 * position 8191.
 */
export const rotaryFrequencies = ({ headWidth, ropeTheta, ropeScaling }: RotarySizes): Float32Array =>
  Float32Array.from({ length: headWidth / 2 }, (_, i) => {
    const wavelength = fround(fround(ropeTheta) ** fround((2 * i) / headWidth));
    return frequencyOf(i, wavelength, ropeScaling);
  });
