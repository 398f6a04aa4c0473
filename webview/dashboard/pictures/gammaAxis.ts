import { binWidth } from '../gammaData'

/** The axis of |gamma| along `bins` bins. The last ends at no round number, and only round ones are labelled. */
export function gammaAxis(bins: number) {
  return {
    ...({ type: 'linear', min: 0, max: bins * binWidth } as const),
    title: { display: true, text: '|gamma|' },
    ticks: { includeBounds: false },
  }
}
