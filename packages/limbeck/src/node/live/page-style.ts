/** The live page's style sheet: the report's paper, ink and copper. */
export const pageStyle = `
:root{
  --paper:#fbf9f5;--surface:#f3efe7;--ink:#25211b;--muted:#6d6558;--line:#e2dbce;
  --accent:#a2481c;--good:#3c6e47;--bad:#a12d2d;
  --second:#2f6675;--third:#7a5b9a;--fourth:#8a7420;
  --serif:"Iowan Old Style","Palatino Linotype",Palatino,"URW Palladio L",P052,"Book Antiqua",Georgia,serif;
  --sans:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
  color-scheme:light dark;
}
@media (prefers-color-scheme:dark){:root{
  --paper:#171511;--surface:#211e19;--ink:#ece5d8;--muted:#a59b8a;--line:#38332a;
  --accent:#e8935f;--good:#8cc296;--bad:#ea8d86;
  --second:#7cbfd0;--third:#c3a4e0;--fourth:#d6bf63;
}}
*{box-sizing:border-box}
[hidden]{display:none!important}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:.9375rem/1.5 var(--sans)}
:focus-visible{outline:2px solid var(--accent);outline-offset:3px;border-radius:3px}
.skip{position:absolute;left:1rem;top:-4rem;background:var(--accent);color:var(--paper);padding:.5rem 1rem;z-index:3}
.skip:focus{top:.5rem}
header,main,footer{max-width:76rem;margin:0 auto;padding:0 1.5rem}
header{display:flex;flex-wrap:wrap;justify-content:space-between;align-items:flex-end;gap:.75rem 3rem;padding-top:2.25rem;padding-bottom:1.25rem}
.eyebrow{margin:0 0 .35rem;font:600 .75rem/1 var(--sans);letter-spacing:.09em;text-transform:uppercase;color:var(--accent)}
h1{margin:0;font:500 clamp(1.6rem,4vw,2.3rem)/1.15 var(--serif);letter-spacing:-.015em;overflow-wrap:anywhere}
h2{margin:0;font:500 1.35rem/1.2 var(--serif);letter-spacing:-.01em;overflow-wrap:anywhere}
h3{margin:0 0 .4rem;font:600 .84rem/1.3 var(--sans)}
#status{max-width:34rem;padding:.55rem .9rem;background:var(--surface);border-radius:8px;font-size:.875rem}
#status p{margin:0;text-wrap:pretty}
#status-detail{color:var(--muted);font-size:.8125rem;overflow-wrap:anywhere}
#status-detail:empty{display:none}
.lamp{display:inline-block;width:.6rem;height:.6rem;margin-right:.55rem;border-radius:50%;background:var(--muted)}
[data-state=live] .lamp{background:var(--good)}
[data-state=done] .lamp{background:var(--good)}
[data-state=failed] .lamp,[data-state=lost] .lamp{background:var(--bad)}
[data-state=interrupted] .lamp{background:var(--fourth)}
@media (prefers-reduced-motion:no-preference){
  [data-state=live] .lamp{animation:glow 2s ease-in-out infinite}
  @keyframes glow{50%{opacity:.35}}
}
.lead{margin:1.5rem 0;color:var(--muted);font:1.1rem/1.5 var(--serif)}
.head{display:flex;flex-wrap:wrap;justify-content:space-between;align-items:baseline;gap:.5rem 2rem;margin:.75rem 0 .9rem}
#choice{margin:0;color:var(--muted);font-size:.8125rem}
select{font:inherit;color:var(--ink);background:var(--paper);border:1px solid var(--muted);border-radius:6px;padding:.25rem .5rem;max-width:20rem}
progress{display:block;width:100%;height:.5rem;border:0;border-radius:99px;overflow:hidden;background:var(--line);-webkit-appearance:none;appearance:none;accent-color:var(--accent)}
progress::-webkit-progress-bar{background:var(--line)}
progress::-webkit-progress-value{background:var(--accent)}
progress::-moz-progress-bar{background:var(--accent)}
.numbers{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:1rem 2rem;margin:0;padding:1.1rem 0 1.4rem}
.numbers dt{font-size:.8125rem;color:var(--muted)}
.numbers dd{margin:.1rem 0 0}
.numbers b{display:block;font:500 1.7rem/1.2 var(--serif);font-variant-numeric:lining-nums tabular-nums;letter-spacing:-.01em;white-space:nowrap}
.numbers div:first-child b{color:var(--accent)}
.numbers span{font-size:.8125rem;color:var(--muted)}
figure{margin:0 0 1.75rem;min-width:0}
.plot{min-width:0;overflow:hidden}
figure .plot{min-height:170px}
figure.large .plot{min-height:330px}
.u-cursor-x{border-color:var(--muted)!important}
.grid{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,18rem),1fr));gap:0 2.5rem}
.key{display:flex;flex-wrap:wrap;gap:.2rem 1.3rem;list-style:none;margin:.2rem 0 0;padding:0 0 0 .5rem;font-size:.8125rem;color:var(--muted)}
.key b{color:var(--ink);font-weight:600;font-variant-numeric:tabular-nums}
.mark{display:inline-block;width:1.1rem;margin-right:.5rem;vertical-align:middle;border-top:2px solid}
.columns{display:grid;grid-template-columns:minmax(15rem,20rem) minmax(0,1fr);gap:0 3.5rem;align-items:start}
.columns:not(:has(#samples:not([hidden]))),.columns:not(:has(#pipeline:not([hidden]))){grid-template-columns:minmax(0,1fr)}
@media (max-width:56rem){.columns{grid-template-columns:minmax(0,1fr)}}
.columns section,#messages{padding:1.25rem 0 1rem;border-top:1px solid var(--line);min-width:0}
#stages{list-style:none;margin:1rem 0 0;padding:0}
.stage{position:relative;display:flex;justify-content:space-between;gap:1rem;padding:.4rem 0 .4rem 1.6rem}
.stage::before{content:"";position:absolute;left:.1rem;top:.72rem;width:.62rem;height:.62rem;border:2px solid var(--muted);border-radius:50%;background:var(--paper);z-index:1}
.stage:not(:last-child)::after{content:"";position:absolute;left:.52rem;top:1.2rem;bottom:-.65rem;width:1.5px;background:var(--line)}
.stage.done::before,.stage.cached::before{background:var(--good);border-color:var(--good)}
.stage.running::before{background:var(--accent);border-color:var(--accent)}
.stage.running .name{font-weight:600}
.stage.stopped::before{background:var(--bad);border-color:var(--bad)}
.stage.waiting{color:var(--muted)}
.stage .name{overflow-wrap:anywhere}
.stage .detail{flex:none;color:var(--muted);font-size:.8125rem;font-variant-numeric:tabular-nums}
.scroll{overflow-x:auto;scrollbar-width:thin;scrollbar-color:var(--line) transparent}
table{border-collapse:collapse;width:100%;font-size:.875rem}
caption{text-align:left;color:var(--muted);font-size:.8125rem;padding:.35rem 0 .5rem}
caption span{position:sticky;left:0;display:block;width:min(40rem,calc(100vw - 2.4rem))}
th,td{text-align:left;vertical-align:top;padding:.45rem 1.1rem .45rem 0;border-bottom:1px solid var(--line);font-weight:400}
thead th{color:var(--muted);font-size:.78rem;white-space:nowrap}
tbody th{width:60%;min-width:13rem}
td{white-space:nowrap;font-variant-numeric:tabular-nums}
.text{display:-webkit-box;-webkit-line-clamp:2;-webkit-box-orient:vertical;overflow:hidden;overflow-wrap:anywhere}
.wrong td:nth-child(3),.wrong td:last-child{color:var(--bad);font-weight:600}
.right td:last-child{color:var(--good)}
.log{max-height:14rem;overflow-y:auto;margin-top:.75rem}
#message-list{list-style:none;margin:0;padding:0;font-size:.84rem}
#message-list li{padding:.2rem 0;overflow-wrap:anywhere}
#message-list time{color:var(--muted);margin-right:.6rem;font-variant-numeric:tabular-nums}
.warning{color:var(--bad)}
footer{padding-top:1.5rem;padding-bottom:2rem;color:var(--muted);font-size:.8125rem}
footer p{margin:0;border-top:1px solid var(--line);padding-top:1rem}
@media (max-width:34rem){
  header,main,footer{padding-left:1.1rem;padding-right:1.1rem}
  header{padding-top:1.4rem}
  .numbers{grid-template-columns:1fr 1fr;gap:.9rem 1rem}
  .numbers b{font-size:1.4rem}
}
@media print{.skip,#choice{display:none}.log{max-height:none}}
`;
