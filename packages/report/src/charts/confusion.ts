import type { ConfusionReport } from '@limbeck/evaluators';
import type { Chart } from './chart.js';
import { colors } from './draw.js';
import { textWidth } from './scales.js';

/** Which classes were taken for which, as a heat map of shares of each true class. */
export function confusionChart(confusion: ConfusionReport, id: string): Chart {
  const { system, classes, counts, abstained } = confusion;
  const cells = classes.flatMap((truth, row) => {
    const total = counts[row]!.reduce((sum, n) => sum + n, abstained?.[row] ?? 0);
    return classes.map((answer, column) => {
      const n = counts[row]![column]!;
      return { truth, answer, n, share: total === 0 ? 0 : n / total };
    });
  });
  const cell = Math.max(20, Math.min(40, Math.floor(520 / classes.length)));
  const label = Math.min(130, Math.max(...classes.map(textWidth), 20));
  const x = { field: 'answer', type: 'nominal', sort: null, title: 'answered' };
  const y = { field: 'truth', type: 'nominal', sort: null, title: 'true class' };
  const axis = { grid: false, labelPadding: 6, labelLimit: 190, labelOverlap: false };

  return {
    id,
    title: `Confusion of ${system}`,
    description: describe(confusion),
    width: cell * classes.length,
    height: cell * classes.length,
    padding: { left: label + 42, right: 8, top: 8, bottom: label + 42 },
    spec: {
      data: { values: cells },
      encoding: {
        x: {
          ...x,
          scale: { paddingInner: 0.06, paddingOuter: 0 },
          axis: { ...axis, labelAngle: -90, titleY: label + 24 },
        },
        y: {
          ...y,
          scale: { paddingInner: 0.06, paddingOuter: 0 },
          axis: { ...axis, titleX: -label - 24 },
        },
      },
      layer: [
        {
          mark: { type: 'rect', color: colors.accent },
          encoding: {
            // The square root shows rare confusions that a linear scale would hide.
            opacity: {
              field: 'share',
              type: 'quantitative',
              scale: { type: 'sqrt', domain: [0, 1], range: [0.05, 1] },
              legend: null,
            },
          },
        },
        {
          transform: [{ filter: 'datum.n > 0' }],
          mark: { type: 'text', fontSize: cell < 26 ? 9.5 : 11 },
          encoding: {
            text: { field: 'n', type: 'quantitative' },
            color: {
              condition: { test: 'datum.share > 0.35', value: colors.paper },
              value: colors.ink,
            },
          },
        },
      ],
    },
  };
}

/** The most frequent confusions, most first. */
export function commonConfusions(
  confusion: ConfusionReport,
  limit: number,
): { readonly truth: string; readonly answer: string; readonly n: number; readonly of: number }[] {
  const { classes, counts, abstained } = confusion;
  return classes
    .flatMap((truth, row) => {
      const of = counts[row]!.reduce((sum, n) => sum + n, abstained?.[row] ?? 0);
      return classes.map((answer, column) => ({ truth, answer, n: counts[row]![column]!, of }));
    })
    .filter(({ truth, answer, n }) => truth !== answer && n > 0)
    .sort((a, b) => b.n - a.n)
    .slice(0, limit);
}

function describe(confusion: ConfusionReport): string {
  const common = commonConfusions(confusion, 3);
  if (common.length === 0) return 'No item was taken for another class.';
  const said = common.map((c) => `${c.truth} for ${c.answer} (${c.n} of ${c.of})`);
  return `True classes in rows, answers in columns. Most often taken for each other: ${said.join(', ')}.`;
}
