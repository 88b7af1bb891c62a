"""How the page of an audit looks: on light and dark screens, and on paper."""

STYLE = """
:root { color-scheme: light dark; --paper: #ffffff; --ink: #1c1c1c; --soft: #5a5a5a; --line: #c9c9c9; --head: #efefef;
  --wrong: #ffd5c7; --wrong-line: #b3390f; --code: #f4f4f4; }
@media (prefers-color-scheme: dark) { :root { --paper: #16181b; --ink: #e9e9e9; --soft: #b4b4b4; --line: #4a4d52;
  --head: #25282c; --wrong: #5a2413; --wrong-line: #ff9f80; --code: #22252a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, "Segoe UI", "Noto Sans",
  "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.6rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 0 0 .5rem; overflow-wrap: anywhere; }
small { color: var(--soft); font-weight: normal; }
section { border-top: 1px solid var(--line); padding: 1.25rem 0; break-inside: avoid; }
.sheet { overflow-x: auto; }
table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; margin: .5rem 0; }
caption { text-align: start; color: var(--soft); padding-bottom: .25rem; }
th, td { border: 1px solid var(--line); padding: .2rem .5rem; white-space: nowrap; }
th, thead td { background: var(--head); color: var(--soft); font-weight: normal; text-align: center; }
.number { text-align: end; }
.wrong { background: var(--wrong); outline: 2px solid var(--wrong-line); outline-offset: -2px; font-weight: bold; }
.spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .25rem 1rem; margin: .75rem 0; }
dt { color: var(--soft); } dd { margin: 0; }
code { background: var(--code); padding: .1rem .35rem; border-radius: .25rem; overflow-wrap: anywhere;
  font: .9em ui-monospace, Consolas, "DejaVu Sans Mono", monospace; }
details { margin: .35rem 0; } summary { cursor: pointer; }
summary:focus-visible { outline: 2px solid var(--wrong-line); outline-offset: 2px; }
footer { border-top: 1px solid var(--line); margin-top: 1.5rem; padding-top: .75rem;
  color: var(--soft); font-size: .85rem; }
@media print { :root { --paper: #fff; --ink: #000; --soft: #444; --line: #999; --head: #eee; --wrong: #ffd5c7;
  --wrong-line: #b3390f; --code: #f4f4f4; } main { max-width: none; padding: 0; }
  details::details-content { content-visibility: visible; display: block; } .sheet { overflow: visible; }
  .wrong, th { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
"""
