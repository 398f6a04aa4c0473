import { version as tfjs } from '@tensorflow/tfjs-core/package.json'

/** Versions of what computes, for the log. */
export function versions(): Record<string, string> {
  return { node: process.versions.node, tfjs }
}
