declare module 'mnist' {
  /** Handwritten digits by class: pixels from 0 to 1, 28 x 28 an image, one image after another. */
  const digits: { readonly [digit: number]: { readonly raw: readonly number[] } };
  export default digits;
}
