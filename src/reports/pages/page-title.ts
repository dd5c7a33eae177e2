/** What a page of figures says of itself first, by the scale of the figures. */
import type { Scale } from "../../reproduction/figures.ts";

/** Title, and sentences about the models where they are not the paper's kind. */
export interface PageTitle {
  readonly title: string;
  /** Nothing where the figures' own files say it all. */
  readonly models: string | undefined;
}

/** Of the figures of a scale. */
export const pageTitle = (scale: Scale): PageTitle =>
  scale === "pretrained"
    ? {
        title: "The paper's figures on SmolLM2-135M",
        models:
          "The model is SmolLM2-135M-Instruct, of 135 million parameters in thirty layers, read from a file of four " +
          "bits a weight. The teacher is the whole of it, trained on references of the task. Every student is ten of " +
          "its layers, trained on fewer of these references before the figures' trials start.",
      }
    : { title: `The paper's figures at ${scale} scale`, models: undefined };
