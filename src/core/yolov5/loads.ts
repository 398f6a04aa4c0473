import { type Release, releases } from './release'

/**
 * Whether a release's own code loads a checkpoint of another: `torch.load` needs the classes that the pickle names,
 * with the attributes that they had. Tried on real checkpoints of v5.0 to v7.0 in every one of these releases; what
 * was not tried is undefined.
 */
export function loads(release: Release, origin: Release): boolean | undefined {
  const at = (name: Release) => releases.indexOf(name)
  if (release === origin) return true
  if (at(release) < at('v5.0') || at(origin) < at('v5.0')) return undefined
  if (release === 'v5.0') return false
  // From v6.2 on the model's class is DetectionModel.
  return at(release) >= at('v6.2') || at(origin) < at('v6.2')
}

/** The same of a checkpoint whose origin is one of several releases: undefined where they differ. */
export function loadsAny(release: Release, origins: readonly Release[]): boolean | undefined {
  const [first, ...rest] = origins.map((origin) => loads(release, origin))
  return rest.every((answer) => answer === first) ? first : undefined
}
