const { Segmenter } = Intl

/**
 * What stands for `Intl.Segmenter` in the bundles. Several packages make one when they are loaded, and the first of a
 * process takes 8 ms for its tables, which most starts never need: only text beyond plain letters is segmented.
 */
export class LazySegmenter {
  readonly #options: ConstructorParameters<typeof Segmenter>
  #segmenter: Intl.Segmenter | undefined

  constructor(...options: ConstructorParameters<typeof Segmenter>) {
    this.#options = options
  }

  segment(text: string): Intl.Segments {
    this.#segmenter ??= new Segmenter(...this.#options)
    return this.#segmenter.segment(text)
  }
}
