import type { ChannelGraph } from './graph'

/** Size of a network: trainable parameters, and GFLOPs for one image. */
export type Cost = { readonly parameters: number; readonly gflops: number }

/**
 * Cost of the network without the groups whose `removed` entry is 1.
 *
 * GFLOPs are 2 × multiply-adds of the convolutions at `imageSize` × `imageSize` pixels, as YOLOv5's model
 * summary counts them (models/yolo.py through thop; BatchNorm, which is fused at inference, is left out).
 */
export function networkCost(graph: ChannelGraph, removed: Uint8Array, imageSize: number): Cost {
  let parameters = graph.otherParameters
  let multiplyAdds = 0
  for (const conv of graph.convs) {
    const rows = countKept(conv.rowGroups, removed)
    // A depthwise row has one column and is removed with it; other grouped convolutions never shrink.
    const columns =
      conv.groups === 1
        ? countKept(conv.columnGroups, removed)
        : conv.columnGroups.length / conv.groups
    const weights = rows * columns * conv.kernelArea
    parameters += weights + (conv.hasBias ? rows : 0)
    multiplyAdds += weights * conv.scale
  }
  for (const norm of graph.norms) {
    if (norm.groups.length > 0) parameters += 2 * countKept(norm.groups, removed)
  }
  return { parameters, gflops: (2 * multiplyAdds * imageSize * imageSize) / 1e9 }
}

export function countKept(groups: Int32Array, removed: Uint8Array): number {
  let kept = 0
  for (const group of groups) if (removed[group] !== 1) kept++
  return kept
}
