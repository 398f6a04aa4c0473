export { groupedGradients, interleave, kernelGradient, phaseKernel } from './conv'
export { activationGradient, channelSquares, channelSums, combine, scaleActivate } from './norm'
export { copyChannels, maxPoolGradient, upsample, upsampleGradient } from './shape'
