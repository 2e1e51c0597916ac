/** The page's style sheet. Copper, the metal of stills, is its one accent. */
export const style = `
:root{
  --paper:#fbf9f5;--surface:#f3efe7;--ink:#25211b;--muted:#6d6558;--line:#e2dbce;
  --accent:#a2481c;--accent-soft:#f4e3d7;--good:#3c6e47;--bad:#a12d2d;
  --serif:"Iowan Old Style","Palatino Linotype",Palatino,"URW Palladio L",P052,"Book Antiqua",Georgia,serif;
  --sans:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
  --mono:ui-monospace,"SF Mono","Cascadia Code",Menlo,Consolas,"DejaVu Sans Mono",monospace;
  color-scheme:light dark;
}
@media (prefers-color-scheme:dark){:root{
  --paper:#171511;--surface:#211e19;--ink:#ece5d8;--muted:#a59b8a;--line:#38332a;
  --accent:#e8935f;--accent-soft:#3b281c;--good:#8cc296;--bad:#ea8d86;
}}
*{box-sizing:border-box}
html{scroll-padding-top:4rem;-webkit-text-size-adjust:100%}
@media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
body{margin:0;background:var(--paper);color:var(--ink);font:1.0625rem/1.6 var(--serif);text-rendering:optimizeLegibility}
a{color:var(--accent);text-underline-offset:.18em}
:focus-visible{outline:2px solid var(--accent);outline-offset:3px;border-radius:3px}
.skip{position:absolute;left:1rem;top:-4rem;background:var(--accent);color:var(--paper);padding:.5rem 1rem;z-index:3}
.skip:focus{top:.5rem}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}

nav{position:sticky;top:0;z-index:2;background:var(--paper);border-bottom:1px solid var(--line);font:.8125rem/1 var(--sans)}
nav ul{display:flex;gap:1.4rem;list-style:none;margin:0 auto;padding:0 3rem 0 1.5rem;max-width:68rem;overflow-x:auto;scrollbar-width:none;-webkit-mask-image:var(--fade);mask-image:var(--fade);--fade:linear-gradient(90deg,transparent,#000 1.1rem,#000 calc(100% - 3rem),transparent)}
nav li{flex:none}
nav a{display:block;padding:.95rem 0;color:var(--muted);text-decoration:none}
nav a:hover,nav a:focus{color:var(--accent)}
nav .narrow{display:none}
nav .home{white-space:nowrap;color:var(--ink);font-weight:600}

main,footer{max-width:68rem;margin:0 auto;padding:0 1.5rem}
header.page{padding:4.5rem 0 1rem}
.eyebrow{margin:0 0 .6rem;font:600 .78rem/1 var(--sans);letter-spacing:.09em;text-transform:uppercase;color:var(--accent)}
h1{margin:0 0 1rem;font-size:clamp(2.1rem,5.2vw,3.4rem);line-height:1.1;font-weight:500;letter-spacing:-.018em;max-width:20ch;text-wrap:balance}
.summary{max-width:40rem;margin:0 0 2rem;font-size:1.2rem;color:var(--muted);text-wrap:pretty}
.headline{max-width:34rem;margin:0 0 2.5rem;padding-left:1.25rem;border-left:3px solid var(--accent);font-size:clamp(1.3rem,3vw,1.65rem);line-height:1.35;font-style:italic;text-wrap:balance}
.numbers{display:grid;grid-template-columns:repeat(auto-fit,minmax(10.5rem,1fr));gap:1.5rem 2rem;margin:0;padding:1.75rem 0;border-top:1px solid var(--line);border-bottom:1px solid var(--line)}
.numbers dt{font:.8125rem/1.3 var(--sans);color:var(--muted)}
.numbers dd{margin:.35rem 0 0}
.numbers b{display:block;font-size:2rem;line-height:1.15;font-weight:500;font-variant-numeric:lining-nums tabular-nums;letter-spacing:-.01em}
.numbers div:first-child b{color:var(--accent)}
.numbers span{display:block;margin-top:.25rem;font:.8125rem/1.4 var(--sans);color:var(--muted)}

section{padding:3.5rem 0 0}
h2{margin:0 0 1.5rem;font-size:1.9rem;line-height:1.2;font-weight:500;letter-spacing:-.012em}
h3{margin:2.2rem 0 .8rem;font:600 .95rem/1.3 var(--sans)}
p{max-width:40rem;text-wrap:pretty}
.lead{color:var(--muted);margin:-.6rem 0 1.5rem}
code,pre{font-family:var(--mono);font-size:.86em}
.hash{overflow-wrap:anywhere;font-size:.78em}

.scroll{position:relative;overflow-x:auto;scrollbar-width:thin;scrollbar-color:var(--line) transparent}
table{border-collapse:collapse;width:100%;margin:0 0 2rem;font:.875rem/1.35 var(--sans);font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--muted);padding:0 0 .8rem;font-size:.8125rem}
caption span{position:sticky;left:0;display:block;width:min(40rem,calc(100vw - 2.4rem))}
th,td{text-align:left;vertical-align:top;padding:.55rem 1.1rem .55rem 0;border-bottom:1px solid var(--line);font-weight:400}
thead th{color:var(--muted);font-size:.78rem;white-space:nowrap;vertical-align:bottom}
th:last-child,td:last-child{padding-right:0}
.number{text-align:right;white-space:nowrap}
.none{color:var(--muted)}
tbody th[scope=row]{min-width:9rem}
abbr{text-decoration:none}
.systems .group th{padding-top:1.5rem;font-weight:600;font-size:.8125rem;border-bottom-color:var(--muted)}
.systems .ours th,.systems .ours b{color:var(--accent);font-weight:600}
.role{display:block;color:var(--muted);font-size:.78rem;font-weight:400}
.under{display:block;color:var(--muted);font-size:.75rem;font-weight:400}
.axis{display:flex;justify-content:space-between}
.range{min-width:11rem}
td.range{width:26%}
.interval{position:relative;display:block;height:.9rem;margin-bottom:.1rem;background:linear-gradient(var(--line),var(--line)) center/100% 1px no-repeat}
.interval::before{content:"";position:absolute;left:var(--low);width:calc(var(--high) - var(--low));top:calc(50% - 1.5px);height:3px;background:var(--muted);border-radius:2px;opacity:.7}
.interval::after{content:"";position:absolute;left:calc(var(--value) - 4.5px);top:calc(50% - 4.5px);width:9px;height:9px;border-radius:50%;background:var(--ink)}
.ours .interval::before,.ours .interval::after{background:var(--accent)}
.share{display:inline-block;width:var(--share);height:.6rem;min-width:2px;border-radius:2px;background:var(--accent);opacity:.75}
td:has(.share){width:40%}

.small,.remarks{font:.78rem/1.5 var(--sans);color:var(--muted)}
.small{max-width:46rem;margin:-1rem 0 1rem}
.small b,.remarks b{color:var(--ink);font-weight:600}
.remarks{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr));gap:.8rem 3rem;margin:0 0 2rem}
.remarks ul{margin:0;padding:0;list-style:none}
.remarks p{margin:0}
.remarks li{margin:.15rem 0}
.notes{margin:0 0 2rem;padding:0;list-style:none;font:.84rem/1.5 var(--sans);color:var(--muted);max-width:46rem}
.notes li{margin:.25rem 0}
.notes b{color:var(--ink);font-weight:600}

.figure{margin:0 0 2.5rem;min-width:0}
.figure h3{margin-top:1rem}
.chart{display:block;width:100%;max-width:var(--width);height:auto;font-family:var(--sans);overflow:visible}
#accuracy-size-figure text,#accuracy-latency-figure text{paint-order:stroke;stroke:var(--paper);stroke-width:4px;stroke-linejoin:round}
figcaption{font:.8125rem/1.5 var(--sans);color:var(--muted)}
figcaption p{margin:.5rem 0 0}
.key{display:flex;flex-wrap:wrap;gap:.3rem 1.3rem;list-style:none;margin:.5rem 0 0;padding:0}
.key li{display:flex;align-items:center;gap:.5rem}
.mark{flex:none;width:1.1rem;height:0;border-top:2px solid var(--mark)}
.mark.dash{border-top-style:dashed}
.mark.dot,.mark.ring{width:.62rem;height:.62rem;border:1.5px solid var(--mark);border-radius:50%}
.mark.dot{background:var(--mark)}
.mark.band{height:.7rem;border:0;background:var(--mark);opacity:.3;border-radius:2px}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:0 3rem}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,19rem),1fr));gap:0 2.5rem}
.ranked b{font-weight:600}
.beside:has(.aside){display:grid;grid-template-columns:minmax(0,1fr) 15rem;gap:0 3rem;align-items:start}
.halves{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr));gap:0 3rem}
@media (max-width:60rem){.beside:has(.aside){grid-template-columns:minmax(0,1fr)}}

.compared th,.compared td{vertical-align:middle}
.compared thead th{vertical-align:bottom}
.versus{display:grid;align-items:center;grid-template-columns:1fr 1.15fr;gap:0 1.2rem}
.compared tbody th{width:42%}
.delta,.compared th.delta,.compared td.delta{position:relative;width:30%;min-width:7rem;padding-left:0;padding-right:0}
td.delta::before{content:"";position:absolute;left:calc(var(--zero) - .5px);top:0;bottom:0;width:1px;background:var(--muted);opacity:.55}
.ends{position:relative;display:block;height:1.35em}
.ends span{position:absolute;left:var(--at);transform:translateX(-50%)}
.ends span[style="--at:0%"]{transform:none}
.ends span[style="--at:100%"]{transform:translateX(-100%)}
.whisker{--tone:var(--muted);position:absolute;inset:0}
.better .whisker{--tone:var(--good)}
.worse .whisker{--tone:var(--bad)}
.whisker::before{content:"";position:absolute;left:var(--low);width:calc(var(--high) - var(--low));top:calc(50% - 1px);height:2px;border-radius:1px;background:var(--tone)}
.whisker::after{content:"";box-sizing:border-box;position:absolute;left:calc(var(--value) - 5px);top:calc(50% - 5px);width:10px;height:10px;border-radius:50%;border:2px solid var(--tone);background:var(--tone)}
.level .whisker::after{background:var(--paper)}
.compared .number{padding-left:1.1rem}
.compared td.number:last-child{padding-left:.4rem}
.gap{display:inline-block;min-width:4em}
.better .gap{color:var(--good)}
.worse .gap{color:var(--bad)}
.level .gap{font-weight:400}
.between{display:inline-block;min-width:8.6em;color:var(--muted)}
.sentences{margin:0;padding-left:1.1rem;max-width:46rem}
.sentences li{margin:.35rem 0}
.ranked{margin:0;padding:0;list-style:none;font:.875rem/1.5 var(--sans)}
.ranked li{padding:.45rem 0;border-bottom:1px solid var(--line)}
.ranked span{display:block;color:var(--muted);font-size:.78rem;font-variant-numeric:tabular-nums}
.gate{list-style:none;padding:0;font:.875rem/1.5 var(--sans)}
.gate .better b{color:var(--good)}
.gate .worse b{color:var(--bad)}

.mistakes{list-style:none;margin:0;padding:0;display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,27rem),1fr));gap:1.5rem}
.mistake{min-width:0;display:flex;flex-direction:column;background:var(--surface);border-radius:8px;padding:1rem 1.15rem}
.answers{display:flex;flex-wrap:wrap;gap:.2rem 1rem;margin:0 0 .6rem;font:.8125rem/1.4 var(--sans);color:var(--muted)}
.answers b{color:var(--ink);font-weight:600}
.answers .wrong b{color:var(--accent)}
.pair caption span{width:auto;position:static}
.inner{display:block;padding-left:1.1rem;color:var(--muted)}
.sides{grid-template-columns:repeat(auto-fit,minmax(min(100%,16rem),1fr))}
.sides dt{display:flex;align-items:center;gap:.5rem}
.numbers.sides div b{font-size:1.5rem;color:var(--ink);overflow-wrap:anywhere}
.pairing{margin-top:1.1rem}
.change.better{color:var(--good)}
.change.worse{color:var(--bad)}
.setting{overflow-wrap:anywhere}
.mistake pre{flex:1;margin:0;max-height:15rem;overflow:auto;font-size:.78rem;line-height:1.5;tab-size:2;white-space:pre;scrollbar-width:thin;scrollbar-color:var(--line) transparent}
.mistake .prose{white-space:pre-wrap;overflow-wrap:anywhere;font:.84rem/1.55 var(--sans)}
.source{margin:.6rem 0 0;font:.75rem/1.4 var(--sans);color:var(--muted);overflow-wrap:anywhere}

details{margin:0 0 2rem}
.figure + details,.beside + details{margin-top:-1.25rem}
.mistakes + details{margin-top:1.25rem}
summary{cursor:pointer;width:fit-content;font:.875rem/1.4 var(--sans);color:var(--accent);padding:.3rem 0}
details:not([open]) + details,section>details + details{margin-top:-1.2rem}
details[open] summary{margin-bottom:1rem}
.facts{display:grid;grid-template-columns:minmax(7rem,max-content) minmax(0,1fr);gap:.4rem 1.4rem;margin:0 0 1.5rem;font:.875rem/1.5 var(--sans)}
.facts dt{color:var(--muted)}
.facts dd{margin:0;overflow-wrap:anywhere}
footer{margin-top:4rem;padding-top:1.5rem;padding-bottom:3rem;font:.8125rem/1.5 var(--sans);color:var(--muted)}
footer p{border-top:1px solid var(--line);padding-top:1.5rem;max-width:none}

@media (max-width:34rem){
  body{font-size:1rem}
  main,footer{padding-left:1.1rem;padding-right:1.1rem}
  nav ul{padding-left:1.1rem}
  nav .wide{display:none}
  nav .narrow{display:inline}
  header.page{padding-top:2.5rem}
  section{padding-top:2.75rem}
  h2{font-size:1.6rem}
  .numbers{grid-template-columns:1fr 1fr;gap:1.25rem}
  .numbers.sides{grid-template-columns:minmax(0,1fr)}
  .numbers b{font-size:1.7rem}
  .figure .chart{min-width:min(var(--width),30rem)}
  #label-efficiency-figure .chart{min-width:42rem}
  .systems .range{min-width:8.5rem}
  tbody th[scope=row]{min-width:6.5rem}
  .pair .chart,.grid .chart{min-width:0}
  .compared{font-size:.8125rem}
  .versus{grid-template-columns:1fr}
  .versus>span+span{color:var(--muted)}
  tbody .versus>span+span .hidden{position:static;clip-path:none}
  .compared th.delta,.compared td.delta{width:30%;min-width:5rem}
  .compared td.delta + .number,.compared th.delta + .number{padding-left:.6rem}
  .compared tbody th[scope=row]{width:38%;min-width:5.5rem}
  .compared thead th{font-size:.72rem}
  .compared th,.compared td{padding-right:.5rem}
  .compared .number{padding:.55rem .2rem .55rem .3rem}
  .compared .ends span{font-size:.7rem}
  .compared .number:last-child{padding-left:.3rem;padding-right:0}
  .gap{min-width:0}
  .between{position:absolute;width:1px;height:1px;min-width:0;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
  .facts{grid-template-columns:1fr;gap:0}
  .facts dd{margin-bottom:.7rem}
}
@media print{
  :root{
    --paper:#fff;--surface:#f6f3ee;--ink:#25211b;--muted:#6d6558;--line:#e2dbce;
    --accent:#a2481c;--accent-soft:#f4e3d7;--good:#3c6e47;--bad:#a12d2d;color-scheme:light;
  }
  nav,.skip{display:none}
  section{padding-top:2rem}
  .figure,.mistake,tr{break-inside:avoid}
  .scroll{overflow:visible}
}
`;
