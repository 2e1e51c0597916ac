export { adam } from './adam';
export { addRows } from './add-rows';
export { addSquares } from './add-squares';
export { movingAverage } from './moving-average';
export { momentumSgd, sgd } from './sgd';
