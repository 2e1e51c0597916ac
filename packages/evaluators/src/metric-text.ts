/** How a metric is spoken of. */
export interface MetricText {
  /** Its name in a sentence. */
  readonly name: string;
  /** What its values are multiplied by. */
  readonly factor: number;
  /** Digits behind the point. */
  readonly digits: number;
  /** The unit of a difference, in the singular; empty where it has none. */
  readonly unit: '' | 'point' | 'nat';
}

/** Metrics in `[0, 1]`, or `[-1, 1]`, whose differences people read in points of a hundred. */
const shares: { readonly [metric: string]: string } = {
  accuracy: 'accuracy',
  balancedAccuracy: 'balanced accuracy',
  macroF1: 'macro-F1',
  microF1: 'micro-F1',
  weightedF1: 'weighted F1',
  ece: 'calibration error',
  mce: 'maximum calibration error',
  equalMassEce: 'equal-mass calibration error',
  aurc: 'risk over coverage',
  agreement: 'agreement with the teacher',
  totalVariation: 'total variation from the teacher',
  auc: 'AUC',
  averagePrecision: 'average precision',
  bestBalancedAccuracy: 'best balanced accuracy',
  youden: "Youden's J",
  ndcg: 'nDCG',
  map: 'MAP',
  mrr: 'MRR',
  recall: 'recall',
  precision: 'precision',
  success: 'success',
  linkMrr: 'MRR of links',
  hits: 'hits',
  setPrecision: 'precision of sets',
  setRecall: 'recall of sets',
  setF1: 'F1 of sets',
  answerCoverage: 'answer coverage',
  pathRecall: 'path recall',
  subgraphPrecision: 'precision of subgraphs',
  rbo: 'rank-biased overlap',
  exactMatch: 'exact match',
  tokenF1: 'token F1',
  anls: 'ANLS',
  rougeL: 'ROUGE-L',
  entityF1: 'entity F1',
  'entityF1-macro': 'macro entity F1',
  'entityF1-weighted': 'weighted entity F1',
  tpr: 'TPR',
};

/** Metrics that are points of a hundred already. */
const points: { readonly [metric: string]: string } = {
  bleu: 'BLEU',
  chrf: 'chrF',
  'chrf++': 'chrF++',
};

/** Metrics in nats an item. */
const nats: { readonly [metric: string]: string } = {
  nll: 'negative log-likelihood',
  binaryNll: 'negative log-likelihood',
  teacherDivergence: 'divergence from the teacher',
  reverseDivergence: "the teacher's divergence",
  jensenShannon: 'Jensen–Shannon divergence from the teacher',
  distillationLoss: 'distillation loss',
};

/** Metrics on a scale of their own. */
const others: { readonly [metric: string]: string } = {
  mcc: 'MCC',
  brier: 'Brier score',
  binaryBrier: 'Brier score',
  mae: 'mean absolute error',
  rmse: 'root mean squared error',
  r2: 'R²',
  pearson: "Pearson's correlation",
  spearman: "Spearman's correlation",
  kendall: "Kendall's τ-b",
  'rankAgreement-kendall': "Kendall's τ-b with the teacher",
  'rankAgreement-spearman': "Spearman's correlation with the teacher",
  subgraphSize: 'size of subgraphs',
};

/** How a metric is spoken of, by its name, such as `ndcg@10`; a name that is not known stands for itself. */
export function metricText(metric: string): MetricText {
  const [, base = metric, cut = ''] = /^([^@]*)(@.*)?$/u.exec(metric) ?? [];
  const named = (table: { readonly [metric: string]: string }): string | undefined =>
    Object.hasOwn(table, base) ? `${table[base]}${cut.replace('fpr=', 'FPR ')}` : undefined;
  const share = named(shares);
  if (share !== undefined) return { name: share, factor: 100, digits: 1, unit: 'point' };
  const point = named(points);
  if (point !== undefined) return { name: point, factor: 1, digits: 1, unit: 'point' };
  const nat = named(nats);
  if (nat !== undefined) return { name: nat, factor: 1, digits: 3, unit: 'nat' };
  return { name: named(others) ?? metric, factor: 1, digits: 3, unit: '' };
}
