export { modelCard, type ModelCardOptions } from './model-card.js';
export { renderReport, type RenderOptions } from './render-report.js';
