/** Inputs that several pages have, each with its label. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

/** Milliseconds without a key after which a text is taken. */
const settling = 250;

/** A value that follows each key, and is handed on when the keys rest. */
const useSettled = (value: string, onValue: (value: string) => void): readonly [string, (value: string) => void] => {
  const [typed, setTyped] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const taken = useRef(onValue);
  taken.current = onValue;
  useEffect(() => {
    // The address changed by itself, such as by the back button; what is being typed stays.
    if (timer.current === undefined) setTyped(value);
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const set = (next: string): void => {
    setTyped(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      timer.current = undefined;
      taken.current(next);
    }, settling);
  };
  return [typed, set];
};

interface InputProps {
  readonly label: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
}

/** A box for a text that filters. */
export const SearchBox = ({ label, value, onValue, hint }: InputProps & { readonly hint?: string }) => {
  const [typed, setTyped] = useSettled(value, onValue);
  return (
    <label class="field">
      {label}
      <input type="search" value={typed} placeholder={hint} onInput={(event) => setTyped(event.currentTarget.value)} />
    </label>
  );
};

/** A slider from 0 to less than 1. */
export const Slider = ({
  label,
  value,
  onValue,
  step,
  max,
}: InputProps & {
  readonly step: number;
  readonly max: number;
}) => {
  const [typed, setTyped] = useSettled(value, onValue);
  return (
    <label class="field">
      {label}
      <input
        type="range"
        min={0}
        max={max}
        step={step}
        value={typed}
        onInput={(event) => setTyped(event.currentTarget.value)}
      />
      <output>{typed}</output>
    </label>
  );
};

/** One of several. */
export const Choice = ({
  label,
  value,
  onValue,
  options,
}: InputProps & {
  readonly options: readonly (readonly [value: string, text: string])[];
}) => (
  <label class="field">
    {label}
    <select value={value} onChange={(event) => onValue(event.currentTarget.value)}>
      {options.map(([name, text]) => (
        <option key={name} value={name}>
          {text}
        </option>
      ))}
    </select>
  </label>
);

/** On or off. */
export const Check = ({
  checked,
  onChecked,
  children,
}: {
  readonly checked: boolean;
  readonly onChecked: (checked: boolean) => void;
  readonly children: ComponentChildren;
}) => (
  <label class="check">
    <input type="checkbox" checked={checked} onChange={(event) => onChecked(event.currentTarget.checked)} />
    <span>{children}</span>
  </label>
);

/** The greatest of the sorted steps before one, and the least after it. */
const besides = (steps: readonly number[], step: number): readonly [number | undefined, number | undefined] => [
  steps.findLast((other) => other < step),
  steps.find((other) => other > step),
];

/** A step: the one before and after, a number, the newest. */
export const StepChoice = ({
  step,
  steps,
  latest,
  onStep,
  kind = "",
}: {
  readonly step: number | undefined;
  /** Steps that the buttons go to, sorted. */
  readonly steps: readonly number[];
  /** The newest step is followed. */
  readonly latest: boolean;
  /** Empty for the newest. */
  readonly onStep: (step: string) => void;
  readonly kind?: string;
}) => {
  const [before, after] = step === undefined ? [undefined, undefined] : besides(steps, step);
  const button = (to: number | undefined, text: string) => (
    <button type="button" disabled={to === undefined} onClick={() => onStep(String(to))}>
      {text}
    </button>
  );
  return (
    <div class="group" role="group" aria-label="Step">
      {button(before, `Previous ${kind}step`)}
      <label class="field">
        Step
        <input
          type="number"
          min={0}
          step={1}
          value={step}
          onChange={(event) => {
            if (event.currentTarget.checkValidity()) onStep(event.currentTarget.value);
          }}
        />
      </label>
      {button(after, `Next ${kind}step`)}
      <button
        type="button"
        aria-pressed={latest}
        onClick={() => onStep(latest && step !== undefined ? String(step) : "")}
      >
        Latest
      </button>
    </div>
  );
};

/** Puts a text on the clipboard. */
export const CopyButton = ({ text }: { readonly text: string }) => {
  const [said, setSaid] = useState("Copy");
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid("Copied");
    } catch {
      // The browser does not allow it to a page that is not secure, or the person did not.
      setSaid("Select the text to copy it");
    }
  };
  return (
    <button type="button" onClick={() => void copy()}>
      {said}
    </button>
  );
};
