/** The live page's HTML: it holds the frame, and its scripts fill it. */
export function livePage(name: string, steps: readonly string[]): string {
  const title = escape(name);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:image/svg+xml,${icon}">
<link rel="stylesheet" href="files/uplot.css">
<link rel="stylesheet" href="files/live.css">
<script src="files/uplot.js" defer></script>
<script type="module" src="files/main.js"></script>
</head>
<body data-name="${title}" data-steps="${escape(JSON.stringify(steps))}">
<a class="skip" href="#main">Skip to the numbers</a>
<header>
<div>
<p class="eyebrow">Limbeck, live</p>
<h1>${title}</h1>
</div>
<div id="status" role="status" data-state="connecting">
<p><span class="lamp" aria-hidden="true"></span><span id="status-text">Connecting …</span></p>
<p id="status-detail"></p>
</div>
</header>
<main id="main">
<noscript><p>This page needs its scripts, which come from this machine, to show the run.</p></noscript>
<p id="waiting" class="lead">No training has begun yet. It shows here by itself.</p>
<section id="now" aria-labelledby="training-name" hidden>
<div class="head">
<h2 id="training-name">Training</h2>
<p id="choice" hidden><label for="trainings">Training shown</label> <select id="trainings"><option value="">the latest</option></select></p>
</div>
<progress id="progress" max="1" value="0" aria-label="Steps done"></progress>
<dl class="numbers">
${number('Step', 'step', 'steps')}
${number('Loss', 'loss', 'loss-detail')}
${number('Examples a second', 'speed')}
${number('Time left', 'left', undefined, 'of this training')}
${number('Running for', 'elapsed', undefined, 'all stages together')}
</dl>
${figure('losses', 'Loss', 'large')}
<div class="grid">
${figure('held-out', 'On held-out data', '')}
${figure('rate', 'Learning rate', '')}
${figure('gradient', 'Gradient norm', '')}
</div>
</section>
<div class="columns">
<section id="pipeline" aria-labelledby="pipeline-heading" hidden>
<h2 id="pipeline-heading">Stages</h2>
<ol id="stages"></ol>
</section>
<section id="samples" aria-labelledby="samples-heading" hidden>
<h2 id="samples-heading">What the student says</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="samples-heading">
<table>
<caption><span>Inputs that it has not learnt from, as of the latest evaluation</span></caption>
<thead><tr><th scope="col">Input</th><th scope="col">Label</th><th scope="col">It says</th><th scope="col">At</th><th scope="col">Verdict</th></tr></thead>
<tbody id="sample-rows"></tbody>
</table>
</div>
</section>
</div>
<section id="messages" aria-labelledby="messages-heading" hidden>
<h2 id="messages-heading">Messages</h2>
<div class="scroll log" tabindex="0" role="region" aria-labelledby="messages-heading"><ol id="message-list"></ol></div>
</section>
</main>
<footer><p>Served by the run from this machine. Closing this page does not stop it.</p></footer>
</body>
</html>
`;
}

function number(term: string, id: string, detailId?: string, detail = ''): string {
  const under =
    detailId === undefined ? `<span>${detail}</span>` : `<span id="${detailId}">${detail}</span>`;
  return `<div><dt>${term}</dt><dd><b id="${id}">–</b>${under}</dd></div>`;
}

function figure(id: string, title: string, size: string): string {
  return `<figure id="${id}" class="${size}" hidden>
<h3>${title}</h3>
<div class="plot" role="img" aria-label="${title}"></div>
<figcaption><ul class="key"></ul></figcaption>
</figure>`;
}

/** A still, in copper. */
const icon = encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path d="M6 1h4v4l4 8a1.6 1.6 0 0 1-1.5 2h-9A1.6 1.6 0 0 1 2 13l4-8z" fill="#b5561f"/></svg>',
);

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
