/** A fact that should hold and does not: what a check of this package throws. */
export class ContractError extends Error {
  /** Always `ContractError`. */
  override readonly name = 'ContractError';
}
