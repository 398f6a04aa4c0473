import { copied } from './shipped.mjs'

/**
 * Folders of the packages that ship, as the lock file and npm's audit name them: what npm installs for users, what is
 * bundled, what is copied.
 *
 * @param lock `package-lock.json`
 * @param bundled `dist/bundled.json`
 */
export function shippedFolders(lock, bundled) {
  const installed = Object.entries(lock.packages).filter(([folder, { dev }]) => folder && !dev)
  return new Set([
    ...installed.map(([folder]) => folder),
    ...bundled,
    ...copied,
    'node_modules/webgpu',
  ])
}

/**
 * Advisories on what ships, a line each.
 *
 * @param report `npm audit --json`, version 2: by package, `nodes` are its folders, and `via` has an advisory, or the
 *   name of a package that it depends on and that is listed itself
 */
export function findingsFor(report, shipped) {
  return Object.values(report.vulnerabilities).flatMap(({ nodes, via }) => {
    const folders = nodes.filter((folder) => shipped.has(folder))
    const advisories = folders.length > 0 ? via.filter((one) => typeof one === 'object') : []
    return advisories.map(
      ({ severity, title, url }) => `${severity}: ${folders.join(', ')}: ${title} (${url})`,
    )
  })
}
