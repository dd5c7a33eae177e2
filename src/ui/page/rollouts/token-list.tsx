/** The tokens of a completion: coloured, one stop of the Tab key, moved through by arrows. */
import { useId, useMemo, useRef, useState } from "preact/hooks";
import type { Token } from "../../answers.ts";
import { visible } from "../../../files/visible.ts";
import { tokenShade, type Coloring } from "./coloring.ts";
import { TokenPanel } from "./token-panel.tsx";

/** What is shown for a token that adds no text: the end of the sequence, or part of a character. */
const silent = "◦";

/** A text in which line ends can be seen. */
export const shownText = (text: string): string => visible(text).replaceAll("\n", "↵\n");

const tokenAt = (target: EventTarget | null): number | undefined => {
  const element = target instanceof Element ? target.closest("[data-at]") : null;
  const at = element?.getAttribute("data-at");
  return at === null || at === undefined ? undefined : Number(at);
};

/** Where a key goes from a token; nothing for other keys. */
const moved = (key: string, at: number, count: number): number | undefined => {
  const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: count - 1 }[
    key
  ];
  return to === undefined ? undefined : Math.min(count - 1, Math.max(0, to));
};

/** Which token the pointer is on, which has the focus, and which gets it next. */
const useMarked = (count: number) => {
  const list = useRef<HTMLElement | null>(null);
  const [hovered, setHovered] = useState<number | undefined>(undefined);
  const [focused, setFocused] = useState<number | undefined>(undefined);
  const [next, setNext] = useState(0);
  const elementOf = (at: number): HTMLElement | null => list.current?.querySelector(`[data-at="${at}"]`) ?? null;
  const close = (): void => {
    setHovered(undefined);
    setFocused(undefined);
  };
  const handlers = {
    onPointerOver: (event: PointerEvent) => {
      const at = tokenAt(event.target);
      if (at !== undefined) setHovered(at);
    },
    onFocusIn: (event: FocusEvent) => {
      const at = tokenAt(event.target);
      if (at === undefined) return;
      setFocused(at);
      setNext(at);
    },
    onFocusOut: () => setFocused(undefined),
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key === "Escape") close();
      const to = moved(event.key, next, count);
      if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      elementOf(to)?.focus();
    },
  };
  const shown = hovered ?? focused;
  return {
    list,
    shown: shown !== undefined && shown < count ? shown : undefined,
    next: Math.min(next, count - 1),
    elementOf,
    handlers,
    leave: () => setHovered(undefined),
  };
};

/** The tokens. */
export const TokenList = ({
  tokens,
  coloring,
  label,
  shade,
}: {
  readonly tokens: readonly Token[];
  readonly coloring: Coloring;
  readonly label: string;
  /** The class of the whole list. */
  readonly shade: string;
}) => {
  const id = useId();
  const panel = useRef<HTMLDivElement | null>(null);
  const { list, shown, next, elementOf, handlers, leave } = useMarked(tokens.length);
  const shades = useMemo(() => tokens.map((token) => tokenShade(token, coloring)), [tokens, coloring]);
  const marked = shown === undefined ? undefined : tokens[shown];
  return (
    <div class="tokens" onPointerLeave={leave}>
      <code
        class={`text ${shade}`}
        role="listbox"
        aria-orientation="horizontal"
        aria-label={label}
        ref={list}
        {...handlers}
      >
        {tokens.map(({ text }, at) => (
          <span
            key={at}
            role="option"
            data-at={at}
            tabIndex={at === next ? 0 : -1}
            aria-selected={at === next}
            aria-describedby={at === shown ? id : undefined}
            class={at === shown ? `${shades[at]} marked` : shades[at]}
          >
            {text === "" ? silent : shownText(text)}
          </span>
        ))}
      </code>
      {marked === undefined || shown === undefined ? null : (
        <TokenPanel id={id} token={marked} position={shown + 1} panel={panel} anchor={() => elementOf(shown)} />
      )}
    </div>
  );
};
