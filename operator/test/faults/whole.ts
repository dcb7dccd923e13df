/** Whether every fault at every place is wanted (`make soak`), not the fixed sample of `make test`. */
export const WHOLE = process.env.SOAK === '1';
