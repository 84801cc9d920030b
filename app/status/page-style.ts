import { createHash } from 'node:crypto';

/**
 * The page's whole style, at most 6 KB. White whatever the phone prefers, since it is read in the
 * sun; severity is told by shape, word, colour and border together, so it survives grey paper.
 */
const SOURCE = `
:root{color-scheme:light;--ink:#111;--dim:#3d3d3d;--line:#767676;--paper:#fff;--card:#fff}
.dark{color-scheme:dark;--ink:#fff;--dim:#d6d6d6;--line:#8c8c8c;--paper:#000;--card:#141414}
*{box-sizing:border-box}
body{margin:0;font:17px/1.4 system-ui,sans-serif;color:var(--ink);background:var(--paper);overflow-wrap:anywhere}
a{color:inherit}
a:focus-visible,summary:focus-visible{outline:3px solid #000;box-shadow:0 0 0 6px #fff}
header,main,footer{max-width:1280px;margin:auto;padding:0 12px}
header{display:flex;flex-wrap:wrap;align-items:center;justify-content:space-between;gap:0 16px;padding-top:6px}
.site{margin:0;font-weight:700}.site time{font-weight:400;margin-left:8px;font-variant-numeric:tabular-nums}
nav{display:flex;flex-wrap:wrap;gap:8px}
nav a{display:inline-flex;align-items:center;min-height:48px;min-width:48px;justify-content:center;padding:0 8px}
nav a[aria-current]{font-weight:700;text-decoration:none;box-shadow:inset 0 -3px}
.demo{margin:0;padding:10px 12px;text-align:center;font-weight:700;color:#fff;background:repeating-linear-gradient(135deg,#4a0d82 0 14px,#5c1a99 14px 28px)}
.v{display:grid;grid-template-columns:52px 1fr;gap:2px 12px;padding:14px;border:4px solid #000;margin:4px 0 12px}
.v .mark{grid-row:1/3;width:52px;height:52px}
.v p{margin:0}.v .sev{font-weight:700;letter-spacing:.04em}
.v .sev span{font-weight:400;letter-spacing:0}
h1{font-size:24px;line-height:1.25;margin:2px 0 6px}
.v .do,.v .code{grid-column:1/3}.v .do{font-size:18px}.v .code{font-size:14px;margin-top:6px}
.down{background:#b00020;color:#fff;border:8px double #fff;outline:3px solid #b00020}
.degraded{background:#ffd54f;color:#000;border-style:dashed}
.info{background:#c7f0ff;color:#000;border-style:dotted}
.ok{background:#0b5d1e;color:#fff;border-color:#063d13}
.v.down{margin:7px 3px 15px}
.lamps{list-style:none;margin:0 0 12px;padding:0;display:grid;gap:8px}
.lamps li,.also li{display:flex;align-items:center;gap:10px}
.lamps li{min-height:44px;padding:6px 10px;border:2px solid var(--line)}
.lamps b{margin-left:auto;flex:none}
.mark{width:28px;height:28px;flex:none}
.also{list-style:none;margin:0 0 12px;padding:0}
.also li{padding:8px 10px;margin-bottom:6px;border-width:3px;border-color:#000}.also li.down{border:6px double #fff}.also li.info{border-style:dotted}
.sprite{position:absolute}
.also p{margin:0}.also small{display:block;font-size:15px}
.also h2{margin:0 0 6px}
h2{font-size:17px;margin:0;display:inline}
.card{border:2px solid var(--line);background:var(--card);padding:10px 12px;margin-bottom:10px}
.card>h2{display:block;margin-bottom:6px}
summary{min-height:48px;margin:-10px -12px;padding:10px 12px;cursor:pointer}
summary .sum{display:block;padding-left:18px}
details[open] summary{margin-bottom:6px}
.big{font-size:28px;font-weight:700;margin:0;display:flex;align-items:center;gap:10px;flex-wrap:wrap}
.big small{font-size:17px;font-weight:400}
.bars{width:54px;height:32px;flex:none}.bars .on{fill:var(--ink)}.bars .off{fill:none;stroke:var(--ink)}
dl{display:grid;grid-template-columns:fit-content(52%) 1fr;gap:4px 12px;margin:6px 0 0}
dt{color:var(--dim)}dd{margin:0;text-align:right;font-variant-numeric:tabular-nums}
.chart{width:100%;height:64px;display:block;margin-top:8px}
.chart path{fill:none;stroke:var(--ink);stroke-width:2;vector-effect:non-scaling-stroke}
.chart .base{stroke:var(--line);stroke-width:1}
.note{margin:6px 0 0;color:var(--dim)}
table{border-collapse:collapse;width:100%;font-size:16px}
caption{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
th{text-align:left;color:var(--dim);font-weight:400}
th,td{padding:6px 8px 6px 0;border-bottom:1px solid var(--line);vertical-align:top;font-variant-numeric:tabular-nums}
th:last-child,td:last-child{text-align:right;padding-right:0}
th,td:not(:nth-child(3)){white-space:nowrap}
tr.now td{font-weight:700}
footer{padding:8px 12px 24px;color:var(--dim);font-size:15px}
footer a{display:inline-block;padding:12px 0}
@media(min-width:640px){.lamps{grid-template-columns:1fr 1fr 1fr}}
@media(min-width:1024px){
.grid{display:grid;grid-template-columns:1fr 1fr 1fr;gap:12px;align-items:start}
.grid .card{margin:0}.wide{grid-column:span 2}
summary{list-style:none;cursor:default;pointer-events:none;min-height:0}summary .sum{display:none}
details::details-content{content-visibility:visible;height:auto;display:block}
}
@media print{
body{font-size:12px;color:#000}nav,.demo{color:#000;background:none}nav{display:none}
.v,.v.down{background:#fff;color:#000;border-color:#000}
.card{break-inside:avoid}
details::details-content{content-visibility:visible;display:block}
}`;

export const STYLE: string = SOURCE.replace(/\n/g, '');

/** For `style-src`: only this style may run. */
export const STYLE_HASH: string = `sha256-${createHash('sha256').update(STYLE).digest('base64')}`;
