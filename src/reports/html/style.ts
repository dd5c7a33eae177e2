/** How a report looks: light or dark as the reader's system says. */

/** Colours of the light page by their names in CSS; plots on their own have them, too. */
export const lightColors: Readonly<Record<string, string>> = {
  "--page": "#ffffff",
  "--ink": "#1b1f24",
  "--quiet": "#57606a",
  "--line": "#d0d7de",
  "--panel": "#f6f8fa",
  "--link": "#0757ba",
  "--replicated": "#116329",
  "--not-replicated": "#b3151f",
  "--inconclusive": "#7a5200",
  "--not-run": "#57606a",
  "--reward-1": "#ffd2cd",
  "--reward-2": "#ffe6c4",
  "--reward-3": "#fff3b8",
  "--reward-4": "#dff2c4",
  "--reward-5": "#bfeac4",
  "--divergence-1": "#e8f0fc",
  "--divergence-2": "#c9dcf9",
  "--divergence-3": "#a3c4f5",
  "--divergence-4": "#7fabf0",
  "--series-1": "#0757ba",
  "--series-2": "#b3540b",
  "--series-3": "#0b7a5b",
  "--series-4": "#9a2f8f",
  "--series-5": "#6b6f00",
  "--series-6": "#4b5563",
  "--plot-background": "#ffffff",
};

const darkColors: Readonly<Record<string, string>> = {
  "--page": "#12161b",
  "--ink": "#e6eaef",
  "--quiet": "#9aa5b1",
  "--line": "#39424d",
  "--panel": "#1b2129",
  "--link": "#7cb7ff",
  "--replicated": "#5fd17c",
  "--not-replicated": "#ff8a84",
  "--inconclusive": "#e5b54a",
  "--not-run": "#9aa5b1",
  "--reward-1": "#6b1d1a",
  "--reward-2": "#5e3413",
  "--reward-3": "#4f450e",
  "--reward-4": "#304a1a",
  "--reward-5": "#17522a",
  "--divergence-1": "#17283f",
  "--divergence-2": "#1a3a63",
  "--divergence-3": "#1d4d8a",
  "--divergence-4": "#2162b5",
  "--series-1": "#6fb1ff",
  "--series-2": "#ffa657",
  "--series-3": "#4fd1a5",
  "--series-4": "#e59be0",
  "--series-5": "#d4d65a",
  "--series-6": "#b8c0ca",
};

const variables = (colors: Readonly<Record<string, string>>): string =>
  Object.entries(colors)
    .map(([name, color]) => `${name}: ${color};`)
    .join(" ");

/** Classes `name-1` to `name-count`, each with a background of its own. */
const shades = (name: string, count: number, more = ""): string =>
  Array.from(
    { length: count },
    (_, k) => `.${name}-${k + 1} { background: var(--${name}-${k + 1}); color: var(--ink); ${more}}`,
  ).join(" ");

/** CSS of the page. */
export const style = `
:root { color-scheme: light dark; ${variables(lightColors)} }
@media (prefers-color-scheme: dark) { :root { ${variables(darkColors)} } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
body { overflow-wrap: break-word; }
header, main, footer, nav { max-width: 76rem; margin: 0 auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 1.5rem 0 .5rem; }
h2 { font-size: 1.3rem; line-height: 1.3; margin: 3rem 0 .25rem; padding-top: 1rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.75rem 0 .5rem; }
p { margin: .25rem 0 .75rem; max-width: 46rem; }
a { color: var(--link); }
a:focus-visible, .scroll:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -100vw; }
.skip:focus { position: static; display: inline-block; padding: .5rem 1rem; }
nav ul { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; }
.quiet { color: var(--quiet); font-size: .9rem; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
caption { text-align: left; padding: .5rem .75rem; color: var(--quiet); font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .75rem; font-weight: normal; }
th, td { border-top: 1px solid var(--line); }
thead th { background: var(--panel); font-weight: 600; white-space: nowrap; }
td.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
.claim { min-width: 11rem; } .claim code { display: block; color: var(--quiet); font-size: .82rem; }
.finding { min-width: 12rem; }
.outcome { font-weight: 700; white-space: nowrap; }
.replicated { color: var(--replicated); }
.not-replicated { color: var(--not-replicated); }
.inconclusive { color: var(--inconclusive); }
.not-run { color: var(--not-run); }
figure { margin: 1rem 0; }
figcaption { color: var(--quiet); font-size: .9rem; max-width: 46rem; margin-top: .5rem; }
h4 { font-size: 1rem; margin: 1rem 0 .25rem; }
.discussion { border-left: 4px solid var(--line); padding-left: 1rem; margin-top: 1.25rem; }
.discussion h3 { margin-top: 0; }
.discussion p { max-width: 60rem; }
.plot { --plot-background: var(--page); font-size: 12px; max-width: 100%; }
.narrow { display: none; }
.curves { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(22rem, 100%), 1fr)); gap: 0 1rem; }
.curves figure { margin: .5rem 0; min-width: 0; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; font-size: .88rem; border-radius: 3px; }
td > .text, th > .text { display: inline-block; min-width: 9rem; max-width: 34rem; }
${shades("reward", 5, "padding: 0 .2rem; ")}
${shades("divergence", 4)}
th code, td code { overflow-wrap: anywhere; }
summary { cursor: pointer; padding: .25rem 0; }
summary:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.legend { list-style: none; margin: .25rem 0; padding: 0; font-size: .92rem; }
.legend { display: flex; flex-wrap: wrap; gap: .1rem 1.25rem; }
.legend li { display: flex; align-items: center; gap: .4rem; } .legend svg { flex: none; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .5rem 0; font-size: .9rem; }
dt { color: var(--quiet); }
dd { margin: 0; min-width: 0; }
footer { padding: 2rem 1rem 3rem; }
@media (max-width: 44rem) {
  .wide { display: none; }
  .narrow { display: block; }
  th, td { padding: .35rem .5rem; }
  dl { grid-template-columns: 1fr; }
  dd { margin-bottom: .35rem; }
}
@media print { nav, .skip { display: none; } section { break-inside: avoid-page; } }
`;
