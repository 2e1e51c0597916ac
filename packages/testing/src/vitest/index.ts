export { lossContract, type LossContractOptions } from './loss-contract.js';
