import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A Python package that training needs: import name, names on PyPI (the first installs it), Debian's package. */
export type PythonPackage = {
  readonly module: string
  readonly pip: readonly [string, ...string[]]
  readonly apt?: string
}

/** What every release from v3.1 on imports for training. */
export const alwaysNeeded: readonly PythonPackage[] = [
  { module: 'torch', pip: ['torch'], apt: 'python3-torch' },
  { module: 'torchvision', pip: ['torchvision'], apt: 'python3-torchvision' },
  { module: 'numpy', pip: ['numpy'], apt: 'python3-numpy' },
  {
    module: 'cv2',
    pip: [
      'opencv-python',
      'opencv-python-headless',
      'opencv-contrib-python',
      'opencv-contrib-python-headless',
      'opencv',
    ],
    apt: 'python3-opencv',
  },
  { module: 'PIL', pip: ['pillow'], apt: 'python3-pil' },
  { module: 'yaml', pip: ['pyyaml'], apt: 'python3-yaml' },
  { module: 'pandas', pip: ['pandas'], apt: 'python3-pandas' },
  { module: 'matplotlib', pip: ['matplotlib'], apt: 'python3-matplotlib' },
  { module: 'seaborn', pip: ['seaborn'], apt: 'python3-seaborn' },
  { module: 'tqdm', pip: ['tqdm'], apt: 'python3-tqdm' },
  { module: 'scipy', pip: ['scipy'], apt: 'python3-scipy' },
  { module: 'requests', pip: ['requests'], apt: 'python3-requests' },
]

/** Needed where requirements.txt lists them in force. */
const whereListed: readonly PythonPackage[] = [
  { module: 'psutil', pip: ['psutil'], apt: 'python3-psutil' },
  { module: 'ultralytics', pip: ['ultralytics'] },
  { module: 'packaging', pip: ['packaging'], apt: 'python3-packaging' },
]

/**
 * Packages that the checkout's training imports. Of its requirements.txt only lines in force count; what the
 * release tries and does without (thop, tensorboard, …) or what the runner stands in for is not needed.
 * `specifier` is the version part of the requirement, e.g. `>=4.1.1`, where there is one.
 */
export async function neededPackages(
  checkout: string | undefined,
): Promise<readonly (PythonPackage & { readonly specifier?: string })[]> {
  if (checkout === undefined) return alwaysNeeded
  const text = await readFile(join(checkout, 'requirements.txt'), 'utf8').catch(() => '')
  const listed = parseRequirements(text)
  const inForce = whereListed.filter(({ pip }) => listed.has(pip[0]))
  return [...alwaysNeeded, ...inForce].map((needed) => {
    const specifier = listed.get(needed.pip[0])
    return specifier ? { ...needed, specifier } : needed
  })
}

/** Requirements in force by normalised name (PEP 503), with their version specifier or ''. */
export function parseRequirements(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?\s*([^#;]*)/.exec(line)
    if (!match?.[1]) continue
    found.set(match[1].toLowerCase().replace(/[-_.]+/g, '-'), (match[2] ?? '').replace(/\s+/g, ''))
  }
  return found
}
